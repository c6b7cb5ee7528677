"""The quality gate: the cases of tests/cases and the bundled corpus, with floors that no change may fall below.

    python tests/gate.py            run the cases and print, a kind a line, how many come out right
    python tests/gate.py --raise    also raise the floors of tests/floors.toml to what came out right

What is right is said beside each case and judged by tests/cases/check.py; here all of it runs in one process, whose
model is loaded once.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from typer.testing import CliRunner

import pipeline
from pipeline.cli import app
from pipeline.config import Settings
from pipeline.extractor import Extractor
from pipeline.runs import Batch
from pipeline.runs.extraction import extractions
from pipeline.runs.workers import Outcome
from pipeline.store import OutputFolder, write_shard

CASES = Path(__file__).resolve().parent / "cases"
FLOORS = CASES.parent / "floors.toml"
MODEL = "default"


class Here:
    """A pool that reads in this process, with one extractor for all runs."""

    count = 1
    _extractor: Extractor | None = None

    def __init__(self, count: int, settings: Settings, folder: OutputFolder) -> None:
        if Here._extractor is None:
            Here._extractor = Extractor.load(settings)
        self._extractor = Here._extractor
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def read(self, batch: Batch) -> Iterator[Outcome]:
        for source in batch:
            sha256, n_bytes = source.sha256, source.n_bytes
            found = extractions(self._extractor, source.path, source.root, sha256=sha256, n_bytes=n_bytes)
            write_shard(self._folder.shard(source.key), found, temporary=self._folder.drafts)
            yield Outcome(source)

    def abort(self) -> None:
        pass


def judge() -> ModuleType:
    """check.py as a module, whose runs happen in this process."""
    spec = importlib.util.spec_from_file_location("check", CASES / "check.py")
    assert spec is not None and spec.loader is not None
    check: Any = importlib.util.module_from_spec(spec)
    sys.modules["check"] = check
    spec.loader.exec_module(check)

    def run(args: argparse.Namespace, corpus: Path, out: Path, workers: int) -> Any:
        result = check.Run()
        result.out = out
        pipeline.run([corpus], out, settings=Settings(model=args.model, figures=False, workers=1), pool=Here)
        for name in ("evidence", "comparison", "sources"):
            result.columns[name], result.tables[name] = check.table(out / f"{name}.csv")
        return result

    def provender(args: argparse.Namespace, words: list[str], seconds: int) -> subprocess.CompletedProcess[str]:
        done = CliRunner().invoke(app, words)
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    check.run, check.provender = run, provender
    module: ModuleType = check
    return module


def outcome(model: str = MODEL) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Run every case; return right and total of each kind, and a line for each case that is wrong."""
    check: Any = judge()
    cases = check.load(CASES)
    args = argparse.Namespace(model=model, jobs=1, timeout=600, verbose=False)
    with tempfile.TemporaryDirectory(prefix="cases-") as work:
        problems = check.execute(args, cases, Path(work).resolve())
    total = Counter(case.kind for case in cases)
    right = Counter(case.kind for case in cases if not problems[case.id])
    wrong = [f"{case.id}: {' / '.join(problems[case.id])}" for case in cases if problems[case.id]]
    return {kind: (right[kind], total[kind]) for kind in sorted(total)}, wrong


def floors() -> dict[str, dict[str, int]]:
    """The floors, by part of the gate and then by kind."""
    found: dict[str, dict[str, int]] = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    return found


def written(kinds: Iterable[tuple[str, int]]) -> str:
    """The floors of the cases as they stand in the file."""
    return "".join(f'"{kind}" = {floor}\n' for kind, floor in kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raise", action="store_true", dest="raised")
    arguments = parser.parse_args()
    kinds, wrong = outcome()
    print("\n".join(wrong))
    known = floors()["cases"]
    for kind, (right, total) in kinds.items():
        print(f"{kind:32} {right:4}/{total}   floor {known.get(kind, 0)}")
    if arguments.raised:
        head = FLOORS.read_text(encoding="utf-8").partition("[cases]\n")[0]
        raised = ((kind, max(right, known.get(kind, 0))) for kind, (right, _) in kinds.items())
        FLOORS.write_text(f"{head}[cases]\n{written(raised)}", encoding="utf-8")


if __name__ == "__main__":
    main()
