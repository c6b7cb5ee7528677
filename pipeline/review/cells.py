"""In: the cells of a reviewed table, as spreadsheet programs leave them. Out: what they mean, and what differs."""

import datetime
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from pipeline.review.event import STATUS
from pipeline.tables import EVIDENCE, Column
from pipeline.tables.columns import REVIEW

_COLUMNS = {column.name: column for column in EVIDENCE.columns}
_NEEDED = frozenset({"nutrient", "condition"})
"""Names that a claim cannot be without."""
_NAMES = frozenset({"nutrient", "condition"})
"""Names that are written in lower case."""
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?=$|[T ])")
_SHORT_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?=$|[T, ])")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})(?=$|[T, ])")
_WRITTEN_DATE = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%d %B %y", "%d %b %y")
_DIGITS = re.compile(r"[\d\s./:-]+")


_WORDS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "statuses.toml").read_text(encoding="utf-8"))
_STATUSES = {alias: status for status, aliases in _WORDS.items() for alias in aliases} | {
    status: status for status in _COLUMNS[STATUS].values
}


def plain(text: str) -> str:
    """Return text as spreadsheet programs cannot help to leave it: one kind of space and of composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def meaning(name: str, cell: str) -> str | None:
    """Return what a reviewer's cell in a column says, as evidence.csv would write it; None where that is no value."""
    text = plain(cell)
    column = _COLUMNS[name]
    if name == STATUS:
        return _STATUSES.get(text.casefold()) if text else ""
    if column.values:
        return next((value for value in column.values if value.casefold() == text.casefold()), None)
    if column.kind in ("integer", "number"):
        return _number(text, column)
    if name in _NAMES:
        return text.lower() or None
    return text


def differs(name: str, cell: str, was: str) -> bool:
    """Tell whether a cell says something else than the one that was written, spreadsheet habits aside."""
    now, before = plain(cell), plain(was)
    if now == before:
        return False
    if name == "reviewed_at":
        return not set(_dates(now)) & set(_dates(before))
    if name in REVIEW or not now or not before:
        return (meaning(name, now) if name == STATUS else now) != before
    if _COLUMNS[name].values:
        return now.casefold() != before.casefold()
    if (first := _value(now)) is not None and (second := _value(before)) is not None:
        return abs(first - second) > 1e-9 * max(abs(first), abs(second))
    return not (_DIGITS.fullmatch(before) and list(_dates(now))) and now != before


def date_of(cell: str) -> str:
    """Return a date as ISO 8601, whatever its order of day and month; text that is none comes back as it is.

    Where both orders are possible, the month stands first after a slash, the day elsewhere.
    """
    text = plain(cell)
    if _ISO_DATE.match(text):
        return text
    return next(_dates(text), text)


def _dates(text: str) -> Iterator[str]:
    """Yield the dates that some text may mean, the likelier first."""
    if match := _ISO_DATE.match(text) or _YEAR_FIRST.match(text):
        yield from _date(*map(int, match.groups()))
    elif match := _SHORT_DATE.match(text):
        first, mark, second, year = match.groups()
        orders = [(int(first), int(second)), (int(second), int(first))]
        for month, day in orders if mark == "/" else reversed(orders):
            yield from _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    else:
        for form in _WRITTEN_DATE:
            try:
                yield datetime.datetime.strptime(re.sub(r"[.,]", "", text), form).date().isoformat()
            except ValueError:
                continue


def _date(year: int, month: int, day: int) -> Iterator[str]:
    try:
        yield datetime.date(year, month, day).isoformat()
    except ValueError:
        return


def _number(text: str, column: Column) -> str | None:
    if not text:
        return ""
    value = _value(text)
    if value is None or (column.kind == "integer" and value != int(value)):
        return None
    return repr(value).removesuffix(".0")


def _value(text: str) -> float | None:
    """The number in a cell, with a point or a comma before its decimals."""
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None
