"""In: the element tree of a web page; out: the title, author and date that the page states.

The parts of trafilatura's `extract_metadata` that are used here. Its others (address, categories, tags, licence), the
search for an author in whatever has a name like one, and the search for a date in the whole text took half of the
reading, and found the makers of the page and the years of other things.
"""

import html
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline.ingest.byline import MAX_LENGTH, authors_stated, person_names

LOG = logging.getLogger(__name__)
LONGEST = 10_000
# Elements that say that they hold the author, by their link, their item or their whole class.
AUTHOR_CLASSES = ("author", "author-name", "authors", "byline", "byline-name", "post-author", "entry-author")
AUTHORS: Any = etree.XPath(
    '//*[@rel="author" or @itemprop="author" or @itemprop="creator" or '
    + " or ".join(f'contains(concat(" ", @class, " "), " {name} ")' for name in AUTHOR_CLASSES)
    + "]"
)


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page states of its article, each "" where it does not; `date` as ISO date."""

    title: str
    author: str
    date: str


def stated_metadata(root: Any) -> PageMetadata:
    """Return what meta tags and JSON-LD state, else what the page shows where title, author and date usually stand."""
    from htmldate import find_date
    from trafilatura.metadata import examine_meta, extract_meta_json, extract_title

    found: Any = examine_meta(root)
    if found.author and " " not in found.author:
        found.author = None  # the name of an account
    try:
        found = extract_meta_json(root, found)
    except Exception:
        LOG.info("The JSON-LD of a page was left out.", exc_info=True)
    return PageMetadata(
        _line(found.title or extract_title(root)),
        _line(found.author) or _shown_author(root),
        find_date(root, extensive_search=False, original_date=True) or "",
    )


def meta_tags(root: Any) -> dict[str, str]:
    """Return what the meta tags of a page state, by their names in lower case; of one name the first that is filled."""
    tags: dict[str, str] = {}
    for node in root.iter("meta"):
        if content := (node.get("content") or "").strip():
            tags.setdefault((node.get("name") or node.get("property") or "").lower(), content)
    return tags


def first_of(tags: Mapping[str, str], *names: str) -> str:
    """Return what the first of these tags states that the page has, "" where it has none."""
    return next((tags[name] for name in names if name in tags), "")


def _shown_author(root: Any) -> str:
    """Return the people whom the first element for the author names that holds nothing but names."""
    for node in AUTHORS(root):
        words = " ".join("".join(node.itertext()).split())
        if len(words) <= MAX_LENGTH and (names := authors_stated(words) or person_names(words)):
            return "; ".join(names)
    return ""


def _line(text: str | None) -> str:
    return " ".join(html.unescape(text or "")[:LONGEST].split())
