"""In: paths of sources and an output folder. Out: the tables of all of them, and a summary of what was done."""

from typing import TYPE_CHECKING

from pipeline.lazy import on_demand

if TYPE_CHECKING:
    from pipeline.runs.against import AgainstReport, Finding
    from pipeline.runs.changes import Changes
    from pipeline.runs.replay import Replay
    from pipeline.runs.reviewing import decide, import_review, review_events, review_status, undo_decision
    from pipeline.runs.runner import Batch, Dispatch, Pool, PoolMaker, Progress, ProgressCallback, add, in_threads, run
    from pipeline.runs.summary import Failure, RunSummary
    from pipeline.runs.workers import RunError

__all__ = [
    "AgainstReport",
    "Batch",
    "Changes",
    "Dispatch",
    "Failure",
    "Finding",
    "Pool",
    "PoolMaker",
    "Progress",
    "ProgressCallback",
    "Replay",
    "RunError",
    "RunSummary",
    "add",
    "decide",
    "import_review",
    "in_threads",
    "review_events",
    "review_status",
    "run",
    "undo_decision",
]

__getattr__ = on_demand(
    __name__,
    {
        "AgainstReport": "against",
        "Batch": "runner",
        "Changes": "changes",
        "Dispatch": "runner",
        "Failure": "summary",
        "Finding": "against",
        "Pool": "runner",
        "PoolMaker": "runner",
        "Progress": "runner",
        "ProgressCallback": "runner",
        "Replay": "replay",
        "RunError": "workers",
        "RunSummary": "summary",
        "add": "runner",
        "decide": "reviewing",
        "import_review": "reviewing",
        "in_threads": "runner",
        "review_events": "reviewing",
        "review_status": "reviewing",
        "run": "runner",
        "undo_decision": "reviewing",
    },
)
