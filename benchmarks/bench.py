"""How fast Provender is beside its peers, in processor seconds of one core, on texts that anybody can get.

    make bench                                       # all sets, about an hour; writes benchmarks/RESULTS.md
    python benchmarks/bench.py ../shared --quick     # the same on few texts, in minutes
    python benchmarks/bench.py ../shared --only night            # all full texts with two workers
    python benchmarks/bench.py ../shared --only runs --sources 100000

Provender and a peer read the same few files in turn, so that both meet the same machine; a figure is the median of the
ratios of these turns. Whole runs are processes of their own, whose children are counted. `--only` names the sets.
"""

import argparse
import csv
import json
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import peers
import sets

from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.ingest import read
from pipeline.records import Document
from pipeline.runs.extraction import extractions

RESULTS = Path(__file__).parent / "RESULTS.md"
TIMED = Path(__file__).parent / "timed.py"
WARM = 2
"""Turns before the first that counts: models, caches and vocabularies fill."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many texts each set has, and how many files a turn."""

    articles: int = 1_000
    abstracts: int = 2_000
    pages: int = 503
    pdfs: int = 100
    runs: tuple[int, ...] = (100, 1_000, 10_000)
    night: int = 4_400
    a_turn: int = 5


QUICK = Sizes(articles=40, abstracts=200, pages=30, pdfs=4, runs=(100,), night=40, a_turn=4)


