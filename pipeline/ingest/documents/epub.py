"""In: an e-book (EPUB); out: a `Document`: its chapters in the order of its spine."""

import posixpath
import zipfile
from typing import Any
from urllib.parse import unquote

from lxml import etree
from lxml import html as lxml_html

from pipeline.errors import SourceError
from pipeline.ingest.dates import parse_date
from pipeline.ingest.documents.archive import open_zip, read_member
from pipeline.ingest.documents.prose import article
from pipeline.ingest.page import read_page
from pipeline.ingest.passages import Piece
from pipeline.ingest.references import find_identifiers
from pipeline.ingest.source import Source
from pipeline.records import Document

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
PAGE_TYPES = frozenset({"application/xhtml+xml", "text/html"})


def read_epub(source: Source) -> list[Document]:
    """Read one book; raises `SourceError` where it is damaged, protected, or holds no text."""
    with open_zip(source) as archive:
        names = set(archive.namelist())
        left = [source.limits.max_unpacked_bytes]
        package_name = _package_name(source, archive, names, left)
        package = _xml(source, _part(source, archive, package_name, left))
        pieces: list[Piece] = []
        for name in _spine(package, package_name):
            if name in names:
                pieces.extend(_pieces(_part(source, archive, name, left)))
    if not pieces:
        reason = "its text is protected; give a copy without DRM" if ENCRYPTION in names else "save it again"
        raise SourceError(f"{source.path} is an e-book without text that can be read; {reason}.")
    title = next(iter(_metadata(package, "title")), "")
    return [
        article(
            source,
            "epub",
            [Piece(title, "title"), *pieces] if title else pieces,
            authors=tuple(_metadata(package, "creator")),
            date=next((date for date in map(parse_date, _metadata(package, "date")) if date), ""),
            identifiers=find_identifiers(" ; ".join(_metadata(package, "identifier"))),
        )
    ]


def _part(source: Source, archive: zipfile.ZipFile, name: str, left: list[int]) -> bytes:
    data = read_member(source, archive, archive.getinfo(name), left[0])
    left[0] -= len(data)
    return data


def _xml(source: Source, data: bytes) -> Any:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        raise SourceError(f"{source.path} is a damaged e-book; download it again.") from None


def _package_name(source: Source, archive: zipfile.ZipFile, names: set[str], left: list[int]) -> str:
    root = _xml(source, _part(source, archive, CONTAINER, left)) if CONTAINER in names else None
    name = "" if root is None else next((node.get("full-path", "") for node in root.iter("{*}rootfile")), "")
    if name not in names:
        raise SourceError(f"{source.path} is a damaged e-book that names no package; download it again.")
    return name


def _spine(package: Any, package_name: str) -> list[str]:
    """Return the names of the chapters, in reading order, without the table of contents."""
    folder = posixpath.dirname(package_name)
    items = {
        node.get("id"): posixpath.normpath(posixpath.join(folder, unquote(node.get("href", ""))))
        for node in package.iter("{*}item")
        if node.get("media-type") in PAGE_TYPES and "nav" not in (node.get("properties") or "").split()
    }
    order = [node.get("idref") for node in package.iter("{*}itemref") if node.get("linear") != "no"]
    return [items[name] for name in order if name in items]


def _pieces(data: bytes) -> list[Piece]:
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return read_page(lxml_html.document_fromstring(data, parser=parser)).pieces
    except (etree.ParserError, etree.XMLSyntaxError):
        return []


def _metadata(package: Any, name: str) -> list[str]:
    found = (" ".join("".join(node.itertext()).split()) for node in package.iter(f"{{*}}{name}"))
    return [value for value in found if value]
