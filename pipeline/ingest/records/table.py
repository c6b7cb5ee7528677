"""In: a CSV table of records (comma, semicolon, tab or bar); out: a `Document` for each row."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence

from pipeline.delimited import Rows
from pipeline.errors import SourceError
from pipeline.ingest.decoding import decode_records
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.columns import column_name, is_header, row_fields
from pipeline.ingest.source import Source
from pipeline.records import Document

DELIMITERS = ",;\t|"
# Above the header an export may tell its query, its date, its licence.
PREAMBLE_LINES = 30
SAMPLE_ROWS = 30
# A row whose quotes are still open after so many lines is broken.
MAX_ROW_LINES = 60


def find_header(text: str) -> tuple[int, str] | None:
    """Return where the header line begins and its delimiter, or None where no line names columns that are known."""
    position = 0
    for line in text.split("\n")[:PREAMBLE_LINES]:
        for delimiter in sorted(DELIMITERS, key=line.count, reverse=True)[:2]:
            if is_header(_cells(line, delimiter)):
                return position, delimiter
        position += len(line) + 1
    return None


def is_table(head: str) -> bool:
    """Say whether a text is a table of records: a header, and below it a row that is cut by the same delimiter."""
    found = find_header(head)
    if found is None:
        return False
    start, delimiter = found
    try:
        rows = list(itertools.islice(Rows(io.StringIO(head[start:], newline=""), delimiter=delimiter), SAMPLE_ROWS))
    except csv.Error:
        return True
    widths = [len(row) for row in rows[1:] if any(row)]
    return not widths or max(widths) >= min(3, len(rows[0]))


def read_csv(source: Source) -> list[Document]:
    """Read every row; raises `SourceError` where there is none or no column holds text."""
    text = decode_records(source.data, source.path)
    found = find_header(text)
    if found is None:
        raise SourceError(f"{source.path} has no column named title, abstract or text; rename the columns.")
    start, delimiter = found
    text = text[start:]
    names = [column_name(cell) for cell in _cells(text.split("\n", 1)[0], delimiter)]
    documents = read_records(source, "csv", _records(text, delimiter, names))
    if not documents:
        raise SourceError(f"{source.path} names its columns but holds no record; export it again.")
    return documents


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(Rows(io.StringIO(line.rstrip("\r")), delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(text: str, delimiter: str, names: Sequence[str]) -> Iterator[Record | Damage]:
    try:
        rows = list(Rows(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))[1:]
        kept: Iterator[list[str] | Damage] = (row for row in rows if any(row))
    except csv.Error:
        kept = _salvaged(text, delimiter, len(names))
    for number, row in enumerate(kept, start=1):
        if isinstance(row, Damage):
            yield row
        elif _is_shifted(names, row):
            yield Damage(f"row {number}")
        else:
            yield row_fields(names, row), ()


def _is_shifted(names: Sequence[str], row: Sequence[str]) -> bool:
    """Say whether a row has more cells than there are columns, and no year where its year should stand.

    A delimiter within a cell without quotes has moved those behind it, so that none is what its column says.
    """
    if not any(row[len(names) :]):
        return False
    years = row_fields(names, row).get("year", ())
    return bool(years) and not any(re.search(r"(?:19|20)\d\d", year) for year in years)


def _salvaged(text: str, delimiter: str, width: int) -> Iterator[list[str] | Damage]:
    """Yield the rows of a table with a broken quote: each the lines that close their quotes and have its columns."""
    lines = list(io.StringIO(text, newline=""))
    index, broken = 1, False
    while index < len(lines):
        row, used = _row(lines[index : index + MAX_ROW_LINES], delimiter, width)
        if row is None and not broken:
            yield Damage(f"line {index + 1}", cut_off=index + 1 == len(lines))
        elif row:
            yield row
        broken = row is None
        index += used


def _row(lines: Sequence[str], delimiter: str, width: int) -> tuple[list[str] | None, int]:
    """Return the row that the first lines hold and how many of them; (None, 1) where they hold none."""
    held = ""
    for count, line in enumerate(lines, start=1):
        held += line
        if held.count('"') % 2 == 0:
            try:
                found = list(Rows(io.StringIO(held, newline=""), delimiter=delimiter))
            except csv.Error:
                return None, 1
            if not any(map(any, found)):
                return [], count
            return (found[0], count) if len(found) == 1 and len(found[0]) == width else (None, 1)
    return None, 1
