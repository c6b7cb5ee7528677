"""A run over what the last was run over leaves the tables; whatever is not the same makes it write them again."""

import csv
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import run
from pipeline.config import Settings
from pipeline.runs import RunSummary, decide, runner
from pipeline.tables import read_evidence

PAGES = {
    "iron.txt": "Iron\n\nIron deficiency causes restless legs syndrome in 3 of 10 adults.\n",
    "zinc.txt": "Zinc\n\nZinc supplementation reduced the duration of colds in adults.\n",
}
FAST = Settings(model="fast", workers=1)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sources, and with tables that were written twice of them."""
    home = tmp_path_factory.mktemp("standing")
    (home / "articles").mkdir()
    for name, text in PAGES.items():
        (home / "articles" / name).write_text(text, encoding="utf-8")
    for _ in range(2):
        run([home / "articles"], home / "out", settings=FAST)
    return home


@pytest.fixture
def home(standing: Path) -> Iterator[Path]:
    """The same for one test, at the same path: what a run was given is part of what its tables tell."""
    kept = standing.with_name("kept")
    shutil.copytree(standing, kept)
    yield standing
    shutil.rmtree(standing)
    kept.rename(standing)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[RunSummary]:
    """The runs that wrote tables."""
    found: list[RunSummary] = []
    assemble = runner.assemble

    def counted(*given: Any, **named: Any) -> RunSummary:
        found.append(assemble(*given, **named))
        return found[-1]

    monkeypatch.setattr(runner, "assemble", counted)
    return found


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with what changes when it is written; but for the lock, which names who holds it."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def test_a_run_over_the_same_writes_no_file_and_tells_since_when(home: Path, written: list[RunSummary]) -> None:
    before = files(home / "out")
    summary = run([home / "articles"], home / "out", settings=FAST)
    assert files(home / "out") == before and written == []
    assert (summary.n_sources, summary.n_unchanged, summary.n_claims, summary.n_comparisons) == (2, 2, 2, 2)
    assert summary.changes is not None and summary.changes.is_quiet
    assert all(file.exists() for file in summary.files)
    told = dict(summary.figures())["Since the last run"]
    assert told == f"nothing changed since {summary.as_of}" and summary.as_of.endswith("Z")
    assert summary.to_markdown().startswith("Nothing changed")


def test_what_tells_of_the_run_is_written_once_as_if_all_were(
    tmp_path: Path, written: list[RunSummary], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, out, other = tmp_path / "iron.txt", tmp_path / "out", tmp_path / "other"
    page.write_text(PAGES["iron.txt"], encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    first = run([tmp_path / "empty.txt", page], out, settings=FAST)
    shutil.copytree(out, other)
    again = run([tmp_path / "empty.txt", page], out, settings=FAST)
    assert len(written) == 1 and not first.as_of and again.as_of
    with monkeypatch.context() as without:
        without.setattr(runner, "standing", lambda *given, **named: None)
        whole = run([tmp_path / "empty.txt", page], other, settings=FAST)
    assert replace(again, out=other, files=whole.files, seconds=0, as_of="") == replace(whole, seconds=0)
    assert texts(out) == texts(other)
    third = run([tmp_path / "empty.txt", page], out, settings=FAST)
    assert len(written) == 2 and third.as_of == again.as_of and texts(out) == texts(other)
    page_alone = tmp_path / "alone"
    run([page], page_alone, settings=FAST)
    page.write_text(PAGES["iron.txt"] + "Iron supplementation reduced fatigue.\n", encoding="utf-8")
    assert run([page], page_alone, settings=FAST).n_claims == 2 and len(written) == 4


def texts(out: Path) -> dict[str, bytes]:
    """Every file that people read, with its bytes."""
    found = (path for path in out.rglob("*") if path.is_file() and ".provender" not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found if "sqlite" not in path.name}


def edited_table(home: Path) -> None:
    table = home / "out" / "evidence.csv"
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[0]["review_status"] = "rejected"
    with table.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def decided(home: Path) -> None:
    decide(home / "out", "colds", "outcome.same_as", "common cold", reviewer="A")


def lost_picture(home: Path) -> None:
    next((home / "out" / "figures").glob("*.svg")).unlink()


def touched_report(home: Path) -> None:
    os.utime(home / "out" / "report.html", ns=(1, 1))


def another_source(home: Path) -> None:
    (home / "articles" / "b12.txt").write_text("B12\n\nVitamin B12 deficiency causes anaemia.\n", encoding="utf-8")


def gone_source(home: Path) -> None:
    (home / "articles" / "zinc.txt").unlink()


@pytest.mark.parametrize("disturb", [edited_table, decided, lost_picture, touched_report, another_source, gone_source])
def test_whatever_is_not_the_same_is_written(
    home: Path, written: list[RunSummary], disturb: Callable[[Path], None]
) -> None:
    disturb(home)
    run([home / "articles"], home / "out", settings=FAST)
    assert len(written) == 1
    if disturb is edited_table:
        assert {row.review_status for row in read_evidence(home / "out" / "evidence.csv")} == {"", "rejected"}


def test_other_rules_are_other_tables(home: Path, written: list[RunSummary]) -> None:
    rules = home / "rules.toml"
    rules.write_text('extends = "grade"\n[comparison.same_outcomes]\n"common cold" = "colds"\n', encoding="utf-8")
    mine = FAST.model_copy(update={"scheme": rules})
    for _ in range(2):
        run([home / "articles"], home / "out", settings=mine)
    assert len(written) == 1
    rules.write_text('extends = "grade"\n', encoding="utf-8")
    run([home / "articles"], home / "out", settings=mine)
    assert len(written) == 2
