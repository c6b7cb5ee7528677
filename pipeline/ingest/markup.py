"""In: bytes of an XML file; out: its tree or its records, safe against entities and network access."""

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.errors import SourceError
from pipeline.ingest.quality import Damage
from pipeline.ingest.source import Source

# libxml2 refuses nodes above ten megabytes unless told that a file may be large; max_bytes has bounded it by then.
LARGE = 8_000_000
DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>")
RECORD_NAME = re.compile(rb"<(?:PMID|id|article-id)\b[^>]*>\s*([\w.-]{1,40})\s*<")


def parse_xml(source: Source) -> Any:
    """Return the root element; entities are not expanded, nothing is fetched; raises `SourceError` if damaged."""
    parser = etree.XMLParser(**_options(source))
    try:
        return etree.fromstring(source.data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(source, error) from None


def iterate_records(source: Source, tags: tuple[str, ...]) -> Iterator[Any]:
    """Yield each element of these names in turn and free it after; a damaged one gives a `Damage` in its place.

    Raises `SourceError` where the file is damaged and no record of it can be read.
    """
    events = etree.iterparse(io.BytesIO(source.data.strip()), events=("end",), tag=tags, **_options(source))
    n_read = 0
    try:
        for _, element in events:
            n_read += 1
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        rest = list(salvage(source, tags, skip=n_read))
        if not n_read and all(isinstance(record, Damage) for record in rest):
            raise damaged(source, error) from None
        yield from rest


def salvage(source: Source, tags: tuple[str, ...], *, skip: int = 0) -> Iterator[Any]:
    """Yield each element of these names of a damaged file, parsed by itself; a `Damage` for one that does not parse.

    The first `skip` of them, known to be sound, are left out.
    """
    data = source.data
    names = "|".join(map(re.escape, tags)).encode()
    marks = list(re.finditer(rb"<(/?)(?:" + names + rb")(?:\s[^<>]*)?>", data))
    declaration = DECLARATION.match(data)
    # A named external DTD that is never loaded lets the parser pass over entities that it does not know.
    opening = (declaration[0] if declaration else b"") + b'<!DOCTYPE r SYSTEM "none">'
    n_seen, last = 0, 0
    line, counted = 1, 0
    for index, mark in enumerate(marks):
        following = marks[index + 1] if index + 1 < len(marks) else None
        closes = mark[1] == b"/"
        whole = not closes and following is not None and following[1] == b"/"
        if closes and index and marks[index - 1][1] != b"/":
            continue
        # A closing mark that no opening one precedes ends a record whose own opening is broken.
        start = last if closes else mark.start()
        end = following.end() if whole and following else mark.end() if closes else _end(following, data)
        last = end
        n_seen += 1
        if n_seen > skip:
            part = data[start:end] if whole else b""
            line, counted = line + data.count(b"\n", counted, start), start
            named = RECORD_NAME.search(data, start, end)
            name = named[1].decode("ascii") if named else f"line {line}"
            yield _parsed(source, opening + part, Damage(name, cut_off=end == len(data)))
    if b"</" not in data[last:] and last < len(data):
        yield Damage("end of file", cut_off=True)


def _end(following: re.Match[bytes] | None, data: bytes) -> int:
    return following.start() if following else len(data)


def _parsed(source: Source, part: bytes, damage: Damage) -> Any:
    try:
        return etree.fromstring(part, etree.XMLParser(**_options(source)))
    except (etree.XMLSyntaxError, ValueError):
        return damage


def _options(source: Source) -> dict[str, Any]:
    return {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": len(source.data) > LARGE,
        "remove_comments": True,
        "remove_pis": True,
    }


def damaged(source: Source, error: Exception) -> SourceError:
    """Return the error for XML that does not parse, with the line where it broke."""
    line = getattr(error, "lineno", None)
    where = f" at line {line}" if line else ""
    if re.search(r"entity|amplification", str(error), re.IGNORECASE):
        return SourceError(
            f"{source.path} defines entities that are not allowed{where}; remove its DOCTYPE declarations."
        )
    if "depth" in str(error):
        return SourceError(f"{source.path} is XML that is nested too deeply to read{where}; simplify it.")
    return SourceError(f"{source.path} is damaged or cut-off XML{where}; download it again.")
