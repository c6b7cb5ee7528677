"""In: the events of a ledger. Out: what each reader said of each claim, where they differ, and how well they agree."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.review.decision import Decision, decisions_of, effective
from pipeline.review.event import STATUS, Event
from pipeline.tables import EVIDENCE

ADJUDICATION = "adjudication"
"""The origin of a decision that settles a conflict; it is nobody's reading."""
STATUSES = next(column.values for column in EVIDENCE.columns if column.name == STATUS)

Readings = Mapping[str, Mapping[str, Decision]]
"""What each reader (by name) decided of each claim (by claim_id)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two readers agree on the claims that both have decided.

    `share` is the share of equal decisions; `kappa` is Cohen's (Cohen 1960), None where chance alone explains all;
    `ac1` is Gwet's (Gwet 2008, Br J Math Stat Psychol 61:29), which stays meaningful where one answer is rare.
    """

    first: str
    second: str
    n: int
    share: float
    kappa: float | None
    ac1: float


def readings(events: Iterable[Event]) -> Readings:
    """Return the readings that count, without decisions that settled a conflict."""
    by_reader: defaultdict[str, list[Event]] = defaultdict(list)
    for event in effective(events):
        if event.origin != ADJUDICATION:
            by_reader[event.reviewer].append(event)
    found: defaultdict[str, dict[str, Decision]] = defaultdict(dict)
    for reader, said in sorted(by_reader.items()):
        for claim_id, decision in decisions_of(said).items():
            if decision.status:
                found[claim_id][reader] = decision
    return found


def conflicts(events: Sequence[Event]) -> dict[str, Mapping[str, Decision]]:
    """Return the claims of which readers say different things and that nobody has settled since."""
    settled = {event.claim_id: event.number for event in effective(events) if event.origin == ADJUDICATION}
    return {
        claim_id: said
        for claim_id, said in readings(events).items()
        if len({_said(decision) for decision in said.values()}) > 1
        and settled.get(claim_id, 0) < max(decision.latest for decision in said.values())
    }


def visible(events: Sequence[Event], reader: str, *, blind: bool) -> dict[str, Mapping[str, Decision]]:
    """Return what a reader may see of others' readings: all, or where blind only those of claims decided already."""
    return {
        claim_id: {name: decision for name, decision in said.items() if name != reader}
        for claim_id, said in readings(events).items()
        if not blind or reader in said
    }


def agreements(events: Iterable[Event]) -> Iterator[Agreement]:
    """Yield the agreement of every two readers who have both decided some claim."""
    said = readings(events)
    readers = sorted({reader for decisions in said.values() for reader in decisions})
    for first, second in combinations(readers, 2):
        both = [
            (decisions[first].status, decisions[second].status)
            for decisions in said.values()
            if first in decisions and second in decisions
        ]
        if both:
            yield _agreement(first, second, both)


def _agreement(first: str, second: str, both: Sequence[tuple[str, str]]) -> Agreement:
    n = len(both)
    share = sum(one == other for one, other in both) / n
    ones, others = Counter(one for one, _ in both), Counter(other for _, other in both)
    chance = sum(ones[status] * others[status] for status in STATUSES) / n**2
    means = [(ones[status] + others[status]) / (2 * n) for status in STATUSES]
    gwet = sum(mean * (1 - mean) for mean in means) / (len(STATUSES) - 1)
    kappa = None if chance == 1 else (share - chance) / (1 - chance)
    return Agreement(first, second, n, share, kappa, (share - gwet) / (1 - gwet))


def _said(decision: Decision) -> tuple[str, tuple[tuple[str, str], ...]]:
    return decision.status, tuple(sorted((name, event.value) for name, event in decision.corrections.items()))
