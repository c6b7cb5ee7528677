"""In: paths of sources and an output folder. Out: the tables of all of them, of which only what is new was read."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

from pipeline.config import Settings, load_settings
from pipeline.grading import load_scheme
from pipeline.knowledge import comparison_of
from pipeline.records import RunInputs, SourceRow
from pipeline.review import decisions_of, overrides_of
from pipeline.runs.assembly import assemble
from pipeline.runs.decided import Decided
from pipeline.runs.guards import check_room, check_settings, check_sources
from pipeline.runs.intake import Stamps, Taken, ledger_of, stamps, take_in
from pipeline.runs.plan import ADDED, Plan, SourceFile, copy_sources, make_batches, make_plan
from pipeline.runs.standing import standing, state_of
from pipeline.runs.summary import RunSummary
from pipeline.runs.update import Update, inputs_of
from pipeline.runs.workers import Outcome, RunError, Workers
from pipeline.store import OutputFolder, opened
from pipeline.studies import Retractions, read_retractions

Batch = tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: sources done of all, the source that was done last, its claims or why it failed.

    `seconds` are the processor seconds that each stage of reading it took.
    """

    done: int
    total: int
    source: str = ""
    n_claims: int = 0
    reason: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)


ProgressCallback = Callable[[Progress], None]
Dispatch = Callable[[Callable[[Batch], None], Sequence[Batch], int], None]
"""Calls a function on every batch, on so many at once as the number says; raises what a call raises."""


class Pool(Protocol):
    """What reads batches of sources; `read` may be called from `count` threads at once."""

    count: int

    def read(self, batch: Batch) -> Iterable[Outcome]:
        """Make the shards of a batch and give what became of each source. Raises `RunError`."""

    def abort(self) -> None:
        """Stop reading; who waits for a batch gets a `RunError`."""


PoolMaker = Callable[[int, Settings, OutputFolder], AbstractContextManager[Pool]]
"""Makes a pool of about so many workers for the sources of one run."""


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
    pool: PoolMaker = Workers,
) -> RunSummary:
    """Read the files and folders in `paths` and write the evidence tables into the folder `out`.

    A source that was read before, with the same bytes, name and version, costs a hash. One that fails is a row of
    sources.csv with its reason; the others go on. The tables are the same whatever the number of workers and
    however often a run was interrupted. `progress` is called after each source, from one thread at a time. `pool`
    reads the sources: processes of this machine, if nothing else is said.

    What people have put into the tables since the last run goes into the ledger of the folder first, and what is
    decided there stands beside the claims of this run. A source that cannot be read keeps the rows that it had.

    Raises `SourceError` where a path is missing, `StoreError` where `out` cannot be written, another run holds it, or
    its tables or ledger cannot be read, and `RunError` where nothing can be read at all (a model that is not
    installed, a full disk) or too many sources of the tables are gone. In each case the tables are as they were.

    >>> summary = run(["articles/"], out="evidence/")          # doctest: +SKIP
    >>> summary.n_claims, summary.failures                     # doctest: +SKIP
    """
    began = time.monotonic()
    settings = settings or load_settings()
    folder = OutputFolder(Path(out))
    check_settings(settings)
    with opened(folder):
        check_room(folder)
        plan = make_plan([Path(path) for path in paths], folder, settings)
        check_sources(plan, folder, settings.max_dropped_share)
        taken = take_in(folder)
        failed = carry_out(plan, folder, settings, progress, dispatch, pool)
        keys = {source.key for source in plan.sources if folder.has(source.key)}
        return _assemble(
            folder, plan, keys, failed, settings, began, taken, lambda n: inputs_of(plan, paths, settings, n_events=n)
        )


