"""In: a text. Out: the short forms that its brackets define, each with its long form and every place it stands at.

The method of Schwartz and Hearst (2003, Pacific Symposium on Biocomputing: A simple algorithm for identifying
abbreviation definitions in biomedical text), within the bounds of scispaCy's detector and on tokens cut as spaCy's
English cuts them; a test holds it against that detector, which takes half a second to load.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

Token = tuple[int, int]
"""The characters [start, end) of a word or mark."""

_LETTER, _LOWER, _UPPER = r"[^\W\d_]", "[a-zß-öø-ÿα-ω]", "[A-ZÀ-ÖØ-ÞΑ-Ω]"
_MARKS = r"…:;!?¿¡()\[\]{}<>_#*&,'\"”“`‘´’‚„»«（）©®™°"
_UNITS = "[kcm]?m|[kmµ]?g|[TGMK]B?|[hk]?Pa|mb|ha|nm|in|ft|lb|oz|t|%"
_OPENING = re.compile(rf"\.\.+|[§%=—–$£€¥{_MARKS}]|\+(?![0-9])")
_CLOSING = re.compile(
    rf"(?:\.\.+|['’][sS]|[—–{_MARKS}]|(?<=[0-9])(?:[+$£€¥]|{_UNITS})"
    rf"|(?:(?<=[0-9%²+\-{_MARKS}])|(?<={_LOWER})|(?<={_UPPER}{_UPPER}))\.)$"
)
_WITHIN = re.compile(
    rf"\.\.+|[…©®™°]|(?<=[0-9])[+\-*^](?=[0-9-])|(?<={_LOWER})\.(?={_UPPER})|(?<={_LETTER}),(?={_LETTER})"
    rf"|(?<=[^\W_])(?:---?|——|[-–—~])(?={_LETTER})|(?<=[^\W_])[:<>=/](?={_LETTER})"
)
_CHUNK = re.compile(r"\S+")

_MOST_IN_BRACKETS = 8
"""Tokens between brackets that may be a long form; up to `_MOST_IN_SHORT` they are a short one."""
_MOST_IN_SHORT = 3
_SHORTEST, _LONGEST = 2, 9
"""Characters of a token of a short form."""


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A short form and its long form as they stand in a text; `at` is where the earlier of them begins."""

    short: str
    long: str
    at: int


def short_forms(text: str) -> Iterator[ShortForm]:
    """Yield the short forms that a text defines, each place of a form once, in the order of the definitions."""
    tokens = [token for chunk in _CHUNK.finditer(text) for token in _tokens(chunk[0], chunk.start())]
    words = [text[start:end] for start, end in tokens]
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    shorts: set[str] = set()
    longs: set[str] = set()
    for short, long in _candidates(words):
        first = _first_word(words[short.start : short.stop], words[long.start : long.stop])
        if first is None:
            continue
        short_form = text[tokens[short.start][0] : tokens[short.stop - 1][1]]
        begin = tokens[long.start + first][0]
        long_form = text[begin : tokens[long.stop - 1][1]]
        if short_form in shorts or long_form in longs or short_form == long_form:
            continue
        shorts.add(short_form)
        longs.add(long_form)
        form = words[short.start : short.stop]
        for place in places[form[0]]:
            if words[place : place + len(form)] == form:
                yield ShortForm(short_form, long_form, min(begin, tokens[place][0]))


def _tokens(chunk: str, at: int) -> Iterable[Token]:
    """Return the words and marks of what stands between blanks from `at` on."""
    if chunk.isalpha():  # no mark is a letter
        return ((at, at + len(chunk)),)
    return [(at + start, at + end) for start, end in _cut(chunk)]


@lru_cache(maxsize=10_000)
def _cut(chunk: str) -> tuple[Token, ...]:
    """Cut what stands between blanks: marks off its ends, then at marks within it."""
    start, end = 0, len(chunk)
    opening: list[Token] = []
    closing: list[Token] = []
    while start < end and (mark := _OPENING.match(chunk, start, end)):
        opening.append(mark.span())
        start = mark.end()
    while start < end and (mark := _CLOSING.search(chunk, start, end)):
        closing.append(mark.span())
        end = mark.start()
    within: list[Token] = []
    for mark in _WITHIN.finditer(chunk, start, end):
        if mark.start() > start:
            within += [(start, mark.start()), mark.span()]
            start = mark.end()
    if start < end:
        within.append((start, end))
    return (*opening, *within, *reversed(closing))


def _candidates(words: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Yield the places of what may be a short form and of the words that its long form may lie in.

    A short form stands in brackets after its long form; or a word before brackets is one of the long form in them.
    """
    for opening in (place for place, word in enumerate(words) if word == "(" and place):
        for closing in range(opening + 2, min(opening + _MOST_IN_BRACKETS + 2, len(words))):
            inside = range(opening + 1, closing)
            if words[closing] != ")":
                continue
            if len(inside) > _MOST_IN_SHORT:
                short, long = range(opening - 1, opening), inside
                if not _balanced(words[opening + 1 : closing]):
                    continue
            else:
                length = sum(len(words[place]) for place in inside)
                short, long = inside, range(max(opening - min(length + 5, length * 2), 0), opening)
            if _may_be_short(words[short.start : short.stop]):
                yield short, long


def _balanced(words: Sequence[str]) -> bool:
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth < 0:
            return False
    return not depth


def _may_be_short(words: Sequence[str]) -> bool:
    written = " ".join(words)
    return (
        all(_SHORTEST <= len(word) <= _LONGEST for word in words)
        and 2 * sum(map(str.isalpha, written)) >= len(written)
        and written[0].isalpha()
    )


def _first_word(short: Sequence[str], long: Sequence[str]) -> int | None:
    """Return which word begins the long form that has the letters of a short form in their order; None where none does.

    They are sought from the end; that of the first has to open a word.
    """
    written = " ".join(long).lower()
    at = len(written)
    form = " ".join(short).lower()
    for place in range(len(form) - 1, -1, -1):
        if not form[place].isalnum():
            continue
        at = written.rfind(form[place], 0, at)
        while place == 0 and at > 0 and written[at - 1].isalnum():
            at = written.rfind(form[place], 0, at)
        if at < 0:
            return None
    return written.count(" ", 0, at)
