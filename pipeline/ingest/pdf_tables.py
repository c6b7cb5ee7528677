"""In: a page of a PDF with a line "Table 2 ..."; out: its tables, as PyMuPDF finds them by rules and shades."""

import logging
import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from pipeline.ingest.pdf_lines import Line
from pipeline.ingest.tables import LABEL, Grid, label_of, without_notes
from pipeline.records import Table

LOG = logging.getLogger(__name__)
# Points between the last line of a caption and the table under it.
CAPTION_GAP = 40.0
_FIGURE = re.compile(r"[(<>±=−–+-]*\s?\d")


def page_tables(page: Any, lines: Sequence[Line], number: int) -> tuple[Table, ...]:
    """Return the tables of a page that have a caption with a number; none where no line of it begins with one."""
    captions = [line for line in lines if LABEL.match(line.text)]
    if not captions:
        return ()
    try:
        words = page.get_text("words")
        found = [
            (table.bbox, [[_inside(words, cell) for cell in row.cells] for row in table.rows])
            for table in page.find_tables().tables
        ]
    except Exception:
        LOG.info("The tables of page %d were left out.", number, exc_info=True)
        return ()
    return tuple(table for bounds, cells in found if (table := _table(bounds, cells, captions, number)))


def _table(
    bounds: tuple[float, float, float, float],
    cells: Sequence[Sequence[str]],
    captions: Sequence[Line],
    page: int,
) -> Table | None:
    grid = _filled(cells)
    caption = ""
    if grid and LABEL.match(grid[0][0]) and not any(grid[0][1:]):
        caption, grid = grid[0][0], grid[1:]
    else:
        left, top, right, _ = bounds
        above = [c for c in captions if 0 <= top - c.y0 <= CAPTION_GAP and c.x0 < right and left < c.x1]
        caption = above[-1].text.strip() if above else ""
    header = tuple(takewhile(_is_head, grid))
    rows, notes = without_notes(grid[len(header) :])
    if not caption or not rows or len(rows[0]) < 2:
        return None
    return Table(label_of(caption), caption, header, rows, notes, page=page)


def _is_head(row: Sequence[str]) -> bool:
    return any(row[1:]) and not any(_FIGURE.match(cell) for cell in row[1:])


def _inside(words: Sequence[Sequence[Any]], cell: tuple[float, float, float, float] | None) -> str:
    """Return the words whose middle is in a cell, in their order; its own text runs words of small print together."""
    if cell is None:
        return ""
    left, top, right, bottom = cell
    inside = (w[4] for w in words if left <= (w[0] + w[2]) / 2 < right and top <= (w[1] + w[3]) / 2 < bottom)
    return " ".join("".join(filter(str.isprintable, " ".join(inside))).split())


def _filled(words: Sequence[Sequence[str]]) -> Grid:
    """Return the cells without rows and columns that hold no words."""
    columns = [column for column in range(len(words[0]) if words else 0) if any(row[column] for row in words)]
    return tuple(tuple(row[column] for column in columns) for row in words if any(row))
