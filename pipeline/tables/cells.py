"""In: a value of a record. Out: the cell that stands for it in a file, and back."""

import math
import re
from collections.abc import Iterable
from typing import Any, get_args

from pipeline.tables.column import Column, Table
from pipeline.tables.lists import ListKind, join, split

SIGNIFICANT_DIGITS = 12
"""Digits of a number that are written: more would show the noise of binary fractions (0.30000000000000004)."""

Plain = str | int | float | bool | None

_LISTS: frozenset[str] = frozenset(get_args(ListKind))
_FORMULA = re.compile(r"'*[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@\t\r＝＋－＠﹦﹢﹣﹫]")
"""What a spreadsheet may run: also in full or small width, and behind characters of no width."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def neutralise(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: a leading `'` where it starts like one.

    Text that already looks neutralised gets one more, so that `restore` always gives back what was written.
    Halves of a surrogate pair, which no file can hold, become the replacement character.
    """
    if text.isascii():
        if not text or text[0].isalnum():
            return text
    else:
        text = _SURROGATE.sub("\ufffd", text)
    return f"'{text}" if _FORMULA.match(text) else text


def restore(cell: str) -> str:
    """Undo `neutralise`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def rounded(value: float, column: Column) -> float | None:
    """Return a number as the tables show it, or None where it is not a finite number."""
    if not math.isfinite(value):
        return None
    if column.decimals is not None:
        value = round(value, column.decimals)
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0


def plain(value: Any, column: Column) -> Plain:
    """Return a value as text, a number, true or false, or None: lists and records as the text of their cell.

    Halves of a surrogate pair, which no file can hold, become the replacement character.
    """
    value = join(value, column.kind) if column.kind in _LISTS else value  # type: ignore[arg-type]
    return value if not isinstance(value, str) or value.isascii() else _SURROGATE.sub("\ufffd", value)


def plain_column(values: Iterable[Any], column: Column) -> list[Plain]:
    """Return the values of a column as `plain` returns each."""
    if column.kind in _LISTS:
        kind: Any = column.kind
        values = [join(value, kind) for value in values]
    return [value if type(value) is not str or value.isascii() else _SURROGATE.sub("\ufffd", value) for value in values]


def texts_of(values: Iterable[Plain], column: Column) -> list[str]:
    """Return the words of plain values of a column, as `to_text` returns those of each."""
    return [value if type(value) is str else to_text(value, column) for value in values]


def cells_of(values: Iterable[Plain], texts: Iterable[str]) -> list[str]:
    """Return the cells for plain values, of which the words are known: text is made safe."""
    return [
        text if type(value) is not str or (value[:1].isalnum() and value.isascii()) else neutralise(text)
        for value, text in zip(values, texts, strict=True)
    ]


def plain_values(table: Table, record: object) -> list[Plain]:
    """Return a record as the plain values of a table's columns, in order."""
    [values] = table.values([record])
    return [plain(value, column) for value, column in zip(values, table.columns, strict=True)]


def to_cell(value: Any, column: Column) -> str:
    """Return the cell for a value: empty for None, `true`/`false`, `.` as decimal separator, safe text."""
    value = plain(value, column)
    return neutralise(value) if isinstance(value, str) else to_text(value, column)


def to_text(value: Plain, column: Column) -> str:
    """Return the words of a plain value, as `restore` gives them back from its cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    number = rounded(value, column)
    return "" if number is None else repr(number).removesuffix(".0")


def from_cell(cell: str, column: Column) -> Any:
    """Return the value that a cell stands for; an empty cell of a number is None.

    Raises `ValueError` for what is no number, or no word of the column's closed set.
    """
    kind = column.kind
    if kind in _LISTS:
        return split(restore(cell), kind)  # type: ignore[arg-type]
    if kind == "text":
        text = restore(cell)
        if text and column.values and text not in column.values:
            raise ValueError(f'"{text}" is not one of {", ".join(column.values)}')
        return text
    if not cell:
        return None
    if kind == "boolean":
        if cell.lower() not in ("true", "false"):
            raise ValueError(f"{cell!r} is neither true nor false")
        return cell.lower() == "true"
    return int(cell) if kind == "integer" else float(cell)
