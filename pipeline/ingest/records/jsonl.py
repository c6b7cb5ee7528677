"""Records as JSON come in (JSON Lines, a list, one object); a `Document` for each goes out."""

from collections.abc import Iterator
from typing import Any

from pipeline.ingest.decoding import decode
from pipeline.ingest.json_records import json_records
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.columns import TEXTS, column_name, object_fields
from pipeline.ingest.records.fields import column_fields
from pipeline.ingest.source import Source
from pipeline.records import Document, SourceError

# Where a list of records stands in an object that holds more: answers of literature services.
LISTS = ("results", "items", "records", "references", "data", "hits", "articles", "works")


def read_jsonl(source: Source) -> list[Document]:
    """Read JSON Lines, or one JSON list or object; raises `SourceError` where no object can be read."""
    text = decode(source.data, source.path)
    values = _listed(json_records(text, lambda value: isinstance(value, dict)))
    if not values:
        raise SourceError(f"{source.path} is damaged or cut-off JSON; export it again, one object a line.")
    if not any(isinstance(value, dict) for value in values):
        raise SourceError(f"{source.path} holds JSON that is no record; give objects with title and abstract.")
    names = {alias for alias, field in column_fields() if field in TEXTS}
    if not any(isinstance(value, dict) and names & {column_name(str(key)) for key in value} for value in values):
        raise SourceError(f"{source.path} has no column named title, abstract or text; rename the columns.")
    return read_records(source, "jsonl", _fields(values))


def _listed(values: list[Any]) -> list[Any]:
    """Return the records of a single object that holds nothing but a list of them and words about it."""
    if len(values) == 1 and isinstance(values[0], dict) and "title" not in values[0]:
        for name in LISTS:
            held = values[0].get(name)
            if isinstance(held, list) and any(isinstance(item, dict) for item in held):
                return held
    return values


def _fields(values: list[Any]) -> Iterator[Record | Damage]:
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield object_fields(value), ()
        else:
            yield value if isinstance(value, Damage) else Damage(f"record {number}")
