"""The nouns of Provender: frozen records that pass from one package to the next; nothing here does any work.

Offsets are in characters, end exclusive, into `Document.text`. Packages hand records on in one direction:
bytes -> Document -> AnnotatedDocument -> Claim -> EvidenceRow -> Study, Finding -> ComparisonRow.
"""

from pipeline.records.annotation import AnnotatedDocument, Mention, Sentence
from pipeline.records.claim import Claim, Statistic
from pipeline.records.document import (
    Block,
    Citation,
    CitedReference,
    Document,
    LinePart,
    Page,
    Passage,
    Reference,
    Table,
    TableLine,
)
from pipeline.records.evidence import Appraisal, Dose, Duration, EvidenceRow, Flag, Population, with_values
from pipeline.records.finding import ComparisonRow, Finding, PooledSummary, StudyWeight
from pipeline.records.override import Override, Overrides
from pipeline.records.run import ChangeRow, Figure, FlowRow, RunInputs, SearchRow, SourceRow
from pipeline.records.study import BiasJudgement, Study, StudyReport

__all__ = [
    "AnnotatedDocument",
    "Appraisal",
    "BiasJudgement",
    "Block",
    "ChangeRow",
    "Citation",
    "CitedReference",
    "Claim",
    "ComparisonRow",
    "Document",
    "Dose",
    "Duration",
    "EvidenceRow",
    "Figure",
    "Finding",
    "Flag",
    "FlowRow",
    "LinePart",
    "Mention",
    "Override",
    "Overrides",
    "Page",
    "Passage",
    "PooledSummary",
    "Population",
    "Reference",
    "RunInputs",
    "SearchRow",
    "Sentence",
    "SourceRow",
    "Statistic",
    "Study",
    "StudyReport",
    "StudyWeight",
    "Table",
    "TableLine",
    "with_values",
]
