"""In: the rows of a run. Out: evidence.xlsx, sheets to filter, read and fill in; the same rows, the same bytes."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.records import ComparisonRow, EvidenceRow, Finding, SourceRow, Study
from pipeline.tables.cells import Plain, neutralise, plain, restore, rounded
from pipeline.tables.column import Table
from pipeline.tables.columns import COMPARISON, CORRECTABLE, EVIDENCE, FINDINGS, REVIEW, STUDIES
from pipeline.tables.run_columns import SOURCES
from pipeline.tables.study_rows import study_rows
from pipeline.vocabulary import CERTAINTIES

MOST_ROWS = 200_000
"""Rows in the workbook: a sheet holds 1,048,575 below its header, but hardly a program can work with that many."""
LONGEST_CELL = 32_767
"""Characters that a cell holds, one beyond U+FFFF counted twice; the whole text stands in the CSV file."""
CREATED = datetime.datetime(2000, 1, 1)
"""Written in every workbook: the real time would make each run's bytes differ."""


_SOURCES = replace(SOURCES, columns=tuple(column for column in SOURCES.columns if column.name != "seconds"))
"""How long a source took, and whether this run or an earlier one read it, would make each run's bytes differ."""
_COLOURS = {"High": "#CFE8D5", "Moderate": "#D3E3F6", "Low": "#F6E6C8", "Very low": "#EFD9D9"}
"""The ground of a cell by its certainty."""
_MARKED = re.compile(r"^\s|[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|\s\Z")
"""What a text may hold that XML or a spreadsheet reads otherwise."""


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
            sheet = book.add_worksheet(table.name, worksheet_class=_Sheet)
            last = _write_rows(sheet, table, table.values(records), head, body)
            _colour(sheet, table, last, colours)
            if table is EVIDENCE:
                _offer_values(sheet, table, last)
        _write_legend(book.add_worksheet("legend"), [table for table, _ in sheets], head, body, colours)


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are written as they stand in the file; a call for each cell takes four times as long."""

    def lay_out(self, table: Table, head: Format, body: Format) -> None:
        """Write the header and prepare the columns."""
        self.freeze_panes(1, 1)
        for place, column in enumerate(table.columns):
            self.set_column(place, place, column.width, body)
            self.write_string(0, place, column.name, head)
        self._write_single_row(1)
        self._body = body._get_xf_index()
        self._columns = [(xl_col_to_name(place), column) for place, column in enumerate(table.columns)]

    def write_values(self, number: int, values: Iterable[Plain]) -> None:
        """Write a row below the last one; its first cell is that of the first column."""
        self._write_single_row(number)
        self._check_dimensions(number, 0)
        cells = []
        for value, (letters, column) in zip(values, self._columns, strict=True):
            if value is None or value == "":
                continue
            at = f'<c r="{letters}{number + 1}" s="{self._body}"'
            if isinstance(value, str):
                cells.append(f'{at} t="inlineStr"><is>{_xml(value)}</is></c>')
            elif isinstance(value, bool):
                cells.append(f'{at} t="b"><v>{value:d}</v></c>')
            elif (shown := rounded(float(value), column)) is not None:
                cells.append(f"{at}><v>{shown:.16G}</v></c>")
        self.row_data_fh.write(f'<row r="{number + 1}">{"".join(cells)}</row>')


def _xml(text: str) -> str:
    """The element of a text in a cell, shortened where a cell cannot hold it."""
    if restore(text) != text:  # who reads a sheet takes one mark away, as from CSV
        text = neutralise(text)
    if len(text) > LONGEST_CELL // 2 and len(units := text.encode("utf-16-le", "replace")) > 2 * LONGEST_CELL:
        text = units[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"
    if not _MARKED.search(text):
        return f"<t>{text}</t>"
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<t{kept}>{escape(_Sheet._escape_control_characters(text))}</t>"


def _write_rows(sheet: _Sheet, table: Table, rows: Iterable[Sequence[Any]], head: Format, body: Format) -> int:
    """Write a header and the rows; return the number of the last."""
    sheet.lay_out(table, head, body)
    last = 0
    for number, values in enumerate(rows, start=1):
        if number > MOST_ROWS:
            sheet.write_string(number, 0, f"Only the first {MOST_ROWS:,} rows; all are in {table.name}.csv.", head)
            break
        last = number
        sheet.write_values(number, (plain(v, column) for v, column in zip(values, table.columns, strict=True)))
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
