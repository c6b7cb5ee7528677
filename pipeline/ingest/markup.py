"""Bytes of an XML file come in; its tree or its records go out, safe against entities and network access."""

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.ingest.source import Source
from pipeline.records import SourceError

# libxml2 refuses nodes above ten megabytes unless told that a file may be large; max_bytes has bounded it by then.
LARGE = 8_000_000


def parse_xml(source: Source) -> Any:
    """Return the root element; entities are not expanded, nothing is fetched; raises `SourceError` if damaged."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=len(source.data) > LARGE,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(source.data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(source, error) from None


def iterate_records(source: Source, tags: tuple[str, ...]) -> Iterator[Any]:
    """Yield each element of these names in turn and free it after; raises `SourceError` if damaged."""
    events = etree.iterparse(
        io.BytesIO(source.data.strip()),
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=len(source.data) > LARGE,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise damaged(source, error) from None


def damaged(source: Source, error: Exception) -> SourceError:
    """Return the error for XML that does not parse, with the line where it broke."""
    line = getattr(error, "lineno", None)
    where = f" at line {line}" if line else ""
    if re.search(r"entity|amplification", str(error), re.IGNORECASE):
        return SourceError(
            f"{source.path} defines entities that are not allowed{where}; remove its DOCTYPE declarations."
        )
    return SourceError(f"{source.path} is damaged or cut-off XML{where}; download it again.")
