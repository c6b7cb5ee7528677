"""In: the rows of a run. Out: what the report shows of them, as plain values, each long text once."""

import base64
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from itertools import islice
from operator import attrgetter
from typing import Any, get_args

from pipeline.records import ComparisonRow, EvidenceRow, Figure, Passage, SourceRow, Study
from pipeline.tables import EVIDENCE, FINDINGS, STUDIES, Column, plain_values, study_rows
from pipeline.tables.cells import plain
from pipeline.tables.columns import CORRECTABLE
from pipeline.tables.lists import citation_text
from pipeline.vocabulary import QUESTION, RELATIONS, RiskOfBias, pair_key, words_for

MOST_CLAIMS = 20_000
"""Claims in the report: a browser opens and filters that many without waiting; all are in evidence.csv."""
MOST_FINDINGS = 10_000
"""Comparisons in the report, those that most sources speak of."""
MOST_SOURCES = 20_000
"""Sources in the report, failures first."""
MOST_CHARACTERS = 2_000
"""Characters of a note on a comparison: thousands of sources would fill it with their names."""
MOST_REASONS = 30
"""Reasons for a verdict, likewise."""
MOST_PICTURE_BYTES = 8_000_000
"""Bytes of the pictures that stand in the page itself; the others are in the folder of figures."""

_IN_SOURCE = ("source_title", "source_date", "source_type")
_ELSEWHERE = ("source_id", *_IN_SOURCE, "certainty_reasons", "flags", "citations", "sentence")
_PLACES = ("sentence_start", "sentence_end", "nutrient_start", "nutrient_end", "condition_start", "condition_end")
_SOURCE = (
    "source_id", "path", "format", "status", "reason", "title", "date", "source_type", "study_design", "sample_size",
    "n_sentences", "n_claims", "quality_flags",
)  # fmt: skip
_FINDING = (
    "nutrient", "nutrient_id", "exposure", "condition", "condition_id", "verdict", "certainty", "n_sources", "n_claims",
    "n_independent_studies", "best_evidence_level", "sources_harmful", "sources_beneficial", "sources_no_effect",
    "sources_associated", "disagreement", "nutrient_role",
)  # fmt: skip
_SUMMARY = (
    "finding_id", "statement", "n_participants", "designs", "effect", "effect_absolute", "risk_of_bias",
    "inconsistency", "indirectness", "imprecision", "publication_bias", "upgraded", "told", "told_gap", "overrides",
)  # fmt: skip
_SUMMARY_COLUMNS = tuple(column for column in FINDINGS.columns if column.name in _SUMMARY)


