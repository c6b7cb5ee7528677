"""In: the changes of a run, and the history of those before. Out: history.csv, which only ever grows."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from pipeline.tables import CHANGES, HISTORY, read_sheet, read_texts, write_table


def write_history(path: Path, *, before: Path, changes: Path, run_at: str, version: str) -> None:
    """Write to `path` the history in `before` (a file that may be missing), then the rows of the file `changes`.

    A history that somebody has saved with a spreadsheet program is read as well. Raises `OSError`, and `SheetError`
    where it cannot be read or a column of it is gone.
    """
    own = HISTORY.header[: -len(CHANGES.header)]

    def rows() -> Iterator[SimpleNamespace]:
        if before.is_file():
            for row in read_sheet(before, HISTORY.header):
                yield SimpleNamespace(**{name: row.cells.get(name, "") for name in HISTORY.header})
        for cells in read_texts(changes, CHANGES.header):
            stamp = dict(zip(own, (run_at, version), strict=True))
            yield SimpleNamespace(**stamp, **dict(zip(CHANGES.header, cells, strict=True)))

    write_table(path, HISTORY, rows())
