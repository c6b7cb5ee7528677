"""In: paths of sources and an output folder. Out: the tables of all of them, of which only what is new was read."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.records import SourceRow
from pipeline.runs.assembly import assemble
from pipeline.runs.plan import SourceFile, make_batches, make_plan
from pipeline.runs.summary import RunSummary
from pipeline.runs.workers import RunError, Workers, disk_sentence
from pipeline.store import OutputFolder
from pipeline.store.folder import DISK_FAULTS

Batch = tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: sources done of all, the source that was done last, its claims or why it failed."""

    done: int
    total: int
    source: str = ""
    n_claims: int = 0
    reason: str = ""


ProgressCallback = Callable[[Progress], None]
Dispatch = Callable[[Callable[[Batch], None], Sequence[Batch], int], None]
"""Calls a function on every batch, on so many at once as the number says; raises what a call raises."""


def in_threads(work: Callable[[Batch], None], batches: Sequence[Batch], workers: int) -> None:
    """The plain dispatch: a thread for each worker process, which does the work."""
    pool = ThreadPoolExecutor(workers)
    try:
        for future in [pool.submit(work, batch) for batch in batches]:
            future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def run(
    paths: Sequence[str | Path],
    out: str | Path,
    *,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    dispatch: Dispatch = in_threads,
) -> RunSummary:
    """Read the files and folders in `paths` and write the evidence tables into the folder `out`.

    A source that was read before, with the same bytes, name and version, costs a hash. One that fails is a row of
    sources.csv with its reason; the others go on. The tables are the same whatever the number of workers and
    however often a run was interrupted. `progress` is called after each source, from one thread at a time.

    Raises `SourceError` where a path is missing, `StoreError` where `out` cannot be written or another run holds
    it, and `RunError` where nothing can be read at all (a model that is not installed, a full disk).

    >>> summary = run(["articles/"], out="evidence/")          # doctest: +SKIP
    >>> summary.n_claims, summary.failures                     # doctest: +SKIP
    """
    began = time.monotonic()
    settings = settings or load_settings()
    folder = OutputFolder(Path(out))
    tell = progress or (lambda event: None)
    with folder.locked():
        plan = make_plan([Path(path) for path in paths], folder, settings)
        total = len(plan.sources) + len(plan.failed)
        done = total - len(plan.todo)
        tell(Progress(done, total))
        failed: list[SourceRow] = list(plan.failed)
        if plan.todo:
            count = min(settings.workers or os.cpu_count() or 1, len(plan.todo))
            batches = make_batches(plan.todo, workers=count, batch_bytes=settings.batch_bytes)
            lock = threading.Lock()
            with Workers(count, settings, folder) as workers:

                def work(batch: Batch) -> None:
                    nonlocal done
                    for source in batch:
                        outcome = workers.process(source)
                        with lock:
                            done += 1
                            if outcome.failed:
                                failed.append(outcome.failed)
                            reason = outcome.failed.reason if outcome.failed else outcome.reason
                            tell(Progress(done, total, source.name, outcome.n_claims, reason))

                with _interruptible(workers):
                    dispatch(work, batches, count)
        keys = {source.key for source in plan.sources if folder.has(source.key)}
        try:
            return assemble(folder, keys, failed, began=began)
        except OSError as error:
            if error.errno not in DISK_FAULTS:
                raise
            raise RunError(disk_sentence(folder, os.strerror(error.errno or 0))) from None


@contextlib.contextmanager
def _interruptible(workers: Workers) -> Iterator[None]:
    """Let Ctrl-C end the workers at once: threads that wait for their answers would hold up the interrupt."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: Any) -> None:
        workers.abort()
        signal.signal(signal.SIGINT, before)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