@dataclass(slots=True)
class Turns:
    """Processor seconds of Provender and of a peer, turn by turn, and what they read in them.

    `unread` are turns that do not count, because the peer ended in a fault.
    """

    own: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    words: int = 0
    documents: int = 0
    unread: int = 0

    def row(self, name: str, peer: str) -> str:
        """Return a line of the table: words and documents a second, the median ratio, and its quartiles."""
        ratios = sorted(b / a for a, b in zip(self.own, self.peer, strict=True) if a)
        seconds = sum(self.own)
        peer += f", {self.unread} turns left out where it ended in a fault" if self.unread else ""
        low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        return (
            f"| {name} | {self.documents:,} | {self.words / seconds:,.0f} | {self.documents / seconds:,.1f} "
            f"| {peer} | {middle:.2f} ({low:.2f} to {high:.2f}) |"
        )


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time that some work takes, that of processes it starts included."""
    before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    children = after[1].ru_utime + after[1].ru_stime - before[1].ru_utime - before[1].ru_stime
    return after[0] - before[0] + children


def in_turn(
    groups: Iterable[Sequence[Path]], own: Callable[[Path], object], peer: Callable[[Path, Document], object]
) -> Turns:
    """Let two readers work on each group of files, one after the other; the peer is given what is read of each, too."""
    turns = Turns()
    for number, group in enumerate(groups):
        documents = [(file, document) for file in group for document in read(file)]
        a = processor_seconds(lambda group=group: [own(file) for file in group])
        try:
            b = processor_seconds(lambda documents=documents: [peer(*of_file) for of_file in documents])
        except Exception:  # whatever another program meets in a file
            turns.unread += 1
            continue
        if number < WARM:
            continue
        turns.own.append(a)
        turns.peer.append(b)
        turns.documents += len(documents)
        turns.words += sum(len(document.text.split()) for _, document in documents)
    return turns


def in_groups(files: Sequence[Path], size: int) -> Iterator[Sequence[Path]]:
    """Yield files in groups of some size."""
    for first in range(0, len(files), size):
        yield files[first : first + size]


def extraction_rows(files: Sequence[Path], name: str, size: int) -> Iterator[str]:
    """Yield the lines on all that is done to a text, with each model, beside the language pipeline."""
    nlp = peers.language_pipeline()

    def parse(file: Path, document: Document) -> object:
        return nlp(document.text)

    for model in ("default", "fast"):
        extractor = Extractor.load(load_settings(model=model))

        def extract(file: Path, extractor: Extractor = extractor) -> object:
            return list(extractions(extractor, file, file.parent, sha256="", n_bytes=0))

        yield in_turn(in_groups(files, size), extract, parse).row(f"{name}, {model}", "spaCy pipeline")


def reading_rows(files: Sequence[Path], name: str, readers: Sequence[str], size: int) -> Iterator[str]:
    """Yield the lines on reading files alone, beside other readers; one that is not installed is said to lack."""
    for reader in readers:
        try:
            other = peers.READERS[reader]()
        except ImportError:
            yield f"| {name} | | | | {reader} | not installed |"
            continue
        yield in_turn(in_groups(files, size), read, lambda file, document, other=other: other(file)).row(name, reader)


def run_rows(abstracts: list[sets.Abstract], folder: Path, counts: Sequence[int], costs: list[str]) -> Iterator[str]:
    """Yield the lines on whole runs of the fast model, first and unchanged, each a process of its own.

    `costs` is given sentences on what a row and an unchanged source cost.
    """
    unchanged: list[tuple[int, Whole]] = []
    for count in counts:
        texts = abstracts[: min(count, len(abstracts))]
        sources, out = folder / f"sources-{count}", folder / f"out-{count}"
        copies = max(1, count // len(texts))
        files, given = sets.as_files(texts, sources, copies), copies * len(texts)
        command = [sys.executable, "-m", "pipeline.cli", "run", str(sources), "--out", str(out)]
        command += ["--model", "fast", "--plain", "--workers", "1", "--profile", "--json"]
        runs = []
        for name in ("first run", "unchanged", "unchanged again"):
            runs.append(_whole(command))
            yield runs[-1].row(f"{given:,} abstracts in {len(files)} files, {name}", sources_read(out, given), out)
        first = runs[0]
        costs.append(
            f"{given:,} abstracts: {first.n_claims:,} rows, {first.tables:.1f} processor seconds for tables and "
            f"pictures, {1000 * first.tables / first.n_claims:.2f} ms a row."
        )
        unchanged.append((given, runs[-1]))
    (few, least), (many, most) = unchanged[0], unchanged[-1]
    if many > few:
        each = 1000 * (most.processor - least.processor) / (many - few)
        costs.append(f"An unchanged source costs {each:.3f} ms, beyond the first {few:,}.")


def night_rows(articles: Sequence[Path], folder: Path, costs: list[str]) -> Iterator[str]:
    """Yield the lines on runs of the default model over all full texts, and over a tenth with one worker and two.

    `costs` is given a sentence on how fast that is. The peer parses some of the texts before and after, since a machine
    is not as fast at one hour as at another.
    """
    tenth = articles[::10]
    before = _words_a_second(tenth[::6])
    whole, line = _night(articles, folder / "all", 2)
    yield line
    after = _words_a_second(tenth[::6])
    (one, first), (two, second) = (_night(tenth, folder / f"tenth-{workers}", workers) for workers in (1, 2))
    yield from (first, second)
    words = sum(len(document.text.split()) for article in articles for document in read(article))
    own, peer = words / whole.processor, (before + after) / 2
    costs.append(
        f"The night: {words:,} words, {own:,.0f} in a processor second, {own / peer:.2f} times as fast as the spaCy "
        f"pipeline, which parsed {before:,.0f} before it and {after:,.0f} after it; all of them would have taken it "
        f"{words / peer / 60:.1f} minutes of one core. A second worker makes the clock "
        f"{one.clock / two.clock:.2f} times as fast."
    )


def _night(articles: Sequence[Path], folder: Path, workers: int) -> "tuple[Whole, str]":
    """Run the default model over articles; return what it took, and its line."""
    sources, out = folder / "articles", folder / "out"
    sources.mkdir(parents=True)
    for article in articles:
        shutil.copyfile(article, sources / article.name)
    command = [sys.executable, "-m", "pipeline.cli", "run", str(sources), "--out", str(out)]
    whole = _whole([*command, "--plain", "--workers", str(workers)])
    name = f"{len(articles):,} full texts, default model, {workers} worker{'s' if workers > 1 else ''}"
    return whole, whole.row(name, sources_read(out, len(articles)), out)


def _words_a_second(articles: Sequence[Path]) -> float:
    """How many words of articles the language pipeline parses in a processor second."""
    nlp = peers.language_pipeline()
    texts = [document.text for article in articles for document in read(article)]
    nlp(texts[0])
    seconds = processor_seconds(lambda: [nlp(text) for text in texts])
    return sum(len(text.split()) for text in texts) / seconds


@dataclass(frozen=True, slots=True)
class Whole:
    """A command: the processor seconds of it and its children, seconds by the clock, peak MB of the largest process.

    `tables` are the processor seconds of its tables and pictures, where it says so, and `n_claims` their rows.
    """

    processor: float
    clock: float
    peak: float
    tables: float = 0.0
    n_claims: int = 0

    def row(self, name: str, count: int, out: Path) -> str:
        """Return a line of the table of runs."""
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6
        each = f"{self.processor / count * 1000:.2f}"
        return f"| {name} | {self.processor:.1f} | {self.clock:.1f} | {each} | {self.peak:.0f} | {size:.1f} |"


def _whole(command: Sequence[str]) -> Whole:
    with tempfile.TemporaryDirectory() as temporary:
        result = Path(temporary) / "taken.json"
        done = subprocess.run([sys.executable, str(TIMED), str(result), *command], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
        taken = json.loads(result.read_text(encoding="utf-8"))
    summary = json.loads(done.stdout) if "--json" in command else {}
    tables = summary.get("profile", {}).get("tables and pictures", 0.0)
    return Whole(**taken, tables=tables, n_claims=summary.get("n_claims", 0))


def sources_read(out: Path, count: int) -> int:
    """Return how many sources a run has read; ends the program unless that is all of them, `count`."""
    with (out / "sources.csv").open(encoding="utf-8", newline="") as file:
        statuses = [row["status"] for row in csv.DictReader(file)]
    read = sum(status in ("processed", "unchanged") for status in statuses)
    if not len(statuses) == read == count:
        raise SystemExit(f"{out}: {count} sources were given, {len(statuses)} listed and {read} read; nothing to time.")
    return read


def one_file_rows(file: Path, folder: Path) -> Iterator[str]:
    """Yield the lines on the first table from one file."""
    for name, given in (("plain", ["--plain"]), ("with Prefect", [])):
        for time_of in ("first time", "second time"):  # the second finds what compiling its expressions came to
            out = folder / f"{name.split()[0]}-{time_of.split()[0]}"
            command = [sys.executable, "-m", "pipeline.cli", "run", str(file), "--out", str(out), *given]
            whole = _whole(command)
            yield whole.row(f"one article, default model, {name}, {time_of}", sources_read(out, 1), out)


def main() -> None:
    """Make the sets, measure them, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path, help="the reference folder, with corpora and gold")
    parser.add_argument("--quick", action="store_true", help="few texts")
    parser.add_argument("--only", nargs="*", default=["texts", "abstracts", "reading", "runs", "night"])
    parser.add_argument("--sources", type=int, nargs="*", help="how many abstracts the runs have")
    parser.add_argument("--folder", type=Path, help="where the sets are kept for the next time")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    sizes = QUICK if given.quick else Sizes()
    sizes = replace(sizes, runs=tuple(given.sources)) if given.sources else sizes
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        lines = list(report(given.reference, folder, sizes, given.only))
    given.out.write_text("\n".join([*lines, ""]), encoding="utf-8")


