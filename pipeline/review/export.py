"""In: the events of a ledger. Out: a file of them, one JSON object a line, and the events back from it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from pipeline.review.event import Event
from pipeline.store import StoreError

LINES = ".jsonl"


def lines_of(events: Iterable[Event]) -> Iterator[str]:
    """Yield each event as a line of JSON, without its end."""
    for event in events:
        yield json.dumps(asdict(event), ensure_ascii=False)


def events_in(file: Path, known: Sequence[Event]) -> list[Event]:
    """Return the events of an exported ledger that are not yet known, in order, to be appended to another.

    Reversals point to the events by their new numbers. Raises `StoreError` where the file is no such export.
    """
    names = {field.name for field in fields(Event)}
    held = {_key(event): event.number for event in known}
    numbers: dict[int, int] = {}
    found: list[Event] = []
    try:
        for line in file.read_text(encoding="utf-8").split("\n"):  # a string of JSON may hold other ends of lines
            if not line.strip():
                continue
            values = json.loads(line)
            event = Event(**{name: value for name, value in values.items() if name in names})
            number = held.get(_key(event), len(known) + len(found) + 1)
            numbers[event.number] = number
            if _key(event) not in held:
                reverses = None if event.reverses is None else numbers[event.reverses]
                found.append(replace(event, reverses=reverses, number=number))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"{file} is no exported ledger ({error}); give a file that `provender review export` wrote."
        ) from None
    return found


def _key(event: Event) -> tuple[str, ...]:
    return (
        event.claim_id,
        event.field,
        event.value,
        event.note,
        event.reviewer,
        event.said_at,
        event.recorded_at,
        str(event.reverses is None),
    )
