"""In: the path of an output folder. Out: its layout: shards, lock, drafts, and what the last finished run held."""

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from pipeline.store.shards import is_whole

STORE_NAME = ".provender"
DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""Errors that no other source would be spared."""


class StoreError(Exception):
    """An output folder that cannot be used; the message is one sentence saying what to do."""


class OutputFolder:
    """An output folder: the tables that people read, and beside them the store in `.provender`."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is made or read yet."""
        self.path = path.absolute()
        self.store = self.path / STORE_NAME
        self.shards = self.store / "shards"
        self.drafts = self.store / "drafts"
        self._finished = self.store / "finished.json"
        self._owned = self.store / "owned.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one run; drafts that a killed run left are cleared away.

        Raises `StoreError` where another run holds it or it cannot be made. The lock ends with its process.
        """
        try:
            self.shards.mkdir(parents=True, exist_ok=True)
            lock = (self.store / "lock").open("a+")
        except OSError as error:
            raise StoreError(
                f"The output folder {self.path} cannot be written ({error.strerror}); choose another with --out."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise StoreError(
                    f"Another run (process {lock.read().strip() or 'unknown'}) is writing to {self.path}; "
                    "wait until it ends or choose another folder with --out."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            shutil.rmtree(self.drafts, ignore_errors=True)
            self.drafts.mkdir(exist_ok=True)
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

    def finished_keys(self) -> frozenset[str]:
        """Return the keys whose rows stand in the tables of the last run that finished."""
        return _names(self._finished, "shards")

    def finish(self, keys: Collection[str]) -> None:
        """Record that the tables hold the rows of these shards, and let go of all others."""
        self._write(self._finished, {"shards": sorted(keys)})
        kept = set(keys)
        for shard in self.shards.glob("*/*"):
            if shard.stem not in kept:
                shard.unlink(missing_ok=True)

    def owned(self) -> frozenset[str]:
        """Return the files that runs put into the folder, relative to it: they are no sources, and may be removed."""
        return _names(self._owned, "files")

    def own(self, files: Collection[str]) -> None:
        """Record which files runs put into the folder; to be called before they are written."""
        self._write(self._owned, {"files": sorted(files)})

    def _write(self, path: Path, values: dict[str, list[str]]) -> None:
        draft = self.drafts / path.name
        draft.write_text(json.dumps(values), encoding="utf-8")
        publish([(draft, path)])


def _names(path: Path, key: str) -> frozenset[str]:
    try:
        return frozenset(json.loads(path.read_text(encoding="utf-8"))[key])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def publish(pairs: Collection[tuple[Path, Path]]) -> None:
    """Move each draft to its final name once all of them are on disk, so that no reader ever meets half a file."""
    for draft, _ in pairs:
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
    for draft, final in pairs:
        final.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(final)
