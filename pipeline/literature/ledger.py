"""In: what happens during a fetch. Out: progress, the ledger fetch.json that a person can read, and the summary."""

import contextlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.literature.clock import Clock
from pipeline.literature.folder import LEDGER, CorpusFolder, FetchError
from pipeline.literature.summary import FetchFailure, FetchProgress, FetchSummary, ProgressCallback, ServiceName

__all__ = ["FetchError", "FetchLedger", "open_ledger"]

SECONDS_BETWEEN_SAVES = 2
"""A ledger names every file; writing it after each of thousands would take longer than fetching them."""


class FetchLedger:
    """The running ledger of one fetch into a corpus folder.

    `mark` is where an interrupted fetch of the same query goes on, as far as the service knows such a place.
    """

    def __init__(
        self,
        service: ServiceName,
        query: str,
        since: date | None,
        folder: CorpusFolder,
        tell: ProgressCallback,
        clock: Clock,
    ) -> None:
        """Begin; use `open_ledger`."""
        self.folder = folder
        self.n_found = 0
        self.n_already = 0
        self._service: ServiceName = service
        self._query = query
        self._since = since
        self._tell = tell
        self._clock = clock
        self._began = clock.now()
        self._n_fetched = 0
        self._files: list[Path] = []
        self._failures: list[FetchFailure] = []
        self._ledger = _read(folder.path / LEDGER)
        self._entry = self._own_entry()
        self.mark: dict[str, Any] = self._entry.get("mark", {}) if not self._entry.get("ended") else {}
        self._entry |= {"began": self._time(), "ended": None}
        self._saved_at = clock.now()

    @property
    def n_done(self) -> int:
        """How many of the articles found are settled, one way or the other."""
        return self._n_fetched + self.n_already + self.n_failed

    @property
    def n_failed(self) -> int:
        """How many articles could not be fetched."""
        return sum(failure.n_articles for failure in self._failures)

    def asked(self, address: str, as_run: str, limits: str = "") -> None:
        """Say where the service stands, what it made of the query, and its limits in words."""
        self._entry |= {"address": address, "as run": as_run, "limits": limits}

    def found(self, total: int) -> None:
        """Say how many articles the service knows."""
        self.n_found = total
        self._tell(FetchProgress(self.n_done, total))
        self.save()

    def already(self, count: int) -> None:
        """Say of so many articles that they were there before."""
        self.n_already += count

    def write(self, name: str, content: bytes, n_articles: int, **origin: str) -> None:
        """Write a file of so many articles; `origin` says in the ledger where they are from."""
        self._files.append(self.folder.write(name, content))
        self._n_fetched += n_articles
        self._ledger["files"][name] = {"service": self._service, "articles": n_articles, **origin}
        self._tell(FetchProgress(self.n_done, self.n_found, name))
        if self._clock.now() - self._saved_at >= SECONDS_BETWEEN_SAVES:
            self.save()

    def failed(self, item: str, reason: str, n_articles: int = 1) -> None:
        """Say what could not be fetched and why, in one sentence."""
        self._failures.append(FetchFailure(item, reason, n_articles))
        self._tell(FetchProgress(self.n_done, self.n_found, item, reason))

    def save(self) -> None:
        """Write the ledger as things stand."""
        self._saved_at = self._clock.now()
        self._entry |= {
            "found": self.n_found,
            "fetched": self._n_fetched,
            "already there": self.n_already,
            "failed": [
                {"item": failure.item, "reason": failure.reason, "articles": failure.n_articles}
                for failure in self._failures
            ],
            "mark": self.mark,
        }
        files = self._ledger["files"]
        self._ledger["files"] = {name: files[name] for name in sorted(files) if self.folder.has(name)}
        self.folder.write(LEDGER, (json.dumps(self._ledger, ensure_ascii=False, indent=1) + "\n").encode())

    def finish(self) -> FetchSummary:
        """Close the ledger's entry and return the summary."""
        self._entry["ended"] = self._time()
        self.mark = {}
        told = ("began", "ended", "as run", "limits")
        self._entry.setdefault("searches", []).append(
            {name: self._entry[name] for name in told if name in self._entry}
            | {"found": self.n_found, "fetched": self._n_fetched, "already there": self.n_already}
            | {"failed": self.n_failed}
        )
        self.save()
        return FetchSummary(
            service=self._service,
            query=self._query,
            since=self._since,
            out=self.folder.path,
            n_found=self.n_found,
            n_fetched=self._n_fetched,
            n_already=self.n_already,
            failures=tuple(self._failures),
            files=tuple(self._files),
            seconds=self._clock.now() - self._began,
        )

    def _own_entry(self) -> dict[str, Any]:
        """Return the entry of this query, which a fetch of the same query at another time goes on with."""
        own = {
            "service": self._service,
            "query": self._query,
            "since": self._since.isoformat() if self._since else None,
        }
        for entry in self._ledger["fetches"]:
            if own.items() <= entry.items():
                return entry  # type: ignore[no-any-return]
        self._ledger["fetches"].append(own)
        return own

    def _time(self) -> str:
        return self._clock.utc().isoformat(timespec="seconds")


@contextlib.contextmanager
def open_ledger(
    service: ServiceName,
    query: str,
    since: date | None,
    out: str | Path,
    *,
    progress: ProgressCallback | None,
    clock: Clock,
) -> Iterator[FetchLedger]:
    """Hold the folder `out` and give the ledger of a fetch into it; it is saved however the fetch ends.

    Raises `FetchError` where the folder cannot be written or its ledger is none.
    """
    folder = CorpusFolder(Path(out))
    with folder.locked():
        ledger = FetchLedger(service, query, since, folder, progress or (lambda event: None), clock)
        try:
            yield ledger
        except BaseException:
            # The first fault is the one to tell; a full disk fails here a second time.
            with contextlib.suppress(FetchError):
                ledger.save()
            raise


def _read(path: Path) -> dict[str, Any]:
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(ledger["fetches"], list) and isinstance(ledger["files"], dict):
            return ledger  # type: ignore[no-any-return]
        reason = "it has another form"
    except FileNotFoundError:
        return {"fetches": [], "files": {}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = type(error).__name__
    raise FetchError(
        f"{path} is no ledger of fetches ({reason}); move it away and run again: what is already there stays there."
    )
