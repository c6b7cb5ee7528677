"""The pages of a PDF come in; their lines of text with place, size and weight go out, running heads left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

BOLD = re.compile(r"bold|black|heavy|demi|semibd|medium|[-,]bd\b", re.IGNORECASE)
BOLD_FLAG, SUPERSCRIPT_FLAG = 16, 1
FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
# Running heads and feet stand in the outer parts of a page.
MARGIN_SHARE = 0.09
RAISED_SIZE = 0.8


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
    for index, block in enumerate(page.get_text("dict", flags=FLAGS)["blocks"]):
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


def without_running_heads(pages: Sequence[list[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """Leave out page numbers and the lines that stand at the top or foot of several pages."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for lines, height in zip(pages, heights, strict=True):
        for line in lines:
            if _in_margin(line, height):
                seen[_pattern(line)].add(line.page)
    repeated = {pattern for pattern, numbers in seen.items() if len(numbers) >= min(3, max(2, len(pages) // 3))}
    return [
        [
            line
            for line in lines
            if not (_in_margin(line, height) and (_pattern(line) in repeated or _is_page_number(line.text)))
        ]
        for lines, height in zip(pages, heights, strict=True)
    ]


def _in_margin(line: Line, height: float) -> bool:
    return line.y0 < MARGIN_SHARE * height or line.y1 > (1 - MARGIN_SHARE) * height


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()).casefold())


def _is_page_number(text: str) -> bool:
    return bool(re.fullmatch(r"\W*(?:page\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*", text.strip(), re.IGNORECASE))
