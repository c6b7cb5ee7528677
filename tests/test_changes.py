"""changes.csv: what differs from the last run that finished, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from table_rows import COMPARISON_ROW, ROW, SOURCE_ROW, row

from pipeline import tables
from pipeline.records import ChangeRow, ComparisonRow, EvidenceRow, SourceRow
from pipeline.runs.changes import Changes, Copies, write_changes
from pipeline.tables import COMPARISON, EVIDENCE, SOURCES, read_changes, write_table

NEW = row(claim_id="1" * 16, source_id="a.pdf", sentence='=He said "iron",\nthen\rmore | more.', effect_value=-0.5)


class Runs:
    """Runs of which only the tables matter, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._snapshot: Path | None = None

    def run(
        self,
        rows: Sequence[EvidenceRow],
        sources: Sequence[SourceRow] = (SOURCE_ROW,),
        comparisons: Sequence[ComparisonRow] = (COMPARISON_ROW,),
    ) -> tuple[Changes | None, list[ChangeRow]]:
        drafts = self._folder / "drafts"
        drafts.mkdir(exist_ok=True)
        after = self._folder / ("b" if self._snapshot and self._snapshot.name == "a" else "a")
        with Copies(after) as copies:
            write_table(drafts / "evidence.csv", tables.EVIDENCE, rows, copy=copies.claim)
            write_table(drafts / "comparison.csv", COMPARISON, comparisons, copy=copies.comparison)
            write_table(drafts / "sources.csv", SOURCES, sources, copy=copies.source)
        changes = write_changes(drafts / "changes.csv", drafts, before=self._snapshot, after=after)
        self._snapshot = after
        return changes, list(read_changes(drafts / "changes.csv"))


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_a_first_run_has_nothing_to_compare_itself_with(runs: Runs) -> None:
    assert runs.run([ROW]) == (None, [])


def test_the_same_tables_give_no_rows(runs: Runs) -> None:
    runs.run([ROW, NEW])
    assert runs.run([ROW, NEW]) == (Changes(), [])


def test_claims_new_changed_and_gone_are_told_with_what_differs(runs: Runs) -> None:
    gone = row(claim_id="2" * 16)
    runs.run([ROW, gone])
    changes, rows = runs.run([replace(ROW, certainty="High", sample_size=90), NEW])
    assert changes == Changes(n_new=1, n_changed=1, n_gone=1)
    new, changed, lost = rows
    assert (new.change, new.claim_id, new.sentence, new.after) == (
        "claim new", NEW.claim_id, NEW.sentence, ("associated", "Low"),
    )  # fmt: skip
    assert (changed.change, changed.columns) == ("claim changed", ("sample_size", "certainty"))
    assert (changed.before, changed.after) == (("80", "Low"), ("90", "High"))
    assert (lost.change, lost.claim_id, lost.before, lost.after) == (
        "claim gone", gone.claim_id, ("associated", "Low"), (),
    )  # fmt: skip


def test_a_verdict_that_moved_is_named_with_the_claims_that_moved_it_and_a_quiet_run_says_so(runs: Runs) -> None:
    runs.run([ROW])
    new = row(claim_id="3" * 16)
    changes, _ = runs.run([ROW, new], comparisons=[replace(COMPARISON_ROW, verdict="harmful", certainty="High")])
    assert changes is not None and changes.moved == (
        "vitamin B12 (deficiency) and restless legs syndrome: mixed, Low, now harmful, High (claims of it: 1 new)",
    )
    quiet, _ = runs.run([ROW, new], comparisons=[replace(COMPARISON_ROW, verdict="harmful", certainty="High")])
    assert quiet is not None and quiet.is_quiet and str(quiet) == "nothing changed"


def test_a_line_put_in_above_a_new_model_and_a_reviewer_change_no_claim(runs: Runs) -> None:
    runs.run([ROW])
    moved = replace(
        ROW, sentence_start=200, sentence_end=300, nutrient_start=204, nutrient_end=215, condition_start=236,
        condition_end=249, page=2, confidence=0.5, model_version="0.2.0", review_status="accepted",
    )  # fmt: skip
    assert runs.run([moved]) == (Changes(), [])


def test_a_verdict_that_moved_is_told_whatever_the_pair_is_usually_called(runs: Runs) -> None:
    runs.run([ROW])
    moved = replace(COMPARISON_ROW, verdict="harmful", nutrient="cobalamin")
    changes, (told,) = runs.run([ROW], comparisons=[moved])
    assert changes == Changes(n_verdicts=1)
    assert changes.moved[0].startswith("cobalamin (deficiency) and restless legs syndrome: mixed, now harmful (")
    assert told == ChangeRow(
        "verdict moved",
        nutrient="cobalamin",
        exposure="deficiency",
        condition="restless legs syndrome",
        columns=("verdict",),
        before=("mixed",),
        after=("harmful",),
    )


def test_a_source_is_told_when_it_begins_to_fail_or_fails_otherwise(runs: Runs) -> None:
    runs.run([ROW])
    failed = replace(SOURCE_ROW, status="failed", reason="It is empty.")
    assert runs.run([], [failed])[1][0] == ChangeRow("source failed", "page.txt", after=("It is empty.",))
    assert runs.run([], [failed])[1] == []
    (told,) = runs.run([], [replace(failed, reason="It is damaged.")])[1]
    assert (told.before, told.after) == (("It is empty.",), ("It is damaged.",))
    assert runs.run([], [SOURCE_ROW])[1] == []


def test_a_column_that_an_earlier_version_did_not_write_changes_no_claim(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = replace(EVIDENCE, columns=tuple(c for c in EVIDENCE.columns if c.name != "population"))
    with monkeypatch.context() as earlier:
        earlier.setattr("pipeline.tables.EVIDENCE", fewer)
        runs.run([ROW])
    assert runs.run([ROW]) == (Changes(), [])
