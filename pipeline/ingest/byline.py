"""In: a line near a title; out: the authors that it names, or whether it is an affiliation, date or address."""

import re

from pipeline.ingest.boilerplate import is_affiliation, is_label, is_small_print
from pipeline.ingest.references import DOI

MAX_LENGTH = 200
STATED = re.compile(
    r"^(?:(?:words|story|text|article|reported|contributed|written|authored|posted)\s+by|by|authors?\s*:|writer\s*:)"
    r"\s*:?\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
# Where the names of the authors end and another part of the line begins.
OTHERS = re.compile(
    r"[,;.]?\s*(?:[|•·/]|\s[–—-]\s|\b(?:(?:medically|clinically|scientifically|fact|expert)[- ])?"
    r"(?:reviewed|checked|edited|approved|updated|published|posted|last)\b|\bon\s+(?=[A-Z]?[a-z]*\s?\d)|\d).*$",
    re.IGNORECASE,
)
JOINTS = re.compile(r"\s*(?:[,;]|\band\b|&)\s*", re.IGNORECASE)
MARKS = re.compile(r"[\d*†‡§¶#⁰¹²³⁴-⁹]+(?:\s*,\s*[\d*†‡§¶#a-z]\b)*")
CREDENTIALS = re.compile(
    r"(?:[A-Z][A-Za-z]?\.?){1,5}(?:[ -][A-Z]{1,4})?|PhD|PharmD|DrPH|MScN?|Ph\.? ?D\.?|Jr\.?|Sr\.?|M\.? ?D\.?"
)
PERSON = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Professor)\.? )?[^\W\d_][\w.'’-]*"
    r"(?: [^\W\d_][\w.'’-]*){1,4}"
)
PARTICLES = frozenset(
    {"van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "la", "le", "el", "al", "bin", "ter"}
)
FRONT = re.compile(
    r"\S@\S+\.\w|^\W*(?:orcid|received|accepted|published|available online|revised|submitted|first published)\b"
    r"|\b(?:19|20)\d\d\s?[;:]\s?\d{1,4}\b|\bhttps?://|\bwww\.",
    re.IGNORECASE,
)
SENTENCE_WORDS = 12


def authors_stated(text: str) -> tuple[str, ...]:
    """Return the people of a line like "Written by Ann Roe, RD | Medically reviewed by ..."; () for any other line."""
    line = " ".join(text.split())
    opening = STATED.match(line)
    if opening is None or len(line) > MAX_LENGTH:
        return ()
    return person_names(OTHERS.sub("", line[opening.end() :]))


def person_names(text: str) -> tuple[str, ...]:
    """Return the people of a line that holds nothing but names, their degrees and raised marks; else ()."""
    bare = MARKS.sub(",", " ".join(text.split()))
    parts = [part.strip(" .") for part in JOINTS.split(bare) if part.strip(" .")]
    # In a line of capitals "ANN ROE" has the form of degrees.
    names = [part for part in parts if not CREDENTIALS.fullmatch(part) or (bare.isupper() and " " in part)]
    return tuple(names) if names and all(map(_is_person, names)) else ()


def is_front_matter(text: str) -> bool:
    """Say whether a paragraph by a paper's title is affiliation, address, date, DOI or journal line, and no prose."""
    return not is_sentence(text) and bool(
        is_label(text) or FRONT.search(text) or DOI.search(text) or is_small_print(text)
    )


def is_sentence(text: str) -> bool:
    """Say whether a text is running prose: long enough, and most of its words are written small."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    return len(words) >= SENTENCE_WORDS and sum(word[0].islower() for word in words) > 0.5 * len(words)


def _is_person(name: str) -> bool:
    if not PERSON.fullmatch(name) or is_label(name) or is_affiliation(name):
        return False
    words = [word for word in name.split() if word not in PARTICLES]
    return len(words) >= 2 and all(word[0].isupper() for word in words) and any(len(word) > 2 for word in words)