def add(
    paths: Sequence[str | Path],
    out: str | Path,
    *,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    dispatch: Dispatch = in_threads,
    pool: PoolMaker = Workers,
) -> RunSummary:
    """Add files to the sources of a finished run, and their claims to its tables; its other sources are not looked at.

    The files are copied into `added` in the output folder, which every later run into it reads beside the paths
    that it is given; a file taken out of there is gone from the tables after the next run.

    Raises what `run` raises, and `RunError` where no run into `out` has finished.
    """
    began = time.monotonic()
    settings = settings or load_settings()
    folder = OutputFolder(Path(out))
    check_settings(settings)
    with opened(folder):
        check_room(folder)
        finished = folder.finished()
        if finished.snapshot is None or not all(map(folder.has, finished.keys)):
            raise RunError(
                f"No run into {out} has finished; run over its sources first (provender run ... --out {out})."
            )
        unread = copy_sources([Path(path) for path in paths], folder.path / ADDED, settings)
        plan = make_plan([], folder, settings)
        taken = take_in(folder)
        failed = carry_out(plan, folder, settings, progress, dispatch, pool)
        keys = finished.keys | {source.key for source in plan.sources if folder.has(source.key)}
        looked_at = {source.name for source in plan.sources} | {row.path for row in plan.failed}
        unread += [row for row in finished.unread if row.path not in looked_at]
        return _assemble(
            folder,
            plan,
            keys,
            [*unread, *failed],
            settings,
            began,
            taken,
            lambda n: inputs_of(plan, (), settings, n_events=n, earlier=finished.inputs),
        )


def carry_out(
    plan: Plan,
    folder: OutputFolder,
    settings: Settings,
    progress: ProgressCallback | None = None,
    dispatch: Dispatch = in_threads,
    pool: PoolMaker = Workers,
) -> list[SourceRow]:
    """Make the shards of what a plan has to do; return the rows of sources that have none."""
    tell = progress or (lambda event: None)
    total = len(plan.sources) + len(plan.failed)
    done = total - len(plan.todo)
    failed: list[SourceRow] = list(plan.failed)
    exhausted: dict[str, float] = {}
    if not plan.todo:
        tell(Progress(done, total))
        return failed
    count = min(settings.workers or os.cpu_count() or 1, len(plan.todo))
    lock = threading.Lock()
    with pool(count, settings, folder) as workers:
        tell(Progress(done, total))
        batches = make_batches(plan.todo, workers=workers.count, batch_bytes=settings.batch_bytes)

        def work(batch: Batch) -> None:
            nonlocal done
            for outcome in workers.read(batch):
                with lock:
                    done += 1
                    if outcome.failed:
                        failed.append(outcome.failed)
                    if outcome.exhausted:
                        exhausted[outcome.source.key] = settings.max_seconds
                    reason = outcome.failed.reason if outcome.failed else outcome.reason
                    tell(Progress(done, total, outcome.source.name, outcome.n_claims, reason, outcome.seconds))

        try:
            with _interruptible(workers):
                dispatch(work, batches, workers.count)
        finally:
            if exhausted:
                folder.remember_exhausted(exhausted)
    return failed


class _Edited(Exception):
    """Somebody has worked on the tables while the next were made."""


def _assemble(
    folder: OutputFolder,
    plan: Plan,
    keys: Collection[str],
    failed: list[SourceRow],
    settings: Settings,
    began: float,
    taken: Taken,
    inputs: Callable[[int], RunInputs],
) -> RunSummary:
    """Put the tables together, with all that reviewers have said until the moment when they are replaced."""
    scheme = cache(partial(load_scheme, settings.scheme))
    while True:
        taken = taken.and_then(take_in(folder))
        seen = stamps(folder)

        def unless_edited(seen: Stamps = seen) -> None:
            if stamps(folder) != seen:
                raise _Edited

        with ledger_of(folder) as ledger, contextlib.suppress(_Edited):
            given = inputs(len(ledger.events))
            state = state_of(keys, failed, given, ledger.events, settings)
            if found := standing(folder, state, given, began, with_figures=settings.figures):
                return replace(found, notes=taken.notes)
            summary = assemble(
                folder,
                keys,
                failed,
                decisions=decisions_of(ledger.events),
                update=Update(given, plan.extractor, plan.grader),
                decided=Decided(overrides_of(ledger.events), scheme),
                began=began,
                state=state,
                rules=comparison_of(settings),
                retractions=read_retractions(settings.retractions) if settings.retractions else Retractions(),
                with_figures=settings.figures,
                before_replacing=unless_edited,
            )
            return replace(summary, notes=taken.notes)


@contextlib.contextmanager
def _interruptible(workers: Pool) -> Iterator[None]:
    """Let Ctrl-C, or a service manager, end the workers at once: threads that wait for them would hold it up."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    if before[signal.SIGINT] is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def interrupt(number: int, frame: Any) -> None:
        workers.abort()
        restore()
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        restore()
