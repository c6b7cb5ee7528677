"""In: the lines of a CSV file. Out: its rows, however long their cells; the csv module's own limit stays."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST_CELL = 2**31 - 1
"""Characters of a cell that are read: the csv module's own limit of 131,072 is below a long list of claims."""


class Rows(Iterator[list[str]]):
    """Reads rows as `csv.reader` does; the limit, which holds for the whole process, is raised for each row alone."""

    def __init__(self, lines: Iterable[str], *, longest: int = LONGEST_CELL, **dialect: Any) -> None:
        """Take lines, and what `csv.reader` takes; a cell longer than `longest` raises `csv.Error`."""
        self._reader = csv.reader(lines, **dialect)
        self._longest = longest

    @property
    def line_num(self) -> int:
        """Lines that were read so far."""
        return self._reader.line_num

    def __next__(self) -> list[str]:
        """Return the next row."""
        usual = csv.field_size_limit(self._longest)
        try:
            return next(self._reader)
        finally:
            csv.field_size_limit(usual)
