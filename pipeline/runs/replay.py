"""In: the folder of a run. Out: whether the same sources, read anew, give the same values and quotes."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.errors import RunError
from pipeline.runs.intake import ledger_of
from pipeline.runs.plan import ADDED
from pipeline.runs.reviewing import folder_of
from pipeline.runs.runner import ProgressCallback, run
from pipeline.store import OutputFolder, Snapshot, differences
from pipeline.tables import read_texts
from pipeline.tables.columns import COPIED
from pipeline.tables.lists import split

MOST_NAMED = 20
"""Rows that differ and are named; the others are counted."""
_CLAIMS = "claims.parquet"


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of reading the sources of a folder anew, row by row of evidence.csv.

    `same_values` are rows with every cell as it was, `same_quotes` those whose words and offsets were; `missing` and
    `extra` rows are in one of the two alone. Rows of sources that have `changed` since, or are gone, are not compared.
    `differing` names rows and the columns in which they differ.
    """

    n_rows: int
    same_values: int
    same_quotes: int
    missing: int
    extra: int
    changed: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()

    @property
    def is_identical(self) -> bool:
        """Whether every row is as it was, and none is missing or new."""
        return self.n_rows == self.same_values and not self.extra

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as plain values, for JSON."""
        return asdict(self) | {"identical": self.is_identical}

    def lines(self) -> list[str]:
        """Return the outcome in sentences."""
        said = [
            f"{self.same_values} of {self.n_rows} rows have the same values, {self.same_quotes} the same quotes; "
            f"{self.missing} are missing, {self.extra} are new."
        ]
        if self.changed:
            said.append(f"Not compared, because they have changed or are gone: {', '.join(self.changed)}.")
        return said + list(self.differing)


def replay(out: str | Path, *, settings: Settings | None = None, progress: ProgressCallback | None = None) -> Replay:
    """Read the sources of the last run into a folder again, with its settings and decisions, and compare the rows.

    Nothing in the folder is changed, and nothing that it has stored is used. Raises `StoreError` where the folder
    holds no run, `RunError` where it was made by a version that did not note its sources, and what `run` raises.
    """
    folder = folder_of(out)
    finished = folder.finished()
    if finished.snapshot is None or not (finished.inputs.paths or (folder.path / ADDED).is_dir()):
        raise RunError(f"{out} does not say which sources it was made from; run once more over them, then replay.")
    settings = settings or Settings(**finished.inputs.settings)
    with tempfile.TemporaryDirectory(prefix="provender-") as scratch:
        again = OutputFolder(Path(scratch, "again"))
        with ledger_of(folder) as held, ledger_of(again) as copy:
            again.store.mkdir(parents=True)
            copy.append(held.events[: finished.inputs.n_events])
        if (folder.path / ADDED).is_dir():
            shutil.copytree(folder.path / ADDED, again.path / ADDED)
        chosen = settings.model_copy(update={"figures": False})
        run(finished.inputs.paths, again.path, settings=chosen, progress=progress)
        changed = _changed(folder, again)
        now = again.finished().snapshot
        assert now is not None
        return compared(finished.snapshot, now, changed, Path(scratch))


def compared(before: Path, now: Path, changed: set[str], scratch: Path) -> Replay:
    """Compare the copies of the tables of two runs, but for the rows of sources that have changed."""
    n_rows = sum(_counts(row, changed) for row in Snapshot.read(before / _CLAIMS).columns_of("source_id", "flags"))
    missing = extra = other_values = other_quotes = 0
    differing: list[str] = []
    for was, is_now in differences(before / _CLAIMS, now / _CLAIMS, ignored=(), scratch=scratch):
        row = was or is_now or {}
        if not _counts(row, changed):
            continue
        columns = [name for name in was if was[name] != is_now[name]] if was and is_now else []
        if was is None:
            extra += 1
        elif is_now is None:
            missing += 1
        else:
            other_values += 1
            other_quotes += bool(set(columns) & set(COPIED))
        if len(differing) < MOST_NAMED:
            told = ", ".join(columns) or ("it is missing now" if was else "it is new")
            differing.append(f"{row['claim_id']} of {row['source_id']}: {told}")
    kept = n_rows - missing
    return Replay(
        n_rows,
        kept - other_values,
        kept - other_quotes,
        missing,
        extra,
        tuple(sorted(changed)),
        tuple(differing),
    )


def _counts(row: Mapping[str, str], changed: set[str]) -> bool:
    """Whether a row is of a source that can be read as it was then."""
    return row["source_id"] not in changed and "stale" not in split(row.get("flags", ""), "list")


def _changed(folder: OutputFolder, again: OutputFolder) -> set[str]:
    """The source_ids whose bytes are others now, or that are in one of the two folders alone."""
    before, now = (dict(_hashes(one)) for one in (folder, again))
    return {source_id for source_id in before.keys() | now.keys() if before.get(source_id) != now.get(source_id)}


def _hashes(folder: OutputFolder) -> Iterator[tuple[str, str]]:
    for source_id, status, sha256 in read_texts(folder.path / "sources.csv", ("source_id", "status", "sha256")):
        if status in ("processed", "unchanged"):
            yield source_id, sha256
