"""Each path on which a table is replaced: rows and decisions afterwards are those that there should be."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reviewing import reviewed, table, type_into, type_into_book
from typer.testing import CliRunner

from pipeline import add, run
from pipeline.cli import app
from pipeline.config import Settings
from pipeline.runs import RunError
from pipeline.store import OutputFolder, StoreError

DATA = Path(__file__).parent / "data" / "output-0.3.0"
FAST = Settings(model="fast", workers=1, figures=False)
PAGE = """Iron

Iron deficiency causes restless legs syndrome in {number} of 10 adults. Zinc supplementation reduces the risk of the
common cold. Magnesium supplementation did not improve insomnia (p = 0.42).
"""


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for number in range(1, 5):
        (folder / f"page-{number}.txt").write_text(PAGE.format(number=number))
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, articles: Path) -> Path:
    return run([articles], tmp_path_factory.mktemp("finished") / "out", settings=FAST).out


@pytest.fixture
def out(tmp_path: Path, finished: Path) -> Iterator[Path]:
    """The tables of a finished run, with two decisions and a correction typed into evidence.csv."""
    shutil.copytree(finished, tmp_path / "out")
    rows = table(tmp_path / "out" / "evidence.csv")
    iron, zinc, magnesium = (next(r for r in rows if r["nutrient"] == name) for name in ("iron", "zinc", "magnesium"))
    type_into(
        tmp_path / "out" / "evidence.csv",
        {
            iron["claim_id"]: {"review_status": "rejected", "reviewer": "Ann Lee", "reviewed_at": "2026-03-01"},
            zinc["claim_id"]: {"review_status": "accepted", "reviewer": "Ann Lee", "review_note": "=good, read it"},
            magnesium["claim_id"]: {"relation": "worsens", "reviewer": "Bo", "reviewed_at": "2026-03-02"},
        },
    )
    yield tmp_path / "out"


def decisions(out: Path) -> dict[str, tuple[str, str]]:
    """What evidence.csv says of the first page, by nutrient."""
    rows = [row for row in table(out / "evidence.csv") if row["source_id"] == "page-1.txt"]
    return {row["nutrient"]: (row["review_status"], row["relation"]) for row in rows}


KEPT = {
    "iron": ("rejected", "increases_risk"),
    "zinc": ("accepted", "decreases_risk"),
    "magnesium": ("corrected", "worsens"),
}


def test_a_run_keeps_what_was_typed_and_the_comparison_follows(out: Path, articles: Path) -> None:
    summary = run([articles], out, settings=FAST)
    assert decisions(out) == KEPT and dict(summary.decisions) == {"in force": 3}
    zinc, magnesium = (
        next(r for r in table(out / "evidence.csv") if r["nutrient"] == name) for name in ("zinc", "magnesium")
    )
    assert zinc["review_note"] == "'=good, read it" and zinc["reviewer"] == "Ann Lee" and zinc["reviewed_at"]
    reason = "relation corrected from no_effect to worsens by Bo on 2026-03-02"
    assert magnesium["certainty_reasons"].endswith(reason)
    bodies = {row["nutrient"]: row for row in table(out / "comparison.csv")}
    assert bodies["iron"]["n_claims"] == "3" and bodies["zinc"]["n_claims"] == "4"
    assert reason in bodies["magnesium"]["certainty_reasons"] and bodies["magnesium"]["sources_harmful"] == "1"
    again = {name: (out / name).read_bytes() for name in ("evidence.csv", "comparison.csv", "decisions.csv")}
    assert run([articles], out, settings=FAST).notes == ()
    assert again == {name: (out / name).read_bytes() for name in again}


def test_an_added_document_costs_no_decision(out: Path, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("Iron\n\nVitamin D deficiency causes rickets.\n")
    add([tmp_path / "new.txt"], out, settings=FAST)
    assert decisions(out) == KEPT and len(table(out / "evidence.csv")) == 13


def test_a_scheduled_run_costs_no_decision(out: Path, articles: Path) -> None:
    from flows.schedule import scheduled_evidence
    from flows.server import prefect_api

    with prefect_api():
        scheduled_evidence([str(articles)], str(out), FAST.model_dump(mode="json"))
    assert decisions(out) == KEPT


def shards(out: Path) -> int:
    return len(list((out / ".provender" / "shards").glob("*/*")))


def test_a_killed_run_and_the_one_that_resumes_it_cost_no_decision(out: Path, articles: Path, tmp_path: Path) -> None:
    sources = tmp_path / "more"
    shutil.copytree(articles, sources)
    for number in range(10, 30):
        (sources / f"page-{number}.txt").write_text(PAGE.format(number=number))
    before = shards(out)
    command = [sys.executable, "-m", "pipeline.cli", "run", str(sources), "--out", str(out)]
    process = subprocess.Popen([*command, "--plain", "--model", "fast", "--workers", "1"], stderr=subprocess.DEVNULL)
    while shards(out) < before + 3 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert (out / "review.sqlite").exists() and decisions(out) == {
        **KEPT, "magnesium": ("", "worsens")
    }, "the table was replaced before the run was killed"  # fmt: skip
    run([sources], out, settings=FAST)
    assert decisions(out) == KEPT and len(table(out / "decisions.csv")) == 3


@pytest.mark.parametrize("moved", range(1, 7))
def test_a_run_killed_while_tables_are_replaced_is_undone_by_the_next(
    out: Path, articles: Path, moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    moves: list[Path] = []
    replace = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if Path(target).parent == out:
            moves.append(self)
            if len(moves) == moved:
                raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        run([articles], out, settings=FAST)
    with pytest.raises(StoreError, match="keeps no earlier"):
        from pipeline.store import opened, restore

        with opened(OutputFolder(out)):
            after = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
            assert {name: after.get(name) for name in before} == before
            shutil.rmtree(out / ".provender" / "previous")
            restore(OutputFolder(out))
    run([articles], out, settings=FAST)
    assert decisions(out) == KEPT


def test_another_model_and_another_scheme_cost_no_decision(out: Path, articles: Path, tmp_path: Path) -> None:
    from pipeline.grading import schemes

    run([articles], out, settings=Settings(model="default", workers=1, figures=False))
    found = table(out / "decisions.csv")
    assert len(found) == 3 and {row["state"] for row in found} <= {"in force", "stale", "gone"}
    assert {row["review_status"] for row in found} == {"rejected", "accepted", "corrected"}
    own = tmp_path / "own.toml"
    bundled = schemes.BUNDLED / "grade.toml"
    own.write_text(bundled.read_text() + "\n# ours\n")
    run([articles], out, settings=Settings(model="fast", workers=1, figures=False, scheme=own))
    assert decisions(out) == KEPT


def test_an_empty_folder_wipes_nothing_unless_it_is_meant(out: Path, articles: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    (tmp_path / "unmounted").mkdir()
    with pytest.raises(RunError, match=r"4 of the 4 sources .*page-1\.txt") as told:
        run([tmp_path / "unmounted"], out, settings=FAST)
    assert "--prune" in str(told.value)
    assert before == {path.name: path.read_bytes() for path in out.iterdir() if path.name in before}
    pruned = run([tmp_path / "unmounted"], out, settings=FAST.model_copy(update={"max_dropped_share": 1.0}))
    assert pruned.n_claims == 0 and pruned.changes is not None and pruned.changes.n_verdicts == 3
    assert {row["state"] for row in table(out / "decisions.csv")} == {"gone"}
    run([articles], out, settings=FAST)
    assert decisions(out) == KEPT


def test_a_failed_source_keeps_its_rows_and_decisions_and_says_why(out: Path, articles: Path, tmp_path: Path) -> None:
    sources = tmp_path / "broken"
    shutil.copytree(articles, sources)
    (sources / "page-1.txt").write_bytes(b"")
    for _ in range(2):
        summary = run([sources], out, settings=FAST)
        assert decisions(out) == KEPT and summary.n_failed == 1
        stale = [row for row in table(out / "evidence.csv") if "stale" in row["flags"].split("; ")]
        assert {row["source_id"] for row in stale} == {"page-1.txt"} and len(stale) == 3
        (source,) = (row for row in table(out / "sources.csv") if row["path"] == "page-1.txt")
        assert (source["status"], source["n_claims"]) == ("failed", "3") and "is empty" in source["reason"]
    (sources / "page-1.txt").write_text(PAGE.format(number=1))
    run([sources], out, settings=FAST)
    assert decisions(out) == KEPT and not any("stale" in row["flags"] for row in table(out / "evidence.csv"))
    (sources / "page-1.txt").unlink()
    run([sources], out, settings=FAST)
    assert decisions(out) == {} and [row["state"] for row in table(out / "decisions.csv")] == ["gone"] * 3


def test_faults_are_one_sentence_before_anything_is_read_or_replaced(out: Path, articles: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    (tmp_path / "wrong.toml").write_text("workers = 'many'\n")
    for arguments in (
        ["--model", "en_nosuch"],
        ["--scheme", str(tmp_path / "nosuch.toml")],
        ["--config", str(tmp_path / "nosuch.toml")],
        ["--config", str(tmp_path / "wrong.toml")],
    ):
        told = CliRunner().invoke(app, ["run", str(articles), "--out", str(out), "--plain", *arguments])
        assert told.exit_code == 1 and told.output.count("\n") == 1, (arguments, told.output)
    assert before == {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


def test_a_table_that_cannot_be_read_and_a_damaged_ledger_stop_a_run(out: Path, articles: Path) -> None:
    good = (out / "evidence.xlsx").read_bytes()
    (out / "evidence.xlsx").write_bytes(good[: len(good) // 2])
    with pytest.raises(StoreError, match=r"evidence\.xlsx cannot be read .* nothing was replaced"):
        run([articles], out, settings=FAST)
    (out / "evidence.xlsx").write_bytes(good)
    run([articles], out, settings=FAST)
    ledger = (out / "review.sqlite").read_bytes()
    kept = (out / "evidence.csv").read_bytes()
    for damaged in (ledger.replace(b"accepted", b"rejected"), ledger[: len(ledger) // 2], b""):
        (out / "review.sqlite").write_bytes(damaged)
        with pytest.raises(StoreError, match="is damaged"):
            run([articles], out, settings=FAST)
        assert (out / "review.sqlite").read_bytes() == damaged
    (out / "review.sqlite").unlink()
    with pytest.raises(StoreError, match=r"which held 3 entries, is gone"):
        run([articles], out, settings=FAST)
    assert (out / "evidence.csv").read_bytes() == kept


def test_restore_brings_back_the_last_tables_and_loses_no_decision(out: Path, articles: Path, tmp_path: Path) -> None:
    first = (out / "evidence.csv").read_bytes()
    run([articles], out, settings=FAST)
    second = (out / "evidence.csv").read_bytes()
    told = CliRunner().invoke(app, ["restore", str(out)])
    assert told.exit_code == 0 and (out / "evidence.csv").read_bytes() == first, told.output
    assert CliRunner().invoke(app, ["restore", str(out)]).exit_code == 0
    assert (out / "evidence.csv").read_bytes() == second
    run([articles], out, settings=FAST)
    assert (out / "evidence.csv").read_bytes() == second
    assert CliRunner().invoke(app, ["restore", str(tmp_path / "nothing")]).exit_code == 1


def test_both_tables_are_taken_and_a_conflict_is_said(out: Path, articles: Path) -> None:
    zinc, iron = (next(r for r in table(out / "evidence.csv") if r["nutrient"] == n) for n in ("zinc", "iron"))
    other = next(r for r in table(out / "evidence.csv") if r["source_id"] == "page-2.txt")
    type_into_book(
        out / "evidence.xlsx",
        {
            zinc["claim_id"]: {"review_status": "unsure", "reviewer": "Cy"},
            other["claim_id"]: {"review_status": "Accept", "reviewer": "Cy"},
        },
    )
    summary = run([articles], out, settings=FAST)
    assert any("evidence.xlsx was saved last" in note and zinc["claim_id"] in note for note in summary.notes)
    assert decisions(out) == {**KEPT, "zinc": ("unsure", "decreases_risk")}
    assert {(claim, status) for claim, status, _ in reviewed(out / "evidence.csv")} >= {
        (other["claim_id"], "accepted"),
        (iron["claim_id"], "rejected"),
    }


def as_of_0_3_0(folder: Path) -> Path:
    """What 0.3.0 left: its table, and in the store the copy of it."""
    store = folder / ".provender"
    (store / "snapshots" / "a").mkdir(parents=True)
    for name in ("evidence.csv", "sources.csv"):
        shutil.copy(DATA / name, folder / name)
    shutil.copy(DATA / "finished.json", store / "finished.json")
    for copy in DATA.glob("*.parquet"):
        shutil.copy(copy, store / "snapshots" / "a" / copy.name)
    return folder


def test_decisions_made_on_the_table_of_0_3_0_are_carried_or_listed_by_every_model(
    tmp_path: Path, corpus: Path
) -> None:
    out = as_of_0_3_0(tmp_path / "out")
    rows = [row for row in table(out / "evidence.csv") if row["relation"] != "associated"][::12][:8]
    statuses = ("accepted", "rejected", "unsure", "corrected")
    typed = {row["claim_id"]: {"review_status": statuses[n % 4], "reviewer": f"R{n}"} for n, row in enumerate(rows)} | {
        rows[-1]["claim_id"]: {"relation": "associated", "reviewer": "R7"}
    }
    type_into(out / "evidence.csv", typed)
    for model in ("default", "fast"):
        settings = Settings(model=model, workers=2, figures=False)
        summary = run([corpus], out, settings=settings)
        listed = table(out / "decisions.csv")
        assert {row["claim_id"]: row["reviewer"] for row in listed} == {
            claim: cells["reviewer"] for claim, cells in typed.items()
        }
        stands = {row["claim_id"]: row for row in table(out / "evidence.csv")}
        for row in listed:
            if row["state"] == "gone":
                assert row["reason"]
                continue
            now = stands[row["claim_id_now"]]
            assert now["reviewer"] == row["reviewer"] and now["review_status"] == row["review_status"]
            assert ("stale-decision" in now["flags"]) == (row["state"] == "stale")
        order = [row["state"] for row in listed]
        assert order == sorted(order, key=["gone", "stale", "in force"].index)
        assert sum(summary.decisions.values()) == 8
        assert len([row for row in listed if row["state"] != "gone"]) >= 4
