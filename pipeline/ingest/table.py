"""A CSV or JSONL table of abstracts comes in; a `Document` for each row goes out."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pipeline.ingest.boilerplate import notices
from pipeline.ingest.dates import parse_date
from pipeline.ingest.decoding import decode
from pipeline.ingest.json_records import json_records
from pipeline.ingest.medline import finish_records
from pipeline.ingest.passages import Passage, Piece, assemble
from pipeline.ingest.quality import Damage, Findings, damaged_record
from pipeline.ingest.recognise import header_cells
from pipeline.ingest.references import find_identifiers
from pipeline.ingest.resources import rows
from pipeline.ingest.source import Source
from pipeline.records import Document, SourceError, SourceFormat

# A row whose quotes are still open after so many lines is broken.
MAX_ROW_LINES = 60


def read_csv(source: Source) -> list[Document]:
    """Read a CSV table (comma, semicolon, tab or bar); raises `SourceError` where no column holds text."""
    text = decode(source.data, source.path).lstrip("\r\n")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    names = header_cells(first.rstrip("\r"))
    csv.field_size_limit(min(sys.maxsize, source.limits.max_characters))
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))[1:]
        rows_: Iterable[list[str] | Damage] = [row for row in table if any(row)]
    except csv.Error:
        rows_ = _salvaged(text, delimiter, len(names))
    return _documents(
        source, "csv", (row if isinstance(row, Damage) else dict(zip(names, row, strict=False)) for row in rows_)
    )


def _salvaged(text: str, delimiter: str, width: int) -> Iterator[list[str] | Damage]:
    """Yield the rows of a table with a broken quote: each the lines that close their quotes and have its columns."""
    lines = text.splitlines(keepends=True)
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
                found = list(csv.reader(io.StringIO(held, newline=""), delimiter=delimiter))
            except csv.Error:
                return None, 1
            if not any(map(any, found)):
                return [], count
            return (found[0], count) if len(found) == 1 and len(found[0]) == width else (None, 1)
    return None, 1


def read_jsonl(source: Source) -> list[Document]:
    """Read JSON Lines, or one JSON list or object; raises `SourceError` where no object can be read."""
    text = decode(source.data, source.path)
    values = json_records(text, lambda value: isinstance(value, dict))
    if not values:
        raise SourceError(f"{source.path} is damaged or cut-off JSON; export it again, one object a line.")
    if not any(isinstance(value, dict) for value in values):
        raise SourceError(f"{source.path} holds JSON that is no record; give objects with title and abstract.")
    return _documents(source, "jsonl", (_named(value, number) for number, value in enumerate(values, start=1)))


def _named(value: Any, number: int) -> Mapping[str, Any] | Damage:
    if isinstance(value, Damage):
        return value
    if not isinstance(value, dict):
        return Damage(f"record {number}")
    return {" ".join(str(key).replace("_", " ").replace("-", " ").lower().split()): cell for key, cell in value.items()}


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    fields: dict[str, list[str]] = {}
    for row in rows("columns"):
        fields.setdefault(row["field"], []).append(row["alias"])
    return {field: tuple(aliases) for field, aliases in fields.items()}


def _cell(record: Mapping[str, Any], field: str) -> str:
    """Return the first filled cell of a field by the order of its aliases; lists are joined by "; "."""
    for alias in _aliases()[field]:
        value = record.get(alias)
        if isinstance(value, list):
            value = "; ".join(str(item) for item in value)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _documents(source: Source, kind: SourceFormat, records: Iterable[Mapping[str, Any] | Damage]) -> list[Document]:
    findings: list[Findings] = []
    named = False
    for record in records:
        if len(findings) == source.limits.max_records:
            raise SourceError(
                f"{source.path} has more than {source.limits.max_records:,} records; split it or raise max_records."
            )
        if isinstance(record, Damage):
            findings.append(damaged_record(kind, record))
            continue
        named = named or any(alias in record for field in ("title", "abstract") for alias in _aliases()[field])
        findings.append(_findings(kind, record))
    if not named:
        raise SourceError(f"{source.path} has no column named title, abstract or text; rename the columns.")
    return finish_records(source, findings)


def _findings(kind: SourceFormat, record: Mapping[str, Any]) -> Findings:
    title = " ".join(_cell(record, "title").split())
    passages = [Passage(Piece(title, "title"), "", "title")] if title else []
    for paragraph in _cell(record, "abstract").replace("\r", "\n").split("\n"):
        if content := " ".join(paragraph.split()):
            passages.append(Passage(Piece(content), "Abstract", "abstract"))
    assembly = assemble(passages)
    identifiers: dict[str, str] = {}
    if (pmid := _cell(record, "pmid").removesuffix(".0").upper().removeprefix("PMID:").strip()).isdigit():
        identifiers["pmid"] = pmid
    if pmcid := _cell(record, "pmcid").upper():
        identifiers["pmcid"] = pmcid if pmcid.startswith("PMC") else f"PMC{pmcid}"
    if doi := find_identifiers(_cell(record, "doi")).get("doi"):
        identifiers["doi"] = doi
    return Findings(
        format=kind,
        text=assembly.text,
        title=title,
        date=parse_date(_cell(record, "date").removesuffix(".0")),
        authors=tuple(name.strip() for name in _cell(record, "authors").split(";") if name.strip()),
        identifiers=identifiers,
        publication_types=tuple(name.strip() for name in _cell(record, "types").split(";") if name.strip()),
        blocks=assembly.blocks,
        flags=notices(title),
        record=next(iter(identifiers.values()), _cell(record, "record")),
    )
