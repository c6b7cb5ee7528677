"""The nouns of Provender: frozen records that pass from one package to the next; nothing here does any work.

Offsets are in characters, end exclusive, into `Document.text`. Packages hand records on in one direction:
bytes -> Document -> AnnotatedDocument -> Claim -> EvidenceRow -> ComparisonRow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline.errors import SourceError as SourceError
from pipeline.vocabulary import (
    CERTAINTIES as CERTAINTIES,
)
from pipeline.vocabulary import (
    EXPOSURES as EXPOSURES,
)
from pipeline.vocabulary import (
    FACTUALITIES as FACTUALITIES,
)
from pipeline.vocabulary import (
    RELATIONS as RELATIONS,
)
from pipeline.vocabulary import (
    SOURCE_TYPES as SOURCE_TYPES,
)
from pipeline.vocabulary import (
    STRENGTHS as STRENGTHS,
)
from pipeline.vocabulary import (
    STUDY_DESIGNS as STUDY_DESIGNS,
)
from pipeline.vocabulary import (
    BiasDomain as BiasDomain,
)
from pipeline.vocabulary import (
    BlockKind as BlockKind,
)
from pipeline.vocabulary import (
    Certainty as Certainty,
)
from pipeline.vocabulary import (
    ChangeKind as ChangeKind,
)
from pipeline.vocabulary import (
    ConditionType as ConditionType,
)
from pipeline.vocabulary import (
    EvidenceBasis as EvidenceBasis,
)
from pipeline.vocabulary import (
    Exposure as Exposure,
)
from pipeline.vocabulary import (
    Factuality as Factuality,
)
from pipeline.vocabulary import (
    FigureKind as FigureKind,
)
from pipeline.vocabulary import (
    FlagCode as FlagCode,
)
from pipeline.vocabulary import (
    HealthyDirection as HealthyDirection,
)
from pipeline.vocabulary import (
    MentionKind as MentionKind,
)
from pipeline.vocabulary import (
    PublicationStatus as PublicationStatus,
)
from pipeline.vocabulary import (
    QualityFlag as QualityFlag,
)
from pipeline.vocabulary import (
    Relation as Relation,
)
from pipeline.vocabulary import (
    RiskOfBias as RiskOfBias,
)
from pipeline.vocabulary import (
    SectionRole as SectionRole,
)
from pipeline.vocabulary import (
    SourceFormat as SourceFormat,
)
from pipeline.vocabulary import (
    SourceStatus as SourceStatus,
)
from pipeline.vocabulary import (
    SourceType as SourceType,
)
from pipeline.vocabulary import (
    StatisticKind as StatisticKind,
)
from pipeline.vocabulary import (
    Strength as Strength,
)
from pipeline.vocabulary import (
    StudyDesign as StudyDesign,
)
from pipeline.vocabulary import (
    Verdict as Verdict,
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

    Text of the source that is not article (navigation, disclaimers, reference list) belongs to no block.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    section: str = ""
    role: SectionRole = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an article: its header rows and body rows of cells, all of one width; a row's first cell is its stub.

    The caption stands at `start` to `end` in `Document.text`, -1 where it is no part of it.
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
    quality_flags: tuple[QualityFlag, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a source in which claims stand, and its first character in the source's text."""

    start: int
    text: str


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
    healthy_direction: HealthyDirection = "unclear"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a block with what was found in it; `citations` are the labels it cites, in order.

    `truncated` says that it is a part of a longer one, or names more than its mentions.
    """

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
    truncated: bool = False


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
    flags: tuple[FlagCode, ...] = ()


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
    finding: "Finding | None" = None
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
class BiasJudgement:
    """How a study guards against one bias: `quote` are the words that say so, `start` and `end` their place.

    The offsets are in the text of the source that was read; a domain without a word is "no information".
    """

    domain: BiasDomain
    judgement: RiskOfBias
    quote: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class StudyReport:
    """What one source tells of one study: its own, or one that it cites under `label` ("" for its own).

    `registry_ids` are numbers of trial registries, `place` where it stands in a journal, as one word; `included` are
    the references that a review pools.
    """

    source_id: str
    label: str = ""
    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    registry_ids: tuple[str, ...] = ()
    title: str = ""
    year: str = ""
    first_author: str = ""
    place: str = ""
    status: PublicationStatus = ""
    design: StudyDesign = "unclear"
    sample_size: int | None = None
    population: str = ""
    judgements: tuple[BiasJudgement, ...] = ()
    risk_of_bias: RiskOfBias = "no information"
    funding: str = ""
    included: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """One study, as all sources together tell of it; the fields are the columns of studies.csv.

    `own_sources` report it as their own, `citing_sources` cite it, `included_in` are the reviews (study_id) that pool
    it; `overrides` tell what a reviewer decided of it.
    """

    study_id: str
    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    registry_id: str = ""
    url: str = ""
    title: str = ""
    year: str = ""
    first_author: str = ""
    status: PublicationStatus = ""
    study_design: StudyDesign = "unclear"
    sample_size: int | None = None
    population: str = ""
    judgements: tuple[BiasJudgement, ...] = ()
    risk_of_bias: RiskOfBias = "no information"
    funding: str = ""
    own_sources: tuple[str, ...] = ()
    citing_sources: tuple[str, ...] = ()
    included_in: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()


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
