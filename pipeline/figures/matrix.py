"""In: the comparison. Out: pages of the evidence matrix: a cell for an exposure and a condition, with its verdict."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.figures.canvas import Canvas, certainty_dots, heading, paragraph
from pipeline.figures.labels import counted
from pipeline.figures.letters import HEADING, NORMAL, SMALL, fit, height_of, width_of, wrap
from pipeline.figures.style import STYLE
from pipeline.records import ComparisonRow, Figure
from pipeline.vocabulary import EXPOSURES, Exposure

_CELL_WIDTH, _CELL_HEIGHT = 0.58, 0.47
_MARGIN = 0.2
_LONGEST_NUTRIENT, _LONGEST_CONDITION = 2.0, 2.3
_SLANT = 0.72  # sine and cosine of the slant of the conditions' names, nearly 45 degrees
_LEAST_WIDTH = 7.6

Row = tuple[str, str, Exposure]
Column = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the matrix: its rows and columns in order, and what stands where they meet."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: dict[tuple[Row, Column], ComparisonRow]


def draw_matrix(comparisons: Sequence[ComparisonRow], n_comparisons: int, folder: Path) -> list[Figure]:
    """Draw the evidence matrix of comparisons in the order of their importance, `n_comparisons` with those left out."""
    pages = paginate(comparisons)
    note = ""
    if left := n_comparisons - sum(len(page.cells) for page in pages):
        note = (
            f"{counted(left, 'comparison')} of {n_comparisons:,} that fewer sources speak of "
            f"{'is' if left == 1 else 'are'} not in these {len(pages)} pages; all are in comparison.csv."
        )
    return [_draw(page, number, len(pages), note, folder) for number, page in enumerate(pages, 1)]


def paginate(comparisons: Sequence[ComparisonRow]) -> list[Page]:
    """Fill as many pages with comparisons as a run may have, those that come first first."""
    limits = STYLE.limits
    waiting = sorted(
        comparisons, key=lambda row: (-row.n_sources, -row.n_claims, row.nutrient, row.condition, row.exposure)
    )
    pages: list[Page] = []
    while waiting and len(pages) < limits.matrix_pages:
        rows: Counter[Row] = Counter()
        columns: Counter[Column] = Counter()
        for one in waiting:
            row, column = _cell(one)
            if (row in rows or len(rows) < limits.matrix_rows) and (
                column in columns or len(columns) < limits.matrix_columns
            ):
                rows[row] += one.n_sources
                columns[column] += one.n_sources
        cells: dict[tuple[Row, Column], ComparisonRow] = {}
        rest: list[ComparisonRow] = []
        for one in waiting:
            row, column = _cell(one)
            if row in rows and column in columns and (row, column) not in cells:
                cells[row, column] = one
            else:
                rest.append(one)
        pages.append(
            Page(
                tuple(sorted(rows, key=lambda row: (row[0], row[1], EXPOSURES.index(row[2])))),
                tuple(sorted(columns, key=lambda column: (-columns[column], column))),
                cells,
            )
        )
        waiting = rest
    return pages


def importance(row: ComparisonRow) -> tuple[int, int, str, str, str, str, str]:
    """Sorts what most sources speak of first."""
    names = row.nutrient, row.condition, row.exposure, row.nutrient_id, row.condition_id
    return -row.n_sources, -row.n_claims, *names


def _cell(one: ComparisonRow) -> tuple[Row, Column]:
    return (one.nutrient, one.nutrient_id, one.exposure), (one.condition, one.condition_id)


def _draw(page: Page, number: int, of: int, note: str, folder: Path) -> Figure:
    style = STYLE
    nutrients = {row[0]: fit(row[0], _LONGEST_NUTRIENT, NORMAL, "bold") for row in page.rows}
    conditions = [fit(column[0], _LONGEST_CONDITION, NORMAL) for column in page.columns]
    nutrient_width = max(width_of(name, NORMAL, "bold") for name in nutrients.values())
    left = _MARGIN + nutrient_width + 0.12 + max(width_of(row[2], NORMAL) for row in page.rows) + 0.12
    slanted = max(width_of(name, NORMAL) for name in conditions) * _SLANT
    right = left + len(page.columns) * _CELL_WIDTH
    ends = [left + (n + 0.5) * _CELL_WIDTH + width_of(name, NORMAL) * _SLANT for n, name in enumerate(conditions)]
    width = max(right + _MARGIN, max(ends) + _MARGIN / 2, _LEAST_WIDTH)
    title = "Evidence matrix" + (f", page {number} of {of}" if of > 1 else "")
    told = wrap(
        f"{_SUBTITLE} {_EMPTY.format(', or another page shows it' if of > 1 else '')}", width - 2 * _MARGIN, NORMAL
    )
    notes = wrap(note, width - 2 * _MARGIN, SMALL)
    legend = _legend_rows(width - 2 * _MARGIN)
    top = 0.32 + height_of([title], HEADING) + height_of(told, NORMAL) + slanted + 0.2
    bottom = top + len(page.rows) * _CELL_HEIGHT
    height = bottom + 0.28 + 0.25 * len(legend) + height_of(notes, SMALL) + 0.1
    canvas = Canvas(width, height)
    heading(canvas, [title], told)
    for place, name in enumerate(conditions):
        x = left + (place + 0.5) * _CELL_WIDTH
        canvas.slanted(x - 0.05, top - 0.06, name)
        if place % 2 == 0:
            canvas.box(x - _CELL_WIDTH / 2, top, _CELL_WIDTH, bottom - top, fill=canvas.look.band, below=True)
    before = ""
    for place, row in enumerate(page.rows):
        y = top + place * _CELL_HEIGHT
        canvas.rule(_MARGIN if row[0] != before else _MARGIN + nutrient_width + 0.12, y, right)
        if row[0] != before:
            canvas.text(_MARGIN, y + _CELL_HEIGHT / 2, nutrients[row[0]], weight="bold")
        canvas.text(left - 0.12, y + _CELL_HEIGHT / 2, row[2], ha="right")
        before = row[0]
        for column, condition in enumerate(page.columns):
            if cell := page.cells.get((row, condition)):
                _draw_cell(canvas, left + column * _CELL_WIDTH, y, cell, f"cell-{place + 1}-{column + 1}")
    canvas.rule(_MARGIN, bottom, right)
    y = bottom + 0.28
    for line in legend:
        _draw_legend(canvas, line, y)
        y += 0.25
    paragraph(canvas, notes, y, colour=style.picture.notice)
    name = "evidence-matrix" + (f"-{number}" if number > 1 else "")
    alt = _described(page, title)
    svg, png = canvas.save(folder, name, title=title, alt=alt)
    return Figure(name, title, "evidence matrix", svg, png, alt, note)


def _draw_cell(canvas: Canvas, x: float, y: float, cell: ComparisonRow, gid: str) -> None:
    style = STYLE
    look = style.verdict[cell.verdict]
    x, y, width, height = x + 0.03, y + 0.03, _CELL_WIDTH - 0.06, _CELL_HEIGHT - 0.06
    canvas.box(
        x, y, width, height, fill=look.tint, edge=look.colour, lw=0.8, gid=f"{gid}-{cell.verdict.replace(' ', '-')}"
    )
    canvas.text(x + 0.15, y + 0.145, look.sign, size=13, colour=look.colour, ha="center", weight="bold")
    canvas.text(x + width - 0.05, y + 0.14, f"{cell.n_sources:,}", size=8.5, ha="right")
    certainty_dots(canvas, x + 0.075, y + height - 0.085, style.certainty[cell.certainty].dots)
    if cell.disagreement:
        canvas.shape(
            [(x + width, y + height), (x + width - 0.14, y + height), (x + width, y + height - 0.14)],
            fill=style.picture.ink,
            gid=f"{gid}-disagreement",
        )


_SUBTITLE = "What the sources together say of an exposure to a nutrient (row) and a condition (column)."
_EMPTY = "An empty place: no source says anything{}."

Legend = tuple[str, str]
"""What a sign of the legend shows (a verdict, a certainty, "number" or "disagreement"), and the words beside it."""


def _legend_rows(width: float) -> list[list[Legend]]:
    """The legend in lines that fit: verdicts, certainties, and the other signs each begin one."""
    style = STYLE
    groups: list[list[Legend]] = [
        [(verdict, verdict) for verdict in style.verdict],
        [(certainty, f"{certainty.lower()} certainty") for certainty in style.certainty],
        [("number", "number of sources"), ("disagreement", "sources disagree")],
    ]
    lines: list[list[Legend]] = []
    for group in groups:
        used = width
        for entry in group:
            wide = _legend_width(entry)
            if used + wide > width:
                lines.append([])
                used = 0.0
            lines[-1].append(entry)
            used += wide
    return lines


def _legend_width(entry: Legend) -> float:
    return (0.42 if entry[0] in STYLE.certainty else 0.26) + width_of(entry[1], NORMAL) + 0.28


def _draw_legend(canvas: Canvas, entries: list[Legend], y: float) -> None:
    style = STYLE
    x = _MARGIN
    for entry in entries:
        of, words = entry
        text = x + _legend_width(entry) - 0.28 - width_of(words, NORMAL)
        verdict = {str(name): look for name, look in style.verdict.items()}.get(of)
        certainty = {str(name): look for name, look in style.certainty.items()}.get(of)
        if verdict:
            canvas.text(x + 0.1, y, verdict.sign, size=13, colour=verdict.colour, ha="center", weight="bold")
        elif certainty:
            certainty_dots(canvas, x + 0.06, y, certainty.dots)
        elif of == "number":
            canvas.text(x + 0.1, y, "3", size=8.5, ha="center")
        else:
            canvas.shape([(x + 0.18, y + 0.08), (x + 0.03, y + 0.08), (x + 0.18, y - 0.07)], fill=style.picture.ink)
        canvas.text(text, y, words)
        x += _legend_width(entry)


def _described(page: Page, title: str) -> str:
    most = STYLE.limits.described
    cells = sorted(
        page.cells.values(), key=lambda cell: (-cell.n_sources, -cell.n_claims, cell.nutrient, cell.condition)
    )
    verdicts = Counter(cell.verdict for cell in cells)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    said = "; ".join(
        f"{cell.nutrient} ({cell.exposure}) and {cell.condition}: {cell.verdict}, {cell.certainty.lower()} certainty, "
        f"{counted(cell.n_sources, 'source')}{', which disagree' if cell.disagreement else ''}"
        for cell in cells[:most]
    )
    rest = f"; and {len(cells) - most:,} more" if len(cells) > most else ""
    return (
        f"{title}: {counted(len(page.rows), 'exposure')} by {counted(len(page.columns), 'condition')}, "
        f"{counted(len(cells), 'cell')} ({counts}). {said}{rest}."
    )
