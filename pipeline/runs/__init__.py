"""In: paths of sources and an output folder. Out: the tables of all of them, and a summary of what was done."""

from pipeline.runs.against import AgainstReport, Finding, against
from pipeline.runs.changes import Changes
from pipeline.runs.replay import Replay, replay
from pipeline.runs.restore import restore
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
    "against",
    "decide",
    "import_review",
    "in_threads",
    "replay",
    "restore",
    "review_events",
    "review_status",
    "run",
    "undo_decision",
]
