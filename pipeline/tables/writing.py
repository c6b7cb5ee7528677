"""In: the records of a table, one at a time. Out: their CSV file, and the same rows in a sheet and in a copy."""

import csv
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pipeline.tables.cells import Plain, neutralise, plain, to_text
from pipeline.tables.column import Table

ENCODING = "utf-8-sig"
Copy = Callable[[Sequence[str]], None]


class Sheet(Protocol):
    """What takes the rows of a table as plain values."""

    def write_values(self, values: Sequence[Plain]) -> None:
        """Take one more row."""


class TableWriter:
    """Writes a row for each record, in the order given; each value is put into words once for all that hold it.

    `sheet` takes the plain values of each row, `copy` its texts, as they are read back from the file.
    """

    def __init__(self, path: Path, table: Table, *, sheet: Sheet | None = None, copy: Copy | None = None) -> None:
        """Open the file and write the header. Raises `OSError`."""
        self._columns, self._values = table.columns, attrgetter(*table.header)
        self._sheet, self._copy = sheet, copy
        self._file = path.open("w", encoding=ENCODING, newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(table.header)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, record: object) -> None:
        """Write the row of a record."""
        values: list[Plain] = []
        texts: list[str] = []
        cells: list[str] = []
        for given, column in zip(self._values(record), self._columns, strict=True):
            value = plain(given, column)
            values.append(value)
            if type(value) is str:
                texts.append(value)
                cells.append(neutralise(value))
            else:
                texts.append(text := to_text(value, column))
                cells.append(text)
        self._writer.writerow(cells)
        if self._sheet:
            self._sheet.write_values(values)
        if self._copy:
            self._copy(texts)


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
