"""In: records as JSON (JSON Lines, a list, one object); out: a `Document` for each."""

from collections.abc import Iterator
from typing import Any

from pipeline.errors import SourceError
from pipeline.ingest.decoding import decode_records
from pipeline.ingest.json_records import json_records
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.columns import TEXTS, column_name, object_fields
from pipeline.ingest.records.fields import column_fields
from pipeline.ingest.source import Source
from pipeline.records import Document

# How deep the list of records may stand in the answer of a service ("message" > "items").
DEPTH = 3


def read_jsonl(source: Source) -> list[Document]:
    """Read JSON Lines, or one JSON list or object; raises `SourceError` where no object can be read."""
    text = decode_records(source.data, source.path)
    values = _listed(json_records(text, lambda value: isinstance(value, dict)))
    if not values:
        raise SourceError(f"{source.path} is damaged or cut-off JSON; export it again, one object a line.")
    if not any(isinstance(value, dict) for value in values):
        raise SourceError(f"{source.path} holds JSON that is no record; give objects with title and abstract.")
    if not any(isinstance(value, dict) and _is_record(value) for value in values):
        raise SourceError(f"{source.path} has no column named title, abstract or text; rename the columns.")
    return read_records(source, "jsonl", _fields(values))


def _listed(values: list[Any]) -> list[Any]:
    """Return the records of an answer: one object that is no record and holds a list of them, at whatever key."""
    if len(values) == 1 and isinstance(values[0], dict) and not _is_record(values[0]):
        return _held(values[0], DEPTH) or values
    return values


def _held(answer: dict[str, Any], depth: int) -> list[Any]:
    for value in answer.values():
        if isinstance(value, list) and any(isinstance(item, dict) and _is_record(item) for item in value):
            return value
        if isinstance(value, dict) and depth and (found := _held(value, depth - 1)):
            return found
    return []


def _is_record(value: dict[str, Any]) -> bool:
    known = dict(column_fields())
    return any(known.get(column_name(str(key))) in TEXTS for key in value)


def _fields(values: list[Any]) -> Iterator[Record | Damage]:
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield object_fields(value), ()
        else:
            yield value if isinstance(value, Damage) else Damage(f"record {number}")
