"""In: what the tables of a run would be made of. Out: the tables that stand, where they are made of the same.

The first run over what the last was run over still tells of itself: its sources are unchanged, and nothing is new. One
more would write the same to the letter, and so writes nothing.
"""

import hashlib
import json
import time
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from pipeline.config import Settings
from pipeline.grading.schemes import scheme_tables
from pipeline.records import RunInputs, SourceRow
from pipeline.review import Event
from pipeline.runs.summary import RunSummary
from pipeline.store import OutputFolder, file_hash, package_version


def state_of(
    keys: Collection[str],
    failed: Iterable[SourceRow],
    inputs: RunInputs,
    events: Iterable[Event],
    settings: Settings,
) -> str:
    """Return what changes with anything that tables are made of.

    The shards, the sources without one, what the run was given, what reviewers have decided, the tables of grading and
    comparison, the list of retractions, and the program with the libraries that write.
    """
    made_of = {
        "program": package_version(),
        "shards": sorted(keys),
        "failed": sorted(json.dumps(asdict(row), sort_keys=True) for row in failed),
        "inputs": asdict(inputs),
        "events": [asdict(event) for event in events],
        "scheme": scheme_tables(settings.scheme),
        "retractions": file_hash(settings.retractions)[0] if settings.retractions else "",
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


def standing(folder: OutputFolder, state: str, began: float) -> RunSummary | None:
    """Return the summary of a run that leaves the tables of a folder as they are; None where they are to be written.

    They are where they would be others, or where a file of the last run was written since, or is gone. `began` is when
    the run began, by the monotonic clock.
    """
    last = folder.finished()
    if not last.summary or last.state != state or last.stamp != folder.stamp(folder.owned()):
        return None
    written = datetime.fromtimestamp(folder.finished_file.stat().st_mtime, UTC)
    as_of = written.isoformat(timespec="seconds").replace("+00:00", "Z")
    return RunSummary.again(last.summary, out=folder.path, as_of=as_of, seconds=time.monotonic() - began)
