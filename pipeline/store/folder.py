"""In: the path of an output folder. Out: its layout: shards, lock, drafts, and what the last finished run held."""

import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import StoreError as StoreError
from pipeline.records import RunInputs, SearchRow, SourceRow
from pipeline.store.columnar import from_values
from pipeline.store.fingerprint import extraction_of
from pipeline.store.shards import is_whole

STORE_NAME = ".provender"
LEDGER_NAME = "review.sqlite"
LEDGER_FILES = frozenset({LEDGER_NAME, f"{LEDGER_NAME}-wal", f"{LEDGER_NAME}-shm"})
"""The ledger of decisions and what SQLite puts beside it while it is open."""
_CHECK = "sha256"
"""The name, in a small record, of the hash of all else that it says."""
DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""Errors that no other source would be spared."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What the tables of the last run that finished hold: the rows of which shards, and sources that have none.

    `snapshot` is the folder with a copy of these tables for the next run; None where no run has finished. `stale` are
    the shards of earlier runs whose rows stand in the tables because their sources could not be read. `written` gives
    the SHA-256 of tables as the run wrote them, so that one that a reviewer has changed is known; `token` is of this
    run alone; `inputs` are what it was given.

    `state` changes with anything that the tables are made of, `stamp` with any file that the run left. `summary` is
    what was said of the run; where it `tells_nothing_new`, a run over the same says it again and writes no file.
    """

    keys: frozenset[str] = frozenset()
    unread: tuple[SourceRow, ...] = ()
    snapshot: Path | None = None
    stale: frozenset[str] = frozenset()
    written: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    inputs: RunInputs = field(default_factory=RunInputs)
    state: str = ""
    stamp: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)
    tells_nothing_new: bool = False


class OutputFolder:
    """An output folder: the tables that people read, and beside them the store in `.provender`."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is made or read yet."""
        self.path = path.absolute()
        self.store = self.path / STORE_NAME
        self.shards = self.store / "shards"
        self.drafts = self.store / "drafts"
        self._snapshots = self.store / "snapshots"
        self.finished_file = self.store / "finished.json"
        self.owned_file = self.store / "owned.json"
        self._exhausted = self.store / "exhausted.json"
        self.previous = self.store / "previous"
        self.taken = self.store / "taken"
        self.ledger = self.path / LEDGER_NAME

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one run; drafts that a killed run left are cleared away.

        Raises `StoreError` where another run holds it or it cannot be made. The lock ends with its process.
        """
        try:
            self.shards.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(PermissionError):  # another member of a team made it
                self.store.chmod(0o700)
            lock = (self.store / "lock").open("ab+", buffering=0)  # a full disk must not fail again as it is closed
        except OSError as error:
            raise StoreError(
                f"The output folder {self.path} cannot be written ({error.strerror}); choose another with --out."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise StoreError(
                        f"The output folder {self.path} cannot be locked ({error.strerror}); "
                        "choose one on a disk of this machine with --out."
                    ) from None
                lock.seek(0)
                raise StoreError(
                    f"Another run (process {lock.read().decode().strip() or 'unknown'}) is writing to {self.path}; "
                    "wait until it ends or choose another folder with --out."
                ) from None
            shutil.rmtree(self.drafts, ignore_errors=True)
            try:
                lock.truncate(0)
                lock.write(f"{os.getpid()}\n".encode())
                self.drafts.mkdir(exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"The output folder {self.path} cannot be written ({error.strerror}); make room and run again."
                ) from None
            try:
                yield
            finally:
                shutil.rmtree(self.drafts, ignore_errors=True)

    def shard(self, key: str) -> Path:
        """Return where the shard of a key lies."""
        return self.shards / key[:2] / f"{key}.parquet"

    def has(self, key: str) -> bool:
        """Tell whether the shard of a key is there, whole."""
        return is_whole(self.shard(key))

    def extracted(self, key: str) -> Path | None:
        """Return a shard with the claims that the shard of a key would hold, graded by whatever; None without one."""
        found = self.shard(key).parent.glob(f"{extraction_of(key)}-*.parquet")
        return next((shard for shard in sorted(found) if is_whole(shard)), None)

    def finished(self) -> Finished:
        """Return what the tables of the last run that finished hold."""
        return self.read_finished(self.finished_file)

    def read_finished(self, file: Path) -> Finished:
        """Return what a record of a run that finished says; one that is not there says nothing."""
        values = read_values(file)
        snapshot = self._snapshots / values.get("snapshot", "")
        return Finished(
            frozenset(values.get("shards", ())),
            tuple(from_values(SourceRow)(row.values()) for row in values.get("unread", ())),
            snapshot if values.get("snapshot") and snapshot.is_dir() else None,
            frozenset(values.get("stale", ())),
            values.get("written", {}),
            values.get("token", ""),
            _inputs(values.get("inputs", {})),
            values.get("state", ""),
            values.get("stamp", ""),
            values.get("summary", {}),
            values.get("tells_nothing_new", False),
        )

    def finished_keys(self) -> frozenset[str]:
        """Return the keys whose rows stand in the tables of the last run that finished."""
        return self.finished().keys

    def next_snapshot(self) -> Path:
        """Return an empty folder for a copy of the tables of this run; those of the last two stay as they are."""
        taken = {run.snapshot.name for run in (self.finished(), self._before()) if run.snapshot}
        folder = self._snapshots / next(name for name in "abc" if name not in taken)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def finish(self, finished: Finished) -> None:
        """Record what the tables hold, and let go of all that neither they nor the tables before them need."""
        self.write_values(
            self.finished_file,
            {
                "shards": sorted(finished.keys),
                "unread": [dataclasses.asdict(row) for row in finished.unread],
                "snapshot": finished.snapshot.name if finished.snapshot else "",
                "stale": sorted(finished.stale),
                "written": dict(finished.written),
                "token": finished.token,
                "inputs": dataclasses.asdict(finished.inputs),
                "state": finished.state,
                "stamp": finished.stamp,
                "summary": dict(finished.summary),
                "tells_nothing_new": finished.tells_nothing_new,
            },
        )
        before = self._before()
        for old in self._snapshots.glob("*"):
            if old not in (finished.snapshot, before.snapshot):
                shutil.rmtree(old, ignore_errors=True)
        kept = finished.keys | finished.stale | before.keys | before.stale
        for shard in self.shards.glob("*/*"):
            if shard.stem not in kept:
                shard.unlink(missing_ok=True)

    def _before(self) -> Finished:
        return self.read_finished(self.previous / self.finished_file.name)

    def exhausted(self) -> dict[str, float]:
        """Return the keys of sources that ran out of processor time, each with the seconds that it had."""
        return dict(read_values(self._exhausted))

    def remember_exhausted(self, seconds: Mapping[str, float]) -> None:
        """Record which sources ran out of processor time, so that they are not tried again every night."""
        self.write_values(self._exhausted, self.exhausted() | dict(seconds))

    def owned(self) -> frozenset[str]:
        """Return the files that runs put into the folder, relative to it: they are no sources, and may be removed."""
        return frozenset(read_values(self.owned_file).get("files", ()))

    def own(self, files: Collection[str]) -> None:
        """Record which files runs put into the folder; to be called before they are written."""
        self.write_values(self.owned_file, {"files": sorted(files)})

    def stamp(self, files: Iterable[str]) -> str:
        """Return what changes where one of these files is written, however it was, or is there no longer."""
        digest = hashlib.sha256()
        for name in sorted(files):
            try:
                stat = (self.path / name).stat()
            except OSError:
                digest.update(f"{name}\n".encode())
            else:
                digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def write_values(self, path: Path, values: dict[str, Any]) -> None:
        """Write a small record of the store as JSON, whole or not at all. Raises `OSError`."""
        draft = self.drafts / path.name
        draft.write_text(json.dumps({**values, _CHECK: _hash(values)}), encoding="utf-8")
        publish([(draft, path)])


def disk_sentence(folder: OutputFolder, reason: str) -> str:
    """Say that an output folder can be written no longer."""
    return f"{folder.path} can be written no longer ({reason}); make room and run again: what was read is kept."


def _inputs(values: Mapping[str, Any]) -> RunInputs:
    searches = tuple(SearchRow(**search) for search in values.get("searches", ()))
    return RunInputs(**{**values, "searches": searches, "paths": tuple(values.get("paths", ()))})


def read_values(path: Path) -> dict[str, Any]:
    """Return a small record of the store; {} where there is none, or its values are not those that were written."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(values, dict):
        return {}
    written = values.pop(_CHECK, None)  # records of earlier versions have none
    return values if written in (None, _hash(values)) else {}


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def publish(pairs: Collection[tuple[Path, Path]]) -> None:
    """Move each draft to its final name once all of them are on disk, so that no reader ever meets half a file."""
    for draft, _ in pairs:
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
    for draft, final in pairs:
        final.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(final)
