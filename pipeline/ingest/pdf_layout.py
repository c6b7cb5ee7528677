"""In: the lines of one PDF page; out: the same in reading order, column after column.

The order comes from recursive cutting along white space (the XY cut of Nagy and Seth, 1984): first between columns, and
where no column gap crosses the region, at its widest horizontal gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.ingest.pdf_lines import Line

MIN_COLUMN_GAP = 5.0
MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class _Box:
    """A text block of a page: its outline and its lines."""

    x0: float
    y0: float
    x1: float
    y1: float
    lines: tuple[Line, ...]


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page in reading order."""
    return [line for box in _cut(_boxes(lines), 0) for line in box.lines]


def _boxes(lines: Sequence[Line]) -> list[_Box]:
    grouped: dict[int, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.block, []).append(line)
    return [
        _Box(
            min(line.x0 for line in group),
            min(line.y0 for line in group),
            max(line.x1 for line in group),
            max(line.y1 for line in group),
            tuple(group),
        )
        for group in grouped.values()
    ]


def _cut(boxes: list[_Box], depth: int) -> list[_Box]:
    if len(boxes) < 2 or depth > MAX_DEPTH:
        return sorted(boxes, key=lambda box: (box.y0, box.x0))
    columns = _split(sorted(boxes, key=lambda box: box.x0), horizontal=True, smallest=MIN_COLUMN_GAP, widest_only=False)
    if len(columns) > 1:
        return [box for column in columns for box in _cut(column, depth + 1)]
    bands = _split(sorted(boxes, key=lambda box: box.y0), horizontal=False, smallest=0.0, widest_only=True)
    if len(bands) > 1:
        return [box for band in bands for box in _cut(band, depth + 1)]
    return sorted(boxes, key=lambda box: (round(box.y0), box.x0))


def _split(boxes: list[_Box], *, horizontal: bool, smallest: float, widest_only: bool) -> list[list[_Box]]:
    """Split sorted boxes at the gaps that no box crosses: all gaps, or only the widest."""
    gaps: list[tuple[float, int]] = []
    reach = _end(boxes[0], horizontal)
    for index, box in enumerate(boxes[1:], start=1):
        gap = _start(box, horizontal) - reach
        if gap > smallest:
            gaps.append((gap, index))
        reach = max(reach, _end(box, horizontal))
    if widest_only and gaps:
        gaps = [max(gaps, key=lambda gap: gap[0])]
    cuts = [0, *sorted(index for _, index in gaps), len(boxes)]
    return [boxes[first:last] for first, last in pairwise(cuts)]


def _start(box: _Box, horizontal: bool) -> float:
    return box.x0 if horizontal else box.y0


def _end(box: _Box, horizontal: bool) -> float:
    return box.x1 if horizontal else box.y1
