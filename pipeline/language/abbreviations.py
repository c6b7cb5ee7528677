"""In: a Document; out: the abbreviations it defines, short form -> long form.

The finder is scispaCy's abbreviation detector (Schwartz and Hearst 2003, Pacific Symposium on Biocomputing) over
spaCy's English tokens; a document without a bracket is not tokenised at all.
"""

import re
import warnings
from collections.abc import Iterator
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


def abbreviations(document: Document) -> dict[str, str]:
    """Return {short form: long form} as the article itself defines them; the first definition of a form wins."""
    blocks = [(block.start, block.end) for block in document.blocks if block.kind != "table"]
    defining = [part for start, end in blocks for part in _defining(document.text, start, end)]
    found: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*W036")  # a bracket without an abbreviation is no fault
        for doc in _detector().pipe(defining):
            for short in doc._.abbreviations:
                found.setdefault(short.text, " ".join(short._.long_form.text.split()))
    return {short: found[short] for short in sorted(islice(found, MOST_ABBREVIATIONS))}


def _defining(text: str, start: int, end: int) -> Iterator[str]:
    """Yield the parts of a block that hold definitions: the whole of it, or some definitions with the words before."""
    brackets = [match.span() for match in _DEFINITION.finditer(text, start, end)]
    if 0 < len(brackets) <= _TOGETHER:
        yield text[start:end]
        return
    for first in range(0, len(brackets), _TOGETHER):
        group = brackets[first : first + _TOGETHER]
        yield text[max(start, group[0][0] - _LONGEST_DEFINITION) : min(end, group[-1][1] + _LONGEST_DEFINITION)]
