"""In: what the tables of a run would be made of. Out: the tables that stand, where they are made of the same.

A run over what the last was run over would write the same tables to the letter, but for those that tell of the run
itself (`pipeline.living.OF_THE_RUN`): its sources are unchanged, and nothing is new. One more would write these, too.
"""

import hashlib
import json
import time
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from pathlib import Path

from pipeline import tables
from pipeline.config import Settings
from pipeline.figures import draw_flow
from pipeline.grading.schemes import scheme_tables
from pipeline.records import RunInputs, SourceRow
from pipeline.review import Event
from pipeline.runs.assembly import FIGURES
from pipeline.runs.summary import RunSummary
from pipeline.runs.update import flow_between
from pipeline.store import Finished, OutputFolder, file_hash, package_version, replace_tables


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


def standing(
    folder: OutputFolder, state: str, inputs: RunInputs, began: float, *, with_figures: bool
) -> RunSummary | None:
    """Return the summary of a run that leaves the tables of a folder as they are; None where they are to be written.

    They are where they would be others, or where a file of the last run was written since, or is gone. What tells of
    the run itself is written where the last run told of something new. `began` is when the run began, by the monotonic
    clock. Raises `OSError`.
    """
    last = folder.finished()
    same = last.state == state and not last.stale and last.stamp == folder.stamp(folder.owned())
    if not same or last.snapshot is None or not last.summary:
        return None
    if not last.tells_nothing_new:
        drafts = _told_anew(folder, last, last.snapshot, inputs, with_figures=with_figures)
        replace_tables(folder, drafts, replace(last, tells_nothing_new=True), unchanged=folder.owned() - drafts.keys())
    return RunSummary.again(last.summary, out=folder.path, seconds=time.monotonic() - began)


def _told_anew(
    folder: OutputFolder, last: Finished, snapshot: Path, inputs: RunInputs, *, with_figures: bool
) -> dict[str, Path]:
    """Write aside what tells of a run over the same: all sources are unchanged, and nothing is new."""
    drafts = {name: folder.drafts / name for name in ("sources.csv", "changes.csv", "prisma.csv")}
    rows = tables.read_sources(folder.path / "sources.csv")
    unchanged = (replace(row, status="unchanged") if row.status == "processed" else row for row in rows)
    tables.write_table(drafts["sources.csv"], tables.SOURCES, unchanged)
    tables.write_table(drafts["changes.csv"], tables.CHANGES, ())
    flow = flow_between(last, snapshot, inputs, scratch=folder.drafts)
    tables.write_table(drafts["prisma.csv"], tables.PRISMA, flow)
    if with_figures:
        drawn = draw_flow(flow, folder.drafts / FIGURES)
        drafts |= {f"{FIGURES}/{file.name}": file for file in (drawn.svg, drawn.png)}
    return drafts