@dataclass(frozen=True, slots=True)
class ReportContents:
    """What a report is made from.

    `rows` come in the order of evidence.csv; `passages` gives the paragraphs that claims of some sources stand in, by
    source_id; `consequences` says of a claim whether its rejection would move the `verdict` or its `certainty`;
    `studies` are those of the findings, by study_id.
    """

    rows: Iterable[EvidenceRow]
    comparisons: Collection[ComparisonRow]
    sources: Iterable[SourceRow]
    passages: Callable[[Collection[str]], Mapping[str, Sequence[Passage]]]
    figures: Sequence[Figure] = ()
    n_claims: int = 0
    consequences: Mapping[str, str] = field(default_factory=dict)
    studies: Mapping[str, Study] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Return what the page holds, for JSON."""
        rows = list(islice(self.rows, MOST_CLAIMS))
        shown, n_sources = _shown(self.sources)
        needed = {row.source_id for row in rows}
        places = {source.source_id: place for place, source in enumerate(shown) if source.status != "skipped"}
        findings = nsmallest(MOST_FINDINGS, self.comparisons, key=_interest)
        texts = _Texts()
        passages = _Passages(self.passages(needed))
        finding_of = {claim: place for place, body in enumerate(findings) for claim in body.claim_ids}
        columns = [column for column in EVIDENCE.columns if column.name not in (*_ELSEWHERE, *_PLACES)]
        of = attrgetter(*(column.name for column in columns))
        named = dict.fromkeys(study for body in findings if body.finding for study in body.finding.study_ids)
        studies = [self.studies[study_id] for study_id in named if study_id in self.studies]
        return {
            "total": max(self.n_claims, len(rows)),
            "words": {relation: words_for(relation) for relation in RELATIONS},
            "question": QUESTION,
            "values": {column.name: column.values for column in EVIDENCE.columns if column.values},
            "meanings": {column.name: column.meaning for column in EVIDENCE.columns},
            "bias_values": get_args(RiskOfBias),
            "correctable": CORRECTABLE,
            "columns": [*(column.name for column in columns), "consequence"],
            "claims": [
                _claim(
                    row,
                    of,
                    columns,
                    self.consequences.get(row.claim_id, ""),
                    places.get(row.source_id, -1),
                    finding_of,
                    passages,
                    texts,
                )
                for row in rows
            ],
            "passages": passages.used,
            "texts": texts.used,
            "source_columns": _SOURCE,
            "sources": [_source(source) for source in shown],
            "n_sources": n_sources,
            "finding_columns": (*_FINDING, *(column.name for column in _SUMMARY_COLUMNS), "study_ids"),
            "findings": [_finding(body, places, texts) for body in findings],
            "n_findings": len(self.comparisons),
            "study_columns": STUDIES.header,
            "studies": [plain_values(STUDIES, row) for row in study_rows(studies)],
            "figures": _figures(self.figures),
        }


class _Texts:
    """Texts that many rows share, each once."""

    def __init__(self) -> None:
        self.used: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        if text not in self._places:
            self._places[text] = len(self.used)
            self.used.append(text)
        return self._places[text]


class _Passages:
    """The paragraphs that claims stand in, each once, as [source, text]."""

    def __init__(self, passages: Mapping[str, Sequence[Passage]]) -> None:
        self.used: list[str] = []
        self._passages = passages
        self._places: dict[tuple[str, int], int] = {}

    def place(self, row: EvidenceRow) -> tuple[int, int]:
        """Return the number of the paragraph of a claim and where in it the sentence starts, -1 where unknown."""
        for passage in self._passages.get(row.source_id, ()):
            place = row.sentence_start - passage.start
            if place >= 0 and passage.text.startswith(row.sentence, place):
                key = row.source_id, passage.start
                if key not in self._places:
                    self._places[key] = len(self.used)
                    self.used.append(passage.text)
                return self._places[key], units(passage.text, place)
        return -1, 0


def units(text: str, place: int) -> int:
    """Return an offset in characters as one in the units in which a browser counts (UTF-16)."""
    return place if text.isascii() else len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def _claim(
    row: EvidenceRow,
    of: Callable[[EvidenceRow], Sequence[Any]],
    columns: Sequence[Column],
    consequence: str,
    source: int,
    finding_of: Mapping[str, int],
    passages: _Passages,
    texts: _Texts,
) -> list[Any]:
    """A claim: its plain columns, which `of` gives, then the places of what it shares with others, then its spans."""
    passage, place = passages.place(row)
    spans = [
        units(row.sentence, min(max(0, getattr(row, name) - row.sentence_start), len(row.sentence)))
        for name in _PLACES[2:]
    ]
    return [
        *map(plain, of(row), columns),
        consequence,
        source,
        finding_of.get(row.claim_id, -1),
        passage,
        place,
        row.sentence,
        spans,
        [row.sentence_start, row.sentence_end],
        [texts.place(reason) for reason in row.certainty_reasons],
        [[flag.code, texts.place(flag.reason or f"This row carries the flag {flag.code}.")] for flag in row.flags],
        [texts.place(citation_text(cited)) for cited in row.citations],
    ]


def _shown(sources: Iterable[SourceRow]) -> tuple[list[SourceRow], int]:
    """Return the sources that the report shows, failures first, and how many there are."""
    failed: list[SourceRow] = []
    others: list[SourceRow] = []
    count = 0
    for source in sources:
        count += 1
        kept = failed if source.status == "failed" else others
        if len(kept) < MOST_SOURCES:
            kept.append(source)
    return [*failed, *others][:MOST_SOURCES], count


def _source(source: SourceRow) -> list[Any]:
    status = "processed" if source.status == "unchanged" else source.status
    read = replace(source, status=status)
    return [*(getattr(read, name) for name in _SOURCE[:-1]), list(read.quality_flags)]


def _finding(body: ComparisonRow, places: Mapping[str, int], texts: _Texts) -> list[Any]:
    more = len(body.certainty_reasons) - MOST_REASONS
    reasons = [*map(_short, body.certainty_reasons[:MOST_REASONS])]
    if more > 0:
        reasons.append(f"{more} more reasons, in comparison.csv")
    summary = body.finding
    return [
        *(getattr(body, name) for name in _FINDING),
        *(plain(getattr(summary, column.name), column) if summary else "" for column in _SUMMARY_COLUMNS),
        list(summary.study_ids) if summary else [],
        [_short(note) for note in body.disagreement_note],
        [texts.place(reason) for reason in reasons],
        [
            [places[source], stance, certainty]
            for source, (stance, certainty) in body.stances.items()
            if source in places
        ],
    ]


def _figures(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    shown, size = [], 0
    for figure in figures:
        picture = figure.svg.read_bytes()
        size += len(picture)
        shown.append(
            {
                "title": figure.title,
                "kind": figure.kind,
                "alt": figure.alt,
                "note": figure.note,
                "pair": list(figure.pair) if figure.pair else None,
                "files": [f"{file.parent.name}/{file.name}" for file in (figure.svg, figure.png)],
                "svg": base64.b64encode(picture).decode() if size <= MOST_PICTURE_BYTES else "",
            }
        )
    return shown


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}… (the rest is in comparison.csv)"


def _interest(row: ComparisonRow) -> tuple[int, int, tuple[str, str]]:
    """The order of findings: what most sources speak of first."""
    return -row.n_sources, -row.n_claims, pair_key(row)
