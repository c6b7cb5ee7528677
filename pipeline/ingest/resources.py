"""In: the data files of ingestion (csv beside this module) by name; out: rows and compiled patterns."""

import csv
import re
from functools import cache
from pathlib import Path

from pipeline.screen import Screen

Table = tuple[dict[str, str], ...]
Patterns = Screen[tuple[re.Pattern[str], str]]


def _read(file: Path) -> Table:
    text = file.read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if line.strip() and not line.startswith("#")))


_HOME = Path(__file__).parent
TABLES = {file.relative_to(_HOME).with_suffix("").as_posix(): _read(file) for file in sorted(_HOME.rglob("*.csv"))}
"""Every table, by its name without .csv, as it was when the package was loaded."""


def rows(name: str) -> Table:
    """Return the rows of the table `name` (without .csv); lines that begin with # are notes."""
    return TABLES[name]


@cache
def patterns(name: str, key: str, value: str) -> Patterns:
    """Return (pattern, value) for each row of a table, in its order; patterns ignore case."""
    compiled = [(re.compile(row[key], re.IGNORECASE), row[value]) for row in rows(name)]
    return Screen(compiled, lambda row: row[0])


def first_match(table: Patterns, text: str) -> str:
    """Return the value of the first pattern found in `text`, or ""."""
    return next((value for pattern, value in table.likely(text) if pattern.search(text)), "")
