"""In: text and its size. Out: how wide it is, and the fonts that draw it.

They are those that MuPDF brings, Helvetica and for letters that it lacks a fallback, so that every machine draws the
same; Arial, which an SVG may be shown in, has the same widths.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, Literal

from pipeline.figures.labels import clean

Weight = Literal["normal", "bold"]

SMALL, NORMAL, HEADING = 8.0, 9.5, 13.0
"""Sizes of text, in points."""
LINE = 1.35
"""Height of a line, in sizes of its text."""
POINTS = 72
"""Points in an inch."""
_FONTS: dict[Weight, tuple[str, ...]] = {"normal": ("helv", "cjk"), "bold": ("hebo", "cjk")}
"""For each weight the fonts by their names in MuPDF: a letter comes from the first that has it, or the last."""


@cache
def font(name: str) -> Any:
    """Return a font of MuPDF."""
    from pipeline.mupdf import pymupdf

    return pymupdf.Font(name)


@cache
def _font_of(letter: str, weight: Weight) -> str:
    names = _FONTS[weight]
    return next((name for name in names if font(name).has_glyph(ord(letter))), names[-1])


@cache
def _advance(letter: str, weight: Weight) -> float:
    return float(font(_font_of(letter, weight)).glyph_advance(ord(letter)))


def runs(text: str, weight: Weight) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text that one font draws, each with the name of that font."""
    for name, letters in groupby(text, key=lambda letter: _font_of(letter, weight)):
        yield name, "".join(letters)


@lru_cache(maxsize=10_000)
def width_of(text: str, size: float, weight: Weight = "normal") -> float:
    """Return the width of a text, in inches."""
    return sum(_advance(letter, weight) for letter in text) * size / POINTS


def height_of(lines: list[str], size: float) -> float:
    """Return the height of lines, in inches."""
    return len(lines) * size * LINE / POINTS


def fit(text: str, width: float, size: float, weight: Weight = "normal") -> str:
    """Return a text cut to a width in inches; an ellipsis stands for what is left out."""
    text = clean(text)
    if len(text) * size / POINTS < width or width_of(text, size, weight) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + "…", size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrap(text: str, width: float, size: float, *, most: int = 99, weight: Weight = "normal") -> list[str]:
    """Break a text into lines of a width in inches, the last of at most `most` lines cut to fit.

    Lines break at spaces, and within a word that is wider than a line.
    """
    lines: list[str] = []
    words = [part for word in clean(text).split(" ") for part in _parts(word, width, size, weight)]
    while words and words[0]:
        taken = 1
        while taken < len(words) and width_of(" ".join(words[: taken + 1]), size, weight) <= width:
            taken += 1
        if len(lines) == most - 1:
            taken = len(words)
        lines.append(fit(" ".join(words[:taken]), width, size, weight))
        words = words[taken:]
    return lines


def _parts(word: str, width: float, size: float, weight: Weight) -> list[str]:
    """A word as it is, or in parts that are no wider than a width in inches."""
    parts = []
    while len(word) > 1 and width_of(word, size, weight) > width:
        most = next((n for n in range(len(word) - 1, 1, -1) if width_of(word[:n], size, weight) <= width), 1)
        parts.append(word[:most])
        word = word[most:]
    return [*parts, word]
