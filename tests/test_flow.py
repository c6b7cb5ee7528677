"""The flow: what `provender run` does, kept by Prefect, without a word of Prefect's own and nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in 7 of 8 adults (p = 0.029).\n"
READ_BACK = """
import json, httpx
from flows.server import prefect_api
with prefect_api() as api:
    def ask(what):
        return httpx.post(f"{api}/{what}/filter", json={}).json()
    runs = [(run["name"], run["state_type"]) for run in ask("flow_runs")]
    tasks = [(run["name"], run["state_type"]) for run in ask("task_runs")]
    artifacts = [(a["key"], a["type"], a["data"]) for a in ask("artifacts")]
print(json.dumps([runs, tasks, artifacts]))
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(3):
        (folder / f"page-{number}.txt").write_text(PAGE.replace("7 of 8", f"{number + 2} of 8"))
    return folder


def python(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=kept | {"PREFECT_HOME": str(home)} | environment,
    )


def test_a_flow_run_is_quiet_writes_the_tables_of_a_plain_run_and_is_kept(sources: Path, tmp_path: Path) -> None:
    home, out, plain = tmp_path / "prefect", tmp_path / "out", tmp_path / "plain"
    told = python("-m", "pipeline.cli", "run", str(sources), "--out", str(out), "--workers", "2", home=home)
    assert told.returncode == 0
    lines = told.stderr.splitlines()
    assert len(lines) == 4 and all(line[0].isdigit() or line.startswith("[") for line in lines)
    assert "Claims" in told.stdout and "refect" not in told.stdout + told.stderr
    assert not servers(home)
    python("-m", "pipeline.cli", "run", str(sources), "--out", str(plain), "--plain", home=home)
    for name in ("evidence.csv", "comparison.csv", "comparison_matrix.csv", "evidence.xlsx"):
        assert (out / name).read_bytes() == (plain / name).read_bytes()

    runs, tasks, artifacts = json.loads(python("-c", READ_BACK, home=home).stdout)
    assert runs == [[f"evidence into {out}", "COMPLETED"]]
    assert tasks and all(state == "COMPLETED" for _, state in tasks)
    ((key, kind, text),) = artifacts
    assert (key, kind) == ("evidence-summary", "markdown") and "| Sources read | 3 |" in text


def test_a_prefect_that_does_not_answer_costs_a_sentence_and_no_table(sources: Path, tmp_path: Path) -> None:
    told = python(
        "-m", "pipeline.cli", "run", str(sources), "--out", str(tmp_path / "out"),
        home=tmp_path / "prefect", PREFECT_API_URL="http://127.0.0.1:9/api",
    )  # fmt: skip
    assert told.returncode == 0 and (tmp_path / "out" / "evidence.csv").exists()
    assert told.stderr.splitlines()[0].startswith("Prefect could not keep a record of this run")
    assert "Traceback" not in told.stderr


def test_the_pipeline_does_not_load_prefect() -> None:
    code = "import sys, pipeline.api, pipeline.runs.extraction; print('prefect' in sys.modules)"
    assert python("-c", code, home=Path("unused")).stdout == "False\n"


def servers(home: Path) -> list[str]:
    """The servers that keep their runs in `home`, of all processes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = ((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if b"flows.server" in command and os.fsencode(home) in environment:
            found.append(process.name)
    return found
