"""Measure what keeping a record with Prefect costs a run, beside the same run without it.

    python benchmarks/orchestration.py FOLDER [--abstracts 1000] [--model fast] [--repeat 3]

In: a folder of JATS articles, whose abstracts become text files. Out: wall and processor time of runs over all of them
with and without Prefect, and of runs over none of them anew, which are the fixed start of each; the shortest of the
repetitions, since other work only lengthens them. A run before all others makes Prefect's database.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline import ingest


def write_abstracts(articles: Path, count: int, folder: Path) -> int:
    """Write the abstracts of the first articles as text files; return how many."""
    written = 0
    for file in sorted(articles.rglob("*.nxml")):
        for document in ingest.read(file):
            text = "\n\n".join(document.text[b.start : b.end] for b in document.blocks if b.role == "abstract")
            if len(text) > 300 and written < count:
                (folder / f"{file.stem}.txt").write_text(f"{document.title}\n\n{text}\n", encoding="utf-8")
                written += 1
        if written == count:
            break
    return written


def run(sources: Path, out: Path, model: str, *, plain: bool, home: Path) -> tuple[float, float]:
    """Run the command; return its seconds of wall time and of processor time, all its processes together."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "pipeline.cli", "run", str(sources), "--out", str(out), "--model", model]
    subprocess.run(
        [*command, "--plain"] if plain else command,
        env=os.environ | {"PREFECT_HOME": str(home)},
        check=True,
        capture_output=True,
    )
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run each way and print what Prefect adds to reading, apart from its start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--abstracts", type=int, default=1_000)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "abstracts").mkdir()
        count = write_abstracts(given.folder, given.abstracts, scratch / "abstracts")
        print(f"{count} abstracts, --model {given.model}\n\n| | wall s | processor s |\n|---|---|---|", flush=True)
        home = scratch / "home"
        run(
            min((scratch / "abstracts").iterdir()),
            scratch / "first",
            "fast",
            plain=False,
            home=home,
        )
        times: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for number in range(given.repeat):
            for label, plain in (("without Prefect", True), ("with Prefect", False)):
                for what in ("all", "none anew"):
                    out = scratch / f"{label} {number}"
                    spent = run(scratch / "abstracts", out, given.model, plain=plain, home=home)
                    times.setdefault((label, what), []).append(spent)
        best = {key: [min(values) for values in zip(*spent, strict=True)] for key, spent in times.items()}
        for (label, what), (wall, processor) in best.items():
            print(f"| {label}, {what} | {wall:.1f} | {processor:.1f} |", flush=True)
        for place, kind in enumerate(("wall", "processor")):
            reading = [
                best[label, "all"][place] - best[label, "none anew"][place]
                for label in ("without Prefect", "with Prefect")
            ]
            print(f"\nOf reading, apart from the start, Prefect takes {1 - reading[0] / reading[1]:.1%} ({kind} time).")


if __name__ == "__main__":
    main()
