"""A body of evidence on one nutrient, exposure and outcome, and the row that compares sources on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.vocabulary import Certainty, Exposure, Verdict


@dataclass(frozen=True, slots=True)
class StudyWeight:
    """What one study brings to a pooled effect: its estimate with the interval, and its share in percent."""

    study_id: str
    source_id: str
    effect: float
    ci_low: float
    ci_high: float
    weight: float


@dataclass(frozen=True, slots=True)
class PooledSummary:
    """What several studies show together, on the scale of `measure` (a ratio as a ratio), with its 95% intervals.

    `i2` is in percent; `tau2` (on the scale that was pooled, logarithms for a ratio), `i2` and the prediction interval
    are None where too few studies were pooled; `weights` are what the studies brought.
    """

    measure: str
    effect: float
    ci_low: float
    ci_high: float
    studies: int
    tau2: float | None
    i2: float | None
    prediction_low: float | None
    prediction_high: float | None
    weights: tuple[StudyWeight, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A body of evidence: what studies show of one nutrient, exposure and outcome, and how sure that is.

    Each domain of GRADE holds its judgement and reason. `told` is what sources without a study that can be known
    say, `told_gap` whether that is another thing than the verdict. `overrides` tell what a reviewer decided.
    """

    finding_id: str
    nutrient: str
    nutrient_id: str
    exposure: Exposure
    condition: str
    condition_id: str
    n_studies: int
    n_participants: int | None
    designs: tuple[str, ...]
    effect: str
    effect_absolute: str
    certainty: Certainty
    risk_of_bias: str
    inconsistency: str
    indirectness: str
    imprecision: str
    publication_bias: str
    upgraded: str
    statement: str
    told: str
    study_ids: tuple[str, ...]
    claim_ids: tuple[str, ...]
    overrides: tuple[str, ...] = ()
    verdict: Verdict = "insufficient"
    told_gap: bool = False
    reasons: tuple[str, ...] = ()
    pooled: PooledSummary | None = None


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One row of comparison.csv: the body of evidence for one nutrient, exposure and condition.

    `finding` is the synthesis that the verdict is of; `stances` maps each source_id to (stance, certainty) and fills
    comparison_matrix.csv.
    """

    nutrient: str
    nutrient_id: str
    exposure: Exposure
    condition: str
    condition_id: str
    n_sources: int
    n_claims: int
    n_independent_studies: int
    verdict: Verdict
    certainty: Certainty
    certainty_reasons: tuple[str, ...]
    best_evidence_level: int
    sources_harmful: int
    sources_beneficial: int
    sources_no_effect: int
    sources_associated: int
    disagreement: bool
    disagreement_note: tuple[str, ...]
    claim_ids: tuple[str, ...]
    nutrient_role: str = ""
    finding_id: str = ""
    pooled_measure: str = ""
    pooled_effect: float | None = None
    pooled_ci_low: float | None = None
    pooled_ci_high: float | None = None
    pooled_studies: int | None = None
    i2: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    n_participants: int | None = None
    told: str = ""
    told_gap: bool = False
    finding: Finding | None = None
    stances: Mapping[str, tuple[str, Certainty]] = field(default_factory=dict)
