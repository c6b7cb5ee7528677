"""Inputs that fuzzing kept are read each time; `make test-hostile` looks for more, guided by coverage (atheris)."""

import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import fuzzing
import pytest
from conftest import ROOT

SECONDS = os.environ.get("PROVENDER_FUZZ_SECONDS", "20")


@cache
def target(name: str) -> fuzzing.Target:
    return fuzzing.TARGETS[name]()


@pytest.mark.parametrize("name", fuzzing.TARGETS)
def test_kept_inputs_are_read_or_named(name: str) -> None:
    kept = sorted((fuzzing.KEPT / name).iterdir())
    assert kept
    for file in kept:
        target(name)(file.read_bytes())


@pytest.mark.hostile
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: it has no wheel for this machine")
@pytest.mark.parametrize("name", fuzzing.TARGETS)
def test_fuzzing_finds_no_fault(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tests" / "fuzzing.py"), name, SECONDS, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = [path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith(("crash", "timeout", "oom"))]
    assert done.returncode == 0 and not found, f"{found}\n{done.stderr[-3000:]}"
    assert "DONE" in done.stderr or "Done" in done.stderr, done.stderr[-1000:]
