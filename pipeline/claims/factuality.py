"""In: a sentence; out: how firmly it states what it says (Factual, Probable, Possible, Doubtful, Unknown).

Unknown marks what asserts nothing: aims, questions, hypotheses. A sentence that only tells what was done (methods)
makes no claim at all. Cues: `lexicons/factuality_cues.csv`.
"""

import re
from typing import Literal

from pipeline.lexicons import Cues
from pipeline.records import Sentence
from pipeline.vocabulary import Factuality

_ASSERTING_VERB = re.compile(
    r"\b(?:(?:increase|reduce|improve|prevent|decrease|attenuate|ameliorate|protect|enhance|modulate|inhibit|lower|affect|"
    r"cause|raise|suppress|alleviate|predict)(?:s|d)?|(?:is|are|was|were) (?:\w+ )?(?:associated|related|linked)|"
    r"(?:does|do|did) not|has no|no effect)\b",
    re.IGNORECASE,
)


_ASSERTING_TITLE = re.compile(
    r"\b(?:increases|reduces|improves|prevents|decreases|attenuates|ameliorates|protects|enhances|inhibits|lowers|"
    r"causes|raises|suppresses|alleviates|predicts|slows|shortens|worsens|delays|does not|do not|has no effect|"
    r"have no effect)\b",
    re.IGNORECASE,
)


_ASKING = re.compile(
    r"(?:^|[:–—]\s)(?:(?:does|do|did|should)\s(?!not\b)\w|(?:can|could|is|are|will|would)\s(?:it|this|these|they|"
    r"you|i|we|your|my|taking|eating|getting|too|low|high|vitamins?|supplement\w*)\b)",
    re.IGNORECASE,
)
"""An auxiliary before its subject: how a question begins, also one in a list or a heading without its mark."""
_CONTRAST = re.compile(r";|,? (?:but|although|though|whereas|while) ")
CLOSING = frozenset(".!?:;…)\"”’'")
"""What a sentence may end with; items of lists and headings often end without any."""


def asks(text: str) -> bool:
    """Return whether a sentence asks, also where the mark of a question is missing.

    >>> asks("Magnesium: does it help migraine"), asks("Magnesium does help migraine")
    (True, False)
    """
    ended = text.rstrip()
    return ended.endswith("?") or (ended[-1:] not in CLOSING and _ASKING.search(ended) is not None)


def asserted_in_title(sentence: Sentence) -> bool:
    """Return whether `sentence` is a title that states a finding in a finite verb and asks nothing.

    >>> from pipeline.records import Sentence
    >>> asserted_in_title(Sentence("Zinc shortens colds: a randomised trial", 0, 39, kind="title"))
    True
    """
    is_title = sentence.kind == "title" and not asks(sentence.text)
    return is_title and _ASSERTING_TITLE.search(sentence.text) is not None


def factuality(sentence: Sentence, cues: Cues, clause: tuple[int, int] | None = None) -> Factuality | None:
    """Return the factuality of what `sentence` states, or None for a sentence that tells methods only.

    Hedges count only within `clause`, offsets in the sentence; methods, aims and open questions hold for all that no
    "but" sets apart from it.
    """
    text = sentence.text
    if asks(text):
        return "Unknown"
    if sentence.kind in ("title", "heading"):
        if not _ASSERTING_VERB.search(text):
            return "Unknown"
        found = _first(cues, text, {"Possible", "Probable", "Doubtful"})
    else:
        found = _first(cues, _part(text, clause) if clause else text, {"none", "Unknown"})
        if found == "Factual":
            found = _first(cues, text[slice(*clause)] if clause else text, {"Doubtful", "Possible", "Probable"})
    if found == "none" or sentence.role == "methods":
        return None
    return "Unknown" if sentence.role == "aim" else found


def _part(text: str, clause: tuple[int, int]) -> str:
    """Return what stands between the contrasts around a clause."""
    start = max((m.end() for m in _CONTRAST.finditer(text, 0, clause[0])), default=0)
    end = _CONTRAST.search(text, clause[1])
    return text[start : end.start() if end else len(text)]


def _first(cues: Cues, text: str, among: set[str]) -> Factuality | Literal["none"]:
    found = (
        cue.factuality for cue in cues.factualities.likely(text) if cue.factuality in among and cue.pattern.search(text)
    )
    return next(found, "Factual")
