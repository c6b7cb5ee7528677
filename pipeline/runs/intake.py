"""In: an output folder whose tables people may have worked on. Out: what they said stands in its ledger."""

import datetime
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from pipeline.errors import RefusedError
from pipeline.records import EvidenceRow
from pipeline.review import (
    NEEDED,
    Carried,
    Decision,
    Edits,
    Event,
    Ledger,
    Written,
    carry,
    decisions_of,
    edits,
    override_event,
)
from pipeline.review.cells import date_of
from pipeline.review.event import STATUS
from pipeline.review.export import LINES, events_in
from pipeline.runs.plan import short_name
from pipeline.store import OutputFolder, Snapshot, StoreError, file_hash
from pipeline.tables import EVIDENCE, SheetError, SheetRow, read_sheet, revive

REVIEWED = ("evidence.csv", "evidence.xlsx")
"""The tables that people work on."""

SUBJECT = "subject"
"""The column of a reviewed file that names the study or outcome which its row decides on, in place of a claim."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken into a ledger: decisions and corrections, and sentences on what could not be told."""

    n_decisions: int = 0
    n_corrections: int = 0
    notes: tuple[str, ...] = ()

    def and_then(self, later: "Taken") -> "Taken":
        """Return this and what was taken later as one, each sentence once."""
        notes = tuple(dict.fromkeys([*self.notes, *later.notes]))
        return Taken(self.n_decisions + later.n_decisions, self.n_corrections + later.n_corrections, notes)


Stamps = dict[str, tuple[int, int, int]]


def stamps(folder: OutputFolder) -> Stamps:
    """Return what changes where somebody writes one of the tables that people work on, or decides on a claim."""
    files = [folder.path / name for name in (*REVIEWED, folder.ledger.name, f"{folder.ledger.name}-wal")]
    found = {file.name: file.stat() for file in files if file.is_file()}
    return {name: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found.items()}


def ledger_of(folder: OutputFolder) -> Ledger:
    """Return the ledger of an output folder, not yet opened."""
    return Ledger(folder.ledger, witness=folder.store / "ledger.json")


def take_in(folder: OutputFolder) -> Taken:
    """Take into the ledger what people have put into the tables of a folder since they were written.

    A table that nobody has touched costs a hash. What was taken is also kept as the file that it stood in, in
    `.provender/taken`. Raises `StoreError` where a table cannot be read, and `LedgerError`.
    """
    finished = folder.finished()
    files = [folder.path / name for name in REVIEWED]
    changed = [file for file in files if file.is_file() and file_hash(file)[0] != finished.written.get(file.name)]
    with ledger_of(folder) as ledger:
        notes: list[str] = []
        taken: list[Event] = []
        written: Written | None = None
        for file in sorted(changed, key=lambda file: file.stat().st_mtime):
            rows = _read(file)
            written = written or _written(folder, rows, ledger)
            found = _edits(folder, rows, written, ledger, file)
            notes += [*found.notes, *_conflicts(taken, found.events, file.name)]
            if found.events or found.notes:
                _keep(folder, file)
            taken += ledger.append(found.events)
        return _taken(taken, notes)


def import_file(folder: OutputFolder, file: Path, reviewer: str = "") -> Taken:
    """Take into the ledger of a folder what a reviewed copy of its table, or an exported ledger (`.jsonl`), says.

    A ledger that is gone is begun anew. Raises as `take_in`.
    """
    ledger = ledger_of(folder)
    if not ledger.path.exists():
        ledger.start_anew()
    with ledger:
        if file.suffix.lower() == LINES:
            return _taken(ledger.append(events_in(file, ledger.events)), ())
        rows = _read(file)
        on_claims = [row for row in rows if not row.cells.get(SUBJECT)]
        found = _edits(folder, on_claims, _written(folder, on_claims, ledger), ledger, file, reviewer)
        _take_overrides([row for row in rows if row.cells.get(SUBJECT)], found, ledger.events, file, reviewer)
        if found.events or found.notes:
            _keep(folder, file)
        return _taken(ledger.append(found.events), found.notes)


