"""A web page comes in; a `Document` goes out.

trafilatura says what is main text, the page's own tree how that text is built.
"""

import logging
import re
import unicodedata
from typing import Any

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from pipeline.ingest.citations import find_citations, merge
from pipeline.ingest.decoding import decode
from pipeline.ingest.outline import entry_lines, organise
from pipeline.ingest.page import Page, read_page
from pipeline.ingest.passages import Piece, assemble
from pipeline.ingest.quality import Findings, finish
from pipeline.ingest.reference_lists import reference_lists
from pipeline.ingest.references import find_identifiers, make_reference, read_reference_lists
from pipeline.ingest.source import Source
from pipeline.ingest.tables import html_tables
from pipeline.records import Document, Reference, SourceError

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
# Python decodes these too, but no page is written in them.
NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"})
# Browsers read pages that call themselves so as Windows text, and so do their authors.
AS_BROWSERS = dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"), "cp1252")
CREDENTIALS = re.compile(r"(?:[A-Z][A-Za-z]?\.?){1,5}(?:[ -][A-Z]{1,4})?|PhD|PharmD|DrPH|MScN?")
# A piece with fewer letters and digits than this is too short to be told by its words alone.
SHORT = 25
# Below this share of a page's paragraph text, trafilatura has taken a box for the article.
MIN_SHARE = 0.2
LINK_SHARE = 0.5
WINDOW = 40

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def read_html(source: Source) -> list[Document]:
    """Read one web page; raises `SourceError` where it holds no text."""
    markup = _decode(source)
    root, too_deep = _tree(markup, source)
    metadata, main = _extract(markup)
    page = read_page(root)
    if not page.pieces and too_deep:
        raise SourceError(f"{source.path} has elements that are nested too deeply to read; save the page again.")
    if not page.pieces:
        raise SourceError(
            f"{source.path} shows no text without its scripts; save the page from a browser as text or PDF."
        )
    kept = _main_pieces(page, main)
    title = _title(kept, metadata)
    top = next((index for index, piece in enumerate(kept) if piece.text == title and piece.kind == "heading"), -1)
    # A heading above the title names the site's department.
    pieces = [piece for index, piece in enumerate(kept) if index > top or (index < top and piece.kind != "heading")]
    outline = organise([Piece(title, "title"), *pieces] if title else pieces)
    references = _references(outline.references, page)
    assembly = assemble(outline.passages)
    identifiers = _identifiers(root)
    findings = Findings(
        format="html",
        text=assembly.text,
        title=title,
        date=_meta(root, "citation_publication_date", "citation_date").replace("/", "-")
        or metadata.get("date", "")
        or outline.date,
        authors=_authors(metadata.get("author", "")) or outline.authors,
        identifiers=identifiers,
        blocks=assembly.blocks,
        citations=merge(
            assembly.text, [*assembly.citations, *find_citations(assembly.text, assembly.blocks, references)]
        ),
        references=references,
        tables=html_tables(root),
        flags=(*outline.flags, "truncated") if too_deep else outline.flags,
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


def _extract(markup: str) -> tuple[dict[str, str], str]:
    """Return the metadata and the main text as letters and digits, both empty where trafilatura finds no article."""
    found: Any = trafilatura.bare_extraction(markup, include_comments=False, include_tables=True, with_metadata=True)
    if found is None:
        return {}, ""
    metadata = {key: str(getattr(found, key, None) or "") for key in ("title", "author", "date", "sitename")}
    body = "".join(found.body.itertext()) if found.body is not None else found.text or ""
    return metadata, _key(body)


def _key(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def _is_inside(key: str, main: str) -> bool:
    """Say whether a piece is main text: its words stand there as a whole, or most stretches of them do."""
    if key in main:
        return True
    windows = [key[start : start + WINDOW] for start in range(0, max(1, len(key) - WINDOW + 1), WINDOW // 2)]
    return len(windows) > 1 and sum(window in main for window in windows) >= 0.6 * len(windows)


def _main_pieces(page: Page, main: str) -> list[Piece]:
    """Return the pieces that are main text, the headings over them, and all that stands under a reference heading."""
    keys = [_key(piece.text) for piece in page.pieces]
    weight = sum(len(key) for key, piece in zip(keys, page.pieces, strict=True) if piece.kind == "paragraph") or 1
    if len(main) < MIN_SHARE * weight:
        inside = [share < LINK_SHARE for share in page.link_shares]
    else:
        inside = [len(key) >= SHORT and _is_inside(key, main) for key in keys]
        for index, key in enumerate(keys):
            near = any(inside[max(0, index - 1) : index + 2])
            if not inside[index] and key and len(key) < SHORT and key in main and near:
                inside[index] = True
    keep = list(inside)
    for index, piece in enumerate(page.pieces):
        if piece.kind == "heading" and not keep[index]:
            following = inside[index + 1 : index + 4]
            headings = [other.kind == "heading" for other in page.pieces[index + 1 : index + 4]]
            keep[index] = any(is_inside and all(headings[:offset]) for offset, is_inside in enumerate(following))
    _keep_references(page, keep)
    return [piece for piece, kept in zip(page.pieces, keep, strict=True) if kept]


def _keep_references(page: Page, keep: list[bool]) -> None:
    for places in reference_lists(page.pieces):
        keep[places.start : places.stop] = [True] * len(places)


def _title(pieces: list[Piece], metadata: dict[str, str]) -> str:
    stated = " ".join(metadata.get("title", "").split())
    top = next((piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1), "")
    if top and (not stated or _key(top) in _key(stated) or _key(stated) in _key(top)):
        return top
    site = metadata.get("sitename", "")
    return re.sub(rf"\s+[|–—-]\s+{re.escape(site)}$", "", stated) if site else stated or top


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


def _meta(root: Any, *names: str) -> str:
    for name in names:
        for node in root.iter("meta"):
            if (node.get("name") or node.get("property") or "").lower() == name and (node.get("content") or "").strip():
                return str(node.get("content")).strip()
    return ""


def _identifiers(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    if (pmid := _meta(root, "citation_pmid")).isdigit():
        found["pmid"] = pmid
    if doi := find_identifiers(_meta(root, "citation_doi", "dc.identifier", "prism.doi", "bepress_citation_doi")).get(
        "doi"
    ):
        found["doi"] = doi
    return found
