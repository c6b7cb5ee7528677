"""In: the pieces of a source in reading order; out: where its reference lists lie among them.

A list is opened by a heading that names it and by what stands under it: "References" in a list of contents, or
"Sources" over a paragraph on food, opens none. A source may have several (a supplement has its own).
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from pipeline.ingest.boilerplate import is_affiliation
from pipeline.ingest.passages import Piece
from pipeline.ingest.resources import rows
from pipeline.ingest.sections import is_references

# What entries have and running text seldom has: a number at the line's start, a name with initials, volume and pages,
# a year in brackets or before a volume, an identifier, an address, a note of access.
ENTRY_CUE = re.compile(
    r"^\s*(?:\[\d{1,3}\]|\d{1,3}[.)])\s"
    r"|\b[A-Z][\w'’-]+,? (?:[A-Z]\.?[ -]?){1,3}(?=[,.;:&]|\s(?:and|et)\b|\s?$)"
    r"|\b(?:19|20)\d\d[a-z]?(?: [A-Z][a-z]{2}[a-z]*(?: \d{1,2})?)?\s?;"
    r"|\b\d{1,4}\s?\(\d{1,4}\)\s?[:,]|\b\d{1,4}\s?:\s?[eE]?\d{1,6}\b"
    r"|\((?:19|20)\d\d[a-z]?(?:, [^)]{1,20})?\)[.,:]|[.,;] (?:19|20)\d\d[a-z]?\.?\s*$"
    r"|\b10\.\d{4,9}/|\bPMID\b|\bhttps?://|\bwww\.|\bet al\b|\b(?:accessed|retrieved|available (?:at|from|online))\b",
    re.MULTILINE,
)
# So many cues for each hundred words make a list of entries; read over so many words under the heading, and in the
# first of them already.
MIN_CUES = 3.0
WORDS_AHEAD, FIRST_WORDS = 120, 15
# What is set before an address that pages print beside a list.
MARKS = "0123456789*†‡§¶ "
# A shorter text under a heading may be part of an entry.
PROSE_LENGTH = 40


def reference_lists(pieces: Sequence[Piece]) -> list[range]:
    """Return the places of each reference list: from its heading to the next one that is over no entries."""
    found: list[range] = []
    index = 0
    while index < len(pieces):
        if is_references(pieces[index].text) and holds_entries(_under(pieces, index)):
            end = next((at for at in range(index + 1, len(pieces)) if _ends(pieces, index, at)), len(pieces))
            found.append(range(index, end))
            index = end
        else:
            index += 1
    return found


def holds_entries(texts: Iterable[str]) -> bool:
    """Say whether texts (entries, or the lines of entries) read as a reference list.

    Addresses of authors, which pages set beside a list, are passed by.
    """
    n_words = n_cues = 0
    for text in texts:
        cues = _cues(text)
        if not cues and is_affiliation(text.lstrip(MARKS)):
            continue
        n_words += len(text.split())
        n_cues += cues
        if n_words >= FIRST_WORDS and not _are_many(n_cues, n_words):
            return False
        if n_words >= WORDS_AHEAD:
            break
    return _are_many(n_cues, n_words)


def _are_many(n_cues: int, n_words: int) -> bool:
    return n_cues > 0 and 100 * n_cues >= MIN_CUES * n_words


def _cues(text: str) -> int:
    return len(ENTRY_CUE.findall(text)) + (" ".join(text.split()).lower() in _kinds())


@cache
def _kinds() -> frozenset[str]:
    return frozenset(row["kind"].lower() for row in rows("reference_kinds"))


def _under(pieces: Sequence[Piece], index: int) -> Iterable[str]:
    """Yield the texts under a heading down to one over prose; parts of entries may have been taken for headings."""
    for place in range(index + 1, len(pieces)):
        if pieces[place].kind == "heading" and not _cues(pieces[place].text):
            over = pieces[place + 1] if place + 1 < len(pieces) else None
            if over is not None and over.kind != "heading" and len(over.text) >= PROSE_LENGTH and not _cues(over.text):
                return
        yield pieces[place].text


def _ends(pieces: Sequence[Piece], start: int, at: int) -> bool:
    """Say whether the piece at `at` ends the list: a heading of the rank of the list's own, or one over prose."""
    if pieces[at].kind != "heading":
        return False
    if 0 < pieces[at].level <= pieces[start].level:
        return True
    following = list(_under(pieces, at))
    return sum(map(len, following)) >= PROSE_LENGTH and not holds_entries(following)
