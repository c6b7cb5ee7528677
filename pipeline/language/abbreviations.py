"""In: a Document; out: the abbreviations it defines, each from its place on.

The finder is scispaCy's abbreviation detector (Schwartz and Hearst 2003, Pacific Symposium on Biocomputing) over
spaCy's English tokens; a document that can define none is not tokenised at all, and loads no spaCy.
"""

import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipeline.records import Document

if TYPE_CHECKING:
    from spacy.language import Language

_DEFINITION = re.compile(r"[(\[]\s*[\w'’./+-]{1,12}(?:\s[\w-]{1,8})?\s*[;,)\]]")

MOST_ABBREVIATIONS = 500
"""Abbreviations of a document that are heeded: each is looked for in each sentence."""
_TOGETHER = 40
"""Brackets that the detector gets at once: it compares each with all others, and with the words before all of them."""
_OPENING, _CLOSING, _BRACKET = re.compile(r"\("), re.compile(r"\)"), re.compile(r"[()]")
_SQUARE = re.compile(r"\[([^\W\d_][^()\[\]]*)\]")  # the detector knows round brackets alone
_LAST_LETTERS = re.compile(r"([^\W\d_]+|\d+)\W*$")
_LONGEST_SHORT_FORM = 40  # characters: three tokens of nine, and the blanks between and around them
_MOST_WORDS = 8  # of a long form in brackets
_PLURAL = re.compile(r"[A-Z][A-Z0-9-]*[A-Z]s")
_FARTHEST = 1_000  # characters from a bracket that may belong to a definition
_LONGEST_DEFINITION = 200  # characters on either side of a bracket that may hold its long form


@cache
def _detector() -> "Language":
    # spaCy takes most of a second to load, which texts that define nothing are spared
    spacy: Any = _spacy()
    from scispacy.abbreviation import AbbreviationDetector

    assert AbbreviationDetector.__name__  # importing the class registers its spaCy factory
    nlp = spacy.blank("en")
    nlp.add_pipe("abbreviation_detector")
    nlp.max_length = 50_000_000
    loaded: Language = nlp
    return loaded


def _spacy() -> Any:
    """spaCy, loaded without its command line, which takes a third of the time and brings `spacy.info` alone."""
    name = "spacy.cli.info"
    if "spacy" in sys.modules:
        return import_module("spacy")
    held_back = ("spacy.cli", name)
    sys.modules |= {each: ModuleType(each) for each in held_back}
    sys.modules[name].info = lambda *given, **named: import_module(name).info(*given, **named)  # type: ignore[attr-defined]
    try:
        return import_module("spacy")
    finally:
        for each in held_back:
            sys.modules.pop(each, None)


@dataclass(frozen=True, slots=True)
class Definition:
    """A short form, what it stands for, and the offset from which on that holds."""

    start: int
    short: str
    long: str


def abbreviations(definitions: Sequence[Definition]) -> dict[str, str]:
    """Return {short form: long form}; of several definitions of a form the first."""
    found: dict[str, str] = {}
    for definition in definitions:
        found.setdefault(definition.short, definition.long)
    return {short: found[short] for short in sorted(islice(found, MOST_ABBREVIATIONS))}


def redefined(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return all definitions of those forms that stand for one thing here and for another there."""
    first = abbreviations(definitions)
    twice = {d.short for d in definitions if d.long.lower() != first.get(d.short, d.long).lower()}
    return tuple(d for d in definitions if d.short in twice)


def definitions_in(document: Document) -> tuple[Definition, ...]:
    """Return the abbreviations that the article itself defines, in the order of the text."""
    blocks = [(block.start, block.end) for block in document.blocks if block.kind != "table"]
    defining = [
        (part, at) for start, end in blocks for part, at in _defining(document.text, start, end) if may_define(part)
    ]
    if not defining:
        return ()
    found: list[Definition] = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*W036")  # a bracket without an abbreviation is no fault
        for doc, start in _detector().pipe(defining, as_tuples=True):
            for short in doc._.abbreviations:
                long = short._.long_form
                at = start + min(short.start_char, long.start_char)
                found += _one_and_many(Definition(at, short.text, " ".join(long.text.split())))
    return tuple(sorted(found, key=lambda definition: definition.start))


def _one_and_many(definition: Definition) -> Iterator[Definition]:
    """Yield a definition, and that of the one where it is of several ("venous leg ulcers (VLUs)" defines VLU)."""
    yield definition
    if _PLURAL.fullmatch(definition.short):
        long = definition.long.removesuffix("s") if not definition.long.endswith("ss") else definition.long
        yield Definition(definition.start, definition.short[:-1], long)


def may_define(text: str) -> bool:
    """Whether the detector may find an abbreviation: only what passes is worth its tokens.

    It takes a short form in brackets for words before them, or a word before brackets for the words in these, where
    the letters of the short form stand among the others in their order.
    """
    for opening in _OPENING.finditer(text):
        at = opening.start()
        before, inside = text[max(0, at - _FARTHEST) : at], text[at + 1 : at + 1 + _FARTHEST]
        for closing in _CLOSING.finditer(inside, 0, _LONGEST_SHORT_FORM):
            short = inside[: closing.start()].strip()
            furthest = 2 * len(short) + 1
            if _may_be_short(short) and _spelt(short, " ".join(before.rsplit(maxsplit=furthest)[-furthest:])):
                return True
        last, long = _LAST_LETTERS.search(before), _closed(inside)
        if last and len(long.split()) <= _MOST_WORDS and _spelt(last[1], long):
            return True
    return False


def _may_be_short(words: str) -> bool:
    letters = sum(map(str.isalpha, words))
    return words[:1].isalpha() and 2 * letters >= len(words) and all(len(word) > 1 for word in words.split())


def _closed(inside: str) -> str:
    """What stands between a bracket and its counterpart; "" where that lacks."""
    depth = 1
    for mark in _BRACKET.finditer(inside):
        depth += 1 if mark.group() == "(" else -1
        if not depth:
            return inside[: mark.start()]
    return ""


def _spelt(short: str, words: str) -> bool:
    """Whether the letters and digits of a short form stand among words in their order, the first one opening a word."""
    rest = words.lower()
    for place, char in reversed(list(enumerate(short.lower()))):
        if not char.isalnum():
            continue
        found = rest.rfind(char)
        while place == 0 and found > 0 and rest[found - 1].isalpha():
            found = rest.rfind(char, 0, found)
        if found < 0:
            return False
        rest = rest[:found]
    return True


def _defining(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the parts of a block that hold definitions, with the words around them, and where each part begins."""
    brackets = [match.span() for match in _DEFINITION.finditer(text, start, end)]
    for first in range(0, len(brackets), _TOGETHER):
        group = brackets[first : first + _TOGETHER]
        begin = max(start, group[0][0] - _LONGEST_DEFINITION)
        part = text[begin : min(end, group[-1][1] + _LONGEST_DEFINITION)]
        yield _SQUARE.sub(r"(\1)", part), begin
