"""What a run did: its inputs, its pictures, and what changed since the run before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pipeline.vocabulary import (
    ChangeKind,
    FigureKind,
    FlowStage,
    QualityFlag,
    SourceFormat,
    SourceStatus,
    SourceType,
    StudyDesign,
)


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


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One row of searches.csv: a search of a database, or a list of addresses, as it was run.

    `query` is what was asked for, `as_run` what the service made of it; `limits` are its limits in words.
    """

    database: str
    address: str
    query: str
    as_run: str
    limits: str
    began: str
    ended: str
    found: int
    fetched: int
    already_there: int
    failed: int
    folder: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One row of prisma.csv: how many of one origin stood, or fell out, at one stage; `previous` is the last run.

    `origin` is a database, "web pages", "files" for what no search brought, or "all" where each counts once.
    """

    origin: str
    stage: FlowStage
    reason: str
    previous: int
    new: int
    total: int


@dataclass(frozen=True, slots=True)
class RunInputs:
    """What a run was given: paths, settings other than the usual, and how many entries the ledger of decisions had.

    `searches` are those that the sources were fetched by; `origins` gives the database of each file that one brought,
    by its name in the tables.
    """

    paths: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    n_events: int = 0
    searches: tuple[SearchRow, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
