"""One source as ingestion understood it: its text, blocks, pages, tables and reference list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.vocabulary import (
    BlockKind,
    PublicationStatus,
    QualityFlag,
    SectionRole,
    SourceFormat,
    SourceStatus,
    SourceType,
    StudyDesign,
    TablePart,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a source's reference list.

    `label` is what a citation in the text uses ("3", "Lee 2001"); for an unnumbered list it is the position,
    and `numbered` is False. `design` is the kind of evidence where the entry tells it, `authors` as it writes them.
    """

    label: str
    text: str
    title: str = ""
    year: str = ""
    numbered: bool = True
    design: StudyDesign = "unclear"
    identifiers: Mapping[str, str] = field(default_factory=dict, hash=False)
    authors: tuple[str, ...] = ()
    status: PublicationStatus = ""


@dataclass(frozen=True, slots=True)
class CitedReference:
    """What a claim's sentence cites: the label in the text, and its entry of the reference list where there is one."""

    label: str
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the text that cites references: its offsets and the labels it names, in order."""

    start: int
    end: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a paginated source: its number and the part of the text that stands on it."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of article text (title, heading, paragraph, list item) under its section heading.

    Text of the source that is not article (navigation, disclaimers, reference list) belongs to no block. One that is
    `foreign` is in another language than English, and is not searched for claims.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    section: str = ""
    role: SectionRole = "body"
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class LinePart:
    """Words of a `TableLine`: what they are, in which column (-1 caption and group), and their place in the line."""

    role: TablePart
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row of results as one line of `Document.text`, with caption, group rows and headers that it is read with."""

    row: int
    start: int
    end: int
    parts: tuple[LinePart, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an article: its header rows and body rows of cells, all of one width; a row's first cell is its stub.

    The caption stands at `start` to `end` in `Document.text`, -1 where it is no part of it. `lines` are the rows that
    give an estimate with its interval.
    """

    label: str
    caption: str
    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...] = ()
    section: str = ""
    page: int | None = None
    start: int = -1
    end: int = -1
    lines: tuple[TableLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One source as ingestion understood it; `text` is the file itself for .txt, else the text Provender stores.

    Of a part of a file that could not be read, or was passed over, `status` says so ("failed", "skipped") and `reason`
    why, in a sentence.
    """

    source_id: str
    path: str
    format: SourceFormat
    sha256: str
    n_bytes: int
    text: str
    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    source_type: SourceType = "other"
    publication_types: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    citations: tuple[Citation, ...] = ()
    references: Sequence[Reference] = ()
    pages: tuple[Page, ...] = ()
    quality_flags: tuple[QualityFlag, ...] = ()
    tables: tuple[Table, ...] = ()
    status: SourceStatus = "processed"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a source in which claims stand, and its first character in the source's text."""

    start: int
    text: str
