"""In: a Word document (DOCX); out: a `Document`: headings, lists, notes, tracked insertions, no comments."""

import io
import re
import zipfile
from typing import Any

import mammoth
from lxml import etree
from lxml import html as lxml_html

from pipeline.errors import SourceError
from pipeline.ingest.dates import parse_date
from pipeline.ingest.documents.archive import open_zip, read_member
from pipeline.ingest.documents.prose import article
from pipeline.ingest.inline import tag_of
from pipeline.ingest.page import read_page
from pipeline.ingest.passages import Piece
from pipeline.ingest.references import make_reference
from pipeline.ingest.source import Source
from pipeline.ingest.tables import html_tables
from pipeline.records import Document, Reference

STYLES = "p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p.subtitle:fresh"
HEADING_WORDS = 16
NOTE = re.compile(r"^(?:foot|end)note-(\d+)$")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CORE = "docProps/core.xml"


def read_docx(source: Source) -> list[Document]:
    """Read one document; raises `SourceError` where it is damaged, encrypted, or holds no text."""
    root = _tree(source)
    title = _take_title(root)
    notes = _take_notes(root)
    _mark_headings(root)
    page = read_page(root)
    tables = html_tables(root)
    if not page.pieces and not title:
        raise SourceError(f"{source.path} holds no text; if its pages are images, run OCR on them first.")
    pieces = [Piece(title, "title"), *page.pieces] if title else page.pieces
    stated_title, created = _properties(source)
    document = article(source, "docx", pieces, title=stated_title, date=created, notes=notes, tables=tables)
    return [document]


def _tree(source: Source) -> Any:
    with open_zip(source) as archive:
        # The parts are unpacked within the limit before the converter, which knows none, meets them.
        left = source.limits.max_unpacked_bytes
        for info in archive.infolist():
            left -= len(read_member(source, archive, info, left))
    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(source.data),
            style_map=STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
        )
    except (KeyError, OSError, zipfile.BadZipFile):
        raise SourceError(f"{source.path} is a damaged Word document; save it again.") from None
    return lxml_html.document_fromstring(f"<html><body>{converted.value}</body></html>")


def _take_title(root: Any) -> str:
    """Return the words of the paragraphs in the style Title, and take them out of the tree."""
    marked = [node for node in root.iter("h1") if node.get("class") == "title"]
    words = " ".join(" ".join(node.text_content().split()) for node in marked)
    for node in marked:
        node.drop_tree()
    return words


def _take_notes(root: Any) -> tuple[Reference, ...]:
    """Take the notes at the end out of the tree: those that cite literature go out as references.

    The marks of other notes are taken out too; their words stay, as paragraphs at the end.
    """
    notes = [node for node in root.iter("li") if NOTE.match(node.get("id") or "")]
    words = [" ".join(node.text_content().replace("↑", " ").split()) for node in notes]
    cites = notes and sum(bool(YEAR.search(text)) for text in words) >= 0.5 * len(notes)
    for node in notes:
        node.drop_tree()
    if cites:
        return tuple(make_reference(str(number), text) for number, text in enumerate(words, start=1))
    for mark in [link for link in root.iter("a") if NOTE.match((link.get("href") or "").lstrip("#"))]:
        (mark.getparent() if tag_of(mark.getparent()) == "sup" else mark).drop_tree()
    body = root.find("body")
    for text in words:
        etree.SubElement(body, "p").text = text
    return ()


def _mark_headings(root: Any) -> None:
    """Make a heading of a short paragraph that is bold throughout, as many write them."""
    for node in root.iter("p"):
        bold = "".join("".join(part.itertext()) for part in node if tag_of(part) in {"strong", "b"}).strip()
        words = " ".join(node.text_content().split())
        in_table = any(tag_of(above) in {"td", "th", "li"} for above in node.iterancestors())
        short = 0 < len(words.split()) <= HEADING_WORDS and words[-1] not in ".,;"
        if short and bold == node.text_content().strip() and not in_table:
            node.tag = "h3"


def _properties(source: Source) -> tuple[str, str]:
    """Return the title and the day of creation that the file states; the creator is whoever owns the machine."""
    with open_zip(source) as archive:
        if CORE not in archive.namelist():
            return "", ""
        data = archive.read(CORE)
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return "", ""
    values = {tag_of(node): " ".join((node.text or "").split()) for node in root}
    return values.get("title", ""), parse_date(values.get("created", ""))
