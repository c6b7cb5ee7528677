"""In: the table synthesis.toml; out: the thresholds and words of the synthesis, typed."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from pipeline.grading.scheme import PlausibilityRules
from pipeline.rule_table import RuleTable
from pipeline.vocabulary import Certainty, Exposure, FlagCode, StudyDesign

Phrase = Annotated[re.Pattern[str], BeforeValidator(lambda text: re.compile(str(text), re.IGNORECASE))]
Bounds = tuple[float, float]


class Body(RuleTable):
    """A body of evidence: which designs belong to it, and where its certainty starts."""

    name: str
    designs: tuple[StudyDesign, ...]
    start: Certainty


class Thresholds(RuleTable):
    """Effects that are trivial, and effects that matter."""

    ratio_trivial: Bounds
    ratio_important: Bounds
    smd_trivial: Bounds
    smd_important: Bounds


class PoolingRules(RuleTable):
    """Which estimates can be pooled."""

    ratio_measures: tuple[str, ...]
    difference_measures: tuple[str, ...]
    level: float
    doubtful_flags: tuple[FlagCode, ...]
    smallest_p: float
    largest_p: float
    decides: float
    adjusted: Phrase
    unadjusted: Phrase
    good_event: Phrase
    unit: Phrase


class DirectionRules(RuleTable):
    """When directions of effect make a verdict."""

    agreement: float
    association: float
    adverse: tuple[Exposure, ...]
    same_direction: float
    clear_studies: int
    clear_share: float


class DomainRules(RuleTable):
    """Thresholds of GRADE's domains for a body of evidence."""

    high_risk_share: float
    unknown_share: float
    i_squared: float
    i_squared_large: float
    few_participants: int
    very_few_participants: int
    few_events: int
    wide_ratio: float
    publication_from: int
    publication_p: float
    large_effect: float
    very_large_effect: float
    unknown_cap: Certainty


class Wording(RuleTable):
    """GRADE's words for plain statements."""

    verb: Mapping[str, str]
    link: Mapping[str, str]
    better: Mapping[str, str]
    certainty: Mapping[Certainty, str]
    other: Mapping[str, str]
    base: Mapping[str, str]
    exposure: Mapping[Exposure, str]


class SynthesisRules(RuleTable):
    """Every threshold and word of the synthesis."""

    bodies: tuple[Body, ...]
    thresholds: Thresholds
    pooling: PoolingRules
    directions: DirectionRules
    domains: DomainRules
    wording: Wording
    plausibility: PlausibilityRules


def synthesis_table() -> dict[str, Any]:
    """Return the bundled table, as it stands in its file."""
    return tomllib.loads((Path(__file__).parent / "synthesis.toml").read_text(encoding="utf-8"))
