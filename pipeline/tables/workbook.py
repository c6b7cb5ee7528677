"""In: the rows of a run. Out: evidence.xlsx, sheets to filter, read and fill in; the same rows, the same bytes."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.tables.cells import Plain, neutralise, restore, rounded
from pipeline.tables.column import Column, Table
from pipeline.tables.columns import COMPARISON, CORRECTABLE, EVIDENCE, FINDINGS, REVIEW, STUDIES
from pipeline.tables.run_columns import SOURCES
from pipeline.tables.writing import Sheet
from pipeline.vocabulary import CERTAINTIES

MOST_ROWS = 200_000
"""Rows in the workbook: a sheet holds 1,048,575 below its header, but hardly a program can work with that many."""
LONGEST_CELL = 32_767
"""Characters that a cell holds, one beyond U+FFFF counted twice; the whole text stands in the CSV file."""
CREATED = datetime.datetime(2000, 1, 1)
"""Written in every workbook: the real time would make each run's bytes differ."""

_TABLES = (EVIDENCE, FINDINGS, STUDIES, COMPARISON, SOURCES)
_OF_THE_RUN = ("seconds",)
_SHOWN = {"status": {"unchanged": "processed"}}
"""How long a source took, and whether this run or an earlier one read it, would make each run's bytes differ."""
_OPTIONS = {"constant_memory": True} | dict.fromkeys(
    ("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False
)
_COLOURS = {"High": "#CFE8D5", "Moderate": "#D3E3F6", "Low": "#F6E6C8", "Very low": "#EFD9D9"}
"""The ground of a cell by its certainty."""
_MARKED = re.compile(r"^\s|[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|\s\Z")
"""What a text may hold that XML or a spreadsheet reads otherwise."""


class Workbook:
    """A workbook that is written row by row: header frozen, filters on, text wrapped, cells typed, certainty coloured.

    The sheet of the evidence offers the allowed values of the columns that a reviewer fills in or corrects; then come
    the findings, the studies, the comparison, the sources, and a legend of all columns and colours. Beyond `MOST_ROWS`
    a sheet ends with a line that says so and names the CSV file, which holds them all. Nothing is ever a formula or a
    link. It is whole when its `with` block ends.
    """

    def __init__(self, path: Path) -> None:
        """Lay out the sheets."""
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._book.use_zip64()
        self._book.set_properties({"title": "Evidence table", "created": CREATED})
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._body = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._colours = {value: self._book.add_format({"bg_color": colour}) for value, colour in _COLOURS.items()}
        self._sheets: dict[str, _Sheet] = {}
        for table in _TABLES:
            self._sheets[table.name] = self._book.add_worksheet(table.name, worksheet_class=_Sheet)
            self._sheets[table.name].lay_out(table, self._head, self._body)

    def sheet(self, table: Table) -> Sheet:
        """Return what takes the rows of a table."""
        return self._sheets[table.name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sheet in self._sheets.values():
            sheet.finish(self._colours)
        shown = [sheet.table_shown for sheet in self._sheets.values()]
        _write_legend(self._book.add_worksheet("legend"), shown, self._head, self._body, self._colours)
        self._book.close()


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are written as they stand in the file; a call for each cell takes four times as long."""

    def lay_out(self, table: Table, head: Format, body: Format) -> None:
        """Write the header and prepare the columns; those of a table that would differ from run to run are left out."""
        kept = [(at, column) for at, column in enumerate(table.columns) if column.name not in _OF_THE_RUN]
        self.table_shown = replace(table, columns=tuple(column for _, column in kept))
        self.freeze_panes(1, 1)
        for place, (_, column) in enumerate(kept):
            self.set_column(place, place, column.width, body)
            self.write_string(0, place, column.name, head)
        self._last, self._head, self._body = 0, head, body
        self._kept = [
            (at, xl_col_to_name(place), column, _SHOWN.get(column.name, {})) for place, (at, column) in enumerate(kept)
        ]

    def write_columns(self, columns: Sequence[Sequence[Plain]]) -> None:
        """Write further rows, as the columns of the table; where the sheet is full, one line that says so."""
        if self._last > MOST_ROWS:
            return
        first, room = self._last + 1, MOST_ROWS - self._last
        numbers = [str(row + 1) for row in range(first, first + min(len(columns[0]), room))]
        if numbers:
            self._write_single_row(first)
            self._last += len(numbers)
            self._write_single_row(self._last)
            self._check_dimensions(self._last, 0)
            style = self._body._get_xf_index()
            cells = [
                _cells(columns[at], numbers, letters, style, column, words) for at, letters, column, words in self._kept
            ]
            self.row_data_fh.writelines(
                f'<row r="{number}">{"".join(row)}</row>' for number, *row in zip(numbers, *cells, strict=True)
            )
        if len(columns[0]) > room:
            self._last += 1
            told = f"Only the first {MOST_ROWS:,} rows; all are in {self.table_shown.name}.csv."
            self.write_string(self._last, 0, told, self._head)

    def finish(self, colours: Mapping[str, Format]) -> None:
        """Put the filter over the rows, the colours of the certainty, and the choices of a reviewer."""
        last = max(min(self._last, MOST_ROWS), 1)
        columns = self.table_shown.columns
        self.autofilter(0, 0, last, len(columns) - 1)
        for place, column in enumerate(columns):
            if column.values == CERTAINTIES:
                for value, style in colours.items():
                    rule = {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": style}
                    self.conditional_format(1, place, last, place, rule)
        if self.table_shown.name == EVIDENCE.name:
            self._offer_values(last)

    def _offer_values(self, last: int) -> None:
        """Drop-downs where a reviewer decides or corrects; another value is taken too, with a question."""
        for place, column in enumerate(self.table_shown.columns):
            if column.values and column.name in (*REVIEW, *CORRECTABLE):
                offer = {
                    "validate": "list",
                    "source": list(column.values),
                    "error_type": "warning",
                    "error_title": column.name,
                    "error_message": "This is none of the values of the column; a run cannot understand it.",
                }
                self.data_validation(1, place, last, place, offer)


def _cells(
    values: Sequence[Plain], rows: Sequence[str], letters: str, style: int, column: Column, shown: Mapping[str, str]
) -> list[str]:
    """The cells of a column in some rows; empty ones are left out."""
    texts = {text: _xml(shown.get(text, text)) for text in set(values) if isinstance(text, str) and text}
    found = []
    for value, row in zip(values, rows, strict=False):
        cell = f'<c r="{letters}{row}" s="{style}"'
        if value is None or value == "":
            cell = ""
        elif isinstance(value, str):
            cell += f' t="inlineStr"><is>{texts[value]}</is></c>'
        elif isinstance(value, bool):
            cell += f' t="b"><v>{value:d}</v></c>'
        else:
            number = rounded(float(value), column)
            cell = "" if number is None else f"{cell}><v>{number:.16G}</v></c>"
        found.append(cell)
    return found


def _xml(text: str) -> str:
    """The element of a text in a cell, shortened where a cell cannot hold it."""
    if text[0] == "'" and restore(text) != text:  # who reads a sheet takes one mark away, as from CSV
        text = neutralise(text)
    if len(text) > LONGEST_CELL // 2 and len(units := text.encode("utf-16-le", "replace")) > 2 * LONGEST_CELL:
        text = units[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"
    if not _MARKED.search(text):
        return f"<t>{text}</t>"
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<t{kept}>{escape(_Sheet._escape_control_characters(text))}</t>"


def _write_legend(sheet: Any, tables: Iterable[Table], head: Any, body: Any, colours: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for place, (title, width) in enumerate((("sheet", 12), ("column", 20), ("meaning", 70), ("values", 70))):
        sheet.set_column(place, place, width, body)
        sheet.write_string(0, place, title, head)
    entries = [(table, column) for table in tables for column in table.columns]
    for row, (table, column) in enumerate(entries, start=1):
        for place, text in enumerate(
            (table.name, column.name, column.meaning.replace("`", ""), ", ".join(column.values))
        ):
            sheet.write_string(row, place, text, body)
    for row, (value, style) in enumerate(colours.items(), start=len(entries) + 2):
        sheet.write_string(row, 1, value, style)
        sheet.write_string(row, 2, "the colour of this certainty", body)
