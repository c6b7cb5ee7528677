"""In: records with the place of each. Out: the same in order, kept in a file, so that memory holds one at a time."""

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar, overload

from pipeline.store.columnar import from_values, to_arrow

Record = TypeVar("Record")


class Spool(Sequence[Record], Generic[Record]):
    """A sequence of records in a scratch file; it may be read as often as one likes, by several readers at once."""

    def __init__(self, path: Path, kind: type[Record], records: Iterable[tuple[tuple[str, ...], Record]]) -> None:
        """Write the records, sorted by their places, to `path`. Raises `OSError`, for example on a full disk."""
        self._path = path
        self._values, self._record = to_arrow(kind), from_values(kind)  # type: ignore[arg-type]
        unsorted = path.with_name(f"{path.name}.unsorted")
        with unsorted.open("wb") as file:
            found = []
            for place, record in records:
                found.append((tuple(map(sys.intern, place)), file.tell()))
                file.write(json.dumps(list(self._values(record).values())).encode() + b"\n")
        found.sort()
        self._offsets = array("Q")
        with unsorted.open("rb") as file, path.open("wb") as ordered:
            for _, offset in found:
                file.seek(offset)
                self._offsets.append(ordered.tell())
                ordered.write(file.readline())
        unsorted.unlink()

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, which: int) -> Record: ...
    @overload
    def __getitem__(self, which: slice) -> list[Record]: ...
    def __getitem__(self, which: int | slice) -> Record | list[Record]:
        """Return a record by its number, or a list of some."""
        if isinstance(which, slice):
            return [self[number] for number in range(*which.indices(len(self)))]
        with self._path.open("rb") as file:
            file.seek(self._offsets[which])
            return self._read(file.readline())

    def __iter__(self) -> Iterator[Record]:
        """Yield the records in order."""
        with self._path.open("rb") as file:
            yield from map(self._read, file)

    def _read(self, line: bytes) -> Record:
        record: Record = self._record(json.loads(line))
        return record
