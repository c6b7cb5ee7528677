"""In: a spreadsheet (XLSX, XLS, ODS); out: a `Document` for each row of its sheets of records."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from pipeline.errors import SourceError
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.columns import column_name, is_header, row_fields
from pipeline.ingest.records.table import PREAMBLE_LINES
from pipeline.ingest.source import Source
from pipeline.records import Document


def read_workbook(source: Source) -> list[Document]:
    """Read the records of every sheet that has a header; raises `SourceError` where none has."""
    sheets = [rows for rows in _sheets(source) if rows]
    if not sheets:
        raise SourceError(
            f"{source.path} has no sheet with a column named title, abstract or text; rename the columns."
        )
    return read_records(source, "xlsx", _records(sheets))


def _sheets(source: Source) -> Iterator[list[list[str]]]:
    """Yield the rows of each sheet from its header on, cells as text; nothing for a sheet without a header."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
    except CalamineError as error:
        raise SourceError(
            f"{source.path} is no workbook that can be opened ({error}); save it again as XLSX without a password, "
            "or as CSV."
        ) from None
    for name in workbook.sheet_names:
        rows = [[_text(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()]
        start = next((index for index, row in enumerate(rows[:PREAMBLE_LINES]) if is_header(_trimmed(row))), None)
        if start is not None:
            yield rows[start:]


def _records(sheets: Sequence[list[list[str]]]) -> Iterator[Record | Damage]:
    for rows in sheets:
        names = [column_name(cell) for cell in rows[0]]
        for row in rows[1:]:
            if any(row):
                yield row_fields(names, row), ()


def _trimmed(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end, which a sheet's width adds."""
    filled = [index for index, cell in enumerate(row) if cell]
    return row[: filled[-1] + 1] if filled else []


def _text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
