"""The nouns of Provender: frozen records that pass from one package to the next; nothing here does any work.

Offsets are in characters, end exclusive, into `Document.text`. Packages hand records on in one direction:
bytes -> Document -> AnnotatedDocument -> Claim -> EvidenceRow -> ComparisonRow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

SourceFormat = Literal["text", "html", "pdf", "jats", "medline", "bioc-xml", "bioc-json", "csv", "jsonl", "unknown"]
SourceType = Literal[
    "research article",
    "review",
    "guideline",
    "consumer health page",
    "AI-generated summary",
    "abstract",
    "other",
]
BlockKind = Literal["title", "heading", "paragraph", "list item", "caption", "table"]
SectionRole = Literal[
    "title",
    "abstract",
    "background",
    "aim",
    "methods",
    "results",
    "discussion",
    "conclusion",
    "body",
    "references",
]
MentionKind = Literal["nutrient", "condition", "measure"]
ConditionType = Literal["condition", "measure"]
Exposure = Literal["deficiency", "supplementation", "intake", "status", "excess", "unspecified"]
Relation = Literal["increases_risk", "decreases_risk", "improves", "worsens", "associated", "no_effect", "affected_by"]
Strength = Literal["causal", "correlational", "na"]
Factuality = Literal["Factual", "Probable", "Possible", "Doubtful", "Unknown"]
StudyDesign = Literal[
    "meta-analysis",
    "systematic review",
    "rct",
    "non-randomised trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "case report",
    "narrative review",
    "guideline",
    "animal",
    "in vitro",
    "consumer health page",
    "other",
    "unclear",
]
EvidenceBasis = Literal["own result", "cited study", "cited guideline", "uncited statement"]
Certainty = Literal["High", "Moderate", "Low", "Very low"]
Verdict = Literal["harmful", "beneficial", "no effect", "mixed", "insufficient"]
StatisticKind = Literal[
    "effect", "interval", "p-value", "percentage", "count", "mean", "sample size", "dose", "duration"
]
SourceStatus = Literal["processed", "unchanged", "empty", "failed", "skipped"]
ChangeKind = Literal["verdict moved", "source failed", "claim new", "claim changed", "claim gone"]
FigureKind = Literal["evidence matrix", "certainty by source", "forest plot"]

SOURCE_TYPES: tuple[SourceType, ...] = get_args(SourceType)
EXPOSURES: tuple[Exposure, ...] = get_args(Exposure)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
FACTUALITIES: tuple[Factuality, ...] = get_args(Factuality)
STUDY_DESIGNS: tuple[StudyDesign, ...] = get_args(StudyDesign)
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)


class SourceError(Exception):
    """A source that cannot be read; the message is one sentence saying what is wrong and what to do."""


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
    identifiers: Mapping[str, str] = field(default_factory=dict)
    authors: tuple[str, ...] = ()


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

    Text of the source that is not article (navigation, disclaimers, reference list) belongs to no block.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    section: str = ""
    role: SectionRole = "body"


@dataclass(frozen=True, slots=True)
class Document:
    """One source as ingestion understood it; `text` is the file itself for .txt, else the text Provender stores."""

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
    references: tuple[Reference, ...] = ()
    pages: tuple[Page, ...] = ()
    quality_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a nutrient, a condition or a measure, or refer back to one (`anaphoric`).

    `name` is the usual name in lower case, `identifier` a CURIE or "". `biomarker` says that the words are a
    status marker of the nutrient (ferritin for iron). `healthy_direction` tells for a measure which way is good.
    """

    start: int
    end: int
    text: str
    kind: MentionKind
    name: str
    identifier: str = ""
    anaphoric: bool = False
    biomarker: bool = False
    healthy_direction: Literal["higher", "lower", "unclear"] = "unclear"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a block with what was found in it; `citations` are the labels it cites, in order."""

    index: int
    start: int
    end: int
    text: str
    kind: BlockKind = "paragraph"
    section: str = ""
    role: SectionRole = "body"
    page: int | None = None
    citations: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A document with its sentences and their mentions, and the abbreviations it defines (short -> long form).

    `document` is in running text: each run of white space is one blank. `source` is the document as it was read (None
    where it is the same), `places` lists (offset in the running text, offset in the source) from which both run alike.
    """

    document: Document
    sentences: tuple[Sentence, ...]
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    source: Document | None = None
    places: tuple[tuple[int, int], ...] = ()


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
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appraisal:
    """How strong the evidence behind one claim is, and every step that led there, in words."""

    study_design: StudyDesign
    evidence_basis: EvidenceBasis
    sample_size: int | None
    population: str
    citations: tuple[str, ...]
    evidence_level: int
    certainty: Certainty
    certainty_reasons: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row of evidence.csv; the fields are its columns, in order (see docs: the evidence table)."""

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
    population: str
    effect_measure: str
    effect_value: float | None
    ci_low: float | None
    ci_high: float | None
    ci_level: float | None
    p_value: str
    statistics: str
    citations: str
    evidence_level: int
    certainty: Certainty
    certainty_reasons: str
    flags: str
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


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One row of comparison.csv: the body of evidence for one nutrient, exposure and condition.

    `stances` maps each source_id to (stance, certainty) and fills comparison_matrix.csv.
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
    certainty_reasons: str
    best_evidence_level: int
    sources_harmful: int
    sources_beneficial: int
    sources_no_effect: int
    sources_associated: int
    disagreement: bool
    disagreement_note: str
    claim_ids: str
    nutrient_role: str = ""
    stances: Mapping[str, tuple[str, Certainty]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of sources.csv: what became of one input."""

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
    study_design: StudyDesign = "unclear"
    sample_size: int | None = None
    n_sentences: int = 0
    n_claims: int = 0
    quality_flags: str = ""
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
    columns: str = ""
    before: str = ""
    after: str = ""
    sentence: str = ""
