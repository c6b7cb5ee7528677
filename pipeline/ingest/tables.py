"""In: the table elements of an article (JATS, HTML); out: `Table` records: header, cells, caption, notes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from pipeline.ingest.inline import InlineText, Reading, tag_of, write_inline
from pipeline.records import Block, Table

LABEL = re.compile(r"\s*((?:supplementary |online )?table\s+[A-Z]?\d{1,3}[A-Za-z]?|table\s+[IVX]{1,4}\b)[.:\s]*", re.I)
# A table of a page whose cells hold more words than this lays out the page.
MAX_CELL_WORDS = 60
# Fewer words in the only cell of a last row are a row without values.
MIN_NOTE_WORDS = 4
# Spans beyond these are slips of the mark-up; a table wider or longer than this is not kept.
MAX_COLUMNS, MAX_ROWS = 100, 2_000
# A cell that gives a value: "0.80 (0.70 to 0.91)", "−3.1", "12%", "<0.01".
VALUE = re.compile(r"\s*[<>≤≥=±+\-−–]?\s?[.\d]")
CELLS = frozenset({"td", "th"})
# What stands in no table of data: another table, and headings of the page.
PARTS = ("table", "h1", "h2", "h3", "h4", "h5", "h6")
CAPTIONS = frozenset({"caption", "paragraph"})

Grid = tuple[tuple[str, ...], ...]


def jats_tables(wrap: Any, section: str, reading: Reading) -> Iterator[Table]:
    """Yield the tables of a <table-wrap>; the stub is the first cell of a row."""
    label = _words(wrap.find("./{*}label"), reading)
    caption = " ".join(filter(None, (_words(part, reading) for node in wrap.iterfind("./{*}caption") for part in node)))
    notes = tuple(filter(None, (_words(node, reading) for node in foot_notes(wrap))))
    for element in wrap.iter("{*}table", "table"):
        header, body = cells_of(element, reading)
        rows, below = without_notes(body)
        if rows:
            yield Table(label or label_of(caption), caption, header, rows, (*below, *notes), section)


def foot_notes(wrap: Any) -> Iterator[Any]:
    """Yield the paragraphs of a table's foot, as JATS marks them."""
    for foot in wrap.iterfind("./{*}table-wrap-foot"):
        yield from (node for node in foot.iter("{*}p", "p"))


def html_tables(root: Any) -> tuple[Table, ...]:
    """Return the tables of data of a page, with a caption of their own or the line above that begins "Table 2"."""
    found: list[Table] = []
    for element in root.iter("table"):
        if lays_out(element):
            continue
        header, body = _with_head(*cells_of(element, _all))
        rows, notes = without_notes(body)
        if len(rows) + len(header) < 2 or not rows or len(rows[0]) < 2:
            continue
        caption = _html_caption(element)
        found.append(Table(label_of(caption), caption, header, rows, notes))
    return tuple(found)


def _with_head(header: Grid, rows: Grid) -> tuple[Grid, Grid]:
    """Take a first row without values, over rows that have some, for the header of a table that marks none."""
    if header or len(rows) < 2 or any(map(VALUE.match, rows[0])) or not all(rows[0][1:]):
        return header, rows
    has_values = any(VALUE.match(cell) for row in rows[1:] for cell in row[1:])
    return (rows[:1], rows[1:]) if has_values else (header, rows)


def lays_out(table: Any) -> bool:
    """Say whether a table element of a page holds no data but the page's own text, set side by side or in a frame."""
    if (table.get("role") or "").lower() in {"presentation", "none"} or next(
        table.iterdescendants(*PARTS), None
    ) is not None:
        return True
    cells = list(table.iter(*CELLS))
    if all(len(row) < 2 for row in table.iter("tr")):
        return True
    return any(len("".join(cell.itertext()).split()) > MAX_CELL_WORDS for cell in cells)


def without_notes(rows: Grid) -> tuple[Grid, tuple[str, ...]]:
    """Return the rows of a table, and the notes at its end: rows of one cell with words, under which nothing stands."""
    end = len(rows)
    while end > 1 and rows[end - 1][0] and not any(rows[end - 1][1:]):
        end -= 1
    notes = tuple(row[0] for row in rows[end:])
    return (rows[:end], notes) if end > 1 and any(len(note.split()) >= MIN_NOTE_WORDS for note in notes) else (rows, ())


def located(tables: Iterable[Table], text: str, blocks: Sequence[Block]) -> tuple[Table, ...]:
    """Return the tables with the offsets of their captions in the stored text, and the section around them."""
    captions = {text[block.start : block.end]: block for block in reversed(blocks) if block.kind in CAPTIONS}
    labelled = {label_of(words): block for words, block in captions.items() if block.kind == "caption"}
    return tuple(
        _placed(table, captions.get(table.caption) or labelled.get(table.label if table.caption else "-"))
        for table in tables
    )


def _placed(table: Table, block: Block | None) -> Table:
    if block is None or not table.caption:
        return table
    return replace(table, section=table.section or block.section, start=block.start, end=block.end)


def label_of(caption: str) -> str:
    """Return the label that a caption begins with ("Table 2"), or ""."""
    match = LABEL.match(caption)
    return " ".join(match[1].split()) if match else ""


def cells_of(element: Any, reading: Reading) -> tuple[Grid, Grid]:
    """Return the header rows and the body rows of a table element; cells that span are filled in.

    A header cell stands over every column that it spans; of a body cell that spans columns the first holds the words.
    """
    heads: list[bool] = []
    grid: list[dict[int, str]] = []
    held: dict[int, tuple[str, int]] = {}
    for number, row in enumerate(node for node in element.iter("{*}tr", "tr")):
        if number == MAX_ROWS:
            return (), ()
        cells = [cell for cell in row if tag_of(cell) in CELLS]
        is_head = tag_of(row.getparent()) == "thead" or (bool(cells) and all(tag_of(cell) == "th" for cell in cells))
        line = {column: words for column, (words, end) in held.items() if number < end}
        column = 0
        for cell in cells:
            while column in line:
                column += 1
            words = _words(cell, reading)
            wide, tall = _span(cell, "colspan", MAX_COLUMNS), _span(cell, "rowspan", MAX_ROWS)
            for offset in range(wide):
                value = words if is_head or not offset else ""
                line[column + offset] = value
                if tall > 1:
                    held[column + offset] = value, number + tall
            column += wide
            if column > MAX_COLUMNS:
                return (), ()
        heads.append(is_head)
        grid.append(line)
    width = max((max(line) + 1 for line in grid if line), default=0)
    filled = [tuple(line.get(column, "") for column in range(width)) for line in grid]
    n_heads = len(list(takewhile(bool, heads)))
    if n_heads == len(filled):
        n_heads = min(1, max(0, len(filled) - 1))
    return tuple(filled[:n_heads]), tuple(row for row in filled[n_heads:] if any(row))


def _span(cell: Any, name: str, most: int) -> int:
    value = cell.get(name, "").strip()
    return min(max(int(value), 1), most) if value.isdigit() else 1


def _words(element: Any, reading: Reading) -> str:
    if element is None:
        return ""
    text = InlineText()
    write_inline(element, text, reading)
    return text.result()[0]


def _all(_: Any) -> tuple[str, ...] | None:
    return None


def _html_caption(element: Any) -> str:
    own = next((_words(node, _all) for node in element.iterchildren("caption")), "")
    if own:
        return own
    above = element
    for _ in range(3):
        previous = above.getprevious()
        if previous is not None:
            words = " ".join("".join(previous.itertext()).split())
            return words if LABEL.match(words) else ""
        if (above := above.getparent()) is None:
            break
    return ""
