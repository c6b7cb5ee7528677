"""In: the bytes of a file; out: its format, recognised by content and never by its name."""

import io
import re
import struct
import zipfile
from collections.abc import Mapping

from pipeline.errors import ArticleError, SourceError
from pipeline.ingest.decoding import decode_records
from pipeline.ingest.records import dialect_of, is_bibtex, is_table
from pipeline.ingest.source import Source
from pipeline.ingest.structure import refuse_structured
from pipeline.vocabulary import SourceFormat

HEAD = 65_536
ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\]\s*(?=>))*>)", re.DOTALL | re.IGNORECASE)
HTML_ROOT = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
HTML_PART_NAMES = """
html head body title meta link base style script noscript div p main section header nav form table center span h1 h2 h3
h4 ul ol dl a b strong i em font br hr img
"""
HTML_PARTS = frozenset(HTML_PART_NAMES.split())
# The head of a page that a browser saved with its parts in one file.
MHTML = re.compile(r"\A(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related", re.IGNORECASE)
XML_ROOTS: dict[str, SourceFormat] = {
    "article": "jats",
    "pmc-articleset": "jats",
    "oai-pmh": "jats",
    "articles": "jats",
    "pubmedarticleset": "medline",
    "pubmedarticle": "medline",
    "pubmedbookarticleset": "medline",
    "pubmedbookarticle": "medline",
    "medlinecitationset": "medline",
    "collection": "bioc-xml",
    "xml": "endnote-xml",
    "records": "endnote-xml",
}
# What a ZIP archive is, by a file in it that only this kind has.
PACKED: Mapping[str, SourceFormat] = {
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsx",
    "word/document.xml": "docx",
    "META-INF/container.xml": "epub",
}
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
# Office files of which no reader takes the text.
OFFICE = frozenset({"ppt/presentation.xml", "META-INF/manifest.xml"})
# The stream of an old Office file that holds a workbook, as its directory names it.
OLD_WORKBOOK = ("Workbook".encode("utf-16-le"), "Book\x00".encode("utf-16-le"))
IMAGE = "an image"
MAGIC = (
    (b"\xd0\xcf\x11\xe0", "an old Office document", "save it as DOCX, PDF, HTML or plain text"),
    (b"{\\rtf", "a rich-text document", "save it as PDF, HTML or plain text"),
    (b"\x89PNG", IMAGE, "run OCR on it (for example ocrmypdf) and give the PDF with text"),
    (b"\xff\xd8\xff", IMAGE, "run OCR on it (for example ocrmypdf) and give the PDF with text"),
    (b"GIF8", IMAGE, "run OCR on it (for example ocrmypdf) and give the PDF with text"),
    (b"II*\x00", IMAGE, "run OCR on it (for example ocrmypdf) and give the PDF with text"),
    (b"MM\x00*", IMAGE, "run OCR on it (for example ocrmypdf) and give the PDF with text"),
    (b"PAR1", "a Parquet table", "export it as CSV or JSONL"),
    (b"SQLite format 3", "a database", "export it as CSV or JSONL"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
    (b"BZh", "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ", "an xz archive", "unpack it first"),
    (b"\x1f\x8b", "packed twice with gzip", "unpack it first"),
    (b"%!PS", "a PostScript file", "convert it to PDF"),
)


def recognise(source: Source) -> SourceFormat:
    """Return the format of a file; raises `SourceError` for a kind that is not read."""
    data = source.data
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if packed := _packed(source):
        return packed
    for magic, kind, advice in MAGIC:
        if data.startswith(magic):
            error = ArticleError if kind == IMAGE else SourceError
            raise error(f"{source.path} is {kind}, which is not read; {advice}.")
    head = decode_records(_head(data), source.path).lstrip(" \t\r\n")
    if head.startswith("<") and (marked := _markup(head, source)):
        return marked
    if MHTML.search(head[:8192].replace("\r\n", "\n")):
        return "mhtml"
    if HTML.search(head[:2048]):
        return "html"
    if head[:1] in "{[" and (found := _json(head)):
        return found
    if dialect := dialect_of(head):
        return dialect.form
    if is_bibtex(head):
        return "bibtex"
    if is_table(head):
        return "csv"
    refuse_structured(head, source.path)
    return "text"


def _packed(source: Source) -> SourceFormat | None:
    """Return the format of an archive or Office file, by the names of its parts; None for any other file."""
    data = source.data
    if data.startswith(b"PK\x03\x04"):
        names = _member_names(data)
        if found := next((form for name, form in PACKED.items() if name in names), None):
            return found
        if SPREADSHEET in data[:200]:
            return "xlsx"
        if OFFICE & names:
            raise SourceError(f"{source.path} is an Office document that is not read; save it as DOCX, XLSX or PDF.")
        return "zip"
    old = data.startswith(b"\xd0\xcf\x11\xe0") and any(stream in data for stream in OLD_WORKBOOK)
    return "xlsx" if old else None


def _member_names(data: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, EOFError, struct.error):
        return set()


def _head(data: bytes) -> bytes:
    """Return the first bytes, cut at a place that no multi-byte character spans."""
    if len(data) <= HEAD:
        return data
    cut = max(data.rfind(b"\n", 0, HEAD), data.rfind(b" ", 0, HEAD))
    # UTF-16 and UTF-32 keep their alignment; a text without any blank is cut anywhere.
    return (
        data[: (cut + 1 if cut > HEAD // 2 else HEAD) // 4 * 4]
        if data[1:2] == b"\x00" or data[:1] in b"\xff\xfe"
        else data[: cut + 1 if cut > HEAD // 2 else HEAD]
    )


def _markup(head: str, source: Source) -> SourceFormat | None:
    rest = head
    while match := PROLOGUE.match(rest):
        rest = rest[match.end() :]
    root = ROOT.match(rest.lstrip())
    name = root[1].lower() if root else ""
    if name in XML_ROOTS:
        return "html" if HTML_ROOT.search(head[:2048]) else XML_ROOTS[name]
    if HTML.search(head[:4096]) or name in HTML_PARTS:
        return "html"
    if head.startswith("<?xml"):
        raise SourceError(
            f"{source.path} is XML of an unknown kind (<{name or '?'}>); "
            "give JATS, MEDLINE/PubMed, BioC or EndNote XML."
        )
    return None


def _json(head: str) -> SourceFormat | None:
    if re.search(r'"(?:documents|passages)"\s*:', head):
        return "bioc-json"
    return "jsonl" if re.match(r'[\[{]\s*[{"\]}]', head) else None
