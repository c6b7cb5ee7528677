"""Where a run meets the machine: full disks, folders without leave, locks, signals, a store that was tampered with."""

import ast
import contextlib
import errno
import fcntl
import os
import pickle
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import psutil
import pytest
from conftest import ROOT
from reviewing import table, type_into
from test_flow import environment

from pipeline import run
from pipeline.config import Settings
from pipeline.errors import LedgerError, ProvenderError
from pipeline.review import Event, Ledger
from pipeline.store import OutputFolder, StoreError, opened
from pipeline.store.contents import Contents, disk_faults
from pipeline.store.folder import DISK_FAULTS
from pipeline.tables import read_sources
from tools.audit import NOT_REACHED, verdict

FAST = Settings(model="fast", workers=1, figures=False)
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in {} adults.\n"
TABLES = ("evidence.csv", "comparison.csv", "evidence.xlsx", "report.html")
WITHOUT_LEAVE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")
"""Runs a command of root's without what lets root read every file."""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(3):
        (folder / f"page-{number}.txt").write_text(PAGE.format(number + 7))
    return folder


def provender(
    *words: str | Path, before: tuple[str, ...] = (), limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "pipeline.cli", "run", *map(str, words), "--plain", "--model", "fast"]
    variables = os.environ | {"PROVENDER_FIGURES": "false", "PROVENDER_WORKERS": "1"}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, preexec_fn=limit)


