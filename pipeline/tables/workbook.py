"""In: the rows of a run. Out: evidence.xlsx, sheets to filter, read and fill in; the same rows, the same bytes."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.records import ComparisonRow, EvidenceRow, Finding, SourceRow, Study
from pipeline.tables.cells import neutralise, plain, restore, rounded
from pipeline.tables.columns import COMPARISON, CORRECTABLE, EVIDENCE, FINDINGS, REVIEW, SOURCES, STUDIES, Column, Table
from pipeline.tables.study_rows import study_rows
from pipeline.vocabulary import CERTAINTIES

MOST_ROWS = 200_000
"""Rows in the workbook: a sheet holds 1,048,575 below its header, but hardly a program can work with that many."""
LONGEST_CELL = 32_767
"""Characters that a cell holds; the whole text stands in the CSV file."""
CREATED = datetime.datetime(2000, 1, 1)
"""Written in every workbook: the real time would make each run's bytes differ."""


_SOURCES = replace(SOURCES, columns=tuple(column for column in SOURCES.columns if column.name != "seconds"))
"""How long a source took, and whether this run or an earlier one read it, would make each run's bytes differ."""
_COLOURS = {"High": "#CFE8D5", "Moderate": "#D3E3F6", "Low": "#F6E6C8", "Very low": "#EFD9D9"}
"""The ground of a cell by its certainty."""


def write_workbook(
    path: Path,
    rows: Iterable[EvidenceRow],
    *,
    findings: Iterable[Finding] = (),
    studies: Iterable[Study] = (),
    comparisons: Iterable[ComparisonRow] = (),
    sources: Iterable[SourceRow] = (),
) -> None:
    """Write a workbook: header frozen, filters on, text wrapped, cells typed, certainty coloured.

    The sheet of the evidence offers the allowed values of the columns that a reviewer fills in or corrects; then come
    the findings, the studies, the comparison, the sources, and a legend of all columns and colours. Beyond `MOST_ROWS`
    a sheet ends with a line that says so and names the CSV file, which holds them all. Nothing is ever a formula or a
    link.
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
        colours = {value: book.add_format({"bg_color": colour}) for value, colour in _COLOURS.items()}
        sheets = (
            (EVIDENCE, rows),
            (FINDINGS, findings),
            (STUDIES, study_rows(studies)),
            (COMPARISON, comparisons),
            (_SOURCES, map(_read, sources)),
        )
        for table, records in sheets:
            sheet = book.add_worksheet(table.name)
            last = _write_rows(sheet, table, table.values(records), head, body)
            _colour(sheet, table, last, colours)
            if table is EVIDENCE:
                _offer_values(sheet, table, last)
        _write_legend(book.add_worksheet("legend"), [table for table, _ in sheets], head, body, colours)


def _write_rows(sheet: Any, table: Table, rows: Iterable[Sequence[Any]], head: Any, body: Any) -> int:
    """Write a header and the rows; return the number of the last."""
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width, body)
        sheet.write_string(0, place, column.name, head)
    last = 0
    for number, values in enumerate(rows, start=1):
        if number > MOST_ROWS:
            sheet.write_string(number, 0, f"Only the first {MOST_ROWS:,} rows; all are in {table.name}.csv.", head)
            break
        last = number
        for place, (value, column) in enumerate(zip(values, table.columns, strict=True)):
            _write_cell(sheet, last, place, plain(value, column), column, body)
    sheet.autofilter(0, 0, max(last, 1), len(table.columns) - 1)
    return last


def _read(source: SourceRow) -> SourceRow:
    return replace(source, status="processed") if source.status == "unchanged" else source


def _colour(sheet: Any, table: Table, last: int, colours: Mapping[str, Any]) -> None:
    for place, column in enumerate(table.columns):
        if column.values == CERTAINTIES:
            for value, style in colours.items():
                rule = {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": style}
                sheet.conditional_format(1, place, max(last, 1), place, rule)


def _offer_values(sheet: Any, table: Table, last: int) -> None:
    """Drop-downs where a reviewer decides or corrects; another value is taken too, with a question."""
    for place, column in enumerate(table.columns):
        if column.values and column.name in (*REVIEW, *CORRECTABLE):
            offer = {
                "validate": "list",
                "source": list(column.values),
                "error_type": "warning",
                "error_title": column.name,
                "error_message": "This is none of the values of the column; a run cannot understand it.",
            }
            sheet.data_validation(1, place, max(last, 1), place, offer)


def _write_cell(sheet: Any, row: int, place: int, value: Any, column: Column, style: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value, style)
    elif isinstance(value, (int, float)):
        number = rounded(float(value), column)
        if number is not None:
            sheet.write_number(row, place, number, style)
    elif value:
        text = str(value)
        if restore(text) != text:  # who reads a sheet takes one mark away, as from CSV
            text = neutralise(text)
        if len(text) > LONGEST_CELL:
            text = text[: LONGEST_CELL - 1] + "…"
        sheet.write_string(row, place, text, style)


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
