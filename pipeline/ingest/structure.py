"""In: the head of a text that no reader of structured data took; out: an error where it is no prose.

Tag lines, delimiters and braces read as sentences would mix records and name facts that no source states.
"""

import csv
import io
import re
from collections import Counter

from pipeline.errors import ArticleError, SourceError
from pipeline.ingest.records.columns import TEXTS, column_name
from pipeline.ingest.records.fields import column_fields

LINES = 400
TAG_LINE = re.compile(r"\s{0,2}(?:%[A-Z0-9]\s|(?:[A-Z][A-Z0-9]{1,4})\s*(?:-|:|=|\|)\s*\S|[A-Z][A-Z0-9] \S)")
# The lines that end a record in PubMed's and PMC's exports for reading, and the ones that begin it.
CITED = re.compile(r"\s*PMC?ID:\s*(?:PMC)?\d{4,9}\b")
NUMBERED = re.compile(r"\d{1,5}[.:]\s+\S.*\b(?:19|20)\d\d\b")
TAG = re.compile(r"\s{0,2}(%?[A-Z0-9]{1,5})")
KEY_LINE = re.compile(r"\s{0,4}-?\s?[\"']?([A-Za-z][\w .()/-]{0,40}?)[\"']?\s?[:=]\s*\S")
CODE_END = re.compile(r"[{};\[\]]\s*,?\s*$|^\s*[{}\[\]\"<(].*[,;>)]\s*$")
BRACES = re.compile(r"[{}\[\]]")
MIN_TAG_LINES, MIN_TAGS, TAG_SHARE = 6, 4, 0.5
MIN_LISTED = 2
CODE = "program code or data in braces"
MIN_KEYS, KEY_SHARE = 3, 0.5
CODE_SHARE, BRACE_SHARE, MIN_CODE_LINES = 0.6, 0.3, 4
MIN_ROWS, MIN_QUOTED, MIN_WIDTH, ROW_SHARE, CELL_WORDS = 4, 2, 3, 0.9, 8


def refuse_structured(head: str, name: str) -> None:
    """Raise `SourceError` for a text that is tag lines, named fields, a table or program code; pass prose by."""
    lines = [line for line in head.splitlines()[:LINES] if line.strip()]
    for looks, advice in (_listing(lines), _tags(lines), _fields(lines), _table(lines), _code(lines)):
        if looks:
            error = ArticleError if looks == CODE else SourceError
            raise error(f"{name} looks like {looks}, which no reader takes; {advice}.")


def _listing(lines: list[str]) -> tuple[str, str]:
    """Tell several abstracts as PubMed prints them: a numbered citation opens each and its PMID closes it."""
    opened = [index for index, line in enumerate(lines) if NUMBERED.match(line)]
    closed = [index for index, line in enumerate(lines) if CITED.match(line)]
    if len(opened) < MIN_LISTED or len(closed) < MIN_LISTED or opened[0] or closed[0] < opened[0]:
        return "", ""
    return "several abstracts in one text, as PubMed prints them", "export them in the format PubMed (NBIB)"


def _tags(lines: list[str]) -> tuple[str, str]:
    tagged = [line for line in lines if TAG_LINE.match(line)]
    tags = Counter(match[1] for match in map(TAG.match, tagged) if match)
    if len(tagged) < max(MIN_TAG_LINES, TAG_SHARE * len(lines)) or len(tags) < MIN_TAGS:
        return "", ""
    named = ", ".join(tag for tag, _ in tags.most_common(4))
    return (
        f"an export of citations in tag lines ({named})",
        "export the records as RIS, NBIB, BibTeX, EndNote (ENW) or CSV",
    )


def _fields(lines: list[str]) -> tuple[str, str]:
    """Tell records of named fields, one a line ("title: ...", "TITLE","..."), by field names that tables have too."""
    known = dict(column_fields())
    keys = [column_name(_key(line)) for line in lines]
    named = {known[key] for key in keys if key in known}
    held = sum(bool(key) for key in keys)
    if len(named) < MIN_KEYS or not named & TEXTS or held < KEY_SHARE * len(lines):
        return "", ""
    return "records with a field a line", "export them as a table (CSV, XLSX), one record a row, or as RIS"


def _key(line: str) -> str:
    if match := KEY_LINE.match(line):
        return match[1]
    quoted = re.match(r"\s*\"([^\"]{1,40})\"\s*[,;\t]", line)
    return quoted[1] if quoted else ""


def _table(lines: list[str]) -> tuple[str, str]:
    for delimiter in "\t|;,":
        rows = _rows(lines, delimiter)
        widths = Counter(map(len, rows))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        quoted = all(line.startswith('"') and f'"{delimiter}"' in line for line in lines)
        if width < MIN_WIDTH or len(rows) < (MIN_QUOTED if quoted else MIN_ROWS) or count < ROW_SHARE * len(rows):
            continue
        header = [cell.strip() for cell in rows[0]]
        if all(len(cell.split()) <= CELL_WORDS for cell in header) and not header[-1].endswith((".", "?", "!")):
            named = ", ".join(cell for cell in header if cell)[:80]
            return (
                f"a table with the columns {named}",
                "name the columns that hold title and abstract so (title, abstract), or give the articles themselves",
            )
    return "", ""


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter) if any(row)]
    except csv.Error:
        return []


def _code(lines: list[str]) -> tuple[str, str]:
    ends = sum(bool(CODE_END.search(line)) for line in lines)
    braced = sum(bool(BRACES.search(line)) for line in lines)
    if len(lines) < MIN_CODE_LINES or ends < CODE_SHARE * len(lines) or braced < BRACE_SHARE * len(lines):
        return "", ""
    return CODE, "give the article as text, HTML or PDF, or its record as JSON or BibTeX"