def _take_overrides(rows: Iterable[SheetRow], found: Edits, known: Iterable[Event], file: Path, reviewer: str) -> None:
    """Add to what a table says its decisions on studies and outcomes, which name a subject, a field and a value."""
    told = {(event.claim_id, event.field, event.value, event.reviewer, event.said_at) for event in known}
    for row in rows:
        cells = row.cells
        who = cells.get("reviewer", "") or reviewer
        try:
            event = override_event(
                cells[SUBJECT], cells.get("field", ""), cells.get("value", ""), reviewer=who, origin=file.name
            )
        except RefusedError as error:
            found.notes.append(f"{file.name}, row {row.number}: {error}")
            continue
        event = replace(event, said_at=date_of(cells.get("reviewed_at", "")) or event.said_at)
        if (event.claim_id, event.field, event.value, event.reviewer, event.said_at) not in told:
            found.events.append(event)


def _read(file: Path) -> list[SheetRow]:
    try:
        return list(read_sheet(file, NEEDED))
    except SheetError as error:
        raise StoreError(f"{str(error).rstrip('.')}; nothing was replaced.") from None


def _edits(
    folder: OutputFolder,
    rows: Iterable[SheetRow],
    written: Written,
    ledger: Ledger,
    file: Path,
    reviewer: str = "",
) -> Edits:
    saved = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC)
    decisions = decisions_of(ledger.events)
    return edits(
        rows,
        written,
        decisions,
        ledger.events,
        stale=_stale(folder, decisions),
        origin=file.name,
        said_at=saved.isoformat(timespec="seconds").replace("+00:00", "Z"),
        reviewer=reviewer,
    )


def placed_decisions(folder: OutputFolder, decisions: Mapping[str, Decision]) -> Carried:
    """Return where decisions stand beside the claims of the last run."""
    snapshot = folder.finished().snapshot
    rows = Snapshot.read(snapshot / "claims.parquet") if snapshot else Snapshot.of(EVIDENCE.header, ())

    def rows_of(sources: Collection[str]) -> Iterator[Sequence[EvidenceRow]]:
        wanted = (row for row in rows.columns_of(*EVIDENCE.header) if row["source_id"] in sources)
        for _, found in groupby(wanted, key=lambda row: row["source_id"]):
            yield [revive(row) for row in found]

    return carry(decisions, rows_of)


def _stale(folder: OutputFolder, decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """The stale decisions, by the claim that they stand beside."""
    if not decisions:
        return {}
    by_id = {decision.claim_id: decision for decision in decisions.values()}
    placed = placed_decisions(folder, decisions).placed
    return {
        found.claim_id_now: by_id[found.claim_id]
        for found in placed
        if found.claim_id_now and found.claim_id_now != found.claim_id
    }


def _written(folder: OutputFolder, rows: Iterable[SheetRow], ledger: Ledger) -> Written:
    """The rows as last written; where no run has left a copy of them, the table itself without its review columns."""
    snapshot = folder.finished().snapshot
    if snapshot is not None:
        return Written(Snapshot.read(snapshot / "claims.parquet"), is_reviewed=bool(ledger.events))
    table = folder.path / REVIEWED[0]
    found = rows if not table.is_file() else _read(table)
    return Written(Snapshot.of(EVIDENCE.header, (row.cells for row in found)), is_reviewed=False)


def _conflicts(before: Iterable[Event], now: Iterable[Event], name: str) -> Iterator[str]:
    """Sentences on claims of which two tables say different things; the one that was saved last counts."""
    said = {(event.claim_id, event.field): event for event in before}
    for event in now:
        other = said.get((event.claim_id, event.field))
        if other and other.value != event.value:
            yield (
                f'{name} says {event.field} "{event.value}" of claim {event.claim_id}, {other.origin} "{other.value}"; '
                f"{name} was saved last and counts, and the ledger keeps both."
            )


def _keep(folder: OutputFolder, file: Path) -> None:
    copy = folder.taken / f"{file_hash(file)[0][:16]}-{short_name(file)}"
    if not copy.exists():
        folder.taken.mkdir(exist_ok=True)
        draft = folder.drafts / copy.name
        shutil.copyfile(file, draft)
        draft.replace(copy)


def _taken(events: Iterable[Event], notes: Iterable[str]) -> Taken:
    fields = [event.field for event in events]
    n_decisions = fields.count(STATUS)
    return Taken(n_decisions, len(fields) - n_decisions, tuple(notes))
