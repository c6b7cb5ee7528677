"""In: the rows of a PRISMA flow. Out: its diagram, after that of PRISMA 2020 for updated reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.figures.canvas import Canvas, heading
from pipeline.figures.letters import HEADING, NORMAL, height_of, wrap
from pipeline.records import Figure, FlowRow
from pipeline.vocabulary import FlowStage

_MARGIN, _COLUMN, _GAP = 0.2, 3.1, 0.25
_PADDING, _ARROW = 0.1, 0.22
_NAME = "prisma-flow"
_MOST_LINES = 12
_STEPS: tuple[tuple[FlowStage | None, tuple[FlowStage, ...]], ...] = (
    ("identified", ("found by the search", "not fetched")),
    (None, ("duplicate removed", "set aside")),
    (None, ("not read", "no article text")),
    ("read", ()),
    (None, ("no claim found",)),
    ("with claims", ()),
)
"""The boxes of a column from above, each with the stage it is named by, or none where records fall out."""


@dataclass(frozen=True, slots=True)
class _Box:
    """Lines in a frame; records fall out in one that is `aside`."""

    lines: tuple[str, ...]
    aside: bool

    @property
    def height(self) -> float:
        return height_of(list(self.lines), NORMAL) + 2 * _PADDING


def draw_flow(rows: Sequence[FlowRow], folder: Path) -> Figure:
    """Draw what became of the records of each origin, now and in the run before. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    origins = list(dict.fromkeys(row.origin for row in rows if row.origin != "all"))
    columns = [(origin, _boxes([row for row in rows if row.origin == origin])) for origin in origins]
    title = "What became of the records"
    width = 2 * _MARGIN + (len(columns) + 1) * (_COLUMN + _GAP) - _GAP
    told = wrap(_SUBTITLE, width - 2 * _MARGIN, NORMAL)
    top = 0.32 + height_of([title], HEADING) + height_of(told, NORMAL) + 0.4
    tall = max([sum(box.height + _ARROW for box in boxes) for _, boxes in columns] or [0])
    last = _Box(tuple(wrap(_whole(rows), width - 2 * _MARGIN - 2 * _PADDING, NORMAL)), aside=False)
    canvas = Canvas(width, top + tall + last.height + _MARGIN)
    heading(canvas, [title], told)
    before = _Box(tuple(wrap(_before(rows), _COLUMN - 2 * _PADDING, NORMAL)), aside=False)
    _column(canvas, "the run before", [before], _MARGIN, top, tall)
    for place, (origin, boxes) in enumerate(columns, start=1):
        _column(canvas, origin, boxes, _MARGIN + place * (_COLUMN + _GAP), top, tall)
    _box(canvas, last, _MARGIN, top + tall, width - 2 * _MARGIN)
    alt = f"{title}. " + " ".join(_said(row) + "." for row in rows)
    svg, png = canvas.save(folder, _NAME, title=title, alt=alt)
    return Figure(_NAME, title, "flow", svg, png, alt, "")


_SUBTITLE = "After PRISMA 2020; a program reads in the place of screening. The reasons in full stand in prisma.csv."


def _boxes(rows: Sequence[FlowRow]) -> list[_Box]:
    boxes = []
    for named, inner in _STEPS:
        shown = [row for row in rows if row.stage == named] + [row for row in rows if row.stage in inner]
        lines = [line for row in shown for line in wrap(_said(row), _COLUMN - 2 * _PADDING, NORMAL, most=3)]
        if len(lines) > _MOST_LINES:
            lines = [*lines[: _MOST_LINES - 1], "…"]
        if lines:
            boxes.append(_Box(tuple(lines), aside=not named))
    return boxes


def _said(row: FlowRow) -> str:
    reason = f" ({row.reason})" if row.reason else ""
    new = f", {row.new:,} of them new" if row.new and row.previous else ""
    return f"{row.stage}: {row.total:,}{new}{reason}"


def _whole(rows: Sequence[FlowRow]) -> str:
    with_claims = [row for row in rows if row.stage == "with claims"]
    sources = f"{sum(row.total for row in with_claims):,} sources ({sum(row.new for row in with_claims):,} new)"
    counted = [f"{row.total:,} {row.stage} ({row.new:,} new)" for row in rows if row.stage in ("studies", "findings")]
    return f"In the tables: {', '.join([sources, *counted])}"


def _before(rows: Sequence[FlowRow]) -> str:
    sources = sum(row.previous for row in rows if row.stage == "with claims")
    counted = [f"{row.previous:,} {row.stage}" for row in rows if row.stage in ("studies", "findings")]
    known = ", ".join([f"{sources:,} sources with claims", *counted])
    return known if any(row.previous for row in rows) else "There was none"


def _column(canvas: Canvas, title: str, boxes: Sequence[_Box], x: float, top: float, tall: float) -> None:
    canvas.text(x, top - 0.18, title, weight="bold")
    y = top
    middle = x + _COLUMN / 2
    for box in boxes:
        _box(canvas, box, x, y, _COLUMN)
        y += box.height
        end = top + tall if box is boxes[-1] else y + _ARROW
        canvas.box(middle - 0.005, y, 0.01, end - y - 0.05, fill=canvas.look.soft)
        canvas.marks([middle], end - 0.06, 5, fill=canvas.look.soft, marker="v")
        y += _ARROW


def _box(canvas: Canvas, box: _Box, x: float, y: float, width: float) -> None:
    fill = canvas.look.ground if box.aside else canvas.look.band
    canvas.box(x, y, width, box.height, fill=fill, edge=canvas.look.soft, dashed=box.aside)
    for place, line in enumerate(box.lines):
        at = y + _PADDING + height_of(["one"], NORMAL) * (place + 0.5)
        canvas.text(x + _PADDING, at, line, colour=canvas.look.soft if box.aside else "")
