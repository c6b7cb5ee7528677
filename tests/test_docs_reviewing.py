"""The commands of a reviewer's day, and of a living review, do what their pages say."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from reviewing import save, table
from typer.testing import CliRunner

from pipeline.cli import app

DOCS = Path(__file__).parent.parent / "docs"
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome. Zinc improves asthma. Magnesium improves migraine.\n"
COLUMNS = ("claim_id", "source_id", "sentence", "sentence_start", "review_status", "reviewer", "review_note")


def commands(page: str) -> list[list[str]]:
    """The commands in the shell blocks of a page, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in (("MODEL", "fast"), ("WORKERS", "1"), ("FIGURES", "false")):
        monkeypatch.setenv(f"PROVENDER_{name}", value)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "page.txt").write_text(PAGE)
    (tmp_path / "retraction_watch.csv").write_text("OriginalPaperDOI,RetractionNature,RetractionDate\n")
    return tmp_path


def do(command: list[str]) -> str:
    if command[0] == "run":
        command = [*command, "--plain"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, f"{command}: {done.output} {done.exception}"
    return done.stdout


def test_a_reviewers_day_and_then_what_a_living_review_reports(day: Path) -> None:
    found = commands("reviewing.md")
    assert len(found) >= 12 and found[0][0] == "run"
    said = {}
    for command in found:
        if command[:2] == ["review", "serve"]:
            told = CliRunner().invoke(app, ["review", "serve", "--help"]).stdout
            assert all(word in told for word in command if word.startswith("--"))
            continue
        if command[:2] == ["review", "import"]:
            _reviewed(day, command[2])
        if "CLAIM_ID" in command:
            reviewed = [row["claim_id"] for row in table(day / "evidence" / "evidence.csv") if row["reviewer"]]
            command = [reviewed[0] if word == "CLAIM_ID" else word for word in command]
        said[" ".join(command[:2])] = do(command)
    assert "taken in" in said["review import"] and "decisions" in said["review status"]
    assert (day / "sample.csv").stat().st_size and (day / "ledger.jsonl").stat().st_size
    rows = table(day / "evidence" / "evidence.csv")
    assert {row["reviewer"] for row in rows} & {"Ann Lee"}
    told = [do(command) for command in commands("living-review.md")]
    assert told[-1].startswith("3 of 3 rows have the same values, 3 the same quotes; 0 are missing, 0 are new.")
    assert [row["total"] for row in table(day / "evidence" / "prisma.csv") if row["stage"] == "with claims"] == ["1"]


def _reviewed(day: Path, name: str) -> None:
    """A file as a reviewer would have saved it."""
    if name.endswith(".xlsx"):
        shutil.copy(day / "evidence" / "evidence.xlsx", day / name)
        return
    rows = [{column: row[column] for column in COLUMNS} for row in table(day / "evidence" / "evidence.csv")[:2]]
    for row, status in zip(rows, ("accepted", "rejected"), strict=True):
        row |= {"review_status": status, "reviewer": "Ann Lee"}
    save(day / name, rows)
