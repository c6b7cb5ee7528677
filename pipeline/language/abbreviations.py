"""In: a Document; out: the abbreviations it defines, short form -> long form.

The finder is scispaCy's abbreviation detector (Schwartz and Hearst 2003, Pacific Symposium on Biocomputing) over
spaCy's English tokens; a document without a bracket is not tokenised at all.
"""

import re
import warnings
from functools import cache

import spacy
from scispacy.abbreviation import AbbreviationDetector
from spacy.language import Language

from pipeline.records import Document

_DEFINITION = re.compile(r"[(\[]\s*[\w'’./+-]{1,12}(?:\s[\w-]{1,8})?\s*[;,)\]]")


@cache
def _detector() -> Language:
    assert AbbreviationDetector.__name__  # importing the class registers its spaCy factory
    nlp = spacy.blank("en")
    nlp.add_pipe("abbreviation_detector")
    nlp.max_length = 50_000_000
    return nlp


def abbreviations(document: Document) -> dict[str, str]:
    """Return {short form: long form} as the article itself defines them; the first definition of a form wins."""
    texts = [document.text[block.start : block.end] for block in document.blocks if block.kind != "table"]
    defining = [text for text in texts if _DEFINITION.search(text)]
    found: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*W036")  # a bracket without an abbreviation is no fault
        for doc in _detector().pipe(defining):
            for short in doc._.abbreviations:
                found.setdefault(short.text, " ".join(short._.long_form.text.split()))
    return {short: found[short] for short in sorted(found)}
