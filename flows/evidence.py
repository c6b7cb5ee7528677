"""In: paths of sources and an output folder. Out: the tables, made by a Prefect flow whose tasks are batches."""

import atexit
import os
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.flows import flow
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import task

from flows.runners import pool_of
from flows.server import ServerError
from pipeline import tables
from pipeline.config import Settings
from pipeline.errors import ProvenderError
from pipeline.literature import local_sources
from pipeline.runs import Batch, ProgressCallback, RunSummary, run

SUMMARY = "evidence-summary"
CHANGES = "evidence-changes"
MOST_CHANGES = 200
"""Rows of changes.csv that the artifact shows."""


@dataclass(slots=True)
class _Session:
    """What a flow run cannot take as a parameter, and what it must not lose where Prefect fails after it."""

    progress: ProgressCallback | None = None
    summary: RunSummary | None = None


_session: ContextVar[_Session | None] = ContextVar("session", default=None)


def as_tasks(work: Callable[[Batch], None], batches: Sequence[Batch], workers: int) -> None:
    """The dispatch of a flow run: each batch is a task, whose thread waits for the worker process that does it."""

    @task(name="extract", task_run_name="extract batch {number}", cache_policy=NO_CACHE, persist_result=False)
    def extract(number: int) -> None:
        work(batches[number - 1])

    pool: ThreadPoolTaskRunner[None] = ThreadPoolTaskRunner(max_workers=workers)
    with pool as runner:
        futures = [runner.submit(extract, {"number": number}) for number in range(1, len(batches) + 1)]
        for future in futures:
            future.result()


@flow(name="evidence", flow_run_name="evidence into {out}", persist_result=False)
def evidence(paths: list[str], out: str, options: dict[str, Any] | None = None) -> RunSummary:
    """Read sources (paths, or addresses in a store) and write their evidence tables; `options` are settings by name.

    The artifacts `evidence-summary` and `evidence-changes` tell what came of it.
    """
    return write_evidence(paths, out, options)


def write_evidence(paths: list[str], out: str, options: dict[str, Any] | None = None) -> RunSummary:
    """Do the work of a flow run, and leave its artifacts."""
    session = _session.get() or _Session()
    settings = Settings(**(options or {}))
    session.summary = run(
        local_sources(paths, out),
        out,
        settings=settings,
        progress=session.progress,
        dispatch=as_tasks,
        pool=pool_of(settings),
    )
    _leave_artifacts(session.summary)
    return session.summary


def hush_at_exit() -> None:
    """Let this process say nothing more once it ends; for processes that are Provender's own.

    DuckDB's binding counts its objects on standard error where an interpreter ends beside Prefect's threads.
    """
    atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


def _leave_artifacts(summary: RunSummary) -> None:
    create_markdown_artifact(summary.to_markdown(), key=SUMMARY, description=f"Evidence tables in {summary.out}")
    rows = islice(tables.read_changes(summary.out / "changes.csv"), MOST_CHANGES)
    changes = [dict(zip(tables.CHANGES.header, tables.plain_values(tables.CHANGES, row), strict=True)) for row in rows]
    told = (
        f"{summary.changes}; all in {summary.out}/changes.csv" if summary.changes else "The first run into its folder"
    )
    create_table_artifact(changes, key=CHANGES, description=told)


def run_flow(
    paths: Sequence[str | Path], out: str | Path, *, settings: Settings, progress: ProgressCallback | None = None
) -> RunSummary:
    """Do what `pipeline.run` does, as a flow run that the Prefect API of the settings keeps.

    Raises what `pipeline.run` raises, and `flows.server.ServerError` where Prefect fails before the tables are
    written; what was read until then is kept, so that a run without Prefect goes on from there.
    """
    session = _Session(progress)
    token = _session.set(session)
    try:
        return evidence([str(path) for path in paths], str(out), settings.model_dump(mode="json"))
    except ProvenderError:
        raise
    except Exception as error:
        if session.summary is not None:
            return session.summary
        raise ServerError(f"Prefect could not keep a record of this run ({type(error).__name__})") from error
    finally:
        _session.reset(token)
