"""In: batches of sources. Out: their shards, made by the workers of a Dask cluster.

Every Dask worker starts as many reading processes as it has threads, once for a run, so that models are loaded once and
the limits on a source hold. What comes back of a batch are the names of shards and what failed, never rows. The output
folder and the sources lie on a file system that all workers see at the same path.
"""

import contextlib
import logging
import threading
from collections.abc import Iterable
from concurrent.futures import CancelledError
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from distributed import Client, Future, KilledWorker, LocalCluster, Worker, WorkerPlugin, get_worker

from pipeline.config import Settings
from pipeline.runs import Batch, RunError
from pipeline.runs.plan import failed_row
from pipeline.runs.workers import Outcome, Workers
from pipeline.store import OutputFolder, extractor_version, grader_version

CONNECT_SECONDS = 20
WORKERS_SECONDS = 60
"""Longest time that a scheduler may have no worker before a run gives up."""
AHEAD = 2
"""Batches handed out for each thread of the cluster, so that none waits for the next."""
SHARED = "the output folder and the sources have to lie at the same path on a file system that all workers see."


class DaskPool:
    """The workers of a Dask cluster as a pool: a batch whose worker dies is given to another by the scheduler."""

    def __init__(self, count: int, settings: Settings, folder: OutputFolder) -> None:
        """Say how many workers to start where the settings name no scheduler; they start with the `with` statement."""
        self.count = count
        self._settings = settings
        self._folder = folder
        self._name = f"provender {folder.path}"
        self._futures: set[Future[Any]] = set()
        self._aborted = False

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as opened:
            self._client = self._connect(opened)
            opened.callback(self._dismiss)
            token = self._folder.drafts / f"seen-{uuid4().hex}"
            token.touch()
            self._client.register_plugin(Reading(self._settings, self._folder.path, token), name=self._name)
            self.count = AHEAD * sum(self._client.nthreads().values())
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def read(self, batch: Batch) -> Iterable[Outcome]:
        """Have a worker make the shards of a batch. Raises `RunError` where no source can be read."""
        if self._aborted:
            raise RunError("The run was stopped.")
        future = self._client.submit(_read, batch, self._name, key=f"provender-{uuid4().hex}", pure=False)
        self._futures.add(future)
        try:
            outcomes: list[Outcome] = future.result()
            return outcomes
        except KilledWorker:
            reason = "ended every Dask worker that read it or a source beside it; it may need more memory."
            return [Outcome(source, failed=failed_row(source, f"{source.name} {reason}")) for source in batch]
        except (CancelledError, OSError) as error:
            raise RunError("The run was stopped." if self._aborted else self._lost()) from error
        finally:
            self._futures.discard(future)
            future.release()

    def abort(self) -> None:
        """Give up all batches; in a thread, because a signal handler may not wait for the scheduler."""
        self._aborted = True
        threading.Thread(target=self._client.cancel, args=(list(self._futures),), daemon=True).start()

    def _connect(self, opened: contextlib.ExitStack) -> Client:
        for name in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        address: Any = self._settings.scheduler
        if not address:
            address = LocalCluster(
                n_workers=self.count, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )
            opened.enter_context(address)
        try:
            client: Client = opened.enter_context(Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
        except (OSError, ValueError):
            raise RunError(
                f"No Dask scheduler answers at {address}; start one with `dask scheduler`, or leave out the address."
            ) from None
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError:
            raise RunError(f"The Dask scheduler at {address} has no workers; start some with `dask worker`.") from None
        return client

    def _dismiss(self) -> None:
        """End the reading processes; the Dask workers stay."""
        with contextlib.suppress(Exception):
            self._client.unregister_worker_plugin(self._name)

    def _lost(self) -> str:
        where = f" at {self._settings.scheduler}" if self._settings.scheduler else ""
        return f"The Dask scheduler{where} answers no longer; start it and run again: what was read is kept."


class Reading(WorkerPlugin):
    """The reading processes of one Dask worker for one run."""

    def __init__(self, settings: Settings, out: Path, token: Path) -> None:
        """Say where the run writes; `token` is a file that tells a worker that it sees that folder."""
        self._settings = settings
        self._out = out
        self._token = token
        self._version = extractor_version(settings), grader_version(settings)
        self.workers: Workers | None = None

    def setup(self, worker: Worker) -> None:
        """Start them, once it is sure that they read the same files with the same program."""
        here = f"The Dask worker {worker.address}"
        if not self._token.exists():
            raise RunError(f"{here} does not see {self._out}; {SHARED}")
        if (extractor_version(self._settings), grader_version(self._settings)) != self._version:
            raise RunError(f"{here} has another version of Provender or of its libraries; install the same there.")
        self.workers = Workers(worker.state.nthreads, self._settings, OutputFolder(self._out)).__enter__()

    def teardown(self, worker: Worker) -> None:
        """End them."""
        if self.workers:
            self.workers.__exit__(None, None, None)


def _read(batch: Batch, name: str) -> list[Outcome]:
    """The task: make the shards of a batch with the processes that the worker holds ready."""
    worker = get_worker()
    here = f"The Dask worker {worker.address}"
    reading = worker.plugins.get(name)
    if not isinstance(reading, Reading) or reading.workers is None:
        raise RunError(f"{here} could not start reading; its log says why.")
    for source in batch:
        if not source.root.is_dir():
            raise RunError(f"{here} does not see {source.root}; {SHARED}")
    return list(reading.workers.read(batch))
