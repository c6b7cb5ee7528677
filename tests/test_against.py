"""A new document beside the tables of a run: what it adds, confirms or contradicts; and how it is added."""

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import add, against, run
from pipeline.cli import app
from pipeline.config import Settings
from pipeline.errors import SourceError
from pipeline.runs import AgainstReport, Finding, RunError, RunSummary
from pipeline.runs.plan import copy_into
from pipeline.tables import read_changes, read_comparison, read_evidence, read_sources

FAST = Settings(model="fast", workers=1)
OLD = """Iron

Iron deficiency causes restless legs syndrome. Zinc supplementation reduces the risk of the common cold.
Magnesium supplementation did not improve insomnia (p = 0.42).
"""
NEW = """Iron again

Iron deficiency causes restless legs syndrome in adults. Zinc supplementation increases the risk of the common cold.
Vitamin D deficiency causes rickets.
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> RunSummary:
    folder = tmp_path_factory.mktemp("base")
    (folder / "articles").mkdir()
    (folder / "articles" / "old.txt").write_text(OLD)
    (folder / "articles" / "empty.txt").write_text("")
    return run([folder / "articles"], folder / "out", settings=FAST)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "new.txt"
    path.write_text(NEW)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def about(report: AgainstReport, nutrient: str) -> Finding:
    (finding,) = (finding for finding in report.findings if finding.nutrient == nutrient)
    return finding


def test_a_new_document_confirms_contradicts_and_adds_and_the_tables_stay(base: RunSummary, document: Path) -> None:
    before = contents(base.out)
    said = CliRunner().invoke(app, ["run", str(document), "--against", str(base.out), "--model", "fast", "--json"])
    assert said.exit_code == 0 and contents(base.out) == before
    report = json.loads(said.stdout)
    assert (report["contradicts"], report["confirms"], report["adds"], report["added"]) == (1, 1, 1, None)
    bearings = {finding["nutrient"]: finding["bearing"] for finding in report["findings"]}
    assert bearings == {"zinc": "contradicts", "iron": "confirms", "vitamin d": "adds"}


def test_each_claim_is_told_with_its_numbers_both_sides_and_what_would_change_at_any_width(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "articles").mkdir()
    shutil.copy(corpus / "pubmed-rls-nutrients.xml", tmp_path / "articles")
    out = run([tmp_path / "articles"], tmp_path / "out", settings=FAST).out
    given = (row for row in read_comparison(out / "comparison.csv") if row.exposure == "supplementation")
    known = max(given, key=lambda row: row.n_independent_studies)
    sentence = (
        f"In a randomised trial of 400 adults, {known.nutrient} supplementation improved {known.condition} (p = 0.003)."
    )
    document = tmp_path / "new.txt"
    document.write_text(f"A trial\n\n{sentence} Further trials should ask whether zinc improves asthma.\n")
    report = json.loads(json.dumps(against(document, out, settings=FAST).to_dict()))
    found = next(one for one in report["findings"] if one["condition"] == known.condition)
    [claim] = found["claims"]
    assert (claim["sentence"], claim["numbers"], claim["sample_size"]) == (sentence, ["p = 0.003"], 400)
    rows = {row.claim_id: row for row in read_evidence(out / "evidence.csv")}
    mine = [row for row in rows.values() if (row.nutrient, row.condition) == (known.nutrient, known.condition)]
    stands = {source for side in found["sides"] for source in side["source_ids"]}
    assert stands and stands <= {row.source_id for row in mine}
    assert {study for side in found["sides"] for study in side["study_ids"]} <= {
        s for row in mine for s in row.study_id
    }
    assert any(change.startswith("studies: ") for change in found["would_change"])
    monkeypatch.setenv("COLUMNS", "40")
    said = CliRunner().invoke(app, ["run", str(document), "--against", str(out), "--model", "fast"]).stdout
    told = " ".join(said.split())
    for text in (sentence, "numbers: p = 0.003", *stands, *found["would_change"], "asks whether zinc"):
        assert text in told


def test_a_document_without_claims_is_one_plain_sentence(base: RunSummary, tmp_path: Path) -> None:
    (tmp_path / "rain.txt").write_text("Weather\n\nIt rained in the morning.\n")
    told = CliRunner().invoke(app, ["run", str(tmp_path / "rain.txt"), "--against", str(base.out), "--model", "fast"])
    assert told.stdout == "rain.txt: no claim about a nutrient and a condition was found in it.\n"


def test_a_document_in_a_store_is_looked_at_like_any_other(base: RunSummary, document: Path) -> None:
    told = CliRunner().invoke(
        app, ["run", document.absolute().as_uri(), "--against", str(base.out), "--model", "fast", "--json"]
    )
    assert json.loads(told.stdout)["source_ids"] == ["added/new.txt"], told.output
    assert not (base.out / "added").exists()


def test_an_added_document_stays_whatever_a_later_run_is_given(
    base: RunSummary, document: Path, tmp_path: Path
) -> None:
    out, sources = tmp_path / "out", base.out.parent / "articles"
    shutil.copytree(base.out, out)
    summary = add([document], out, settings=FAST)
    assert (summary.n_sources, summary.n_unchanged, summary.n_failed) == (3, 1, 1)
    assert {row.source_id for row in read_evidence(out / "evidence.csv")} == {"old.txt", "added/new.txt"}
    # pages that cite no study are told of, and move no verdict
    assert {row.change for row in read_changes(out / "changes.csv")} == {"claim new"}
    added = (out / "evidence.csv").read_bytes()

    again = run([sources], out, settings=FAST)
    assert (again.n_sources, again.n_unchanged, str(again.changes)[:14]) == (3, 2, "nothing change")
    assert (out / "evidence.csv").read_bytes() == added
    assert run([tmp_path, sources], out, settings=FAST).n_sources == 3

    report = against(document, out, settings=FAST)
    assert report.known == ("added/new.txt",) and about(report, "vitamin d").n_sources == 0
    assert about(report, "iron").bearing == "confirms"

    (out / "added" / "new.txt").unlink()
    run([sources], out, settings=FAST)
    assert [row.path for row in read_sources(out / "sources.csv")] == ["empty.txt", "old.txt"]


def test_another_document_of_the_same_name_is_added_beside_the_first(tmp_path: Path) -> None:
    for number in (1, 2, 2):
        (tmp_path / "new.txt").write_text(str(number))
        copy_into(tmp_path / "added", tmp_path / "new.txt")
    assert sorted(path.name for path in (tmp_path / "added").iterdir()) == ["2-new.txt", "new.txt"]
    longest = tmp_path / ("n" * 251 + ".txt")
    for number in (1, 2):
        longest.write_text(str(number))
        copy_into(tmp_path / "long", longest)
    assert len(list((tmp_path / "long").iterdir())) == 2


def test_what_is_no_file_is_said_and_the_documents_beside_it_are_read(
    base: RunSummary, document: Path, tmp_path: Path
) -> None:
    out, folder = Path(shutil.copytree(base.out, tmp_path / "out")), tmp_path / "new"
    folder.mkdir()
    shutil.copy(document, folder)
    (folder / "nowhere").symlink_to("gone")
    os.mkfifo(folder / "pipe")
    report = against(folder, out, settings=FAST)
    assert report.source_ids == ("added/new.txt",)
    assert ["leads nowhere" in failure.reason for failure in report.failures] == [True, False]
    add([folder], out, settings=FAST)
    rows = {row.path: row for row in read_sources(out / "sources.csv")}
    assert rows["pipe"].status == rows["nowhere"].status == "skipped" and "named pipe" in rows["pipe"].reason
    assert rows["added/new.txt"].status == "processed"


def test_what_is_no_table_is_said(tmp_path: Path, document: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no evidence\.csv"):
        against(document, tmp_path)
    with pytest.raises(RunError, match="has finished"):
        add([document], tmp_path)
    told = CliRunner().invoke(app, ["run", str(document), "--out", "a", "--against", "b"])
    assert told.exit_code == 2 and "--against DIR" in told.output
