"""In: the element tree of a web page; out: its visible pieces in reading order, with the citations in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from pipeline.ingest.citations import UNITS, expand_labels
from pipeline.ingest.inline import SKIP, InlineText, tag_of, write_element
from pipeline.ingest.passages import Piece
from pipeline.ingest.resources import rows
from pipeline.ingest.tables import CELLS, lays_out
from pipeline.vocabulary import BlockKind

NO_TEXT_TAGS = """
script style template svg canvas iframe object embed button select option textarea input audio video picture img math
head title link meta
"""
# Elements that seldom hold the article; a page that holds it there is read with them.
ASIDE_TAGS = "noscript nav footer dialog menu"
BLOCK_TAGS = """
html body main article section div header aside p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre figure figcaption
table thead tbody tfoot tr td th address details summary fieldset center hr form noscript nav footer dialog menu
"""
NO_TEXT = frozenset(NO_TEXT_TAGS.split())
ASIDES = frozenset(ASIDE_TAGS.split())
BLOCKS = frozenset(BLOCK_TAGS.split())
HEADINGS = {f"h{level}": level for level in range(1, 7)}
TABLES = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
NAVIGATION = frozenset(
    {"navigation", "banner", "contentinfo", "search", "dialog", "menu", "menubar", "alert", "complementary"}
)
NUMBERS = re.compile(r"[\s\[(]*\d{1,3}(?:(?:\s*[,;–-]\s*|\s+)\d{1,3})*[\s\])]*")
LITERATURE = re.compile(
    r"ncbi\.nlm\.nih\.gov|pubmed|doi\.org|europepmc|sciencedirect|wiley|springer|nejm|jamanetwork|bmj", re.IGNORECASE
)
MIN_SUPERSCRIPTS = 3
# Where a name's words meet: "post-author__bioBox".
WORD_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])|[_-]+")


@dataclass(slots=True)
class Page:
    """A page's pieces, and where its citations link to.

    For each piece: the share of its characters that are links, and the elements around it whose names call them
    furniture, each as its number and the word ("sharing").
    """

    pieces: list[Piece] = field(default_factory=list)
    link_shares: list[float] = field(default_factory=list)
    furniture: list[frozenset[tuple[int, str]]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)


def read_page(root: Any, *, with_asides: bool = False) -> Page:
    """Return the pieces of a page without scripts and, unless `with_asides`, without navigation and hidden parts."""
    page = Page()
    raised = sum(
        tag_of(node) == "sup" and bool(NUMBERS.fullmatch("".join(node.itertext()))) for node in root.iter("sup")
    )
    walk = _Walk(page, cites_raised=raised >= MIN_SUPERSCRIPTS, with_asides=with_asides)
    for node in root.iter(*BLOCKS):
        around = node.getparent()
        while around is not None and around not in walk.holders:
            walk.holders.add(around)
            around = around.getparent()
    walk.block(root, "paragraph", 0)
    return page


class _Walk:
    """One walk over the tree; inline content gathers until a block begins or ends."""

    def __init__(self, page: Page, *, cites_raised: bool, with_asides: bool) -> None:
        self.page = page
        self.cites_raised = cites_raised
        self.with_asides = with_asides
        self.holders: set[Any] = set()
        self.furniture: frozenset[tuple[int, str]] = frozenset()
        self.n_furniture = 0
        self.in_layout = False
        self.text = InlineText()
        self.linked = 0
        self.items: dict[Any, int] = {}

    def block(self, element: Any, kind: BlockKind, level: int) -> None:
        """Emit the pieces of a block element that is not left out."""
        tag = tag_of(element)
        around, around_table = self.furniture, self.in_layout
        if tag == "table":
            self.in_layout = lays_out(element)
        if words := _furniture_words(f"{element.get('class') or ''} {element.get('id') or ''}"):
            self.n_furniture += 1
            self.furniture = around | {(self.n_furniture, word) for word in words}
        if tag in HEADINGS:
            kind, level = "heading", HEADINGS[tag]
        elif tag in {"li", "dt", "dd"}:
            kind, level = "list item", self._ordinal(element)
        elif tag in CELLS or tag in TABLES:
            kind = "paragraph" if self.in_layout else "table"
        elif tag == "figcaption":
            kind = "caption"
        self.text.add(element.text or "")
        for child in element:
            self._child(child, kind, level)
            if child.tail:
                self.text.add(child.tail)
        self.flush(kind, level)
        self.furniture, self.in_layout = around, around_table

    def _is_left_out(self, element: Any, tag: str) -> bool:
        return tag in NO_TEXT or not (self.with_asides or (tag not in ASIDES and not _is_hidden(element)))

    def _child(self, child: Any, kind: BlockKind, level: int) -> None:
        tag = tag_of(child)
        if self._is_left_out(child, tag):
            return
        if tag in BLOCKS or child in self.holders:
            self.flush(kind, level)
            self.block(child, kind, level)
        elif (
            tag == "br"
            and child.getnext() is not None
            and tag_of(child.getnext()) == "br"
            and not (child.tail or "").strip()
        ):
            self.flush(kind, level)
        else:
            self.linked += _link_length(child)
            write_element(child, self.text, self._reading)

    def flush(self, kind: BlockKind, level: int) -> None:
        """End the running piece."""
        if self.text.is_empty:
            self.linked = 0
            return
        content, citations = self.text.result()
        if content.strip():
            self.page.pieces.append(Piece(content, kind, level, citations=citations))
            self.page.link_shares.append(min(1.0, self.linked / len(content)))
            self.page.furniture.append(self.furniture)
        self.text, self.linked = InlineText(), 0

    def _ordinal(self, item: Any) -> int:
        """Return an item's number in an ordered list, 0 in any other."""
        parent = item.getparent()
        if parent is None or tag_of(parent) != "ol":
            return 0
        self.items[parent] = self.items.get(parent, 0) + 1
        return self.items[parent]

    def _reading(self, element: Any) -> tuple[str, ...] | None:
        tag = tag_of(element)
        if self._is_left_out(element, tag):
            return SKIP
        if tag not in {"a", "sup"}:
            return None
        written = "".join(element.itertext()).strip()
        if not NUMBERS.fullmatch(written):
            return None
        link = element if tag == "a" else next(element.iter("a"), None)
        labels = expand_labels(written)
        if link is not None:
            href = link.get("href", "")
            raised = tag == "sup" or tag_of(element.getparent()) == "sup"
            if raised or "#" in href or LITERATURE.search(href) or _before(element).rstrip()[-1:] in {"(", "[", ","}:
                self.page.targets.setdefault(labels[0], href)
                return labels
            return None
        return labels if self.cites_raised and not UNITS.search(_before(element)) else None


def _before(element: Any) -> str:
    """Return the last characters of the text before an element, looking out of wrappers that hold nothing else."""
    node = element
    while node.getparent() is not None:
        previous = node.getprevious()
        text = (previous.tail if previous is not None else node.getparent().text) or ""
        if text.strip() or previous is not None:
            return str(text)[-12:]
        node = node.getparent()
    return ""


def _link_length(element: Any) -> int:
    links: Iterator[Any] = element.iter("a")
    return sum(
        len("".join(link.itertext()).strip()) for link in links if not NUMBERS.fullmatch("".join(link.itertext()))
    )


def _furniture_words(names: str) -> frozenset[str]:
    """Return the words in the class and id of an element that call it furniture."""
    return frozenset(filter(_is_furniture, WORD_BREAK.sub(" ", names).lower().split()))


@lru_cache(maxsize=8192)
def _is_furniture(word: str) -> bool:
    return bool(_furniture().fullmatch(word))


@cache
def _furniture() -> re.Pattern[str]:
    return re.compile("|".join(row["pattern"] for row in rows("page_parts") if row["part"] == "furniture"))


def _is_hidden(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return False
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or "display:none" in style
        or (element.get("role") or "").lower() in NAVIGATION
    )
