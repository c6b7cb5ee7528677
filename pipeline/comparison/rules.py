"""The table comparison.toml comes in; the weights and thresholds of the comparison go out, typed."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.records import Certainty, Exposure, Factuality, FlagCode


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Weights(_Table):
    """What a study's vote weighs."""

    certainty: Mapping[Certainty, float]
    factuality: Mapping[Factuality, float]
    uncited: float
    unreviewed: float
    retracted: float
    associated: float
    adverse: tuple[Exposure, ...]


class VerdictRules(_Table):
    """When the votes make a verdict."""

    enough: float
    agreement: float
    dissent: float


class Heterogeneity(_Table):
    """When effect sizes of independent studies differ."""

    i_squared: float
    ratio_measures: tuple[str, ...]


class Assertion(_Table):
    """Which statements are plain and which are hedged."""

    plain: tuple[Factuality, ...]
    hedged: tuple[Factuality, ...]


class Reasons(_Table):
    """What else the reasons name."""

    named_flags: tuple[FlagCode, ...]


class ComparisonRules(_Table):
    """Every weight and threshold of the comparison."""

    weight: Weights
    verdict: VerdictRules
    heterogeneity: Heterogeneity
    assertion: Assertion
    reasons: Reasons


@lru_cache(maxsize=1)
def comparison_rules() -> ComparisonRules:
    """Return the rules of the bundled table."""
    text = (Path(__file__).parent / "comparison.toml").read_text(encoding="utf-8")
    return ComparisonRules.model_validate(tomllib.loads(text))
