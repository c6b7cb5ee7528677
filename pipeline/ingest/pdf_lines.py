"""In: the pages of a PDF; out: their lines of text with place, size and weight."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from pipeline.mupdf import pymupdf

BOLD = re.compile(r"bold|black|heavy|demi|semibd|medium|[-,]bd\b", re.IGNORECASE)
BOLD_FLAG, SUPERSCRIPT_FLAG = 16, 1
FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
RAISED_SIZE = 0.8
# "R E S U L T S", "M A T E R I A L  A N D  M E T H O D S"
SPACED_WORD = r"(?:[^\W\d_][ \u00a0\u2009])+[^\W\d_]"
LETTER_SPACED = re.compile(rf"\s*{SPACED_WORD}(?:[ \u00a0\u2009]{{2,}}(?:{SPACED_WORD}|[^\W\d_]))*\s*")
MIN_SPACED = 7
# Fewer numbers than this at the left of a page do not count its lines.
MIN_COUNTED = 8


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters in one type; `raised` says that it is set as a superscript."""

    text: str
    raised: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; coordinates in points from the top left; `block` numbers the page's text blocks."""

    page: int
    block: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    font: str
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(span.text for span in self.spans)


def page_lines(page: Any, number: int) -> list[Line]:
    """Return the horizontal lines of one page as MuPDF finds them, pieces on one height joined."""
    lines: list[Line] = []
    blocks = page.get_text("dict", flags=FLAGS)["blocks"]
    _drop_line_numbers([raw for block in blocks for raw in block.get("lines", ()) if raw["spans"]])
    for index, block in enumerate(blocks):
        row: list[Line] = []
        for raw in block.get("lines", ()):
            line = _line(raw, number, index)
            if line is None:
                continue
            if row and _same_height(row[-1], line) and 0 <= line.x0 - row[-1].x1 < 3 * line.size:
                row[-1] = _joined(row[-1], line)
            else:
                row.append(line)
        lines.extend(row)
    return lines


def _drop_line_numbers(rows: list[dict[str, Any]]) -> None:
    """Take out the numbers by which a manuscript counts its lines (each, or each fifth), left of all text."""
    rows.sort(key=lambda raw: raw["bbox"][1])
    counted = [raw for raw in rows if raw["spans"][0]["text"].strip().isdecimal() and _stands_alone(raw["spans"])]
    if len(counted) < MIN_COUNTED:
        return
    place = median(raw["bbox"][0] for raw in counted)
    counted = [raw for raw in counted if abs(raw["bbox"][0] - place) < 2 * raw["spans"][0]["size"]]
    if len(counted) < MIN_COUNTED:
        return
    values = [int(raw["spans"][0]["text"]) for raw in counted]
    step, n_steps = Counter(after - before for before, after in pairwise(values)).most_common(1)[0]
    others = [raw["bbox"][0] for raw in rows if not any(raw is number for number in counted)]
    others += [raw["spans"][1]["bbox"][0] for raw in counted if len(raw["spans"]) > 1]
    edge = max(raw["spans"][0]["bbox"][2] for raw in counted)
    beside = sum(x0 >= edge for x0 in others) >= 0.9 * len(others)
    if step in {1, 5} and n_steps >= 0.8 * (len(values) - 1) and step * len(values) >= 0.5 * len(others) and beside:
        for raw in counted:
            raw["spans"] = raw["spans"][1:]
            if raw["spans"]:
                raw["bbox"] = (raw["spans"][0]["bbox"][0], *raw["bbox"][1:])


def _stands_alone(spans: list[dict[str, Any]]) -> bool:
    return len(spans) == 1 or spans[1]["bbox"][0] - spans[0]["bbox"][2] > 0.5 * spans[0]["size"]


def _line(raw: dict[str, Any], number: int, block: int) -> Line | None:
    spans = [span for span in raw["spans"] if span["text"]]
    if not any(span["text"].strip() for span in spans) or abs(raw["dir"][1]) > 0.1:
        return None
    weights: Counter[tuple[float, str]] = Counter()
    for span in spans:
        weights[(round(span["size"], 1), span["font"])] += len(span["text"].strip())
    x0, y0, x1, y1 = raw["bbox"]
    (size, font), _ = weights.most_common(1)[0]
    bold_characters = sum(
        len(span["text"].strip()) for span in spans if span["flags"] & BOLD_FLAG or BOLD.search(span["font"])
    )
    total = sum(len(span["text"].strip()) for span in spans)
    baseline = max((span["origin"][1] for span in spans if span["size"] > RAISED_SIZE * size), default=raw["bbox"][3])
    text = "".join(span["text"] for span in spans)
    if len(text.strip()) >= MIN_SPACED and LETTER_SPACED.fullmatch(text):
        words = [re.sub(r"\s", "", word) for word in re.split(r"\s{2,}", text.strip())]
        return Line(number, block, x0, y0, x1, y1, size, bold_characters > 0.8 * total, font, (_plain(words),))
    return Line(
        number,
        block,
        x0,
        y0,
        x1,
        y1,
        size,
        bold_characters > 0.8 * total,
        font,
        tuple(
            Span(
                span["text"],
                bool(span["flags"] & SUPERSCRIPT_FLAG)
                or (span["size"] < RAISED_SIZE * size and span["origin"][1] < baseline - 0.15 * size),
            )
            for span in spans
        ),
    )


def _plain(words: Sequence[str]) -> Span:
    return Span(" ".join(words), False)


def _same_height(first: Line, second: Line) -> bool:
    return abs(first.y1 - second.y1) < 0.5 * min(first.size, second.size) + 0.5


def _joined(first: Line, second: Line) -> Line:
    gap = (Span(" ", False),) if second.x0 - first.x1 > 0.1 * first.size else ()
    larger = first if len(first.text) >= len(second.text) else second
    return Line(
        first.page,
        first.block,
        first.x0,
        min(first.y0, second.y0),
        second.x1,
        max(first.y1, second.y1),
        larger.size,
        first.bold and second.bold,
        larger.font,
        first.spans + gap + second.spans,
    )


def body_size(lines: Sequence[Line]) -> float:
    """Return the type size that most characters are set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def body_font(lines: Sequence[Line]) -> str:
    """Return the font that most characters are set in."""
    fonts: Counter[str] = Counter()
    for line in lines:
        fonts[line.font] += len(line.text)
    return fonts.most_common(1)[0][0] if fonts else ""
