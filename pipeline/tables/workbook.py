"""In: evidence rows. Out: evidence.xlsx, a sheet that a reviewer can filter and read; the same rows, the same bytes."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.records import EvidenceRow
from pipeline.tables.cells import plain, rounded
from pipeline.tables.columns import EVIDENCE, Column, Table

MOST_ROWS = 200_000
"""Rows in the workbook: a sheet holds 1,048,575 below its header, but hardly a program can work with that many."""
LONGEST_CELL = 32_767
"""Characters that a cell holds; the whole text stands in the CSV file."""
CREATED = datetime.datetime(2000, 1, 1)
"""Written in every workbook: the real time would make each run's bytes differ."""


def write_workbook(path: Path, rows: Iterable[EvidenceRow]) -> None:
    """Write the rows to a sheet of a workbook: header frozen, filters on, text wrapped, cells typed.

    Beyond `MOST_ROWS` the sheet ends with a line that says so and names evidence.csv, which holds them all. A second
    sheet tells what each column means. Nothing is ever a formula or a link.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.use_zip64()
        book.set_properties({"title": "Evidence table", "created": CREATED})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        _write_rows(book.add_worksheet("evidence"), EVIDENCE, EVIDENCE.values(rows), head, body)
        _write_meanings(book.add_worksheet("columns"), EVIDENCE, head, body)


def _write_rows(sheet: Any, table: Table, rows: Iterable[Sequence[Any]], head: Any, body: Any) -> None:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width, body)
        sheet.write_string(0, place, column.name, head)
    last = 0
    for number, values in enumerate(rows, start=1):
        if number > MOST_ROWS:
            sheet.write_string(number, 0, f"Only the first {MOST_ROWS:,} rows; all are in evidence.csv.", head)
            break
        last = number
        for place, (value, column) in enumerate(zip(values, table.columns, strict=True)):
            _write_cell(sheet, last, place, plain(value, column), column, body)
    sheet.autofilter(0, 0, max(last, 1), len(table.columns) - 1)


def _write_cell(sheet: Any, row: int, place: int, value: Any, column: Column, style: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value, style)
    elif isinstance(value, (int, float)):
        number = rounded(float(value), column)
        if number is not None:
            sheet.write_number(row, place, number, style)
    elif value:
        text = str(value)
        if len(text) > LONGEST_CELL:
            text = text[: LONGEST_CELL - 1] + "…"
        sheet.write_string(row, place, text, style)


def _write_meanings(sheet: Any, table: Table, head: Any, body: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, (title, width) in enumerate((("column", 20), ("meaning", 70), ("values", 70))):
        sheet.set_column(place, place, width, body)
        sheet.write_string(0, place, title, head)
    for row, column in enumerate(table.columns, start=1):
        for place, text in enumerate((column.name, column.meaning.replace("`", ""), ", ".join(column.values))):
            sheet.write_string(row, place, text, body)
