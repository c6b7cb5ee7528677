"""What a run did: its inputs, its pictures, and what changed since the run before."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.vocabulary import ChangeKind, FigureKind, QualityFlag, SourceFormat, SourceStatus, SourceType, StudyDesign


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of sources.csv: what became of one input.

    `study_design` and `sample_size` are found for the sake of claims: "" and None where the source makes none.
    """

    source_id: str
    path: str
    format: SourceFormat
    sha256: str
    bytes: int
    status: SourceStatus
    reason: str = ""
    title: str = ""
    date: str = ""
    source_type: SourceType = "other"
    study_design: StudyDesign | Literal[""] = ""
    sample_size: int | None = None
    n_sentences: int = 0
    n_claims: int = 0
    quality_flags: tuple[QualityFlag, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a run, as two files: its name, what it shows, and the same in words for who cannot see it.

    `note` says what the picture, or those of its kind, leave out. A forest plot is of one `pair`: the identifiers of
    the nutrient and of the condition, or their names.
    """

    name: str
    title: str
    kind: FigureKind
    svg: Path
    png: Path
    alt: str
    note: str = ""
    pair: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One row of changes.csv: where the tables of this run differ from those of the last that finished."""

    change: ChangeKind
    source_id: str = ""
    claim_id: str = ""
    nutrient: str = ""
    exposure: str = ""
    condition: str = ""
    columns: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    sentence: str = ""
