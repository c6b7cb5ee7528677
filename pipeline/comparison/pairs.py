"""In: the names and identifiers that rows give; out: which of them mean the same nutrient and condition."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipeline.vocabulary import concept_key


class Names(NamedTuple):
    """What a row calls its nutrient and its condition; an identifier is "" where it has none."""

    nutrient: str
    nutrient_id: str
    condition: str
    condition_id: str


def pairs_of(names: Iterable[Names], same_outcomes: Mapping[str, str] | None = None) -> dict[Names, tuple[str, str]]:
    """Return the pair that each of the names stands for; `names` are those of all rows, in the order of the table.

    Rows belong together by identifier where there is one, else by the identifier that another row gives the same
    name (the last one, where there are several), else by name. `same_outcomes` says of some names which other name
    the same outcome goes by; it outweighs an identifier.
    """
    same = same_outcomes or {}
    distinct = dict.fromkeys(reversed(list(names)))
    nutrients: dict[str, str] = {}
    conditions: dict[str, str] = {}
    for name in distinct:
        if name.nutrient_id:
            nutrients.setdefault(name.nutrient, name.nutrient_id)
        if name.condition_id:
            conditions.setdefault(name.condition, name.condition_id)
    return {
        name: (
            concept_key(nutrients.get(name.nutrient, name.nutrient), name.nutrient_id),
            _outcome(name, conditions, same),
        )
        for name in distinct
    }


def _outcome(name: Names, identifiers: Mapping[str, str], same: Mapping[str, str]) -> str:
    usual, seen = name.condition, {name.condition}
    while (other := same.get(usual, usual)) not in seen:
        seen.add(other)
        usual = other
    if usual != name.condition:
        return identifiers.get(usual, usual)
    return concept_key(identifiers.get(name.condition, name.condition), name.condition_id)
