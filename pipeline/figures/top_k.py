"""In: things, one at a time. Out: so many of them that come first in an order, and how many there were."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class TopK(Generic[T]):
    """Keeps the `most` things with the smallest key; memory holds at most twice as many."""

    def __init__(self, most: int, key: Callable[[T], Any]) -> None:
        """Begin with nothing."""
        self.seen = 0
        self._most = most
        self._key = key
        self._kept: list[T] = []

    def add(self, thing: T) -> None:
        """Take one more into account."""
        self.seen += 1
        self._kept.append(thing)
        if len(self._kept) > 2 * self._most:
            self._kept = self.in_order()

    def in_order(self) -> list[T]:
        """Return what is kept, in order."""
        return sorted(self._kept, key=self._key)[: self._most]
