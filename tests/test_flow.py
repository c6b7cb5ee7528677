"""The flow: what `provender run` does, kept by Prefect, without a word of Prefect's own and nothing left behind."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from pipeline import run
from pipeline.config import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in 7 of 8 adults (p = 0.029).\n"
FAST = {"PROVENDER_MODEL": "fast", "PROVENDER_WORKERS": "1"}
Found = TypeVar("Found")


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


def test_a_served_deployment_runs_when_due_and_leaves_artifacts(sources: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "prefect", tmp_path / "out"
    with prefect_server(home) as api, serving(sources, out, home, api):
        (deployment,) = eventually(lambda: ask(api, "deployments/filter"))
        assert deployment["parameters"]["out"] == str(out)
        assert deployment["global_concurrency_limit"]["limit"] == 1
        assert [schedule["schedule"]["cron"] for schedule in deployment["schedules"]] == ["0 6 * * *"]
        planned = eventually(lambda: ask(api, "flow_runs/filter"))
        assert all(run["auto_scheduled"] and run["state_type"] == "SCHEDULED" for run in planned)
        assert {run["expected_start_time"][10:19] for run in planned} == {"T06:00:00"}

        due = {"state": {"type": "SCHEDULED", "name": "Scheduled"}}
        made = ask(api, f"deployments/{deployment['id']}/create_flow_run", due)
        ended = eventually(
            lambda: [r for r in ask(api, "flow_runs/filter") if r["id"] == made["id"] and r["end_time"]], seconds=120
        )
        assert [(r["state_type"], r["name"]) for r in ended] == [("COMPLETED", f"evidence into {out}")]
        artifacts = {artifact["key"]: artifact for artifact in ask(api, "artifacts/filter")}
        summary, changes = artifacts["evidence-summary"], artifacts["evidence-changes"]
        assert (out / "report.html").as_uri() in summary["data"] and "| Sources read | 3 |" in summary["data"]
        assert (changes["type"], changes["data"]) == ("table", "[]")


@contextlib.contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """A Prefect server as a team has it; the address of its API."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--no-ui"]
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_UI_ENABLED": "false"}
    server = subprocess.Popen(
        command,
        env=environment(home, **quiet),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    api = f"http://127.0.0.1:{port}/api"
    try:
        eventually(lambda: answers(api), seconds=120)
        yield api
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@contextlib.contextmanager
def serving(sources: Path, out: Path, home: Path, api: str) -> Iterator[None]:
    command = [sys.executable, "-m", "pipeline.cli", "serve", str(sources), "--out", str(out), "--cron", "0 6 * * *"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(home, PREFECT_API_URL=api, PREFECT_RUNNER_POLL_FREQUENCY="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that starts the tests in the background has them ignore interrupts, and so what they start
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield
        process.send_signal(signal.SIGINT)
        said, told = process.communicate(timeout=60)
        assert told.startswith("Serving scheduled-evidence/out-") and "Traceback" not in said + told
        assert "3 sources read, 0 failed; 3 claims" in told and len(told.splitlines()) == 2
    finally:
        process.kill()
        process.wait()


def ask(api: str, what: str, body: dict[str, Any] | None = None) -> Any:
    return httpx.post(f"{api}/{what}", json=body or {}, timeout=30).raise_for_status().json()


def answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def eventually(look: Callable[[], Found], *, seconds: float = 60) -> Found:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing came within {seconds} seconds"
        time.sleep(0.2)
    return found


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
