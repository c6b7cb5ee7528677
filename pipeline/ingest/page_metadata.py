"""In: the element tree of a web page; out: the title, author and date that the page states.

The parts of trafilatura's `extract_metadata` that are used here; the others (address, categories, tags, licence) and
the search for a date in the whole text, which finds the years of other things, took half of the reading.
"""

import html
import logging
from dataclasses import dataclass
from typing import Any

LOG = logging.getLogger(__name__)
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What a page states of its article, each "" where it does not; `date` as ISO date."""

    title: str
    author: str
    date: str


def stated_metadata(root: Any) -> PageMetadata:
    """Return what meta tags and JSON-LD state, else what the page shows where title, author and date usually stand."""
    from htmldate import find_date
    from trafilatura.metadata import examine_meta, extract_author, extract_meta_json, extract_title

    found: Any = examine_meta(root)
    if found.author and " " not in found.author:
        found.author = None  # the name of an account
    try:
        found = extract_meta_json(root, found)
    except Exception:
        LOG.info("The JSON-LD of a page was left out.", exc_info=True)
    return PageMetadata(
        _line(found.title or extract_title(root)),
        _line(found.author or extract_author(root)),
        find_date(root, extensive_search=False, original_date=True) or "",
    )


def _line(text: str | None) -> str:
    return " ".join(html.unescape(text or "")[:LONGEST].split())
