"""In: the values of a record by tag or column; out: the same by field (title, abstract, authors ...)."""

from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.ingest.resources import rows

Fields = Mapping[str, tuple[str, ...]]

# Of these fields every tag or column counts; of any other the first that is filled, in the order of the data file.
GATHERED = frozenset({"date", "identifiers", "status", "types"})
EMPTY = frozenset({"", "-", "--", "n/a", "na", "nan", "none", "null", "not available"})


@cache
def tag_fields(dialect: str) -> tuple[tuple[str, str], ...]:
    """Return (tag, field) of a dialect of tag lines or BibTeX, in order of preference."""
    return tuple((row["tag"], row["field"]) for row in rows("records/tags") if row["dialect"] == dialect)


@cache
def column_fields() -> tuple[tuple[str, str], ...]:
    """Return (column name, field) of tables and JSON records, in order of preference."""
    return tuple((row["alias"], row["field"]) for row in rows("columns"))


def by_field(values: Mapping[str, Sequence[str]], fields: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the filled values of each field of one record."""
    found: dict[str, tuple[str, ...]] = {}
    for name, field in fields:
        filled = tuple(value.strip() for value in values.get(name, ()) if value.strip().lower() not in EMPTY)
        if filled and (field in GATHERED or field not in found):
            found[field] = (*found.get(field, ()), *filled)
    return found
