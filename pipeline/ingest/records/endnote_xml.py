"""In: an EndNote XML library; out: a `Document` for each record."""

from collections.abc import Iterator
from typing import Any

from pipeline.ingest.markup import iterate_records
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.fields import by_field, tag_fields
from pipeline.ingest.source import Source
from pipeline.records import Document


def read_endnote_xml(source: Source) -> list[Document]:
    """Read every record of an EndNote library exported as XML; raises `SourceError` where none can be read."""
    return read_records(source, "endnote-xml", _fields(source))


def _fields(source: Source) -> Iterator[Record | Damage]:
    fields = tag_fields("endnote-xml")
    for element in iterate_records(source, ("record",)):
        if isinstance(element, Damage):
            yield element
            continue
        values = {path: [_text(node) for node in element.iterfind(path)] for path, _ in fields}
        values["ref-type"] = [node.get("name", "") for node in element.iterfind("ref-type")]
        yield by_field(values, fields), ()


def _text(node: Any) -> str:
    return "".join(node.itertext()).replace("\r", "\n")
