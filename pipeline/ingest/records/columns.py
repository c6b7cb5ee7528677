"""In: the cells of a table or the values of a JSON object under their names; out: the fields of a record."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pipeline.ingest.records.fields import Fields, by_field, column_fields
from pipeline.ingest.records.people import natural_order

# A cell that a spreadsheet is to take as text: ="19326203".
AS_TEXT = re.compile(r"^=\"(.*)\"$", re.DOTALL)
# What a column's name says beside what it holds.
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
BESIDE = re.compile(
    r"^(?:full|complete) "
    r"|(?: (?:(?:of|in) (?:the |this )?(?:article|paper|study|publication|record)|(?:in )?english|en))+$"
)
MAX_NAME_WORDS = 10
MAX_NAME = 90
TEXTS = frozenset({"title", "abstract"})


@lru_cache(maxsize=4096)
def column_name(cell: str) -> str:
    """Return a column's name as columns.csv writes it: lower case, words of letters and digits, single spaces.

    A name that is not known is cut to one that is: "Abstract (English)", "Title of the article".
    """
    name, bare = _spelled(cell), _spelled(BRACKETS.sub(" ", cell))
    known = dict(column_fields())
    return next((words for words in (name, bare, BESIDE.sub("", bare)) if words in known), name)


def _spelled(cell: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", AS_TEXT.sub(r"\1", cell.strip())) if cell.isalnum() else cell
    return " ".join(re.sub(r"[^\w]+|_", " ", spaced).lower().split())


def is_header(cells: Sequence[str]) -> bool:
    """Say whether a row names the columns of a table of records: title or abstract, and another field that is known."""
    names = [column_name(cell) for cell in cells]
    if len(names) < 2 or any(len(name.split()) > MAX_NAME_WORDS or len(cell) > MAX_NAME for name, cell in
                             zip(names, cells, strict=True)):  # fmt: skip
        return False
    known = dict(column_fields())
    fields = {known[name] for name in names if name in known}
    return bool(fields & TEXTS) and len(fields) >= 2 and not cells[-1].rstrip().endswith(".")


def row_fields(names: Sequence[str], cells: Iterable[str]) -> Fields:
    """Return the fields of one row; of two columns with one name the first that is filled counts."""
    values: dict[str, list[str]] = {}
    for name, cell in zip(names, cells, strict=False):
        values.setdefault(name, []).append(AS_TEXT.sub(r"\1", cell.strip()))
    return by_field({name: [next(filter(None, held), "")] for name, held in values.items()}, column_fields())


def object_fields(value: Mapping[str, Any]) -> Fields:
    """Return the fields of a JSON object; what is nested is named by its path ("externalids doi")."""
    values: dict[str, list[str]] = {}
    for name, cell in _flattened(value, ""):
        values.setdefault(name, []).append(cell)
    return by_field(values, column_fields())


def _flattened(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from _object(value, name)
    elif isinstance(value, list):
        for item in value:
            yield from _flattened(item, name)
    elif isinstance(value, str | int | float) and not (isinstance(value, float) and value != value):
        yield name, str(value)


def _object(value: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    if (person := _person(value)) and name:
        yield name, person
        return
    if (parts := value.get("date-parts")) and isinstance(parts, list):
        yield name, "-".join(f"{int(part):02d}" for part in parts[0] if str(part).isdigit())
        return
    for key, item in value.items():
        path = f"{name} {column_name(str(key))}".strip()
        if path.endswith("inverted index") and isinstance(item, Mapping):
            yield path, _in_order(item)
        else:
            yield from _flattened(item, path)


def _person(value: Mapping[str, Any]) -> str:
    """Return the name of an object that is a person: CSL and Crossref (family, given), others (name)."""
    family, given = value.get("family") or value.get("lastName"), value.get("given") or value.get("firstName")
    if isinstance(family, str):
        particle = value.get("non-dropping-particle")
        whole = f"{particle} {family}" if isinstance(particle, str) and particle else family
        return natural_order(f"{whole}, {given}" if isinstance(given, str) and given else whole)
    named = value.get("literal") or value.get("name") or value.get("fullName") or value.get("display_name")
    return named if isinstance(named, str) and not {"title", "abstract"} & set(value) else ""


def _in_order(index: Mapping[str, Any]) -> str:
    """Return the text of an index word -> places, as OpenAlex stores abstracts."""
    places = [
        (place, word) for word, at in index.items() if isinstance(at, list) for place in at if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(places))
