"""In: the lists and records that a row holds. Out: the one cell that each is written as, and back.

This is the only place that joins and splits cells. Parts are joined by `; `; a semicolon within a part becomes a comma,
so that the cell is split as it was joined, but in `statistics`, which are verbatim.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pipeline.records import CitedReference, Dose, Duration, Flag, Population, Reference
from pipeline.vocabulary import FLAG_CODES, QUALITY_FLAGS, one_of

ListKind = Literal["list", "verbatim", "values", "flags", "quality flags", "citations", "population"]

_PARTS, _VALUES = "; ", " | "
_LONGEST_REFERENCE = 200
_DOSE, _DURATION = "dose ", "for "
_IDENTIFIERS = {"pmid": "PMID", "pmcid": "PMCID", "doi": "doi"}
_MARKS = re.compile(rf"(?:\s*\b(?:{'|'.join(_IDENTIFIERS.values())}):\S+)+$")
_YEAR = re.compile(r"\s\((?P<year>(?:19|20)\d\d)\)$")


class _Cell(NamedTuple):
    join: Callable[[Any], str]
    split: Callable[[str], Any]


def join(value: Any, kind: ListKind) -> str:
    """Return the cell for the value of a field that is no plain text or number."""
    return _CELLS[kind].join(value)


def split(cell: str, kind: ListKind) -> Any:
    """Return the value that such a cell stands for. Raises `ValueError` for a code that is none."""
    return _CELLS[kind].split(cell)


def joined(parts: tuple[str, ...]) -> str:
    """Return a list as one text for people: its parts, with `; ` between them."""
    return _PARTS.join(part.replace(";", ",") for part in parts)


def citation_text(cited: CitedReference) -> str:
    """Return a citation as the table shows it: `2: Title (2022) PMID:1`, or the label alone."""
    reference = cited.reference
    if reference is None:
        return cited.label
    text = " ".join((reference.title or reference.text).split()).replace(";", ",")
    if len(text) > _LONGEST_REFERENCE:
        text = text[:_LONGEST_REFERENCE].rsplit(" ", 1)[0] + " ..."
    year = f" ({reference.year})" if reference.year and not re.search(rf"\b{reference.year}\b", text) else ""
    known = {name.lower(): value for name, value in reference.identifiers.items()}
    marks = [f"{shown}:{known[name]}" for name, shown in _IDENTIFIERS.items() if known.get(name)]
    return f"{cited.label}: {text}{year} {' '.join(marks)}".strip()


def population_text(population: Population) -> str:
    """Return who was studied as one text: the traits, then dose and duration."""
    dose = (f"{_DOSE}{population.dose.text}",) if population.dose else ()
    duration = (f"{_DURATION}{population.duration.text}",) if population.duration else ()
    return joined((*population.traits, *dose, *duration))


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(_PARTS) if part)


def _cited(part: str) -> CitedReference:
    label, is_resolved, text = part.partition(": ")
    if not is_resolved:
        return CitedReference(part)
    marks = _MARKS.search(text)
    names = {shown.lower(): name for name, shown in _IDENTIFIERS.items()}
    found = [mark.partition(":") for mark in marks.group().split()] if marks else []
    text = text[: marks.start()] if marks else text
    year = _YEAR.search(text)
    text = text[: year.start()] if year else text
    identifiers = {names[shown.lower()]: value for shown, _, value in found}
    return CitedReference(label, Reference(label, text, year=year["year"] if year else "", identifiers=identifiers))


def _population(cell: str) -> Population:
    traits, dose, duration = [], None, None
    for part in _parts(cell):
        if part.startswith(_DOSE):
            dose = Dose(part.removeprefix(_DOSE))
        elif part.startswith(_DURATION):
            duration = Duration(part.removeprefix(_DURATION))
        else:
            traits.append(part)
    return Population(tuple(traits), dose, duration)


_CELLS: Mapping[ListKind, _Cell] = {
    "list": _Cell(joined, _parts),
    "verbatim": _Cell(_PARTS.join, _parts),
    "values": _Cell(_VALUES.join, lambda cell: tuple(cell.split(_VALUES)) if cell else ()),
    "flags": _Cell(
        lambda flags: _PARTS.join(flag.code for flag in flags),
        lambda cell: tuple(Flag(one_of(code, FLAG_CODES)) for code in _parts(cell)),
    ),
    "quality flags": _Cell(joined, lambda cell: tuple(one_of(flag, QUALITY_FLAGS) for flag in _parts(cell))),
    "citations": _Cell(
        lambda cited: _PARTS.join(map(citation_text, cited)), lambda cell: tuple(map(_cited, _parts(cell)))
    ),
    "population": _Cell(population_text, _population),
}