def report(reference: Path, folder: Path, sizes: Sizes, only: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the report, each printed when it is there."""
    for line in _report(reference, folder, sizes, only):
        print(line, flush=True)
        yield line


def _report(reference: Path, folder: Path, sizes: Sizes, only: Sequence[str]) -> Iterator[str]:
    articles = sets.unpacked(reference / sets.ARTICLES, folder, ".nxml", sizes.articles)
    every = sets.unpacked(reference / sets.ARTICLES, folder, ".nxml", sizes.night)
    abstracts = sets.nutrition_abstracts(every, [reference / name for name in sets.GOLD], sizes.abstracts)
    few = ", few texts (`--quick`)" if sizes is QUICK else ""
    yield f"Python {platform.python_version()}, {platform.machine()}, {time.strftime('%Y-%m-%d')}, one core{few}."
    yield "`times as fast` is the peer's processor time over Provender's on the same files: the median of the turns,"
    yield "and its quartiles. Above 1 Provender is the faster one."
    yield ""
    yield "| set | documents | words/s | documents/s | peer | times as fast |"
    yield "|---|---|---|---|---|---|"
    if "texts" in only:
        yield from extraction_rows(articles, "full texts of trials", sizes.a_turn)
    if "abstracts" in only:
        with tempfile.TemporaryDirectory() as temporary:
            files = sets.as_files(abstracts, Path(temporary))
            yield from extraction_rows(files, "abstracts about nutrition", 1)
    if "reading" in only:
        yield from reading_rows(articles, "JATS, reading alone", ["pubmed_parser"], sizes.a_turn)
        pages = sets.unpacked(reference / sets.PAGES, folder, ".html", sizes.pages)
        yield from reading_rows(pages, "web pages, reading alone", ["trafilatura"], sizes.a_turn)
        pdfs = list(sets.as_pdfs(articles[: sizes.pdfs], folder / "pdfs"))
        yield from reading_rows(pdfs, "PDFs, reading alone", ["pymupdf4llm", "pdfminer.six"], 1)
    if "runs" in only or "night" in only:
        yield ""
        yield "| run | processor seconds | seconds by the clock | ms a source | peak MB | outputs MB |"
        yield "|---|---|---|---|---|---|"
    costs: list[str] = []
    if "runs" in only:
        with tempfile.TemporaryDirectory() as temporary:
            yield from one_file_rows(articles[0], Path(temporary))
            yield from run_rows(abstracts, Path(temporary), sizes.runs, costs)
    if "night" in only:
        with tempfile.TemporaryDirectory() as temporary:
            yield from night_rows(every, Path(temporary), costs)
    for cost in costs:
        yield ""
        yield cost


if __name__ == "__main__":
    main()
