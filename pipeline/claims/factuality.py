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


def factuality(sentence: Sentence, cues: Cues, clause: tuple[int, int] | None = None) -> Factuality | None:
    """Return the factuality of what `sentence` states, or None for a sentence that tells methods only.

    Hedges count only within `clause`, offsets in the sentence; aims and open questions hold for all of it.
    """
    text = sentence.text
    if text.rstrip().endswith("?"):
        return "Unknown"
    if sentence.kind in ("title", "heading"):
        if not _ASSERTING_VERB.search(text):
            return "Unknown"
        found = _first(cues, text, {"Possible", "Probable", "Doubtful"})
    else:
        found = _first(cues, text, {"none", "Unknown"})
        if found == "Factual":
            found = _first(cues, text[slice(*clause)] if clause else text, {"Doubtful", "Possible", "Probable"})
    if found == "none" or sentence.role == "methods":
        return None
    return "Unknown" if sentence.role == "aim" else found


def _first(cues: Cues, text: str, among: set[str]) -> Factuality | Literal["none"]:
    found = (
        cue.factuality for cue in cues.factualities.likely(text) if cue.factuality in among and cue.pattern.search(text)
    )
    return next(found, "Factual")
