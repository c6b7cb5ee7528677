"""In: the text of a sentence; out: phrases that name a condition or a measure by their head word.

Conditions are an open class: "inflammatory bowel disease" is recognised by "disease", "gastritis" by its ending. The
head words stand in `lexicons/head_words.csv`, the words that end a phrase to the left in `head_word_stops.txt`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from pipeline.lexicons import HeadWords
from pipeline.vocabulary import ConditionType

_WORD = re.compile(r"[A-Za-zΑ-ωÀ-ÿ0-9][\w'’/+-]*")
_MOST_MODIFIERS = 3


@dataclass(frozen=True, slots=True)
class HeadPhrase:
    """A phrase of one to four words with a head word, from `head_start` on, that names a condition or a measure."""

    start: int
    end: int
    kind: ConditionType
    head_start: int


def head_phrases(text: str, heads: HeadWords) -> Iterator[HeadPhrase]:
    """Yield the head-word phrases of `text`, conditions first; offsets index `text`.

    >>> from pipeline.lexicons import load_lexicon
    >>> text, heads = "It eased chronic kidney disease.", load_lexicon().cues.heads
    >>> [text[p.start:p.end] for p in head_phrases(text, heads)]
    ['chronic kidney disease']
    """
    words: list[tuple[int, int]] = []
    for (kind, stands_alone), group in groupby(heads.words.likely(text), key=itemgetter(0, 1)):
        for match in _matches([word.pattern for word in group], text):
            words = words or [(word.start(), word.end()) for word in _WORD.finditer(text)]
            start = _leftmost_modifier(text, words, match.start(), heads.stops)
            if start < match.start() or stands_alone:
                yield HeadPhrase(start, match.end(), kind, match.start())


def _matches(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    """Yield what any of the patterns matches, from left to right and without overlaps; where several do, the first."""
    following = [pattern.search(text) for pattern in patterns]
    while found := min(filter(None, following), key=lambda match: match.start(), default=None):
        yield found
        following = [
            pattern.search(text, found.end()) if match and match.start() < found.end() else match
            for pattern, match in zip(patterns, following, strict=True)
        ]


def _leftmost_modifier(text: str, words: list[tuple[int, int]], start: int, stops: frozenset[str]) -> int:
    taken = 0
    for word_start, word_end in reversed([word for word in words if word[1] < start]):
        word = text[word_start:word_end].lower()
        if taken == _MOST_MODIFIERS or text[word_end:start] != " " or word in stops or word[0].isdigit():
            break
        start, taken = word_start, taken + 1
    return start
