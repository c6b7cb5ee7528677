"""In: the tables of an article; out: those of their rows that give an estimate with its interval as text.

Each is a line of its own behind the article, so that a claim made from it has its place in the stored text:
"Table 2. Risk of falls; Women; Fractures; Vitamin D, n: 12; Placebo, n: 20; RR (95% CI): 0.61 (0.30 to 1.22)".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.ingest.passages import SEPARATOR
from pipeline.records import Block, LinePart, Table, TableLine
from pipeline.vocabulary import TablePart

# A line longer than this is read by nobody, and names too many things to say which of them it is about.
MAX_LINE = 1_500
INTERVAL_NAME = re.compile(
    r"\bC\.?I\.?s?\b|\bCrI\b|\b9[059]\s?%|\b(?:confidence|credible|uncertainty) (?:intervals?|limits?)|\binterval\b",
    re.IGNORECASE,
)
_NUMBER = r"[-−–+]?\s?\d+(?:[.·,]\d+)?"
_BOUNDS = rf"{_NUMBER}\s?%?\s*(?:-|−|–|—|‐|‑|\bto\b|,|;)\s*\(?\s?{_NUMBER}"
WITH_INTERVAL = re.compile(rf"\d\s*[^\d\s(\[]{{0,8}}\s*[(\[][^\d()\[\]]{{0,12}}(?:95\s?%\s?CI[:,]?\s)?\(?{_BOUNDS}")
INTERVAL_ALONE = re.compile(rf"\s*[(\[]?\s*{_BOUNDS}\s?%?\s*[)\]]?\s*")


def with_lines(
    text: str, blocks: Sequence[Block], tables: Sequence[Table]
) -> tuple[str, tuple[Block, ...], tuple[Table, ...]]:
    """Return the text with the lines of results behind it, a block for each, and the tables that know their lines."""
    pieces, added, placed = [text], list(blocks), []
    length = len(text)
    for table in tables:
        lines = []
        for row, words, parts in _lines(table):
            start = length + (len(SEPARATOR) if length else 0)
            pieces += (SEPARATOR if length else "", words)
            length = start + len(words)
            lines.append(TableLine(row, start, length, parts))
            added.append(Block(start, length, "table", "table", "results"))
        placed.append(replace(table, lines=tuple(lines)) if lines else table)
    return "".join(pieces), tuple(added), tuple(placed)


def _lines(table: Table) -> Iterator[tuple[int, str, tuple[LinePart, ...]]]:
    around = " ".join((table.caption, *table.footnotes, *(cell for row in table.header for cell in row)))
    heads = [_head(table, column) for column in range(len(table.rows[0]))] if table.rows else []
    named = bool(INTERVAL_NAME.search(around))
    for row, groups in _with_groups(table):
        cells = table.rows[row]
        named_here = named or any(INTERVAL_NAME.search(words) for words in (*groups, cells[0]))
        if named_here and any(_is_estimate(cell, head) for cell, head in zip(cells[1:], heads[1:], strict=True)):
            words, parts = _written(table, groups, cells, heads)
            if len(words) <= MAX_LINE:
                yield row, words, parts


def _is_estimate(cell: str, head: str) -> bool:
    return bool(WITH_INTERVAL.search(cell) or (INTERVAL_NAME.search(head) and INTERVAL_ALONE.fullmatch(cell)))


def _head(table: Table, column: int) -> str:
    """Return what stands over a column, from top to bottom, each once."""
    return ", ".join(dict.fromkeys(filter(None, (row[column] for row in table.header))))


def _with_groups(table: Table) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield each row with what it is part of: rows above with words in their stub alone, or the last stub there was."""
    groups: list[str] = []
    opened: list[str] = []  # rows that name a group, one under the other, since the last row of cells
    stub = ""
    for number, cells in enumerate(table.rows):
        first = next(filter(None, cells), "")
        if cells[0] and not any(cell and cell != first for cell in cells[1:]):
            opened.append(first)
            stub = ""
            continue
        # As many groups as are opened take the place of as many that were.
        groups = [*groups[: max(0, len(groups) - len(opened))], *opened]
        opened = []
        stub = cells[0] or stub
        yield number, tuple(groups) if cells[0] or not stub else (*groups, stub)


def _written(
    table: Table, groups: Sequence[str], cells: Sequence[str], heads: Sequence[str]
) -> tuple[str, tuple[LinePart, ...]]:
    pieces: list[str] = []
    parts: list[LinePart] = []
    length = 0

    def write(role: TablePart, column: int, words: str, before: str) -> None:
        nonlocal length
        words = " ".join(words.split())
        if not words:
            return
        before = before if pieces else ""
        pieces.extend((before, words))
        parts.append(LinePart(role, column, length + len(before), length + len(before) + len(words)))
        length += len(before) + len(words)

    label = table.label if not table.caption.startswith(table.label) else ""
    write("caption", -1, ". ".join(filter(None, (label, table.caption.rstrip(". ")))), "")
    for group in groups:
        write("group", -1, group.rstrip(":;. "), "; ")
    write("stub", 0, cells[0].rstrip(":;. "), "; ")
    for column, (cell, head) in enumerate(zip(cells[1:], heads[1:], strict=True), start=1):
        if cell.strip():
            write("header", column, head.rstrip(":;. "), "; ")
            write("cell", column, cell, ": " if head else "; ")
    return "".join(pieces), tuple(parts)
