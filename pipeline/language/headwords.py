"""In: the text of a sentence; out: phrases that name a condition or a measure by their head word.

Conditions are an open class: "inflammatory bowel disease" is recognised by "disease", "gastritis" by its ending. The
head words stand in `lexicons/head_words.csv`, the words that end a phrase to the left in `head_word_stops.txt`.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pipeline.lexicons import word_list

_WORD = re.compile(r"[A-Za-zΑ-ωÀ-ÿ0-9][\w'’/+-]*")
_MOST_MODIFIERS = 3


@dataclass(frozen=True, slots=True)
class HeadPhrase:
    """A phrase of one to four words with a head word, from `head_start` on, that names a condition or a measure."""

    start: int
    end: int
    kind: Literal["condition", "measure"]
    head_start: int


@dataclass(frozen=True, slots=True)
class _Heads:
    patterns: tuple[tuple[Literal["condition", "measure"], bool, re.Pattern[str]], ...]
    stops: frozenset[str]


@cache
def _heads() -> _Heads:
    folder = resources.files("pipeline.lexicons")
    alternatives: dict[tuple[Literal["condition", "measure"], bool], list[str]] = {}
    for row in csv.DictReader(folder.joinpath("head_words.csv").read_text("utf-8").splitlines()):
        kind: Literal["condition", "measure"] = "condition" if row["kind"] == "condition" else "measure"
        alternatives.setdefault((kind, row["stands_alone"] == "yes"), []).append(row["pattern"])
    return _Heads(
        tuple(
            (kind, alone, re.compile(rf"(?<![\w-])(?:{'|'.join(patterns)})(?![\w-])", re.IGNORECASE))
            for (kind, alone), patterns in alternatives.items()
        ),
        word_list("head_word_stops.txt"),
    )


def head_phrases(text: str) -> Iterator[HeadPhrase]:
    """Yield the head-word phrases of `text`, conditions first; offsets index `text`.

    >>> [text[p.start:p.end] for text in ["It eased chronic kidney disease."] for p in head_phrases(text)]
    ['chronic kidney disease']
    """
    heads = _heads()
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    for kind, stands_alone, pattern in heads.patterns:
        for match in pattern.finditer(text):
            start = _leftmost_modifier(text, words, match.start(), heads.stops)
            if start < match.start() or stands_alone:
                yield HeadPhrase(start, match.end(), kind, match.start())


def _leftmost_modifier(text: str, words: list[tuple[int, int]], start: int, stops: frozenset[str]) -> int:
    taken = 0
    for word_start, word_end in reversed([word for word in words if word[1] < start]):
        word = text[word_start:word_end].lower()
        if taken == _MOST_MODIFIERS or text[word_end:start] != " " or word in stops or word[0].isdigit():
            break
        start, taken = word_start, taken + 1
    return start
