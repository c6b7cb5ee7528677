"""The same bytes on any machine: however many workers, in any order, locale, zone and seed of hashes, on either Python.

A run under odd conditions is part of `make test`; `make test-hostile` tries them all. The other Python is tried where
`PROVENDER_OTHER_PYTHON` names one that has Provender (`make matrix` makes it).
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import ROOT

from pipeline import run
from pipeline.config import Settings
from pipeline.living import CRATE, OF_THE_RUN

SECONDS = "sources.csv"
"""It says how long each source took."""
DATE = re.compile(rb'"datePublished": "[-0-9]+"')
"""The day on which tables were first made, which may change between two runs that are compared."""
READ_BY = re.compile(rb"\| code, models and lexicons that read \(SHA-256\) \| `\w+` \|")
"""A hash in methods.md, of which the version of Python is a part."""
ODD = {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "PROVENDER_WORKERS": "2"}
CONDITIONS: tuple[Mapping[str, str], ...] = (
    {"PROVENDER_WORKERS": "1"},
    {"PROVENDER_WORKERS": "2", "PROVENDER_BATCH_BYTES": "10"},
    {"PROVENDER_WORKERS": "8"},
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "1"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    {"TZ": "Pacific/Kiritimati"},
    {"TZ": "America/Adak"},
    {"PYTHONHASHSEED": "1"},
    {"PYTHONHASHSEED": "4294967295"},
    {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"},
)
OTHER = os.environ.get("PROVENDER_OTHER_PYTHON", "")


def written(out: Path) -> dict[str, bytes]:
    """Every byte that a run wrote for people."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".provender/")}


def tables(out: Path) -> dict[str, bytes]:
    """What a run wrote for people, by name, but for how long it took and the day."""
    found = written(out)
    return {name: DATE.sub(b"", data) if name == CRATE else data for name, data in found.items() if name != SECONDS}


def made(python: str, sources: Path, out: Path, seed: int, **conditions: str) -> dict[str, bytes]:
    """The tables of a run over the files of a folder, given one by one in an order of chance."""
    files = sorted(map(str, sources.iterdir()))
    random.Random(seed).shuffle(files)
    command = [python, "-m", "pipeline.cli", "run", *files, "--out", str(out), "--plain", "--model", "fast"]
    subprocess.run(command, cwd=ROOT, env=os.environ | conditions, check=True, capture_output=True)
    found = tables(out)
    shutil.rmtree(out)
    return found


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("usual") / "out"
    run([corpus], out, settings=Settings(model="fast", workers=1))
    found = tables(out)
    assert {"evidence.csv", "evidence.xlsx", "report.html", "findings.csv", "methods.md", CRATE} <= found.keys()
    return found


def same(found: dict[str, bytes], usual: dict[str, bytes]) -> None:
    assert found.keys() == usual.keys()
    assert not [name for name in usual if found[name] != usual[name]]


@pytest.fixture
def few(corpus: Path, tmp_path: Path) -> Path:
    """Three sources of the corpus, in a folder."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("consumer-b12-restless-legs.txt", "trial-iron-b12-ibd.nxml", "abstracts.csv"):
        shutil.copy(corpus / name, folder)
    return folder


def test_a_run_over_the_same_again_changes_only_what_tells_of_the_run(few: Path, tmp_path: Path) -> None:
    out, usual = tmp_path / "out", Settings(model="fast", workers=1, figures=False)
    run([few], out, settings=usual)
    first = written(out)
    crate = out / CRATE
    crate.write_bytes(DATE.sub(b'"datePublished": "2020-02-02"', crate.read_bytes()))  # as of a run of long ago
    run([few], out, settings=usual)
    second = written(out)
    assert {name for name in second if second[name] != first.get(name)} <= {*OF_THE_RUN, CRATE}
    assert b'"datePublished": "2020-02-02"' in second[CRATE], "nothing was published anew"
    run([few], out, settings=usual)
    third = written(out)
    assert {name for name in third if third[name] != second.get(name)} <= {SECONDS}
    (few / "abstracts.csv").unlink()
    run([few], out, settings=usual)
    assert b'"datePublished": "2020-02-02"' not in crate.read_bytes()


def test_odd_conditions_change_no_byte(few: Path, tmp_path: Path) -> None:
    run([few], tmp_path / "usual", settings=Settings(model="fast", workers=1, figures=False))
    same(made(sys.executable, few, tmp_path / "out", 1, PROVENDER_FIGURES="false", **ODD), tables(tmp_path / "usual"))


@pytest.mark.hostile
@pytest.mark.parametrize("conditions", CONDITIONS, ids=lambda given: "-".join(f"{n}={v}" for n, v in given.items()))
def test_no_condition_changes_a_byte(
    conditions: Mapping[str, str], usual: dict[str, bytes], corpus: Path, tmp_path: Path
) -> None:
    same(made(sys.executable, corpus, tmp_path / "out", 2, **conditions), usual)


@pytest.mark.hostile
@pytest.mark.skipif(not OTHER, reason="PROVENDER_OTHER_PYTHON names no other Python with Provender (make matrix)")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_other_python_changes_no_byte(workers: str, usual: dict[str, bytes], corpus: Path, tmp_path: Path) -> None:
    asked = subprocess.run([OTHER, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True)
    assert asked.stdout.strip() != str(sys.version_info[:2]), "it is the same Python"
    found = made(OTHER, corpus, tmp_path / "out", 3, PROVENDER_WORKERS=workers)
    assert READ_BY.search(usual["methods.md"])
    same(*({**files, "methods.md": READ_BY.sub(b"", files["methods.md"])} for files in (found, usual)))
