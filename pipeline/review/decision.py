"""In: the events of a ledger. Out: what is decided of each claim now."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.review.cells import meaning
from pipeline.review.event import STATUS, Event

CORRECTED = "corrected"
REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds of one claim: the last thing said of it, and the corrections of its columns, by name.

    `row` is the claim as it stood when it was first decided on; `latest` the number of its last event.
    `not_understood` are events whose value is none that its column may have.
    """

    claim_id: str
    source_id: str
    sentence: str
    row: Mapping[str, str]
    model_version: str
    review: Event | None = None
    corrections: Mapping[str, Event] = field(default_factory=dict)
    not_understood: tuple[Event, ...] = ()
    latest: int = 0

    @property
    def status(self) -> str:
        """The review status; one who corrects a row has reviewed it."""
        status = self.review.value if self.review else ""
        return CORRECTED if self.corrections and status in ("", "accepted", CORRECTED) else status

    @property
    def last(self) -> Event | None:
        """The last event that holds: who decided, and when."""
        events = [*([self.review] if self.review else []), *self.corrections.values()]
        return max(events, key=lambda event: event.number, default=None)

    @property
    def is_empty(self) -> bool:
        """Whether all that was said of the claim was taken back."""
        reviewed = self.review and (self.review.value or self.review.note)
        return not (reviewed or self.corrections or self.not_understood)


def effective(events: Iterable[Event]) -> list[Event]:
    """Return the events that count, oldest first: those that no later reversal, itself in force, takes back."""
    reversed_: set[int] = set()
    kept = []
    for event in sorted(events, key=lambda event: event.number, reverse=True):
        if event.number in reversed_:
            continue
        if event.reverses is None:
            kept.append(event)
        else:
            reversed_.add(event.reverses)
    return kept[::-1]


def reversal(event: Event, reviewer: str, *, origin: str) -> Event:
    """Return the event that takes another back."""
    return replace(
        event,
        value="",
        was=event.value,
        note="",
        reviewer=reviewer,
        said_at=now(),
        recorded_at="",
        origin=origin,
        reverses=event.number,
        number=0,
    )


def now() -> str:
    """Return the present, in UTC, ISO 8601 to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decisions_of(events: Iterable[Event]) -> dict[str, Decision]:
    """Return what is decided of each claim, by its claim_id (of a row that matched none: by the cells that it had)."""
    found: dict[str, Decision] = {}
    for event in effective(events):
        if event.is_override:
            continue
        key = event.claim_id or f"{event.source_id}\n{event.sentence}"
        decision = found.get(key) or Decision(
            event.claim_id, event.source_id, event.sentence, event.row, event.model_version
        )
        found[key] = _with(decision, event)
    return {key: decision for key, decision in found.items() if not decision.is_empty}


def _with(decision: Decision, event: Event) -> Decision:
    others = tuple(known for known in decision.not_understood if known.field != event.field)
    decision = replace(decision, latest=event.number, not_understood=others)
    if meaning(event.field, event.value) is None:
        return replace(decision, not_understood=(*others, event))
    if event.field == STATUS:
        return replace(decision, review=event)
    machine = decision.row.get(event.field, event.was)
    corrections = {name: known for name, known in decision.corrections.items() if name != event.field}
    if event.value != machine:
        corrections[event.field] = event
    return replace(decision, corrections=corrections)
