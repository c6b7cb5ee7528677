"""The wheel, installed without anything else of the project, does all its work beside modules of the user's own.

Anyone with a Prefect project has a `flows` folder; its modules must not stand in for ours.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in 7 of 8 adults (p = 0.029).\n"
OWN_MODULES = ("pipeline.py", "records.py", "flows/__init__.py", "flows/server.py", "tests/__init__.py")
Found = TypeVar("Found")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel, and of this one only what the wheel needs."""
    home = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(home)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = home.glob("*.whl")
    venv.create(home / "env", symlinks=True)
    python = home / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    # a path in a .pth file brings the packages of that folder, not what its own .pth files (our source tree) name
    (Path(found.stdout.strip()) / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with articles, and modules of the user's own that end what imports them."""
    folder = tmp_path / "project"
    for name in OWN_MODULES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("raise SystemExit('a module of the user was run')\n")
    (folder / "articles").mkdir()
    for number in range(3):
        (folder / "articles" / f"page-{number}.txt").write_text(PAGE.replace("7 of 8", f"{number + 2} of 8"))
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "PYTHON"))}
    ours = {"PROVENDER_MODEL": "fast", "PROVENDER_WORKERS": "1", "PROVENDER_FIGURES": "false"}
    return kept | ours | {"PREFECT_HOME": str(home)} | more


def test_the_installed_code_is_that_of_the_wheel(installed: Path, own: Path) -> None:
    asked = "import flows, pipeline; print(pipeline.__file__, flows.__file__, sep=chr(10))"
    told = subprocess.run(
        [installed / "python", "-P", "-c", asked], cwd=own, capture_output=True, text=True, check=True
    )
    assert all(Path(line).is_relative_to(installed.parent) for line in told.stdout.splitlines())


def test_the_command_and_its_workers_do_all_of_a_run(installed: Path, own: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed / "provender", "run", "articles", "--out", "out"],
        cwd=own,
        capture_output=True,
        text=True,
        env=environment(tmp_path / "prefect"),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "goes on without" not in done.stderr
    assert "iron" in (own / "out" / "evidence.csv").read_text(encoding="utf-8-sig")


def test_a_served_deployment_runs_when_due_and_leaves_artifacts(installed: Path, own: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "prefect", tmp_path / "out"
    with prefect_server(home) as api, serving(installed, own, out, home, api):
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
def serving(installed: Path, own: Path, out: Path, home: Path, api: str) -> Iterator[None]:
    command = [installed / "provender", "serve", "articles", "--out", str(out), "--cron", "0 6 * * *"]
    process = subprocess.Popen(
        command,
        cwd=own,
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
