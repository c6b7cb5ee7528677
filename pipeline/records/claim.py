"""What a sentence claims, and the numbers that back it."""

from dataclasses import dataclass

from pipeline.records.annotation import Mention, Sentence
from pipeline.vocabulary import Exposure, Factuality, FlagCode, Relation, StatisticKind, Strength


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number that backs a claim, as written and as parsed; fields that the words do not give are None or "".

    `measure` is the field's short name (OR, RR, HR, IRR, MD, SMD, beta, r, %, count, mean, n ...); `p_value`
    keeps its comparator ("<0.05"); `low`/`high` bound an interval of `level` percent.
    """

    start: int
    end: int
    text: str
    kind: StatisticKind
    measure: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    p_value: str = ""
    total: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, in one sentence, that relates one nutrient exposure to one condition."""

    claim_id: str
    sentence: Sentence
    nutrient: Mention
    condition: Mention
    exposure: Exposure
    relation: Relation
    strength: Strength
    factuality: Factuality
    statistics: tuple[Statistic, ...] = ()
    confidence: float = 0.5
    flags: tuple[FlagCode, ...] = ()
