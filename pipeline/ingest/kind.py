"""In: what a source states of itself and how its text is made; out: its source type."""

import re
from collections.abc import Sequence
from functools import cache
from typing import get_args

from pipeline.ingest.resources import first_match, patterns, rows
from pipeline.records import Block
from pipeline.vocabulary import QualityFlag, SourceFormat, SourceType

# Records of literature databases and reference managers: an abstract at most, and no reference list is asked of them.
RECORD_FORMATS: frozenset[SourceFormat] = frozenset(
    {"medline", "csv", "jsonl", "ris", "nbib", "isi", "enw", "cochrane", "endnote-xml", "bibtex", "xlsx"}
)
# Formats that state no article type, so that its make-up tells it.
PROSE_FORMATS: frozenset[SourceFormat] = frozenset({"text", "html", "mhtml", "pdf", "docx", "epub"})
SOURCE_TYPES: frozenset[str] = frozenset(get_args(SourceType))
# An abstract is at most this long; a longer text with methods and results is a paper.
ABSTRACT_WORDS = 700
ABSTRACT_PARAGRAPHS = 5
# Marks of a kind for each hundred words.
MUCH_LAY, SOME_LAY, MUCH_STUDY = 0.6, 0.25, 1.2
# A title that asks ("What is ...?") needs more marks of a study than this to head an abstract.
MIN_QUESTION_STUDY = 3
SAMPLE = 50_000
PAPER_PARTS = frozenset({"abstract", "background", "methods", "results", "discussion", "conclusion"})
MIN_PARTS = 3


def source_type(
    form: SourceFormat,
    publication_types: Sequence[str],
    flags: Sequence[QualityFlag],
    title: str,
    text: str,
    blocks: Sequence[Block],
    *,
    has_references: bool,
) -> SourceType:
    """Return what kind of source this is, from its publication types, its notices and its make-up."""
    if "AI-generated notice" in flags:
        return "AI-generated summary"
    stated = first_match(patterns("source_types", "pattern", "source_type"), "\n".join(publication_types))
    if form in RECORD_FORMATS:
        return stated if stated in {"review", "guideline", "other"} else "abstract"  # type: ignore[return-value]
    if stated in SOURCE_TYPES:
        return stated  # type: ignore[return-value]
    if form not in PROSE_FORMATS:
        return "research article" if form == "jats" else "other"
    named = first_match(patterns("title_types", "pattern", "source_type"), title)
    made = _by_make_up(form, title, text, blocks, has_references=has_references)
    if named in SOURCE_TYPES and made in {"research article", "abstract", "other"}:
        return named  # type: ignore[return-value]
    return made


def _by_make_up(
    form: SourceFormat, title: str, text: str, blocks: Sequence[Block], *, has_references: bool
) -> SourceType:
    roles = {block.role for block in blocks}
    content = [text[block.start : block.end] for block in blocks if block.kind in {"paragraph", "list item"}]
    headings = [text[block.start : block.end] for block in blocks if block.kind == "heading"]
    sample = "\n".join(content)[:SAMPLE]
    hundreds = max(len(sample.split()), 50) / 100
    brief = hundreds * 100 <= ABSTRACT_WORDS and not has_references
    if roles >= {"methods", "results"} or (has_references and len(roles & PAPER_PARTS) >= MIN_PARTS):
        return "abstract" if brief else "research article"
    lay, study = _count("lay", sample), _count("study", sample)
    if lay / hundreds >= MUCH_LAY and lay > study:
        return "consumer health page"
    asks = any(line.rstrip().endswith("?") for line in (title, *headings))
    if brief and len(content) <= ABSTRACT_PARAGRAPHS:
        reports = study + 2 * _count("label", sample)
        if reports - (MIN_QUESTION_STUDY if title.rstrip().endswith("?") else 0) > lay:
            return "abstract"
    if not (asks or form in {"html", "mhtml"} or len(content) > ABSTRACT_PARAGRAPHS):
        return "other"
    plain, clinical = _count("plain", sample), _count("clinical", sample)
    if lay / hundreds >= SOME_LAY or ((lay + plain) / hundreds >= MUCH_LAY and lay + plain > clinical):
        return "consumer health page"
    return "consumer health page" if (study + clinical) / hundreds < MUCH_STUDY else "other"


def _count(cue: str, text: str) -> int:
    return len(_cue(cue).findall(text))


@cache
def _cue(name: str) -> re.Pattern[str]:
    joined = "|".join(f"(?:{row['pattern']})" for row in rows("make_up") if row["cue"] == name)
    return re.compile(joined, re.IGNORECASE | re.MULTILINE)
