"""A CSV or JSONL table of abstracts comes in; a `Document` for each row goes out."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pipeline.ingest.boilerplate import notices
from pipeline.ingest.dates import parse_date
from pipeline.ingest.decoding import decode
from pipeline.ingest.medline import finish_records
from pipeline.ingest.passages import Passage, Piece, assemble
from pipeline.ingest.quality import Findings
from pipeline.ingest.recognise import header_cells
from pipeline.ingest.references import find_identifiers
from pipeline.ingest.resources import rows
from pipeline.ingest.source import Source
from pipeline.records import Document, SourceError, SourceFormat


def read_csv(source: Source) -> list[Document]:
    """Read a CSV table (comma, semicolon, tab or bar); raises `SourceError` where no column holds text."""
    text = decode(source.data, source.path)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    csv.field_size_limit(min(sys.maxsize, source.limits.max_characters))
    lines = io.StringIO(text.lstrip("\r\n"), newline="")
    try:
        table = csv.reader(lines, delimiter=max(",;\t|", key=first.count))
        next(table)
        names = header_cells(first.rstrip("\r"))
        return _documents(source, "csv", (dict(zip(names, row, strict=False)) for row in table if any(row)))
    except csv.Error as error:
        raise SourceError(f"{source.path} is damaged CSV ({error}); export it again with quoted fields.") from None


def read_jsonl(source: Source) -> list[Document]:
    """Read JSON Lines, or one JSON list or object; raises `SourceError` for a line that is no JSON object."""
    text = decode(source.data, source.path)
    return _documents(source, "jsonl", _objects(source, text))


def _objects(source: Source, text: str) -> Iterable[Mapping[str, Any]]:
    try:
        whole = json.loads(text)
        records = whole if isinstance(whole, list) else [whole]
    except ValueError:
        records = []
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    records.append(json.loads(line))
                except ValueError:
                    raise SourceError(
                        f"{source.path} is damaged JSONL at line {number}; export it again, one object a line."
                    ) from None
    for record in records:
        if not isinstance(record, dict):
            raise SourceError(f"{source.path} holds JSON that is no record; give objects with title and abstract.")
        yield {
            " ".join(str(key).replace("_", " ").replace("-", " ").lower().split()): value
            for key, value in record.items()
        }


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


def _documents(source: Source, kind: SourceFormat, records: Iterable[Mapping[str, Any]]) -> list[Document]:
    findings: list[Findings] = []
    named = False
    for record in records:
        if len(findings) == source.limits.max_records:
            raise SourceError(
                f"{source.path} has more than {source.limits.max_records:,} records; split it or raise max_records."
            )
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
