"""In: the stances of the sources and their rows; out: what they disagree on, and why it might be."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from pipeline.comparison.rules import ComparisonRules
from pipeline.comparison.stance import Stance, votes
from pipeline.records import EvidenceRow
from pipeline.vocabulary import SIDES, direction_of


def disagreement(
    stances: Mapping[str, Stance], rows: Sequence[EvidenceRow], rules: ComparisonRules
) -> tuple[bool, tuple[str, ...]]:
    """Return whether sources disagree, and in words on what and why it might be.

    They disagree in direction (harmful, beneficial, no effect), in how plainly they say the same thing, or in
    the number they give for the same study. Design, dose and population are named where the sides differ.
    """
    rows = [row for row in rows if votes(row)]
    notes = [note for note in (_direction(stances, rows), _assertion(stances, rules)) if note]
    notes += _numbers(rows)
    return bool(notes), tuple(notes)


def _direction(stances: Mapping[str, Stance], rows: Sequence[EvidenceRow]) -> str:
    sides = _sides(stances)
    if len(sides) < 2:
        return ""
    said = " but ".join(f"{', '.join(sources)} {'say' if len(sources) > 1 else 'says'} {d}" for d, sources in sides)
    members = [(direction, frozenset(sources)) for direction, sources in sides]
    said_by = [
        [row for row in rows if row.source_id in sources and direction_of(row.relation, row.condition_type) == d]
        for d, sources in members
    ]
    why = _why(said_by)
    return f"Direction: {said}{why}"


def _assertion(stances: Mapping[str, Stance], rules: ComparisonRules) -> str:
    """Whether some sources assert plainly what others only hold possible."""
    for direction in SIDES:
        same = {source: stance for source, stance in stances.items() if stance.direction == direction}
        plain = [source for source, s in same.items() if s.factuality in rules.assertion.plain]
        hedged = [source for source, s in same.items() if s.factuality in rules.assertion.hedged]
        linked = [source for source, s in stances.items() if s.direction == "associated"]
        if plain and not hedged and linked:
            said = "asserts it" if len(plain) == 1 else "assert it"
            only = "only speaks of a link" if len(linked) == 1 else "only speak of a link"
            return f"Assertion ({direction}): {', '.join(plain)} {said}, {', '.join(linked)} {only}"
        if plain and hedged:
            said = "asserts it" if len(plain) == 1 else "assert it"
            only = "holds it only possible" if len(hedged) == 1 else "hold it only possible"
            return f"Assertion ({direction}): {', '.join(plain)} {said}, {', '.join(hedged)} {only}"
    return ""


def _numbers(rows: Sequence[EvidenceRow]) -> list[str]:
    """Sources that rest on the same study and give different numbers for it (cited-number-differs)."""
    notes = []
    by_study: defaultdict[str, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        for study_id in row.study_id:
            by_study[study_id].append(row)
    for _, members in sorted(by_study.items()):
        given: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for row in members:
            if row.effect_value is not None and row.effect_measure:
                given[row.effect_measure].setdefault(row.source_id, row.effect_value)
        for measure, values in sorted(given.items()):
            if len(set(values.values())) > 1:
                said = ", ".join(f"{source} {value:g}" for source, value in sorted(values.items()))
                notes.append(f"Number (cited-number-differs): for the same study, {measure} is {said}")
    return notes


def _sides(stances: Mapping[str, Stance]) -> list[tuple[str, list[str]]]:
    sides = [(d, [source for source, stance in stances.items() if stance.direction == d]) for d in SIDES]
    mixed = [source for source, stance in stances.items() if stance.direction == "mixed"]
    found: list[tuple[str, list[str]]] = [(d, sources) for d, sources in sides if sources]
    return [*found, ("both", mixed)] if mixed and found else found


def _why(sides: Sequence[Sequence[EvidenceRow]]) -> str:
    """Differences between the sides that might explain theirs."""
    found = []
    for name, trait in _TRAITS.items():
        values = [sorted({value for row in side if (value := trait(row))}) for side in sides]
        known = [value for value in values if value]
        if len(known) > 1 and any(value != known[0] for value in known):
            found.append(f"{name} ({' against '.join(' and '.join(value[:3]) for value in known)})")
    return f", perhaps because they differ in {', '.join(found)}" if found else ""


_TRAITS: dict[str, Callable[[EvidenceRow], str]] = {
    "design": lambda row: row.study_design if row.study_design != "unclear" else "",
    "dose": lambda row: f"dose {row.population.dose.text}" if row.population.dose else "",
    "duration": lambda row: f"for {row.population.duration.text}" if row.population.duration else "",
    "population": lambda row: ", ".join(row.population.traits),
    "basis": lambda row: row.evidence_basis,
}
