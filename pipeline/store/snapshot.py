"""In: the rows of a table. Out: a copy of them for the next run, and what differs between two such copies."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.store.database import FETCHED, database, fetched

GROUP_ROWS = 20_000
"""Rows that are in memory at a time while a copy is written."""
_PLACE = "place"


class Difference(NamedTuple):
    """A row as it was and as it is, by column; None where the key was not there, or is no longer."""

    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


class SnapshotWriter:
    """Writes rows of text as a Parquet file, with the place of each; the first column is the key."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Open the file. Raises `OSError`."""
        self._schema = pa.schema([*((name, pa.string()) for name in columns), (_PLACE, pa.int64())])
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._rows, self._place = path, list[Sequence[str]](), 0
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._writer.close()
        if error is None:
            with self._path.open("rb+") as file:
                os.fsync(file.fileno())

    def write(self, row: Sequence[str]) -> None:
        """Write a row."""
        self._rows.append(row)
        if len(self._rows) >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            places = list(range(self._place, self._place + len(self._rows)))
            self._writer.write_table(pa.table([*map(list, zip(*self._rows, strict=True)), places], schema=self._schema))
            self._place += len(self._rows)
            self._rows = []


def write_snapshot(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows of text, as `SnapshotWriter` does. Raises `OSError`."""
    with SnapshotWriter(path, columns) as writer:
        for row in rows:
            writer.write(row)


def differences(before: Path, after: Path, *, ignored: Sequence[str], scratch: Path) -> Iterator[Difference]:
    """Yield the rows that are new, then those that changed, then those that are gone, each in the order of its table.

    A column that only one copy has, or that is `ignored`, changes no row. Sorting may use the folder `scratch`.
    """
    old, new = (_columns(path) for path in (before, after))
    key = new[0]
    compared = [name for name in new if name in old and name not in ignored and name != key]
    changed = " OR ".join(f"b.{name} <> a.{name}" for name in compared) or "false"
    query = f"""
        SELECT {", ".join(f"b.{name}" for name in old)}, {", ".join(f"a.{name}" for name in new)}
        FROM read_parquet($before) AS b FULL JOIN read_parquet($after) AS a ON b.{key} = a.{key}
        WHERE b.{key} IS NULL OR a.{key} IS NULL OR {changed}
        ORDER BY CASE WHEN b.{key} IS NULL THEN 0 WHEN a.{key} IS NULL THEN 2 ELSE 1 END,
                 coalesce(a.{_PLACE}, b.{_PLACE})
    """
    with database(scratch / "differing") as connection:
        for values in fetched(connection, query, {"before": str(before), "after": str(after)}):
            was = dict(zip(old, values[: len(old)], strict=True))
            now = dict(zip(new, values[len(old) :], strict=True))
            yield Difference(was if was[key] is not None else None, now if now[key] is not None else None)


def tallies(before: Path | None, after: Path, *, scratch: Path) -> Iterator[tuple[Mapping[str, str], int, int, int]]:
    """Yield the values of all columns but the key that rows share, with how many rows of the two copies have them.

    How many there were before, how many of those now did not have them then, and how many there are now.
    """
    key, *columns = _columns(after)
    shared = ", ".join(columns)
    same = " AND ".join(f"b.{name} = a.{name}" for name in (key, *columns))
    old = "read_parquet($before)" if before else "(SELECT * FROM read_parquet($after) LIMIT 0)"
    query = f"""
        SELECT {shared}, sum(previous)::BIGINT, sum(new)::BIGINT, sum(total)::BIGINT FROM (
            SELECT {shared}, 1 AS previous, 0 AS new, 0 AS total FROM {old}
            UNION ALL
            SELECT {", ".join(f"a.{name}" for name in columns)}, 0, (b.{key} IS NULL)::BIGINT, 1
            FROM read_parquet($after) AS a LEFT JOIN {old} AS b ON {same}
        ) GROUP BY ALL ORDER BY ALL
    """
    given = {"after": str(after)} | ({"before": str(before)} if before else {})
    with database(scratch / "counting") as connection:
        for values in fetched(connection, query, given):
            yield dict(zip(columns, values, strict=False)), *values[len(columns) :]


class Snapshot:
    """A copy of a table, read back: its rows as text."""

    def __init__(self, table: pa.Table) -> None:
        """Take the table; see `read` and `of`."""
        self._table = table

    @classmethod
    def read(cls, path: Path) -> "Snapshot":
        """Return the copy in a file that `write_snapshot` wrote."""
        return cls(pq.read_table(path, columns=_columns(path)))

    @classmethod
    def of(cls, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> "Snapshot":
        """Return rows as a copy; a cell that a row lacks is empty."""
        schema = pa.schema([(name, pa.string()) for name in columns])
        return cls(pa.Table.from_pylist([{name: row.get(name, "") for name in columns} for row in rows], schema))

    def columns_of(self, *names: str) -> Iterator[Mapping[str, str]]:
        """Yield each row with some of its columns; a column that the table lacks is left out."""
        known = [name for name in names if name in self._table.column_names]
        for batch in self._table.select(known).to_batches(max_chunksize=FETCHED):
            yield from batch.to_pylist()

    def row(self, place: int) -> Mapping[str, str]:
        """Return the whole row at a place, counted from 0."""
        row: Mapping[str, str] = self._table.slice(place, 1).to_pylist()[0]
        return row


def _columns(path: Path) -> list[str]:
    return [name for name in pq.read_schema(path).names if name != _PLACE]
