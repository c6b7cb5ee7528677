"""The data files of ingestion (csv beside this module) come in by name; rows and compiled patterns go out."""

import csv
import re
from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of the table `name` (without .csv); lines that begin with # are notes."""
    text = files("pipeline.ingest").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(csv.DictReader(lines))


@cache
def patterns(name: str, key: str, value: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return (pattern, value) for each row of a table, in its order; patterns ignore case."""
    return tuple((re.compile(row[key], re.IGNORECASE), row[value]) for row in rows(name))


def first_match(table: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    """Return the value of the first pattern found in `text`, or ""."""
    return next((value for pattern, value in table if pattern.search(text)), "")