def bytes_of(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


def said_in_a_sentence(told: subprocess.CompletedProcess[str]) -> str:
    last = told.stderr.strip().splitlines()[-1]
    assert told.returncode == 1 and last.endswith(".") and "Traceback" not in told.stderr, told.stderr
    return last


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Iterator[Callable[[], None] | None]:
    """A disk of that size at `place`; where none may be mounted, a limit on the size of every file in its place."""
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        return
    try:
        yield None
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.hostile
def test_a_disk_that_is_full_at_the_start_is_a_sentence_and_costs_no_table(pages: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as limit:
        assert "room" in said_in_a_sentence(provender(pages, "--out", tmp_path / "disk" / "out", limit=limit))
    with small_disk(tmp_path / "other", "4m") as limit:
        out = tmp_path / "other" / "out"
        run([pages], out, settings=FAST)
        before = bytes_of(out)
        if limit is None:
            with contextlib.suppress(OSError), (tmp_path / "other" / "filling").open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
        (pages / "page-9.txt").write_text(PAGE.format(9))
        assert "room" in said_in_a_sentence(provender(pages, "--out", out, limit=limit))
        assert bytes_of(out) == before
        (tmp_path / "other" / "filling").unlink(missing_ok=True)
        run([pages], out, settings=FAST)
        assert len(list(read_sources(out / "sources.csv"))) == 4


@pytest.mark.hostile
@pytest.mark.parametrize("room", [0, 1])
def test_a_disk_without_room_for_even_a_lock_is_a_sentence(room: int, pages: Path, tmp_path: Path) -> None:
    told = provender(
        pages, "--out", tmp_path / "out", limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    )
    assert told.returncode in (1, 3) and "Traceback" not in told.stderr, told.stderr


@pytest.mark.hostile
def test_what_may_not_be_listed_or_opened_is_a_row_and_the_others_are_read(pages: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0 and not shutil.which(WITHOUT_LEAVE[0]):
        pytest.skip("root reads every file, and there is no setpriv to give that up")
    (pages / "closed").mkdir()
    (pages / "closed" / "page.txt").write_text(PAGE.format(1))
    (pages / "closed").chmod(0)
    (pages / "page-0.txt").chmod(0)
    told = provender(pages, "--out", tmp_path / "out", before=WITHOUT_LEAVE if os.geteuid() == 0 else ())
    (pages / "closed").chmod(0o700)
    assert told.returncode == 3 and "Traceback" not in told.stderr, told.stderr
    rows = {row.path: row for row in read_sources(tmp_path / "out" / "sources.csv")}
    assert rows["closed"].status == "skipped" and "cannot be listed (Permission denied)" in rows["closed"].reason
    assert rows["page-0.txt"].status == "failed" and "Permission denied" in rows["page-0.txt"].reason
    assert {rows[f"page-{number}.txt"].status for number in (1, 2)} == {"processed"}


@pytest.mark.parametrize(("number", "said"), [(errno.ENOLCK, "cannot be locked"), (errno.EWOULDBLOCK, "Another run")])
def test_a_lock_that_fails_is_a_sentence(
    number: int, said: str, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(StoreError, match=said):
        run([pages], tmp_path / "out", settings=FAST)


@pytest.mark.parametrize("number", sorted(DISK_FAULTS))
def test_a_disk_that_fails_anywhere_while_a_folder_is_held_is_a_sentence(number: int, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=re.escape(os.strerror(number))), opened(OutputFolder(tmp_path)):
        raise OSError(number, os.strerror(number))
    with pytest.raises(OSError, match="No such process"), opened(OutputFolder(tmp_path)):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))


def test_a_reviewed_table_that_finds_no_room_to_be_kept_is_a_sentence_and_the_decision_stays(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run([pages], out, settings=FAST)
    claim = table(out / "evidence.csv")[0]["claim_id"]
    type_into(out / "evidence.csv", {claim: {"review_status": "accepted", "reviewer": "Ann"}})

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched, pytest.raises(StoreError, match="make room"):
        patched.setattr(shutil, "copyfile", full)
        run([pages], out, settings=FAST)
    run([pages], out, settings=FAST)
    assert {row["claim_id"]: row["review_status"] for row in table(out / "evidence.csv")}[claim] == "accepted"


def test_a_ledger_that_finds_no_room_beside_it_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    event = Event("1", "review_status", "accepted")
    with pytest.raises(LedgerError, match="holds all that was decided"):
        Ledger(tmp_path / "review.sqlite", witness=tmp_path / "in-the-way" / "ledger.json").append([event])
    with Ledger(tmp_path / "review.sqlite", witness=tmp_path / "ledger.json") as ledger:
        assert len(ledger.events) == 1


def test_not_every_fault_of_sorting_is_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read back"), Contents([tmp_path / "no.parquet"], scratch=tmp_path):
        pass
    with pytest.raises(OSError, match="No space left") as full, disk_faults():
        raise duckdb.IOException(f"Could not write file: {os.strerror(errno.ENOSPC)}")
    assert full.value.errno == errno.ENOSPC
    with pytest.raises(OSError, match="Disk quota") as full, disk_faults():
        raise duckdb.IOException(f"Could not write file: {os.strerror(errno.EDQUOT)}")
    assert full.value.errno == errno.EDQUOT
    with pytest.raises(StoreError, match="cannot be read back"), disk_faults():
        raise duckdb.Error("TProtocolException: Invalid data")
    with pytest.raises(duckdb.BinderException), disk_faults():
        raise duckdb.BinderException("no such column")


@pytest.mark.hostile
def test_processor_time_is_what_counts_and_not_the_clock(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Iron\n\n" + PAGE.format("7 of 8") * 300)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", str(page), "--out", str(tmp_path / "out"), "--plain"],
        cwd=ROOT,
        env=os.environ | {"PROVENDER_MODEL": "fast", "PROVENDER_MAX_SECONDS": "6", "PROVENDER_FIGURES": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    worker: list[psutil.Process] = []
    while not worker and process.poll() is None:
        time.sleep(0.02)
        worker = psutil.Process(process.pid).children()
    worker[0].send_signal(signal.SIGSTOP)
    time.sleep(8)
    worker[0].send_signal(signal.SIGCONT)
    assert process.wait(120) == 0, process.stderr and process.stderr.read()


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.trace}",)


@pytest.mark.hostile
def test_nothing_that_could_run_is_read_from_the_store(pages: Path, tmp_path: Path) -> None:
    out, trace = tmp_path / "out", tmp_path / "it-ran"
    run([pages], out, settings=FAST)
    for file in [path for path in (out / ".provender").rglob("*") if path.is_file()]:
        file.write_bytes(pickle.dumps(Bomb(trace)))
    with contextlib.suppress(ProvenderError):
        run([pages], out, settings=FAST)
    assert not trace.exists()


def test_an_audit_that_reaches_nobody_says_so_and_one_that_finds_a_hole_is_not_hidden() -> None:
    unreached = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.osv.dev', port=443)"
    status, said = verdict(1, f"Traceback (most recent call last):\n{unreached}")
    assert status == NOT_REACHED and "no dependency was audited" in said and "Traceback" not in said
    assert verdict(1, "Found 1 known vulnerability in 1 package") == (1, "Found 1 known vulnerability in 1 package")
    assert verdict(0, "No known vulnerabilities found")[0] == 0


def test_no_module_unpickles() -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
    for module in (ROOT / "pipeline").rglob("*.py"):
        if "training" not in module.parts:
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not unsafe & {name.split(".")[0] for name in names}, module


@pytest.mark.hostile
def test_a_flipped_byte_anywhere_in_the_store_costs_no_row_and_shows_no_trace(pages: Path, tmp_path: Path) -> None:
    out, chance = tmp_path / "out", random.Random(5)
    run([pages], out, settings=FAST)
    run([pages], out, settings=FAST)
    before = bytes_of(out)
    kept = tmp_path / "kept"
    shutil.copytree(out, kept)
    files = sorted(path.relative_to(out) for path in (out / ".provender").rglob("*") if path.is_file())
    tried = [file for file in files if (out / file).stat().st_size]
    for file in tried:
        shutil.rmtree(out)
        shutil.copytree(kept, out)
        data = bytearray((out / file).read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (out / file).write_bytes(data)
        with contextlib.suppress(ProvenderError):  # a sentence that says what to do
            run([pages], out, settings=FAST)
        assert bytes_of(out) == before, file


@pytest.mark.hostile
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_service_that_is_ended_says_nothing_and_leaves_nothing_running(
    ending: signal.Signals, pages: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "serve", str(pages), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        [*command, "--cron", "0 6 * * *"],
        cwd=ROOT,
        env=environment(tmp_path / "prefect"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline().startswith("Serving ")
        children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(3)  # the deployment is being made
        process.send_signal(ending)
        said, told = process.communicate(timeout=60)
        assert "Traceback" not in told and len(told.splitlines()) <= 1 and not said, told
        assert process.returncode in (0, 130, -ending)
        psutil.wait_procs(children, timeout=15)
        assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    finally:
        process.kill()
        process.wait()
