"""The command line: it does what its functions do, speaks in sentences, and leaves with the status it promises."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from table_rows import COMPARISON_ROW, ROW, row
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.tables import COMPARISON, EVIDENCE, plain_values, write_table

ROOT = Path(__file__).resolve().parent.parent
runner = CliRunner()


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A folder with the tables of a run, as far as `show` and `explain` look at them."""
    rows = [ROW, row(claim_id="0123ffffffffffff", source_id="other.txt")]
    write_table(tmp_path / "evidence.csv", EVIDENCE, rows)
    write_table(tmp_path / "comparison.csv", COMPARISON, [COMPARISON_ROW])
    return tmp_path


def provender(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1"} | environment,
    )


def test_help_reads_like_a_manual_and_comes_at_once() -> None:
    began = time.monotonic()
    said = provender("--help")
    assert time.monotonic() - began < 3
    for text in ("Examples:", "Exit status:", "evidence.csv", "run ", "explain ", "show ", "read "):
        assert text in said.stdout


def test_help_loads_neither_models_nor_prefect() -> None:
    code = (
        "import sys\nfrom pipeline.cli import app\ntry: app(['run', '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('spacy', 'prefect', 'duckdb', 'pyarrow', 'pymupdf') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert said.splitlines()[-1] == "[]"


def test_version_is_printed() -> None:
    assert provender("--version").stdout.startswith("provender ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "articles"], "--out DIR"),
        (["rnu"], "No such command 'rnu'"),
        (["run", "nowhere", "--out", "OUT", "--plain"], "nowhere does not exist"),
        (["run", "docs", "--out", "OUT", "--workers", "none"], "--workers"),
        (["read", "nowhere.pdf"], "nowhere.pdf does not exist"),
        (["show", "docs"], "holds no comparison.csv"),
        (["explain", "abc", "--out", "docs"], "holds no evidence.csv"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    told = provender(*[str(tmp_path / "out") if word == "OUT" else word for word in arguments])
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr and told.stderr.count("\n") == 1 and "Traceback" not in told.stderr


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("batch_bytes = -1\n")
    told = provender("run", "docs", "--out", str(tmp_path / "out"), "--plain", "--config", str(tmp_path / "p.toml"))
    assert told.returncode == 1 and "batch_bytes" in told.stderr and told.stderr.count("\n") == 1


def test_a_run_prints_plain_lines_and_a_summary_and_names_what_failed(tmp_path: Path) -> None:
    sources = tmp_path / "articles"
    sources.mkdir()
    (sources / "page.txt").write_text("Iron\n\nIron deficiency causes restless legs syndrome.\n")
    (sources / "empty.txt").write_text("")
    told = provender("run", str(sources), "--out", str(tmp_path / "out"), "--plain", "--model", "fast")
    assert told.returncode == 3
    assert all(re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d ", line) for line in told.stderr.splitlines())
    assert "[2/2]" in told.stderr and "\x1b" not in told.stderr + told.stdout
    for text in ("Sources read", "Sources failed", "Certainty", "empty.txt is empty", "evidence.csv", str(tmp_path)):
        assert text in told.stdout
    asked = provender("run", str(sources), "--out", str(tmp_path / "out"), "--plain", "--model", "fast", "--json")
    summary = json.loads(asked.stdout)
    assert asked.returncode == 3 and asked.stderr == ""
    assert (summary["n_read"], summary["n_unchanged"], summary["n_failed"], summary["n_claims"]) == (1, 1, 1, 1)
    assert summary["failures"][0]["source_id"] == "empty.txt"
    assert sum(summary["certainty"].values()) == 1


def test_show_prints_the_first_rows(tables: Path) -> None:
    said = runner.invoke(app, ["show", str(tables), "--rows", "1"])
    assert said.exit_code == 0
    assert "restless legs syndrome" in said.output and "mixed" in said.output
    assert "page.txt" in said.output and "other.txt" not in said.output


def test_explain_gives_sentence_steps_and_flags(tables: Path) -> None:
    said = runner.invoke(app, ["explain", ROW.claim_id, "--out", str(tables)]).output
    for text in (ROW.sentence, "1. starts Low: case-control", "2. stays", "effect-direction-mismatch:", "Lee 2021"):
        assert text in said


def test_explain_marks_the_words_on_a_terminal(tables: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    said = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "explain", ROW.claim_id, "--out", str(tables)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment | {"FORCE_COLOR": "1", "TERM": "xterm-256color"},
    ).stdout
    assert "\x1b[1;32mvitamin B12\x1b[0m" in said and "\x1b[1;33mrestless legs\x1b[0m" in said


def test_explain_as_json_holds_the_whole_row(tables: Path) -> None:
    said = json.loads(runner.invoke(app, ["explain", ROW.claim_id, "--out", str(tables), "--json"]).output)
    assert said["claim"] == dict(zip(EVIDENCE.header, plain_values(EVIDENCE, ROW), strict=True))
    assert len(said["certainty_reasons"]) == 2 and set(said["flags"]) == {flag.code for flag in ROW.flags}


def test_explain_takes_apart_the_row_that_it_shows_and_no_other(tables: Path) -> None:
    evidence = tables / "evidence.csv"
    lines = evidence.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    damaged = [line.replace(",0.8123,", ",much,") if "0123ffffffffffff" in line else line for line in lines]
    assert damaged != lines
    evidence.write_text("".join(damaged), encoding="utf-8-sig", newline="")
    assert runner.invoke(app, ["explain", ROW.claim_id, "--out", str(tables)]).exit_code == 0
    assert runner.invoke(app, ["explain", "0123ffffffffffff", "--out", str(tables)]).exit_code != 0


def test_explain_takes_the_start_of_an_id_where_it_is_enough(tables: Path) -> None:
    assert runner.invoke(app, ["explain", "01234", "--out", str(tables)]).exit_code == 0
    for asked, said in (("0123", "2 claims begin with"), ("ff", "No claim is called")):
        told = runner.invoke(app, ["explain", asked, "--out", str(tables)])
        assert told.exit_code == 2 and said in told.output


def test_read_shows_what_was_understood(corpus: Path) -> None:
    path = str(corpus / "consumer-b12-restless-legs.txt")
    said = runner.invoke(app, ["read", path])
    assert said.exit_code == 0 and "Title" in said.output and "References" in said.output
    (document,) = json.loads(runner.invoke(app, ["read", path, "--json"]).output)
    assert document["format"] == "text" and document["blocks"]


def test_a_closed_pipe_is_no_fault(tables: Path) -> None:
    command = f"{sys.executable} -m pipeline.cli explain {ROW.claim_id} --out {tables} --json | head -n 1"
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert told.stdout == "{\n" and told.stderr == ""
