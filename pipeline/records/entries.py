"""The entries of a reference list, each read when it is first asked for: few are, and reading one takes a while."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from pipeline.records.document import Reference


class Entries(Sequence[Reference]):
    """A reference list whose labels are known and whose entries are not read yet; it is equal to them as a tuple."""

    def __init__(self, labels: Sequence[str], read: Callable[[int], Reference]) -> None:
        """Take the label of each entry, and what reads the entry at a place."""
        self.labels = tuple(labels)
        self._read = read
        self._known: dict[int, Reference] = {}

    def __len__(self) -> int:
        return len(self.labels)

    @overload
    def __getitem__(self, place: int) -> Reference: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Reference, ...]: ...

    def __getitem__(self, place: int | slice) -> Reference | tuple[Reference, ...]:
        if isinstance(place, slice):
            return tuple(self[at] for at in range(*place.indices(len(self))))
        at = range(len(self))[place]
        if at not in self._known:
            self._known[at] = self._read(at)
        return self._known[at]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, Entries) else other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type[tuple[Reference, ...]], tuple[tuple[Reference, ...]]]:
        return tuple, (tuple(self),)


def labels_of(references: Sequence[Reference]) -> tuple[str, ...]:
    """Return the labels of a reference list; no entry is read for them."""
    return references.labels if isinstance(references, Entries) else tuple(entry.label for entry in references)


class ByLabel(Mapping[str, Reference]):
    """The entries of a reference list by their labels; where several have a label, the last."""

    def __init__(self, references: Sequence[Reference]) -> None:
        """Note the place of each label; no entry is read."""
        self._references = references
        self._places = {label: place for place, label in enumerate(labels_of(references))}

    def __getitem__(self, label: str) -> Reference:
        return self._references[self._places[label]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
