"""In: records, in any order. Out: the same by some of their fields, as often as wanted; on disk where they are many."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import duckdb
import pyarrow as pa

from pipeline.store.columnar import arrow_type, from_values, to_arrow
from pipeline.store.database import FETCHED, disk_faults, fetched

Record = TypeVar("Record")


class Ordered(Collection[Record], Generic[Record]):
    """Records that are put in first and then read, in the order of their fields `order`, by several readers at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, kind: type[Record], order: Sequence[str]) -> None:
        """Begin with none; they are kept by the database of `connection`, one kind of record in each."""
        self._connection, self._kind, self._order = connection, kind, order
        self._name = f"ordered_{kind.__name__}"
        self._schema = pa.schema(arrow_type(kind))  # type: ignore[arg-type]
        self._waiting: list[Record] = []
        self._count = 0
        self._write([])

    def extend(self, records: Iterable[Record]) -> None:
        """Put records in. Raises `OSError`, for example on a full disk."""
        self._waiting.extend(records)
        if len(self._waiting) >= FETCHED:
            self._flush()

    def __len__(self) -> int:
        return self._count + len(self._waiting)

    def __contains__(self, record: object) -> bool:
        return any(record == other for other in self)

    def __iter__(self) -> Iterator[Record]:
        """Yield the records in order."""
        self._flush()
        query = f"SELECT * FROM {self._name} ORDER BY {', '.join(self._order)}"
        yield from map(from_values(self._kind), fetched(self._connection.cursor(), query))  # type: ignore[arg-type]

    def _flush(self) -> None:
        if self._waiting:
            self._write(self._waiting)
            self._count += len(self._waiting)
            self._waiting = []

    def _write(self, records: Sequence[Record]) -> None:
        values = to_arrow(tuple[self._kind, ...])(records)  # type: ignore[name-defined]
        with disk_faults():
            self._connection.register("written", pa.Table.from_pylist(values, self._schema))
            what = "INSERT INTO" if records else "CREATE TABLE"
            self._connection.execute(f"{what} {self._name} {'' if records else 'AS '}SELECT * FROM written")
            self._connection.unregister("written")
