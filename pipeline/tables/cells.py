"""In: a value of a record. Out: the cell that stands for it in a file, and back."""

import math
import re
from typing import Any

from pipeline.tables.columns import CellKind, Column

SIGNIFICANT_DIGITS = 12
"""Digits of a number that are written: more would show the noise of binary fractions (0.30000000000000004)."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def neutralise(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: a leading `'` where it starts like one.

    Text that already looks neutralised gets one more, so that `restore` always gives back what was written.
    Halves of a surrogate pair, which no file can hold, become the replacement character.
    """
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


def to_cell(value: Any, column: Column) -> str:
    """Return the cell for a value: empty for None, `true`/`false`, `.` as decimal separator, safe text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        number = rounded(value, column)
        return "" if number is None else repr(number).removesuffix(".0")
    return neutralise(str(value))


def from_cell(cell: str, kind: CellKind) -> str | int | float | bool | None:
    """Return the value that a cell stands for; an empty cell of a number is None. Raises ValueError."""
    if kind == "text":
        return restore(cell)
    if not cell:
        return None
    if kind == "boolean":
        if cell.lower() not in ("true", "false"):
            raise ValueError(f"{cell!r} is neither true nor false")
        return cell.lower() == "true"
    return int(cell) if kind == "integer" else float(cell)
