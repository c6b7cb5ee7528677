"""In: things that are looked for by an expression. Out: those that a text may hold, told by one pass over it.

What an expression matches holds, for nearly every one, some word of each of a few short lists that can be read off it:
"randomi[sz]ed (?:trial|study)" needs "randomi", and needs "trial" or "study". These words are looked up together by an
Aho-Corasick automaton, and only expressions whose words are there need to be tried (the filter of RE2: Cox 2010,
"Regular Expression Matching in the Wild"). The screen only ever says too much: an expression that it leaves out matches
nowhere in the text.

>>> screen = Screen([r"double[ -]blind", r"\\bplacebo\\b", r"\\d+ mg|g/l"], re.compile)
>>> screen.likely("A double-blind trial of 20 days")
['double[ -]blind']
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Generic, TypeVar

import ahocorasick

T = TypeVar("T")

Words = frozenset[str]

_SHORTEST = 3
"""Letters of a word that tells texts apart; a shorter one, unless it holds a sign, is in nearly all of them."""
_MOST_WORDS = 500
_MOST_LISTS = 3
_DIGIT = "0"
"""What all digits are written as in a levelled text."""
_DIGITS = dict.fromkeys(map(ord, "123456789"), _DIGIT)
_ANY_DIGIT = re.compile(r"\d")
_DOT_ABOVE = "\u0307"  # İ in lower case is an i and this
REMEMBERED: dict[str, list[Words]] = {}
"""What was read off expressions, by their flags and letters; a program may know it before (`expression_cache`)."""
_REPEATS = frozenset({kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT})


class Screen(Generic[T]):
    """Things in an order, each with its expression, and the automaton of the words that these need."""

    def __init__(self, items: Iterable[T], expression: Callable[[T], re.Pattern[str]]) -> None:
        self.items = tuple(items)
        self._expressions = tuple(map(expression, self.items))
        of_word: dict[str, list[int]] = {}
        self._needs: list[frozenset[int]] = []
        n_lists = 0
        for pattern in self._expressions:
            lists = needed(pattern)
            self._needs.append(frozenset(range(n_lists, n_lists + len(lists))))
            for number, words in enumerate(lists, start=n_lists):
                for word in words:
                    of_word.setdefault(word, []).append(number)
            n_lists += len(lists)
        self._of_list = tuple(place for place, needs in enumerate(self._needs) for _ in needs)
        self._needless = [place for place, needs in enumerate(self._needs) if not needs]
        self._automaton = ahocorasick.Automaton()
        for word, numbers in of_word.items():
            self._automaton.add_word(word, tuple(numbers))
        if of_word:
            self._automaton.make_automaton()

    def __iter__(self) -> Iterator[T]:
        """Go through all things in their order."""
        return iter(self.items)

    def find(self, text: str) -> T | None:
        """Return the first thing in their order whose expression matches in `text`, None where none does."""
        return next((self.items[place] for place in self._places(text) if self._expressions[place].search(text)), None)

    def likely(self, text: str) -> list[T]:
        """Return, in their order, all things whose expression matches in `text`, and some whose does not."""
        return [self.items[place] for place in self._places(text)]

    def _places(self, text: str) -> list[int]:
        found: set[int] = set()
        if len(self._automaton):
            for _, numbers in self._automaton.iter(level(text)):
                found.update(numbers)
        if not found:
            return self._needless
        near = {self._of_list[number] for number in found}
        return sorted([*self._needless, *(place for place in near if self._needs[place] <= found)])


@lru_cache(maxsize=16)  # a sentence meets several screens, one after another
def level(text: str) -> str:
    """Return a text such that letters which an expression takes for the same, its case ignored, are the same.

    So are digits, which `\\d` takes for the same.

    >>> level("ſIΣ 12") == level("siς 34")
    True
    """
    if text.isascii():
        return text.lower().translate(_DIGITS)
    return _ANY_DIGIT.sub(_DIGIT, text.lower().upper().lower().replace("ς", "σ").replace(_DOT_ABOVE, ""))


def needed(pattern: re.Pattern[str]) -> list[Words]:
    """Return the most telling lists of levelled words: any match of the expression holds a word of each."""
    key = f"{pattern.flags & ~re.DEBUG} {pattern.pattern}"
    if key not in REMEMBERED:
        REMEMBERED[key] = _needed(pattern)
    return REMEMBERED[key]


def _needed(pattern: re.Pattern[str]) -> list[Words]:
    parts = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    lists = {words for words in _of_sequence(parts) if _telling(words)}
    return sorted(lists, key=_telling, reverse=True)[:_MOST_LISTS]


def _of_sequence(parts: Sequence[tuple[Any, Any]]) -> list[Words]:
    """The lists that the parts of a sequence need; literals side by side are one word."""
    lists: list[Words] = []
    run = ""
    for kind, value in [*parts, (None, None)]:
        if kind is kinds.LITERAL:
            run += chr(value)
            continue
        lists += [frozenset({level(run)}), *_of_part(kind, value)]
        run = ""
    return lists


def _of_part(kind: Any, value: Any) -> list[Words]:
    if kind is kinds.BRANCH:
        best = [max(_of_sequence(branch), key=_telling) for branch in value[1]]
        return [frozenset().union(*best)] if all(map(_telling, best)) else []
    if kind is kinds.SUBPATTERN:
        return _of_sequence(value[3])
    if kind is kinds.ATOMIC_GROUP:
        return _of_sequence(value)
    if kind in _REPEATS and value[0] > 0:
        return _of_sequence(value[2])
    if kind is kinds.ASSERT:
        return _of_sequence(value[1])
    if kind is kinds.IN and all(part == (kinds.CATEGORY, kinds.CATEGORY_DIGIT) for part in value):
        return [frozenset({_DIGIT})]
    return []


def _tells(word: str) -> bool:
    """Whether many texts lack a word: it is long enough, or holds a digit or a sign."""
    return len(word) >= _SHORTEST or word == _DIGIT or (bool(word) and not word.replace(" ", "a").isalnum())


def _telling(words: Words) -> tuple[int, ...]:
    """How much a list tells: the letters of its shortest word, and how few they are; () where nothing."""
    if len(words) > _MOST_WORDS or not all(map(_tells, words)):
        return ()
    return min(map(len, words)), -len(words)
