"""In: the tables of this run, and a copy of those of the last that finished. Out: changes.csv, and the next copy."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline import tables
from pipeline.records import ChangeRow
from pipeline.store import Difference, SnapshotWriter, differences
from pipeline.vocabulary import QUESTION, ChangeKind, concept_key

_PLACES = (
    "page",
    "sentence_start",
    "sentence_end",
    "nutrient_start",
    "nutrient_end",
    "condition_start",
    "condition_end",
)
_NO_CHANGE = (*_PLACES, "confidence", "model_version", "review_status", "reviewer", "review_note", "reviewed_at")
"""Where a claim stands moves with every line put in above it, and the rest is not about what the source says."""

_KEY = "key"
_VERDICT = ("nutrient", "exposure", "condition", "verdict", "certainty")


def _picked(table: tables.Table, *names: str) -> Callable[[Sequence[str]], tuple[str, ...]]:
    return itemgetter(*map(table.header.index, names))


_OF_COMPARISON = _picked(tables.COMPARISON, "nutrient_id", "condition_id", *_VERDICT)
_OF_SOURCE = _picked(tables.SOURCES, "source_id", "path", "status", "reason")

MOST_MOVED = 50
"""Verdicts that the summary of a run names; all are in changes.csv."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows of each kind changes.csv has; `moved` names verdicts that moved, with before, after and why."""

    n_new: int = 0
    n_changed: int = 0
    n_gone: int = 0
    n_verdicts: int = 0
    n_failed: int = 0
    moved: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing differs."""
        return self == Changes()

    def __str__(self) -> str:
        """`2 claims new, 1 changed, 0 gone; 1 verdict moved; 0 sources failed anew`, or that nothing changed."""
        if self.is_quiet:
            return "nothing changed"
        return (
            f"{self.n_new} claims new, {self.n_changed} changed, {self.n_gone} gone; "
            f"{self.n_verdicts} verdicts moved; {self.n_failed} sources failed anew"
        )


class Copies:
    """The copies of this run's tables that the next run compares itself with, written while the tables are."""

    def __init__(self, folder: Path) -> None:
        """Open them in `folder`. Raises `OSError`."""
        self._stack = ExitStack()
        self._claims = self._copy(folder / "claims.parquet", tables.EVIDENCE.header)
        self._verdicts = self._copy(folder / "verdicts.parquet", (_KEY, *_VERDICT))
        self._failures = self._copy(folder / "failures.parquet", (_KEY, "source_id", "reason"))

    def _copy(self, path: Path, columns: Sequence[str]) -> SnapshotWriter:
        return self._stack.enter_context(SnapshotWriter(path, columns))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def claim(self, cells: Sequence[str]) -> None:
        """Take a row of evidence.csv, as its texts."""
        self._claims.write(cells)

    def comparison(self, cells: Sequence[str]) -> None:
        """Take a row of comparison.csv, as its texts."""
        nutrient_id, condition_id, *verdict = _OF_COMPARISON(cells)
        nutrient, exposure, condition, *_ = verdict
        key = "\n".join((concept_key(nutrient, nutrient_id), exposure, concept_key(condition, condition_id)))
        self._verdicts.write([key, *verdict])

    def source(self, cells: Sequence[str]) -> None:
        """Take a row of sources.csv, as its texts."""
        source_id, path, status, reason = _OF_SOURCE(cells)
        if status == "failed":
            self._failures.write([f"{source_id}\n{path}", source_id, reason])


def write_changes(path: Path, scratch: Path, *, before: Path | None, after: Path) -> Changes | None:
    """Write changes.csv to `path`: what differs between two folders of `Copies`.

    `before` is that of the last run that finished; None, and a table without rows, where there was none. Sorting may
    use the folder `scratch`. Raises `OSError`.
    """
    counts: Counter[ChangeKind] = Counter()
    moved: dict[tuple[str, str, str], ChangeRow] = {}
    why: defaultdict[tuple[str, str, str], Counter[ChangeKind]] = defaultdict(Counter)
    with tables.TableWriter(path, tables.CHANGES) as writer:
        for row in _changes(before, after, scratch) if before else ():
            writer.write(row)
            counts[row.change] += 1
            body = row.nutrient, row.exposure, row.condition
            if row.change == "verdict moved" and len(moved) < MOST_MOVED:
                moved[body] = row
            elif body in moved:
                why[body][row.change] += 1
    if not before:
        return None
    return Changes(
        n_new=counts["claim new"],
        n_changed=counts["claim changed"],
        n_gone=counts["claim gone"],
        n_verdicts=counts["verdict moved"],
        n_failed=counts["source failed"],
        moved=tuple(_told(row, why[body]) for body, row in moved.items()),
    )


def _told(row: ChangeRow, why: Mapping[ChangeKind, int]) -> str:
    """One line: the body of evidence, what its verdict or certainty was and is, and the claims that changed in it."""
    before, after = ", ".join(row.before), ", ".join(row.after) or "gone"
    claims = ", ".join(f"{count} {kind.removeprefix('claim ')}" for kind, count in why.items())
    reason = f"claims of it: {claims}" if claims else "by claims that another name or exposure now holds"
    return f"{row.nutrient} ({row.exposure}) and {row.condition}: {before}, now {after} ({reason})"


def _changes(before: Path, after: Path, scratch: Path) -> Iterator[ChangeRow]:
    def between(name: str, *ignored: str) -> Iterator[Difference]:
        return differences(before / name, after / name, ignored=ignored, scratch=scratch)

    for was, now in between("verdicts.parquet", "nutrient", "condition"):
        if was:
            yield _verdict(was, now)
    for was, now in between("failures.parquet"):
        if now:
            yield ChangeRow(
                "source failed", now["source_id"], before=(was["reason"],) if was else (), after=(now["reason"],)
            )
    for was, now in between("claims.parquet", *_NO_CHANGE):
        yield _claim(was, now)


def _verdict(was: Mapping[str, str], now: Mapping[str, str] | None) -> ChangeRow:
    """A verdict that is another now, or that no source speaks of any more."""
    columns = [name for name in ("verdict", "certainty") if now is None or was[name] != now[name]]
    body = now or was
    return ChangeRow(
        "verdict moved",
        nutrient=body["nutrient"],
        exposure=body["exposure"],
        condition=body["condition"],
        columns=tuple(columns),
        before=tuple(was[name] for name in columns),
        after=tuple(now[name] for name in columns) if now else (),
    )


def _claim(was: Mapping[str, str] | None, now: Mapping[str, str] | None) -> ChangeRow:
    claim = now or was or {}
    if was and now:
        kind: ChangeKind = "claim changed"
        columns = [name for name in now if name in was and name not in _NO_CHANGE and was[name] != now[name]]
    else:
        kind, columns = ("claim new" if now else "claim gone"), []
    shown = columns or ["relation", "certainty"]
    return ChangeRow(
        kind,
        source_id=claim["source_id"],
        claim_id=claim["claim_id"],
        nutrient=claim["nutrient"],
        exposure=claim["exposure"],
        condition=claim["condition"],
        columns=tuple(columns),
        before=_shown(was, shown) if was else (),
        after=_shown(now, shown) if now else (),
        sentence=claim["sentence"],
    )


def _shown(claim: Mapping[str, str], columns: list[str]) -> tuple[str, ...]:
    """Some cells of a claim; the relation of one that asserts nothing as the question that it is."""
    is_question = claim["factuality"] == "Unknown"
    return tuple(f"{QUESTION} {claim[name]}" if is_question and name == "relation" else claim[name] for name in columns)
