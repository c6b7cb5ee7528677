"""The tables of a grading scheme, each entry with its type: every cue and threshold of grading."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pipeline.grading.design_rules import DesignRules, ObservedRules, Pooled
from pipeline.grading.phrase import NEVER, Phrase, exact, itself
from pipeline.grading.sample import Words, compiled
from pipeline.rule_table import RuleTable
from pipeline.screen import Screen
from pipeline.vocabulary import (
    BiasDomain,
    Certainty,
    EvidenceBasis,
    Exposure,
    Factuality,
    FlagCode,
    QualityFlag,
    RiskOfBias,
    StudyDesign,
)

Question = Literal["benefit", "harm", "aetiology"]


class BasisRules(RuleTable):
    """Words that tell an own result from a report of somebody else's."""

    own: Phrase
    others: Phrase
    guideline: Phrase
    earlier: Phrase
    own_begins: Phrase


class LevelTable(RuleTable):
    """OCEBM 2011 levels by question and design."""

    benefit: Mapping[StudyDesign, Annotated[int, Field(ge=1, le=5)]]
    harm: Mapping[StudyDesign, Annotated[int, Field(ge=1, le=5)]]
    aetiology: Mapping[StudyDesign, Annotated[int, Field(ge=1, le=5)]]
    no_control: Annotated[int, Field(ge=1, le=5)]
    no_control_words: Phrase
    observational_review: Mapping[Question, Annotated[int, Field(ge=1, le=5)]]
    dramatic_effect: Mapping[Question, Annotated[int, Field(ge=1, le=5)]]


class Step(RuleTable):
    """One step up or down the certainty, and the words that trigger or undo it."""

    domain: str
    steps: int
    label: str
    where: Literal["sentence", "source", "design"]
    find: Phrase
    unless: Phrase = NEVER
    designs: tuple[StudyDesign, ...] = ()


class CertaintyRules(RuleTable):
    """Where certainty starts and how far words can move it."""

    most_down_in_a_domain: int
    most_down: int
    bias_two_steps: int
    subgroup: Phrase
    unknown_cap: Certainty
    concern_cap: Certainty
    stated: Phrase
    overall: Phrase
    start: Mapping[StudyDesign, Certainty]
    start_pooled: Mapping[Pooled, Certainty]
    start_basis: Mapping[EvidenceBasis, Certainty]
    steps: tuple[Step, ...]

    @cached_property
    def of_source(self) -> Screen[tuple[int, Step]]:
        """The steps that words anywhere in the source trigger, with their places among all."""
        steps = [(place, step) for place, step in enumerate(self.steps) if step.where == "source"]
        return Screen(steps, lambda placed: placed[1].find)


class Imprecision(RuleTable):
    """When numbers are too few or an interval too wide."""

    few_participants: int
    very_few_participants: int
    few_events: int
    ratio_appreciable_low: float
    ratio_appreciable_high: float
    wide_ratio: float
    count_crossing_zero: bool
    smd_appreciable: float


class LargeEffect(RuleTable):
    """When the size of an effect raises the certainty of observational evidence."""

    designs: tuple[StudyDesign, ...]
    unadjusted: Phrase
    high: float
    very_high: float
    measures: tuple[str, ...]


class Surrogate(RuleTable):
    """Which outcome measures count as what people feel rather than a stand-in for it."""

    steps: int
    important: Phrase


class Caps(RuleTable):
    """Certainties that cannot be passed, whatever the steps say."""

    factuality: Mapping[Factuality, Certainty]
    second_hand: Certainty
    unresolved: Certainty
    unreviewed: Certainty
    unreviewed_quality_flags: tuple[QualityFlag, ...]
    retracted: Certainty
    retracted_quality_flags: tuple[QualityFlag, ...]
    flags: Mapping[FlagCode, Certainty]


class CheckRules(RuleTable):
    """Thresholds and words of the consistency checks."""

    ratio_measures: tuple[str, ...]
    difference_measures: tuple[str, ...]
    correlation_measures: tuple[str, ...]
    alpha: float
    p_factor: float
    p_slack: float
    default_level: float
    percent_slack: float
    small_sample: int
    significant: Phrase
    not_significant: Phrase
    causal: Phrase
    per_higher: Phrase
    raises: Phrase
    lowers: Phrase


class BiasCue(RuleTable):
    """Words that tell how a study guards against one bias, and what they say where they stand or are denied."""

    domain: BiasDomain
    designs: tuple[str, ...]
    says: RiskOfBias
    denied: RiskOfBias | None = None
    others: bool = False
    find: Phrase


class AttritionRules(RuleTable):
    """Words that tell how many participants were lost, and how many are few or many."""

    low: float
    high: float
    lost: tuple[Phrase, ...]
    kept: tuple[Phrase, ...]
    lost_percent: Phrase
    kept_percent: Phrase

    @cached_property
    def screen(self) -> Screen[re.Pattern[str]]:
        """All that may tell a share, with the words that each needs."""
        return Screen([*self.lost, *self.kept, self.lost_percent, self.kept_percent], itself)


class BiasRules(RuleTable):
    """Every cue of the judgements of bias."""

    denial: Phrase
    contrast: Phrase
    clause: Phrase
    key: Mapping[str, tuple[BiasDomain, ...]]
    attrition: AttritionRules
    cues: tuple[BiasCue, ...]

    @cached_property
    def screen(self) -> Screen[BiasCue]:
        """The cues, with the words that each needs."""
        return Screen(self.cues, lambda cue: cue.find)


class PlausibilityRules(RuleTable):
    """The words of plausibility.toml and how much numbers may differ."""

    lopsided: float
    ratio_slack: float
    hazard_slack: float
    adjusted: Phrase
    p_value: Phrase
    correlation: Phrase
    share: Phrase
    events: Phrase
    not_people: Phrase
    total: Phrase
    group: Phrase
    not_all: Phrase
    subgroup: Phrase
    rates: Phrase
    change: Phrase
    counts: Phrase
    events_alone: Phrase
    absolute: Phrase
    points_slack: float
    needed_slack: float
    control: Phrase
    relative: Phrase
    higher: Phrase
    lower: Phrase
    than: Phrase
    means: Phrase
    rose: Phrase
    fell: Phrase


class StudyRules(RuleTable):
    """Words by which a study is known: registry numbers, short citations, the studies that a review includes."""

    registry: Phrase
    included: Phrase
    short_citation: Annotated[re.Pattern[str], BeforeValidator(exact)]


class SpinRules(RuleTable):
    """Words that mark a conclusion or a result, and what counts as asserted."""

    lacking: tuple[Exposure, ...]
    asserted: tuple[Factuality, ...]
    within: Phrase
    conclusion: Phrase
    result: Phrase


class Scheme(RuleTable):
    """A grading scheme; `name` stands in every reason that depends on it."""

    name: str
    title: str
    design: DesignRules
    basis: BasisRules
    level: LevelTable
    certainty: CertaintyRules
    imprecision: Imprecision
    large_effect: LargeEffect
    surrogate: Surrogate
    caps: Caps
    checks: CheckRules
    study: StudyRules
    spin: SpinRules
    bias: BiasRules
    plausibility: PlausibilityRules
    observed: ObservedRules
    flags: Mapping[FlagCode, str]
    population: Annotated[Words, BeforeValidator(compiled)]
