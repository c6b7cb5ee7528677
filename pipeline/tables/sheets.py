"""In: a table that people have worked on in a spreadsheet program (CSV, XLSX, ODS). Out: its rows as text, by column.

Spreadsheet programs write a table in their own ways: with semicolons or tabs, in the encoding of the system, with dates
as they show them, with columns moved and added. All of these are read; what a cell meant is for its reader to say.
"""

import csv
import datetime
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from pipeline.delimited import Rows
from pipeline.errors import SheetError as SheetError
from pipeline.tables.cells import restore

BOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_DELIMITERS = (",", ";", "\t")
_DECLARED = "sep="
"""A first line `sep=;` tells Excel the delimiter."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its number, counted from the header's 1 as spreadsheet programs do, and its cells by column."""

    number: int
    cells: Mapping[str, str]


def read_sheet(path: Path, needed: Collection[str]) -> Iterator[SheetRow]:
    """Yield the rows of a CSV file or of the sheet of a workbook that has the columns `needed`, empty rows left out.

    Raises `SheetError` where the file cannot be read or no sheet has these columns.
    """
    sheets = _workbook(path) if path.suffix.lower() in BOOKS else [_csv(path)]
    for cells in sheets:
        header = [name.strip().lower() for name in cells[0]] if cells else []
        if set(needed) <= set(header):
            for number, row in enumerate(cells[1:], start=2):
                found = {name: restore(cell) for name, cell in zip(header, row, strict=False) if name}
                if any(found.values()):
                    yield SheetRow(number, found)
            return
    columns = " and ".join(needed)
    raise SheetError(f"{path} cannot be read: it has no columns {columns}; give a table that a run wrote.")


def _csv(path: Path) -> list[list[str]]:
    text = _decoded(path)
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith(_DECLARED):
        text = rest
    try:
        headers = {mark: next(Rows(io.StringIO(text, newline=""), delimiter=mark), []) for mark in _DELIMITERS}
        delimiter = max(_DELIMITERS, key=lambda mark: len(headers[mark]))
        return list(Rows(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SheetError(f"{path} cannot be read as CSV ({error}); save it again as CSV.") from None


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path} cannot be read ({error.strerror}); check that it is a file you may read.") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\x00" in raw:
        raise SheetError(f"{path} cannot be read: it is no text; save it again as CSV.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _workbook(path: Path) -> Iterator[list[list[str]]]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                yield [_texts(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    except (CalamineError, OSError) as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise SheetError(f"{path} cannot be read as a workbook ({said}); save it again.") from None


def _texts(row: Sequence[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(cell).removesuffix(".0")
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)
