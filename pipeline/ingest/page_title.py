"""In: the element tree of a web page and its article's pieces; out: the title of the article.

A page states titles in several places, and some of them name the site: its logo is a heading, `<title>` holds the
site's name beside the article's or alone. What the page calls its site is never the title; of the rest, a statement
counts that a heading repeats, or whose words the text uses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from pipeline.ingest.main_text import letters
from pipeline.ingest.outline import is_prose
from pipeline.ingest.page_metadata import first_of
from pipeline.ingest.passages import Piece

SCHOLARLY = ("citation_title", "dc.title", "dcterms.title", "bepress_citation_title", "prism.title")
SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "citation_publisher", "dc.publisher")
# What a start page is called, which a site may state for all its pages.
START_PAGES = frozenset(
    {"home", "homepage", "startpage", "mainpage", "index", "welcome", "untitled", "untitleddocument"}
)
SITE_CLASS = re.compile(r"\b(?:site|blog)[-_ ]?(?:title|name|logo)\b|\blogo\b|\bbrand(?:ing)?\b", re.IGNORECASE)
HOME = re.compile(r"(?:https?:)?//[^/?#]+/?|/", re.IGNORECASE)
SEPARATOR = re.compile(r"(\s+[|–—·•»«›‹:/-]+\s+|\s*[|»«›‹•]\s*|\s*:{2,}\s*)")
# A site's name has at most so many characters.
NAME_LENGTH = 60
# Letters that a heading and a statement share to be of one title.
MIN_SHARED = 6
# Words of so many letters say what a text is about; a title shares this part of them with its text.
LONG_WORD, MIN_SHARE = 4, 0.3


def article_title(
    root: Any, tags: Mapping[str, str], headings: Sequence[Piece], pieces: Sequence[Piece], stated: str
) -> str:
    """Return the title of the article, "" where the page has none.

    `tags` are its meta tags, `headings` are all of the page, `pieces` those of the article; `stated` is its title as
    trafilatura finds it, which is often its only heading of the first rank.
    """
    sites = START_PAGES | {name for text in _site_names(root, tags) if (name := letters(text))}
    if scholarly := _without_site(first_of(tags, *SCHOLARLY), sites):
        return scholarly
    texts = (first_of(tags, "og:title", "twitter:title"), next((node.text or "" for node in root.iter("title")), ""))
    stated = _without_site(stated, sites)
    statements = [statement for text in texts if (statement := _without_site(text, sites))] or [stated] * bool(stated)
    named = [piece for piece in headings if letters(piece.text) not in sites]
    for statement in statements:
        heading = max(named, key=lambda piece: (_shared(piece.text, statement), piece.level == 1), default=None)
        if heading is not None and _shared(heading.text, statement):
            return heading.text
    body = {word for piece in pieces if piece.kind != "heading" for word in _words(piece.text)}
    over = [heading for heading in _over_text(pieces) if letters(heading) not in sites]
    # An editor may word the heading otherwise than the tags.
    reworded = [heading for heading in over if any(_words(heading) & _words(text) for text in statements)]
    shortened = [stated] * any(stated and stated in text for text in statements)
    candidates = [*reworded[:1], *shortened, *statements, *over]
    # A statement without a word of the text names the site; what stands over the text does not.
    return next((text for text in candidates if _is_about(text, body)), "") or next(iter([*over, *candidates]), "")


def _site_names(root: Any, tags: Mapping[str, str]) -> Iterator[str]:
    """Yield what the page calls its site: in its metadata, in links to the start page, in elements named so."""
    yield from (first_of(tags, name) for name in SITE_NAMES)
    for node in root.iter("a", "div", "span", "p", "h1", "h2"):
        is_home = node.tag == "a" and (node.get("rel") == "home" or bool(HOME.fullmatch(node.get("href") or "")))
        named = f"{node.get('class') or ''} {node.get('id') or ''}"
        if is_home or (len(named) > 1 and SITE_CLASS.search(named)):
            text = " ".join("".join(node.itertext()).split())
            for name in (text, node.get("title") or "", *(image.get("alt") or "" for image in node.iter("img"))):
                if len(name) <= NAME_LENGTH:
                    yield name


def _without_site(text: str, sites: Set[str]) -> str:
    """Return a stated title without the site's name at either end, "" where it is that name alone."""
    parts = SEPARATOR.split(" ".join(text.split()))
    while parts and letters(parts[-1]) in sites:
        parts = parts[:-2]
    while parts and letters(parts[0]) in sites:
        parts = parts[2:]
    return "".join(parts)


def _shared(heading: str, statement: str) -> int:
    """Return how many letters a heading and a statement share where one holds the other, else 0."""
    one, other = letters(heading), letters(statement)
    shared = min(len(one), len(other))
    return shared if shared >= MIN_SHARED and (one in other or other in one) else 0


def _over_text(pieces: Sequence[Piece]) -> list[str]:
    """Return the headings of the first rank, then those above the first prose."""
    first = next((index for index, piece in enumerate(pieces) if is_prose(piece.text)), len(pieces))
    headings = [piece for piece in pieces if piece.kind == "heading" and piece.level == 1]
    return [piece.text for piece in (*headings, *(piece for piece in pieces[:first] if piece.kind == "heading"))]


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= LONG_WORD}


def _is_about(title: str, body: set[str]) -> bool:
    words = _words(title)
    return bool(words) and len(words & body) >= MIN_SHARE * len(words)
