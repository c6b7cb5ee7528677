"""In: a table that a reviewer has worked on, and its rows as last written. Out: what the reviewer said, as events.

Review columns are decisions. In the other columns that a reviewer may correct, another value than the one that was
written is a correction. What cannot be told is named with the reason, and the ledger keeps it all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.review.cells import date_of, differs, meaning, plain
from pipeline.review.decision import Decision
from pipeline.review.event import STATUS, Event
from pipeline.review.matching import Spot, by_source, find, same_words, spot_of
from pipeline.store import Snapshot
from pipeline.tables import SheetRow
from pipeline.tables.columns import CORRECTABLE, REVIEW

NEEDED = ("source_id", "sentence")
"""Without these columns no row could be told from another where its claim_id was changed."""


@dataclass(slots=True)
class Edits:
    """What a reviewed table says: events for the ledger, and sentences on what could not be told."""

    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Written:
    """The rows of evidence.csv as a run wrote them."""

    def __init__(self, rows: Snapshot, *, is_reviewed: bool = True) -> None:
        """Take the copy of the table that the run left; where the ledger has nothing, no row of it was reviewed."""
        self._rows = rows
        self._is_reviewed = is_reviewed
        self._spots: dict[str, Spot] = {}
        self._places: dict[str, int] = {}
        for place, cells in enumerate(rows.columns_of(*_SPOT)):
            spot = spot_of(cells)
            self._spots[spot.claim_id] = spot
            self._places[spot.claim_id] = place
        self._by_source = by_source(self._spots.values())

    def row(self, claim_id: str) -> Mapping[str, str]:
        """Return a row as it was written."""
        row = self._rows.row(self._places[claim_id])
        return row if self._is_reviewed else {**row, **dict.fromkeys(REVIEW, "")}

    def match(self, cells: Mapping[str, str]) -> tuple[str, str]:
        """Return the claim_id that a row had when it was written, "" where it matches none, and then why."""
        claim_id = cells.get("claim_id", "").strip()
        sentence = cells.get("sentence", "")
        known = self._places.get(claim_id)
        if known is not None:
            written = self._rows.row(known)
            same_source = plain(cells.get("source_id", "")) == plain(written["source_id"])
            if same_words(sentence, written["sentence"]) or not sentence:
                return claim_id, ""
            if same_source and cells.get("sentence_start") == written["sentence_start"]:
                return claim_id, ""
            return "", f"claim {claim_id} has another sentence; sort whole rows, not single columns"
        spot = spot_of(cells)
        others = self._by_source.get(spot.source_id, ())
        if not others:
            return "", f"no claim of the source {spot.source_id or '(none named)'} stands in the table"
        match = find(replace(spot, words=spot.words.removesuffix("…")), others)
        if match is None:
            return "", f"no claim, or more than one, of {spot.source_id} stands in that sentence at that place"
        return match.claim_id, ""


_SPOT = (
    "claim_id", "source_id", "sentence", "sentence_start", "nutrient", "nutrient_id", "nutrient_start", "nutrient_end",
    "exposure", "condition", "condition_id", "condition_start", "condition_end",
)  # fmt: skip


def edits(
    rows: Iterable[SheetRow],
    written: Written,
    decisions: Mapping[str, Decision],
    known: Iterable[Event],
    *,
    stale: Mapping[str, Decision] | None = None,
    origin: str,
    said_at: str,
    reviewer: str = "",
) -> Edits:
    """Compare a reviewed table with the rows as they were written and with what the ledger has.

    `known` are all events of the ledger, `decisions` what holds of them; `stale` are those that stand beside another
    claim than the one they were made on, by that claim, to which they pass when it is decided on. A decision without
    a date is of `said_at`, one without a name of `reviewer`. A row that was not reviewed says nothing, nor does one
    that is missing; a decision is taken back by emptying review_status alone.
    """
    found = Edits()
    told = {_key(event) for event in known}
    said_before: dict[tuple[str, str], tuple[str, int]] = {}
    for row in rows:
        claim_id, reason = written.match(row.cells)
        where = f"{origin}, row {row.number}"
        was = written.row(claim_id) if claim_id else {}
        if not claim_id and not any(row.cells.get(name) for name in (STATUS, "review_note")):
            continue
        date = row.cells.get("reviewed_at", "")
        is_dated = bool(date) and differs("reviewed_at", date, was.get("reviewed_at", ""))
        common = Event(
            claim_id=claim_id or row.cells.get("claim_id", "").strip(),
            field=STATUS,
            value="",
            reviewer=plain(row.cells.get("reviewer", "")) or reviewer,
            said_at=date_of(date) if is_dated else said_at,
            source_id=was.get("source_id") or row.cells.get("source_id", ""),
            sentence=was.get("sentence") or row.cells.get("sentence", ""),
            row=was or row.cells,
            model_version=was.get("model_version") or row.cells.get("model_version", ""),
            origin=origin,
        )
        held = decisions.get(claim_id)
        corrected = [*_corrections(row, was, common, where, found.notes)] if claim_id else []
        new = [event for event in corrected if not _is_held(event, held)]
        new += _decision(row, was, common, held, where, found.notes, is_dated=is_dated, is_corrected=bool(corrected))
        if new and stale and claim_id in stale:
            new = _confirmed(new, stale[claim_id], common)
        if not claim_id:
            found.notes.append(f"{where} matches no claim: {reason}. What it says is kept in the ledger.")
        for event in new:
            if _key(event) in told:
                continue
            earlier = said_before.get((event.claim_id, event.field))
            if earlier and earlier[0] != event.value:
                found.notes.append(f"{where} says {event.field} {event.value!r}, row {earlier[1]} {earlier[0]!r}.")
            said_before[event.claim_id, event.field] = event.value, row.number
            found.events.append(event)
    return found


def _key(event: Event) -> tuple[str, ...]:
    return event.claim_id, event.field, event.value, event.note, event.reviewer, event.said_at


def _decision(
    row: SheetRow,
    was: Mapping[str, str],
    common: Event,
    held: Decision | None,
    where: str,
    notes: list[str],
    *,
    is_dated: bool,
    is_corrected: bool,
) -> Iterable[Event]:
    """The decision in the review columns, where they say something else than what was written there.

    Who corrected something, and when, is said by the correction.
    """
    cells = {name: plain(row.cells[name]) for name in REVIEW if name in row.cells}
    changed = {name for name, cell in cells.items() if differs(name, cell, was.get(name, ""))}
    if not changed or (is_corrected and not changed & {STATUS, "review_note"}):
        return
    if not any(cells.values()):
        notes.append(f"{where} is emptied, and its decision stays; to take it back empty review_status alone.")
        return
    typed = cells.get(STATUS, was.get(STATUS, ""))
    status = meaning(STATUS, typed)
    if status is None:
        notes.append(f'{where}: the review_status "{typed}" is not understood; it is kept in the ledger.')
    event = replace(
        common,
        value=typed if status is None else status,
        was=was.get(STATUS, ""),
        note="\n".join(row.cells.get("review_note", was.get("review_note", "")).splitlines()).strip(),
    )
    if held and held.review and not is_dated and _said(held.review) == _said(event):
        return  # an earlier run has taken it in, and ended before it wrote its tables
    yield event


def _said(event: Event) -> tuple[str, ...]:
    return event.value, event.note, event.reviewer


def _corrections(row: SheetRow, was: Mapping[str, str], common: Event, where: str, notes: list[str]) -> Iterable[Event]:
    """The corrections of a row: cells that say something else than what was written."""
    changed = [name for name in CORRECTABLE if name in row.cells and differs(name, row.cells[name], was.get(name, ""))]
    if not changed:
        return
    reviewed_then, reviewed_now = (any(cells.get(name) for name in REVIEW) for cells in (was, row.cells))
    if reviewed_then and not reviewed_now:
        return  # a copy from before the decision, which says nothing of it
    if row.cells.get("model_version", was["model_version"]) != was["model_version"]:
        notes.append(f"{where} was written by another version; its corrections cannot be told and are not taken.")
        return
    for name in changed:
        value = meaning(name, row.cells[name])
        if value is None:
            notes.append(f'{where}: "{plain(row.cells[name])}" is no {name}; it is kept in the ledger.')
            value = plain(row.cells[name])
        yield replace(common, field=name, value=value, was=was[name])


def _confirmed(new: list[Event], stale: Decision, common: Event) -> list[Event]:
    """The events of a row beside which a stale decision stands, with all of it that they do not say anew."""
    row = {**common.row, **{name: event.was for name, event in stale.corrections.items()}}
    held = [*([stale.review] if stale.review else []), *stale.corrections.values()]
    passed = [
        replace(common, field=event.field, value=event.value, was=event.was, note=event.note, reviewer=event.reviewer,
                said_at=event.said_at)
        for event in held
        if event.field not in {other.field for other in new}
    ]  # fmt: skip
    return [replace(event, row=row) for event in (*passed, *new)]


def _is_held(event: Event, decision: Decision | None) -> bool:
    held = decision.corrections.get(event.field) if decision else None
    return held is not None and held.value == event.value
