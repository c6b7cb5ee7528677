"""The flow: what `provender run` does, kept by Prefect, without a word of Prefect's own and nothing left behind."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import run
from pipeline.config import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in 7 of 8 adults (p = 0.029).\n"
FAST = {"PROVENDER_MODEL": "fast", "PROVENDER_WORKERS": "1"}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(3):
        (folder / f"page-{number}.txt").write_text(PAGE.replace("7 of 8", f"{number + 2} of 8"))
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    return kept | FAST | {"PREFECT_HOME": str(home)} | more


def provender(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment(home, **more))


def test_a_flow_run_is_quiet_writes_the_tables_of_a_plain_run_and_is_kept(sources: Path, tmp_path: Path) -> None:
    home, out, plain = tmp_path / "prefect", tmp_path / "out", tmp_path / "plain"
    told = provender("run", str(sources), "--out", str(out), home=home)
    assert told.returncode == 0
    lines = told.stderr.splitlines()
    assert len(lines) == 4 and all(line[0].isdigit() or line.startswith("[") for line in lines)
    assert "Claims" in told.stdout and "refect" not in told.stdout + told.stderr
    assert not servers(home)
    run([sources], plain, settings=Settings(model="fast", workers=1))
    for name in ("evidence.csv", "comparison.csv", "comparison_matrix.csv", "evidence.xlsx", "changes.csv"):
        assert (out / name).read_bytes() == (plain / name).read_bytes()

    with contextlib.closing(sqlite3.connect(home / "prefect.db")) as kept:
        assert kept.execute("SELECT name, state_type FROM flow_run").fetchall() == [
            (f"evidence into {out}", "COMPLETED")
        ]
        artifacts = dict(kept.execute("SELECT key, data FROM artifact").fetchall())
    assert set(artifacts) == {"evidence-summary", "evidence-changes"}
    assert "| Sources read | 3 |" in artifacts["evidence-summary"]


def test_a_prefect_that_does_not_answer_costs_a_sentence_and_no_table(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = provender(
        "run", str(sources), "--out", str(out), home=tmp_path / "prefect", PREFECT_API_URL="http://127.0.0.1:9/api"
    )
    assert told.returncode == 0 and (out / "evidence.csv").exists()
    assert told.stderr.splitlines()[0].startswith("Prefect could not keep a record of this run")
    assert "Traceback" not in told.stderr


def test_the_pipeline_does_not_load_prefect() -> None:
    code = "import sys, pipeline.api, pipeline.runs.extraction; print('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT).stdout == b"False\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cron", "every day"], '"every day" is no cron line'),
        (["--cron", "0 6 * * *", "--timezone", "Home"], '"Home" is no time zone'),
    ],
)
def test_a_schedule_that_is_none_is_one_sentence(arguments: list[str], said: str, tmp_path: Path) -> None:
    told = provender("serve", "docs", "--out", str(tmp_path / "out"), *arguments, home=tmp_path)
    assert told.returncode == 2 and said in told.stderr and told.stderr.count("\n") == 1


def servers(home: Path) -> list[str]:
    """The servers that keep their runs in `home`, of all processes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, variables = ((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if b"flows.server" in command and os.fsencode(home) in variables:
            found.append(process.name)
    return found
