"""A graded claim as a row of the evidence table, and what its cells hold."""

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Literal

from pipeline.records.document import CitedReference
from pipeline.vocabulary import (
    Certainty,
    ConditionType,
    EvidenceBasis,
    Exposure,
    Factuality,
    FlagCode,
    Relation,
    SourceType,
    Strength,
    StudyDesign,
)


@dataclass(frozen=True, slots=True)
class Flag:
    """What a reviewer should look at: its code and, where the row was graded just now, why, in a sentence.

    The tables hold the code alone, so that two flags with one code are the same.
    """

    code: FlagCode
    reason: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of a nutrient was given or taken, as written ("60 mg daily")."""

    text: str


@dataclass(frozen=True, slots=True)
class Duration:
    """For how long, as written ("12 weeks")."""

    text: str


@dataclass(frozen=True, slots=True)
class Population:
    """Who was studied, as stated: `traits` tell who they are (group, age, sex, country), in that order."""

    traits: tuple[str, ...] = ()
    dose: Dose | None = None
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """How strong the evidence behind one claim is, and every step that led there, in words."""

    study_design: StudyDesign
    evidence_basis: EvidenceBasis
    sample_size: int | None
    population: Population
    citations: tuple[CitedReference, ...]
    evidence_level: int
    certainty: Certainty
    certainty_reasons: tuple[str, ...]
    flags: tuple[FlagCode, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row of evidence.csv; the fields are its columns, in order (see docs: the evidence table).

    `statistics` are the words that give the numbers, verbatim; `certainty_reasons` every step of the certainty.
    """

    claim_id: str
    source_id: str
    source_title: str
    source_date: str
    source_type: SourceType
    nutrient: str
    nutrient_id: str
    nutrient_text: str
    exposure: Exposure
    condition: str
    condition_id: str
    condition_text: str
    condition_type: ConditionType
    relation: Relation
    strength: Strength
    factuality: Factuality
    study_design: StudyDesign
    evidence_basis: EvidenceBasis
    sample_size: int | None
    population: Population
    effect_measure: str
    effect_value: float | None
    ci_low: float | None
    ci_high: float | None
    ci_level: float | None
    p_value: str
    statistics: tuple[str, ...]
    citations: tuple[CitedReference, ...]
    evidence_level: int
    certainty: Certainty
    certainty_reasons: tuple[str, ...]
    flags: tuple[Flag, ...]
    sentence: str
    section: str
    page: int | None
    sentence_start: int
    sentence_end: int
    nutrient_start: int
    nutrient_end: int
    condition_start: int
    condition_end: int
    confidence: float
    model_version: str
    review_status: str = ""
    reviewer: str = ""
    review_note: str = ""
    reviewed_at: str = ""
    study_id: tuple[str, ...] = ()
    finding_id: str = ""
    finding_certainty: Certainty | Literal[""] = ""


_COLUMNS = tuple(column.name for column in fields(EvidenceRow))
_PLACES = {name: place for place, name in enumerate(_COLUMNS)}
_VALUES = attrgetter(*_COLUMNS)


def with_values(row: EvidenceRow, **values: Any) -> EvidenceRow:
    """Return a row with other values in some columns: `dataclasses.replace`, in half its time."""
    parts = list(_VALUES(row))
    for name, value in values.items():
        parts[_PLACES[name]] = value
    return EvidenceRow(*parts)
