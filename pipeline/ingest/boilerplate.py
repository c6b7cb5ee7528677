"""In: lines and paragraphs of a saved page; out: what is no article text, and what the page says of itself."""

import re
from functools import cache, lru_cache
from typing import Literal

from pipeline.ingest.resources import patterns, rows
from pipeline.screen import Screen
from pipeline.vocabulary import QUALITY_FLAGS, QualityFlag, one_of

Scope = Literal["", "line", "box", "section", "rest"]
# The scopes that only a heading may open.
OPENING: tuple[Scope, ...] = ("rest", "section", "box")

LINE_LENGTH = 160
HEADING_LENGTH = 120
NOTICE_LENGTH = 600
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(])")


@cache
def _patterns(scope: str) -> Screen[re.Pattern[str]]:
    compiled = [re.compile(row["pattern"], re.IGNORECASE) for row in rows("boilerplate") if row["scope"] == scope]
    return Screen(compiled, lambda pattern: pattern)


def _matches(scope: str, text: str) -> bool:
    return _patterns(scope).find(text) is not None


@lru_cache(maxsize=4096)
def scope_of(text: str) -> Scope:
    """Return how far a line, as a heading, shuts out text from the article: itself, its box or section, the rest."""
    line = " ".join(text.split())
    if len(line) <= HEADING_LENGTH:
        for scope in OPENING:
            if _matches(scope, line):
                return scope
    if len(line) <= LINE_LENGTH and _matches("line", line):
        return "line"
    return ""


def is_disclaimer(paragraph: str) -> bool:
    """Say whether at least half of the paragraph's sentences are those of a disclaimer or an offer of the site."""
    sentences = SENTENCE_END.split(paragraph.strip())
    hits = sum(_matches("sentence", sentence) for sentence in sentences)
    return hits > 0 and 2 * hits >= len(sentences)


def is_small_print(paragraph: str) -> bool:
    """Say whether a paragraph in small type begins like an affiliation, licence, funding note or acknowledgement."""
    return _matches("print", paragraph.strip())


def is_label(text: str) -> bool:
    """Say whether a line is what a journal prints over its titles ("RESEARCH ARTICLE"), or a program's name."""
    return len(text) <= LINE_LENGTH and _matches("label", " ".join(text.split()))


def is_journal(text: str) -> bool:
    """Say whether a line is the name of a journal ("The Invented Journal of Nutrition"), with or without its volume."""
    return len(text) <= LINE_LENGTH and _matches("journal", " ".join(text.split()))


def is_affiliation(text: str) -> bool:
    """Say whether a text begins as an author's address does."""
    return _matches("affiliation", text.strip())


def notices(text: str) -> tuple[QualityFlag, ...]:
    """Return the quality flags of the notices that a short text carries ("pending review notice" ...)."""
    if len(text) > NOTICE_LENGTH:
        return ()
    return tuple(
        one_of(flag, QUALITY_FLAGS) for pattern, flag in patterns("notices", "pattern", "flag") if pattern.search(text)
    )
