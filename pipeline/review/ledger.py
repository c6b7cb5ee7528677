"""In: events of reviewing. Out: the same for ever: a SQLite file to which rows are only ever added.

Each event carries a hash over itself and the hash before it, and the store beside it knows how many there were, so that
a ledger that was changed, cut or lost is noticed and nothing is built on it.
"""

import contextlib
import dataclasses
import datetime
import hashlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline.errors import LedgerError as LedgerError
from pipeline.review.event import Event

WAIT_SECONDS = 30
"""How long an event waits for another process that writes."""

_BROKEN = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite and its Python interface raise over a damaged file, the text of which may be no UTF-8."""

_COLUMNS = tuple(field.name for field in dataclasses.fields(Event) if field.name != "number")
_TABLE = f"""
CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    {", ".join(f'"{name}" {"INTEGER" if name == "reverses" else "TEXT NOT NULL"}' for name in _COLUMNS)},
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER no_change BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER no_removal BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
"""
_ALL = "SELECT number, {}, hash FROM event ORDER BY number".format(", ".join(f'"{name}"' for name in _COLUMNS))


class Ledger:
    """The decisions of one output folder, in the order in which they came."""

    def __init__(self, path: Path, *, witness: Path) -> None:
        """Name the file and that which remembers how many events it had; the file is made with the first event."""
        self.path = path
        self._witness = witness
        self._events: tuple[Event, ...] = ()
        self._hash = ""

    def __enter__(self) -> Self:
        """Read the ledger and check it to its end. Raises `LedgerError` where it was changed, cut or lost."""
        self._check()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open between two uses."""

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, oldest first."""
        return self._events

    def append(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Add events, all or none, and return them as they were recorded. Raises `LedgerError`."""
        events = tuple(events)
        if not events:
            return ()
        try:
            with contextlib.closing(self._connect()) as connection, connection:
                connection.execute("BEGIN IMMEDIATE")
                self._events, self._hash = self._read(connection)
                now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
                recorded = []
                for number, event in enumerate(events, start=len(self._events) + 1):
                    event = dataclasses.replace(event, recorded_at=event.recorded_at or now, number=number)
                    values = _values(event)
                    self._hash = _chained(self._hash, number, values)
                    marks = ", ".join("?" * (len(values) + 2))
                    connection.execute(f"INSERT INTO event VALUES ({marks})", (number, *values, self._hash))
                    recorded.append(event)
        except _BROKEN as error:
            raise LedgerError(
                f"The ledger {self.path} cannot be written ({error}); nothing was replaced: mend that and try again."
            ) from None
        self._events += tuple(recorded)
        self._remember()
        return tuple(recorded)

    def _check(self) -> None:
        known = self._known()
        if self.path.exists():
            if not self.path.stat().st_size:
                raise LedgerError(_damaged(self.path, "it is empty"))
            try:
                with contextlib.closing(self._connect()) as connection:
                    self._events, self._hash = self._read(connection, known)
            except _BROKEN as error:
                raise LedgerError(_damaged(self.path, str(error))) from None
            self._remember()
        elif known[0]:
            raise LedgerError(
                f"The ledger {self.path}, which held {known[0]} entries, is gone; put it back from a backup before "
                "anything else is done here, or take its decisions from a copy (provender review import FILE --out "
                f"{self.path.parent})."
            )

    def start_anew(self) -> None:
        """Forget a ledger that is gone, so that an import can begin another. Raises `LedgerError` where it is there."""
        if self.path.exists():
            raise LedgerError(f"The ledger {self.path} is there; it is never overwritten.")
        self._witness.unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        is_new = not self.path.exists()
        connection = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        if is_new:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {_TABLE} COMMIT;")
        return connection

    def _read(self, connection: sqlite3.Connection, known: tuple[int, str] = (0, "")) -> tuple[tuple[Event, ...], str]:
        """Read all events along the chain of their hashes."""
        last = ""
        events: list[Event] = []
        for number, *values, written in connection.execute(_ALL):
            last = _chained(last, number, values)
            if last != written or number != len(events) + 1:
                raise LedgerError(_damaged(self.path, f"entry {number} is not what was written"))
            if number == known[0] and last != known[1]:
                raise LedgerError(_damaged(self.path, f"entry {number} is not the one that was written"))
            fields = dict(zip(_COLUMNS, values, strict=True))
            events.append(Event(**fields | {"row": json.loads(fields["row"])}, number=number))
        if len(events) < known[0]:
            raise LedgerError(_damaged(self.path, f"{known[0] - len(events)} of {known[0]} entries are missing"))
        return tuple(events), last

    def _known(self) -> tuple[int, str]:
        try:
            values = json.loads(self._witness.read_text(encoding="utf-8"))
            return int(values["entries"]), str(values["hash"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def _remember(self) -> None:
        if not self._events or self._known() == (len(self._events), self._hash):
            return
        draft = self._witness.with_suffix(".draft")
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({"entries": len(self._events), "hash": self._hash}), encoding="utf-8")
            draft.replace(self._witness)
        except OSError as error:
            raise LedgerError(
                f"The ledger {self.path} holds all that was decided, but {draft} beside it cannot be written "
                f"({error.strerror}); make room and try again."
            ) from None


def _values(event: Event) -> list[Any]:
    values = [getattr(event, name) for name in _COLUMNS]
    values[_COLUMNS.index("row")] = json.dumps(dict(event.row), ensure_ascii=False, sort_keys=True)
    return values


def _chained(before: str, number: int, values: Iterable[Any]) -> str:
    said = json.dumps([before, number, *values], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _damaged(path: Path, what: str) -> str:
    return f"The ledger {path} is damaged ({what}); put it back from a backup: it is not overwritten, and no table was."
