"""In: nothing. Out: what a column and a table are, for all that declare, write, read and explain them."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from pipeline.tables.lists import ListKind

PlainKind = Literal["text", "integer", "number", "boolean"]
CellKind = PlainKind | ListKind


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (a field of the record), what it means, how its cells read and how wide they are.

    `values` lists what an enumerated column may hold; `decimals` is where a number is rounded; `width` is in
    characters.
    """

    name: str
    meaning: str
    kind: CellKind = "text"
    width: int = 14
    values: tuple[str, ...] = ()
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the name of its file, what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def values(self, records: Iterable[object]) -> Iterable[tuple[Any, ...]]:
        """Give each record as the values of the columns, in order."""
        return map(attrgetter(*self.header), records)


def markdown(table: Table) -> str:
    """Return the columns of a table as a Markdown table, for the documentation."""
    lines = ["| column | meaning |", "|---|---|"]
    for column in table.columns:
        allowed = f": {', '.join(column.values)}" if column.values else ""
        lines.append(f"| `{column.name}` | {column.meaning}{allowed} |")
    return "\n".join(lines) + "\n"
