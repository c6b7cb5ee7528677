"""In: the records of a table. Out: their CSV file, and the same rows in a sheet and in a copy, some at a time."""

import csv
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pipeline.tables.cells import Plain, cells_of, plain_column, texts_of
from pipeline.tables.column import Table

ENCODING = "utf-8-sig"
Copy = Callable[[Sequence[str]], None]
_TOGETHER = 250
"""Rows that are put into words together, column by column."""


class Sheet(Protocol):
    """What takes the rows of a table as plain values."""

    def write_columns(self, columns: Sequence[Sequence[Plain]]) -> None:
        """Take further rows, as their columns."""


class TableWriter:
    """Writes a row for each record, in the order given; each value is put into words once for all that hold it.

    `sheet` takes the plain values of each row, `copy` its texts, as they are read back from the file.
    """

    def __init__(self, path: Path, table: Table, *, sheet: Sheet | None = None, copy: Copy | None = None) -> None:
        """Open the file and write the header. Raises `OSError`."""
        self._columns, self._values = table.columns, attrgetter(*table.header)
        self._sheet, self._copy = sheet, copy
        self._records: list[object] = []
        self._file = path.open("w", encoding=ENCODING, newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(table.header)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._flush()
        finally:
            self._file.close()

    def write(self, record: object) -> None:
        """Write the row of a record; it is in the file when the `with` block ends. Raises `OSError`."""
        self._records.append(record)
        if len(self._records) >= _TOGETHER:
            self._flush()

    def _flush(self) -> None:
        records, self._records = self._records, []
        if not records:
            return
        given = zip(*map(self._values, records), strict=True)
        values = [plain_column(one, column) for one, column in zip(given, self._columns, strict=True)]
        texts = [texts_of(one, column) for one, column in zip(values, self._columns, strict=True)]
        self._writer.writerows(zip(*map(cells_of, values, texts), strict=True))
        if self._sheet:
            self._sheet.write_columns(values)
        if self._copy:
            for row in zip(*texts, strict=True):
                self._copy(row)


def write_table(
    path: Path, table: Table, records: Iterable[object], *, sheet: Sheet | None = None, copy: Copy | None = None
) -> int:
    """Write the rows of all records; return how many."""
    count = 0
    with TableWriter(path, table, sheet=sheet, copy=copy) as writer:
        for record in records:
            writer.write(record)
            count += 1
    return count
