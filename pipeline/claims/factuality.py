"""In: a sentence; out: how firmly it states what it says (Factual, Probable, Possible, Doubtful, Unknown).

Unknown marks what asserts nothing: aims, questions, hypotheses. A sentence that only tells what was done (methods)
makes no claim at all. Cues: `lexicons/factuality_cues.csv`.
"""

import csv
import re
from functools import cache
from importlib import resources

from pipeline.records import FACTUALITIES, Factuality, Sentence

_ASSERTING_VERB = re.compile(
    r"\b(?:(?:increase|reduce|improve|prevent|decrease|attenuate|ameliorate|protect|enhance|modulate|inhibit|lower|affect|"
    r"cause|raise|suppress|alleviate|predict)(?:s|d)?|(?:is|are|was|were) (?:\w+ )?(?:associated|related|linked)|"
    r"(?:does|do|did) not|has no|no effect)\b",
    re.IGNORECASE,
)


_NAMES: dict[str, Factuality] = {name: name for name in FACTUALITIES}


@cache
def _cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = resources.files("pipeline.lexicons").joinpath("factuality_cues.csv").read_text("utf-8")
    return tuple(
        (row["factuality"], re.compile(rf"(?<![\w-])(?:{row['pattern']})(?!\w)", re.IGNORECASE))
        for row in csv.DictReader(text.splitlines())
    )


def factuality(sentence: Sentence, clause: tuple[int, int] | None = None) -> Factuality | None:
    """Return the factuality of what `sentence` states, or None for a sentence that tells methods only.

    Hedges count only within `clause`, offsets in the sentence; aims and open questions hold for all of it.
    """
    text = sentence.text
    if text.rstrip().endswith("?"):
        return "Unknown"
    if sentence.kind in ("title", "heading"):
        if not _ASSERTING_VERB.search(text):
            return "Unknown"
        found = _first(text, {"Possible", "Probable", "Doubtful"})
    else:
        found = _first(text, {"none", "Unknown"})
        if found == "Factual":
            found = _first(text[slice(*clause)] if clause else text, {"Doubtful", "Possible", "Probable"})
    if found == "none" or sentence.role == "methods":
        return None
    return "Unknown" if sentence.role == "aim" else _NAMES.get(found, "Factual")


def _first(text: str, among: set[str]) -> str:
    return next((value for value, pattern in _cues() if value in among and pattern.search(text)), "Factual")
