"""What a process loads for its work, counted in packages, not in seconds: a first table need not wait for the rest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "dask",
    "fastapi",
    "matplotlib",
    "onnxruntime",
    "pandas",
    "prefect",
    "pymupdf",
    "scipy",
    "spacy",
    "statsmodels",
    "tokenizers",
    "trafilatura",
)
"""Packages that take a tenth of a second or more each."""
PAGE = "Zinc and colds\n\nZinc supplementation reduced the duration of colds in adults.\n"
DEFINES = "Zinc and colds\n\nZinc supplementation reduced chronic obstructive pulmonary disease (COPD) in adults.\n"
WEB = "<html><body><article><h1>Zinc</h1><p>Zinc supplementation reduced colds in adults.</p></article></body></html>"

RUN = """
from pipeline.cli import app
app(["run", sys.argv[1], "--out", sys.argv[2], "--plain", "--model", "fast"], standalone_mode=False)
"""
WORKER = """
from pathlib import Path
from pipeline.runs.worker import _extractor
file, drafts = Path(sys.argv[1]), Path(sys.argv[2])
drafts.mkdir()
told = []
extract = _extractor({"settings": {"model": sys.argv[3]}, "drafts": str(drafts)})
task = {"path": str(file), "root": str(file.parent), "extracted": "", "n_bytes": 1, "shard": str(drafts / "a.parquet")}
from pipeline.store import file_hash
extract(task | {"sha256": file_hash(file)[0]}, told.append)
assert told[-1]["claims"] == 1, told
"""


def loaded(code: str, *arguments: object) -> set[str]:
    """The heavy packages that a program has loaded by its end."""
    told = (
        f"import json, sys\n{code}\nprint('\\n' + json.dumps(sorted(name for name in {HEAVY} if name in sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", told, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_run_loads_only_what_its_tables_and_pictures_take(tmp_path: Path) -> None:
    source = tmp_path / "page.txt"
    source.write_text(PAGE, encoding="utf-8")
    assert loaded(RUN, source, tmp_path / "out") == {"pymupdf"}
    assert (tmp_path / "out" / "figures").is_dir()


@pytest.mark.parametrize(
    ("name", "text", "model", "heavy"),
    [
        ("page.txt", PAGE, "fast", set()),
        ("page.txt", DEFINES, "fast", set()),
        ("page.html", WEB, "fast", {"trafilatura"}),
        ("page.txt", PAGE, "default", {"onnxruntime", "tokenizers"}),
    ],
)
def test_a_worker_loads_what_its_source_takes(
    tmp_path: Path, name: str, text: str, model: str, heavy: set[str]
) -> None:
    source = tmp_path / name
    source.write_text(text, encoding="utf-8")
    assert loaded(WORKER, source, tmp_path / "drafts", model) == heavy
