"""Faults: whatever ends a run, the next one finishes with the tables of a run never disturbed (`make test-faults`)."""

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import run
from pipeline.config import Settings
from pipeline.runs import Progress

ROOT = Path(__file__).resolve().parent.parent
FAST = Settings(model="fast", workers=2)
TABLES = ("evidence.csv", "comparison.csv", "comparison_matrix.csv", "changes.csv", "evidence.xlsx")
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in {} of 999 adults. Zinc did not improve insomnia.\n"


NEUTRAL = (
    "Visits were held in the morning at the outpatient clinic of the university.",
    "A nurse who did not know the allocation took down the answers on paper forms.",
    "Two readers went through the forms and settled differences by discussion.",
    "The statistician received the data after the last visit of the last participant.",
    "Baseline characteristics were similar between the groups, as Table 1 shows.",
)


def write_pages(folder: Path, count: int, *, sentences: int = 0) -> Path:
    """Write pages with two claims each, and so many sentences of an article that make none."""
    folder.mkdir()
    rest = " ".join(NEUTRAL[number % len(NEUTRAL)] for number in range(sentences))
    for number in range(count):
        (folder / f"page-{number:04}.txt").write_text(PAGE.format(number) + f"\n{rest}\n")
    return folder


def disturbed(sources: Path, out: Path, fault: str, seconds: float) -> None:
    """A run that is ended after some seconds: itself or a worker killed, or with no room for more than small files."""
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        str(sources),
        "--out",
        str(out),
        "--plain",
        "--model",
        "fast",
    ]
    room = 1 + int(seconds * 10_000)
    process = subprocess.Popen(
        [*command, "--workers", "2"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))) if fault == "disk" else None,
    )
    if fault == "disk":
        process.wait(300)
        return
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.01)
    victims = children(process.pid) if fault == "worker" else []
    for pid in victims[:1] or [process.pid]:
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself in this very moment
            os.kill(pid, signal.SIGKILL)
    process.wait(300)


def children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


def survives(tmp_path: Path, kills: int, seed: int) -> None:
    sources, moments = write_pages(tmp_path / "articles", 24), random.Random(seed)
    began = time.monotonic()
    run([sources], tmp_path / "first", settings=FAST)
    lasts = time.monotonic() - began
    base = tmp_path / "first"
    (sources / "page-0003.txt").write_text(PAGE.format("five"))
    (sources / "page-0004.txt").unlink()
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(base, undisturbed)
    run([sources], undisturbed, settings=FAST)
    for number in range(kills):
        out, fault = tmp_path / f"out-{number}", ("run", "worker", "disk")[number % 3]
        fresh = number % 2 == 0
        if not fresh:
            shutil.copytree(base, out)
        before = (out / ".provender" / "finished.json").read_bytes() if not fresh else b""
        disturbed(sources, out, fault, moments.uniform(0.5, lasts + 2))
        record = out / ".provender" / "finished.json"
        was_done = record.exists() and record.read_bytes() != before
        run([sources], out, settings=FAST)
        for name in TABLES:
            if name == "changes.csv" and (was_done or fresh):
                continue
            same = (out / name).read_bytes() == (undisturbed / name).read_bytes()
            assert same, f"{name} differs after fault {number} ({fault})"
        shutil.rmtree(out)


def test_a_few_faults_cost_nothing(tmp_path: Path) -> None:
    survives(tmp_path, kills=2, seed=3)


@pytest.mark.faults
def test_twenty_faults_at_random_moments_cost_nothing(tmp_path: Path) -> None:
    survives(tmp_path, kills=20, seed=int(os.environ.get("PROVENDER_SEED", "7")))


@pytest.mark.faults
def test_of_a_thousand_sources_only_the_five_that_changed_are_read_again(tmp_path: Path) -> None:
    sources, out = write_pages(tmp_path / "articles", 1000, sentences=250), tmp_path / "out"
    first = run([sources], out, settings=FAST)
    for number in range(0, 1000, 200):
        page = sources / f"page-{number:04}.txt"
        page.write_text(page.read_text().replace(f" {number} of 999", " some of 999"))
    read: list[Progress] = []
    second = run([sources], out, settings=FAST, progress=read.append)
    assert len([event for event in read if event.source]) == 5 and second.n_unchanged == 995
    # reading has become faster than the tables, which both runs write
    assert second.seconds < first.seconds / 5, f"{second.seconds:.1f} s after {first.seconds:.1f} s"
