"""A run over a Dask cluster: the tables of a run on one machine, whatever becomes of a worker on the way."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.runners import pool_of
from pipeline import run
from pipeline.config import Settings
from pipeline.runs import Progress, RunError
from pipeline.tables import read_sources

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask is not installed (pip install 'provender[dask]')"
)
TABLES = ("evidence.csv", "comparison.csv", "comparison_matrix.csv", "evidence.xlsx")
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in {} of 90 adults (p = 0.029).\n"
WAIT = 60


@contextmanager
def dask(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or a worker as a process of its own, as on another machine."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", cwd=folder):
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"tcp://127.0.0.1:{port}"


@contextmanager
def worker(address: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with dask("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", cwd=folder) as process:
        yield process


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(40):
        (folder / f"page-{number:02}.txt").write_text(PAGE.format(number + 2))
    return folder


def run_on(address: str, articles: Path, out: Path, told: list[Progress], interrupt: object = None) -> None:
    settings = Settings(model="fast", runner="dask", scheduler=address, batch_bytes=200)

    def tell(event: Progress) -> None:
        told.append(event)
        if callable(interrupt):
            interrupt(event)

    run([articles], out, settings=settings, pool=pool_of(settings), progress=tell)


def test_a_worker_killed_in_the_middle_changes_no_table(articles: Path, tmp_path: Path) -> None:
    run([articles], tmp_path / "local", settings=Settings(model="fast", workers=2))
    told: list[Progress] = []
    with scheduler(tmp_path) as address, worker(address, tmp_path) as first, worker(address, tmp_path):

        def kill(event: Progress) -> None:
            if event.done >= 10 and first.poll() is None:
                first.send_signal(signal.SIGKILL)
                first.wait()

        wait_for_workers(address, 2)
        run_on(address, articles, tmp_path / "cluster", told, kill)
        assert first.poll() == -signal.SIGKILL
        assert [event.done for event in told] == [*range(41)]
        deadline = time.monotonic() + WAIT
        while readers_of(tmp_path / "cluster") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not readers_of(tmp_path / "cluster")
    assert {row.status for row in read_sources(tmp_path / "cluster" / "sources.csv")} == {"processed"}
    for name in TABLES:
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()


def test_without_a_scheduler_there_are_workers_on_this_machine(articles: Path, tmp_path: Path) -> None:
    settings = Settings(model="fast", runner="dask", workers=1)
    summary = run([articles], tmp_path / "out", settings=settings, pool=pool_of(settings))
    assert (summary.n_read, summary.n_claims) == (40, 40)


def test_a_scheduler_that_does_not_answer_is_a_sentence(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(RunError, match=r"^No Dask scheduler answers at tcp://127\.0\.0\.1:9; start one"):
        run_on("tcp://127.0.0.1:9", articles, tmp_path / "out", [])


def test_a_worker_that_does_not_see_the_folder_is_a_sentence(articles: Path, tmp_path: Path) -> None:
    from distributed import LocalCluster

    from flows.cluster import Reading

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        client = cluster.get_client()
        elsewhere = Reading(Settings(model="fast"), tmp_path / "elsewhere", tmp_path / "elsewhere" / "seen")
        with pytest.raises(RunError, match=r"does not see .*elsewhere; the output folder and the sources have to lie"):
            client.register_plugin(elsewhere)
        client.close()


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=WAIT)


def readers_of(out: Path) -> list[str]:
    """The reading processes that have a log in the folder of a run, of all processes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            errors = str((process / "fd" / "2").readlink())
        except OSError:
            continue
        if b"pipeline.runs.worker" in command and errors.startswith(str(out)):
            found.append(process.name)
    return found
