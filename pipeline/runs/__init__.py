"""In: paths of sources and an output folder. Out: the tables of all of them, and a summary of what was done."""

from pipeline.runs.runner import Batch, Dispatch, Progress, ProgressCallback, in_threads, run
from pipeline.runs.summary import Failure, RunSummary
from pipeline.runs.workers import RunError

__all__ = [
    "Batch",
    "Dispatch",
    "Failure",
    "Progress",
    "ProgressCallback",
    "RunError",
    "RunSummary",
    "in_threads",
    "run",
]
