"""In: the tables of this run, and a copy of those of the last that finished. Out: changes.csv, and the next copy."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import tables
from pipeline.records import ChangeRow
from pipeline.store import Difference, differences, write_snapshot
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


def write_changes(path: Path, drafts: Path, *, before: Path | None, after: Path) -> Changes | None:
    """Write changes.csv to `path`, and into the folder `after` the copy that the next run compares itself with.

    `drafts` holds the tables of this run, `before` the copy of the last run that finished; None, and a table
    without rows, where there was none. Raises `OSError`.
    """
    _write_snapshots(drafts, after)
    counts: Counter[ChangeKind] = Counter()
    moved: dict[tuple[str, str, str], ChangeRow] = {}
    why: defaultdict[tuple[str, str, str], Counter[ChangeKind]] = defaultdict(Counter)

    def counted() -> Iterator[ChangeRow]:
        for row in _changes(before, after, drafts) if before else ():
            counts[row.change] += 1
            body = row.nutrient, row.exposure, row.condition
            if row.change == "verdict moved" and len(moved) < MOST_MOVED:
                moved[body] = row
            elif body in moved:
                why[body][row.change] += 1
            yield row

    tables.write_table(path, tables.CHANGES, counted())
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


def _write_snapshots(drafts: Path, folder: Path) -> None:
    claims = tables.read_texts(drafts / "evidence.csv", tables.EVIDENCE.header)
    write_snapshot(folder / "claims.parquet", tables.EVIDENCE.header, claims)
    bodies = tables.read_texts(drafts / "comparison.csv", ("nutrient_id", "condition_id", *_VERDICT))
    verdicts = (
        ["\n".join((concept_key(row[0], nutrient_id), row[1], concept_key(row[2], condition_id))), *row]
        for nutrient_id, condition_id, *row in bodies
    )
    write_snapshot(folder / "verdicts.parquet", (_KEY, *_VERDICT), verdicts)
    sources = tables.read_texts(drafts / "sources.csv", ("source_id", "path", "status", "reason"))
    failures = (
        [f"{source_id}\n{path}", source_id, reason] for source_id, path, status, reason in sources if status == "failed"
    )
    write_snapshot(folder / "failures.parquet", (_KEY, "source_id", "reason"), failures)


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
