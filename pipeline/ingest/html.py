"""In: a web page; out: a `Document`.

trafilatura says what is main text, the page's own tree how that text is built.
"""

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from pipeline.errors import SourceError
from pipeline.ingest.citations import find_citations, merge
from pipeline.ingest.decoding import decode
from pipeline.ingest.main_text import covers, letters, main_pieces
from pipeline.ingest.outline import UNCERTAIN, entry_lines, organise
from pipeline.ingest.page import Page, read_page
from pipeline.ingest.page_metadata import first_of, meta_tags, stated_metadata
from pipeline.ingest.page_title import article_title
from pipeline.ingest.passages import Piece, assemble
from pipeline.ingest.quality import Findings, finish
from pipeline.ingest.references import find_identifiers, make_reference, read_reference_lists
from pipeline.ingest.source import Source
from pipeline.ingest.tables import html_tables
from pipeline.records import Document, Reference
from pipeline.vocabulary import QualityFlag

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
# Python decodes these too, but no page is written in them.
NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"})
# Browsers read pages that call themselves so as Windows text, and so do their authors.
AS_BROWSERS = dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"), "cp1252")
CREDENTIALS = re.compile(r"(?:[A-Z][A-Za-z]?\.?){1,5}(?:[ -][A-Z]{1,4})?|PhD|PharmD|DrPH|MScN?")

MOST_CELLS = 100_000
"""Cells of a page, were all its rows as long as the longest."""
TRUNCATED: tuple[QualityFlag, ...] = ("truncated",)


def read_html(source: Source) -> list[Document]:
    """Read one web page; raises `SourceError` where it holds no text."""
    markup = _decode(source)
    root, too_deep = _tree(markup, source)
    tables = html_tables(root)
    flags = TRUNCATED * too_deep + TRUNCATED * _level(root)
    main = _main_text(root)
    tags, stated = meta_tags(root), stated_metadata(root)
    page, uncertain = _read_page(root, main)
    if not page.pieces and too_deep:
        raise SourceError(f"{source.path} has elements that are nested too deeply to read; save the page again.")
    if not page.pieces:
        raise SourceError(
            f"{source.path} shows no text without its scripts; save the page from a browser as text or PDF."
        )
    kept = main_pieces(page, main)
    headings = [piece for piece in page.pieces if piece.kind == "heading"]
    title = article_title(root, tags, headings, kept, stated.title)
    top = next((index for index, piece in enumerate(kept) if piece.text == title and piece.kind == "heading"), -1)
    # A heading above the title names the site's department.
    pieces = [piece for index, piece in enumerate(kept) if index > top or (index < top and piece.kind != "heading")]
    outline = organise([Piece(title, "title"), *pieces] if title else pieces)
    references = _references(outline.references, page)
    assembly = assemble(outline.passages)
    identifiers = _identifiers(tags)
    findings = Findings(
        format="html",
        text=assembly.text,
        title=title,
        date=first_of(tags, "citation_publication_date", "citation_date").replace("/", "-")
        or stated.date
        or outline.date,
        authors=_authors(stated.author) or outline.authors,
        identifiers=identifiers,
        blocks=assembly.blocks,
        citations=merge(
            assembly.text, [*assembly.citations, *find_citations(assembly.text, assembly.blocks, references)]
        ),
        references=references,
        tables=tables,
        flags=(*outline.flags, *dict.fromkeys(flags), *(UNCERTAIN,) * (uncertain and UNCERTAIN not in outline.flags)),
    )
    return [finish(source, findings)]


def _decode(source: Source) -> str:
    declared = CHARSET.search(source.data[:4096])
    if declared:
        name = declared[1].decode("ascii").lower().replace("_", "-")
        try:
            if name not in NO_CHARSETS:
                return source.data.decode(AS_BROWSERS.get(name, name))
        except (UnicodeError, LookupError):
            pass
    return decode(source.data, source.path)


def _tree(markup: str, source: Source) -> tuple[Any, bool]:
    """Return the root element, and whether the page ends for the parser where its elements are nested too deeply."""
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(markup.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise SourceError(f"{source.path} holds no HTML elements; save the page again.")
    return root, any("depth" in entry.message for entry in parser.error_log)


def _read_page(root: Any, main: str) -> tuple[Page, bool]:
    """Return the page's pieces; with asides where the article stands in one (an unclosed `nav`), and so noted."""
    page = read_page(root)
    if page.pieces and covers(page, main):
        return page, False
    whole = read_page(root, with_asides=True)
    return (whole, True) if len(whole.pieces) > len(page.pieces) and covers(whole, main) else (page, False)


def _level(root: Any) -> bool:
    """Take out of a page what trafilatura would multiply: spans, and all rows but the first of too large tables.

    It fills each row up to the longest, which may stand on a page of tables as long as it is wide.
    """
    for cell in root.iter("td", "th"):
        for name in ("colspan", "rowspan"):
            cell.attrib.pop(name, None)
    rows = list(root.iter("tr"))
    left = MOST_CELLS // max(map(len, rows), default=1)
    for row in rows[left:]:
        row.drop_tree()
    return len(rows) > left


def _main_text(root: Any) -> str:
    """Return the main text of a page as letters and digits, "" where trafilatura finds none.

    Its second opinions (readability, justext) are left out: the walk over the page is one, and keeps as much.
    """
    import trafilatura

    found: Any = trafilatura.bare_extraction(root, fast=True, include_comments=False, include_tables=True)
    if found is None:
        return ""
    return letters("".join(found.body.itertext()) if found.body is not None else found.text or "")


def _references(lists: tuple[tuple[Piece, ...], ...], page: Page) -> tuple[Reference, ...]:
    """Return the reference list; where there is none, the literature that numbered links lead to."""
    listed = read_reference_lists([entry_lines(pieces) for pieces in lists])
    if listed:
        return listed
    linked = {label: href for label, href in page.targets.items() if label.isdigit() and href.startswith("http")}
    return tuple(
        make_reference(label, linked[label], identifiers=find_identifiers(linked[label]))
        for label in sorted(linked, key=int)
    )


def _authors(stated: str) -> tuple[str, ...]:
    names = (" ".join(name.split()) for name in re.split(r";|,| and ", stated))
    return tuple(name for name in names if name and not CREDENTIALS.fullmatch(name))


def _identifiers(tags: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if (pmid := first_of(tags, "citation_pmid")).isdigit():
        found["pmid"] = pmid
    if doi := find_identifiers(
        first_of(tags, "citation_doi", "dc.identifier", "prism.doi", "bepress_citation_doi")
    ).get("doi"):
        found["doi"] = doi
    return found
