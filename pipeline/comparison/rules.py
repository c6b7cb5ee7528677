"""In: the table comparison.toml; out: the weights and thresholds of the comparison, typed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import KnowledgeError
from pipeline.grading.schemes import COMPARISON, merged, scheme_tables
from pipeline.rule_table import RuleTable
from pipeline.synthesis.rules import SynthesisRules, synthesis_table
from pipeline.vocabulary import Certainty, Exposure, Factuality, FlagCode


class Weights(RuleTable):
    """What a study's vote weighs."""

    certainty: Mapping[Certainty, float]
    factuality: Mapping[Factuality, float]
    uncited: float
    unreviewed: float
    retracted: float
    associated: float
    adverse: tuple[Exposure, ...]


class Assertion(RuleTable):
    """Which statements are plain and which are hedged."""

    plain: tuple[Factuality, ...]
    hedged: tuple[Factuality, ...]


class Reasons(RuleTable):
    """What else the reasons name."""

    named_flags: tuple[FlagCode, ...]


class ComparisonRules(RuleTable):
    """Every weight and threshold of the comparison."""

    weight: Weights
    assertion: Assertion
    reasons: Reasons
    same_outcomes: Mapping[str, str]
    synthesis: SynthesisRules


def load_rules(scheme: Path | str | None = None) -> ComparisonRules:
    """Return the rules of the bundled tables, with the entries that a grading scheme gives anew under `comparison`.

    Those of the synthesis stand in synthesis.toml and are changed under `comparison.synthesis`; what grading knows of
    numbers in sentences (`plausibility`) it shares with them.

    Raises `ValueError` with one sentence saying which entry is wrong.
    """
    given = scheme_tables(scheme)
    bundled = tomllib.loads((Path(__file__).parent / "comparison.toml").read_text(encoding="utf-8"))
    bundled["synthesis"] = synthesis_table() | {"plausibility": given["plausibility"]}
    try:
        return ComparisonRules.model_validate(merged(bundled, given.get(COMPARISON, {})))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(("comparison", *(str(part) for part in first["loc"])))
        raise KnowledgeError(
            f"The rules of comparison have a wrong or missing entry at {where} ({first['msg']})."
        ) from None
