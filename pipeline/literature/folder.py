"""In: the name and bytes of a file. Out: that file in a corpus folder, whole or not at all."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import FetchError as FetchError

LEDGER = "fetch.json"
_LOCK = ".fetch.lock"
_DRAFT = ".part"


class CorpusFolder:
    """A folder that articles are fetched into; its files alone tell what is already there."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is made or read yet."""
        self.path = path.absolute()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one fetch; drafts that a killed one left are cleared away.

        Raises `FetchError` where another fetch holds it or it cannot be made. The lock ends with its process.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / _LOCK).open("a")
        except OSError as error:
            raise FetchError(
                f"The folder {self.path} cannot be written ({error.strerror}); choose another with --out."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise FetchError(
                    f"Another fetch is writing to {self.path}; wait until it ends or choose another with --out."
                ) from None
            for draft in self.path.glob(f".*{_DRAFT}"):
                draft.unlink(missing_ok=True)
            yield

    def has(self, name: str) -> bool:
        """Tell whether a file is there."""
        return (self.path / name).is_file()

    def files(self, pattern: str) -> list[Path]:
        """Return the files whose names match a pattern, sorted."""
        return sorted(self.path.glob(pattern))

    def write(self, name: str, content: bytes) -> Path:
        """Write a file under a hidden name and move it to its own when it is on disk. Raises `FetchError`."""
        draft = self.path / f".{name}{_DRAFT}"
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            return draft.rename(self.path / name)
        except OSError as error:
            raise FetchError(
                f"{self.path} can be written no longer ({error.strerror}); make room and run the same command again: "
                "what was fetched is kept."
            ) from None

    def next_name(self, stem: str, suffix: str) -> str:
        """Return the first free name `stem-000001.suffix` after those in use, so that no name ever changes hands."""
        numbers = (re.fullmatch(r"\d+", file.stem.removeprefix(f"{stem}-")) for file in self.files(f"{stem}-*{suffix}"))
        return f"{stem}-{max((int(number[0]) for number in numbers if number), default=0) + 1:06d}{suffix}"
