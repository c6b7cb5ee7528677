"""In: records with the place of each. Out: the same in order, kept in a file, so that memory holds one at a time."""

import pickle
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar, overload

Record = TypeVar("Record")


class Spool(Sequence[Record], Generic[Record]):
    """A sequence of records in a scratch file; it may be read as often as one likes, by several readers at once."""

    def __init__(self, path: Path, records: Iterable[tuple[tuple[str, ...], Record]]) -> None:
        """Write the records, sorted by their places, to `path`. Raises `OSError`, for example on a full disk."""
        self._path = path
        unsorted = path.with_name(f"{path.name}.unsorted")
        with unsorted.open("wb") as file:
            found = []
            for place, record in records:
                found.append((tuple(map(sys.intern, place)), file.tell()))
                pickle.dump(record, file, pickle.HIGHEST_PROTOCOL)
        found.sort()
        self._offsets = array("Q")
        with unsorted.open("rb") as file, path.open("wb") as ordered:
            for _, offset in found:
                file.seek(offset)
                self._offsets.append(ordered.tell())
                pickle.dump(pickle.load(file), ordered, pickle.HIGHEST_PROTOCOL)
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
            return pickle.load(file)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Record]:
        """Yield the records in order."""
        with self._path.open("rb") as file:
            for _ in self._offsets:
                yield pickle.load(file)
