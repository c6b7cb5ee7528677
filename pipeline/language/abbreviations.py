"""In: a Document; out: the abbreviations it defines, each from its place on.

The finder is scispaCy's abbreviation detector (Schwartz and Hearst 2003, Pacific Symposium on Biocomputing) over
spaCy's English tokens; a document without a bracket is not tokenised at all.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import spacy
from scispacy.abbreviation import AbbreviationDetector
from spacy.language import Language

from pipeline.records import Document

_DEFINITION = re.compile(r"[(\[]\s*[\w'’./+-]{1,12}(?:\s[\w-]{1,8})?\s*[;,)\]]")

MOST_ABBREVIATIONS = 500
"""Abbreviations of a document that are heeded: each is looked for in each sentence."""
_TOGETHER = 40
"""Brackets that the detector gets at once: it compares each with all others, and with the words before all of them."""
_LONGEST_DEFINITION = 200  # characters on either side of a bracket that may hold its long form


@cache
def _detector() -> Language:
    assert AbbreviationDetector.__name__  # importing the class registers its spaCy factory
    nlp = spacy.blank("en")
    nlp.add_pipe("abbreviation_detector")
    nlp.max_length = 50_000_000
    return nlp


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
    defining = [part for start, end in blocks for part in _defining(document.text, start, end)]
    found: list[Definition] = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*W036")  # a bracket without an abbreviation is no fault
        for doc, start in _detector().pipe(defining, as_tuples=True):
            for short in doc._.abbreviations:
                long = short._.long_form
                at = start + min(short.start_char, long.start_char)
                found.append(Definition(at, short.text, " ".join(long.text.split())))
    return tuple(sorted(found, key=lambda definition: definition.start))


def _defining(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the parts of a block that hold definitions, with the words around them, and where each part begins."""
    brackets = [match.span() for match in _DEFINITION.finditer(text, start, end)]
    for first in range(0, len(brackets), _TOGETHER):
        group = brackets[first : first + _TOGETHER]
        begin = max(start, group[0][0] - _LONGEST_DEFINITION)
        yield text[begin : min(end, group[-1][1] + _LONGEST_DEFINITION)], begin
