"""In: raw text; out: the same text with one character for each family of look-alikes, and the way back to raw offsets.

Hyphens and minus signs, thin and hard spaces, sub- and superscript digits, accents, Greek letters, apostrophes and
ligatures are written in one way; soft hyphens, zero-width characters and repeated blanks are dropped.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_DROPPED = "\0"
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_UNEVEN = re.compile(rf"[{''.join(_LIGATURES)}]|[ \-\0]{{2,}}|\0")


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0x386, 0x3CF)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base != chr(code):
            table[code] = base
    families = {
        " ": "\t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
        "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u207b\u208b\ufe58\ufe63\uff0d\u2043",
        "'": "\u2018\u2019\u201b\u2032\u02bc\u00b4`",
        "+": "\u207a\u208a\uff0b",
        "α": "ɑ𝛼𝜶𝝰𝞪",
        "β": "ßϐ𝛽𝜷𝝱𝞫",
        "γ": "ɣɤ𝛾𝜸",
        "μ": "µ",
        "ω": "ϖ𝜔",
        "Ω": "Ω",
        "(": "（",
        ")": "）",
        "I": "İ",
        _DROPPED: "\0\u00ad\u200b\u200c\u200d\u2060\ufeff" + "".join(map(chr, range(0x300, 0x370))),
    }
    for representative, members in families.items():
        table.update(dict.fromkeys(map(ord, members), representative))
    for offset in range(10):
        table[0x2080 + offset] = str(offset)
        table[0x2070 + offset] = str(offset)
    table.update({ord("¹"): "1", ord("²"): "2", ord("³"): "3"})
    for code in (0x2071, 0x2072, 0x2073):
        table.pop(code)
    return table


_FOLD = _table()


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text with its case (`text`) and without case and hyphens (`key`), both of one length.

    From `folded_starts[i]` on, the text comes from `raw_starts[i]` on: one character from each, up to the next
    start, except for a piece of another length, whose characters all come from the raw span up to `raw_starts[i + 1]`.
    """

    text: str
    key: str
    folded_starts: tuple[int, ...]
    raw_starts: tuple[int, ...]
    even: tuple[bool, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the raw offsets of the folded characters from `start` to `end` (exclusive, not empty)."""
        first = bisect_right(self.folded_starts, start) - 1
        last = bisect_right(self.folded_starts, end - 1) - 1
        raw_start, raw_end = self.raw_starts[first], self.raw_starts[last]
        if self.even[first]:
            raw_start += start - self.folded_starts[first]
        raw_end = raw_end + end - self.folded_starts[last] if self.even[last] else self.raw_starts[last + 1]
        return raw_start, raw_end


def fold(text: str) -> Folded:
    """Fold `text`; see the module."""
    level = text.translate(_FOLD)
    pieces: list[str] = []
    folded_starts, raw_starts, even = [0], [0], [True]
    length = position = 0
    for match in _UNEVEN.finditer(level):
        before = level[position : match.start()]
        replacement = _replacement(match[0])
        pieces += (before, replacement)
        length += len(before)
        folded_starts += (length, length + len(replacement))
        raw_starts += (match.start(), match.end())
        even += (False, True)
        length += len(replacement)
        position = match.end()
    pieces.append(level[position:])
    folded = "".join(pieces)
    key = folded.replace("-", " ").lower()
    return Folded(folded, key, tuple(folded_starts), tuple(raw_starts), tuple(even))


def fold_key(text: str) -> str:
    """Return what `fold(text).key` is, without the way back."""
    level = _UNEVEN.sub(lambda match: _replacement(match[0]), text.translate(_FOLD))
    return level.replace("-", " ").lower()


def _replacement(run: str) -> str:
    if run in _LIGATURES:
        return _LIGATURES[run]
    if "-" in run:
        return "-"
    return " " if " " in run else ""
