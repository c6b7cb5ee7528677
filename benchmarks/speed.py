"""Measure how fast sources are read and their claims graded, by one core, beside spaCy's tokenizer on the same texts.

    python benchmarks/speed.py FOLDER [--abstracts 200] [--full-texts 50] [--seed 1]

In: a folder of JATS articles. Out: a table for each model: sources, sentences and words a second of processor time, and
how many times longer it takes than the tokenizer, which is measured in turn with it and so under the same load.
"""

import argparse
import csv
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import spacy

from pipeline import ingest
from pipeline.config import Settings, load_settings
from pipeline.extractor import Extractor
from pipeline.records import Document
from pipeline.runs.extraction import extractions
from pipeline.store import file_hash

MODELS = ("fast", "default")


@dataclass(slots=True)
class Measured:
    """What was read, and the processor time that it took."""

    sources: int = 0
    sentences: int = 0
    words: int = 0
    claims: int = 0
    seconds: float = 0.0
    tokenizer_seconds: float = 0.0


def read(files: list[Path], settings: Settings) -> Measured:
    """Read files to graded rows, and tokenize the text of each, in turn."""
    extractor = Extractor.load(settings)
    tokenizer = spacy.blank("en").tokenizer
    measured = Measured()
    for file in files:
        sha256, n_bytes = file_hash(file)
        began = time.process_time()
        for extraction in extractions(extractor, file, file.parent, sha256=sha256, n_bytes=n_bytes):
            measured.sources += 1
            measured.sentences += extraction.source.n_sentences
            measured.claims += len(extraction.rows)
        measured.seconds += time.process_time() - began
        for document in ingest.read(file):
            began = time.process_time()
            words = len(tokenizer(document.text))
            measured.tokenizer_seconds += time.process_time() - began
            measured.words += words
    return measured


def abstracts(documents: Iterator[Document], count: int, folder: Path) -> list[Path]:
    """Write the abstracts of so many articles as CSV files of 50 and return these."""
    found: list[tuple[str, str, str]] = []
    for document in documents:
        text = " ".join(document.text[b.start : b.end] for b in document.blocks if b.role == "abstract")
        if len(text) > 300 and len(found) < count:
            found.append((document.source_id, document.title, text))
        if len(found) == count:
            break
    files = []
    for first in range(0, len(found), 50):
        files.append(folder / f"abstracts-{first}.csv")
        with files[-1].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("id", "title", "abstract"), *found[first : first + 50]])
    return files


def main() -> None:
    """Draw the articles, measure both kinds with each model, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--abstracts", type=int, default=200)
    parser.add_argument("--full-texts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    files = sorted(given.folder.rglob("*.nxml"))
    random.Random(given.seed).shuffle(files)
    documents = (document for file in files for document in ingest.read(file))
    print("| model | sources | claims | sources/s | sentences/s | words/s | times spaCy's tokenizer |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "abstracts": abstracts(documents, given.abstracts, Path(folder)),
            "full texts": files[: given.full_texts],
        }
        for model in MODELS:
            for kind, chosen in kinds.items():
                m = read(chosen, load_settings(model=model))
                rates = [
                    f"{m.sources / m.seconds:,.1f}",
                    f"{m.sentences / m.seconds:,.0f}",
                    f"{m.words / m.seconds:,.0f}",
                ]
                cells = [model, f"{m.sources} {kind}", str(m.claims), *rates]
                print(f"| {' | '.join(cells)} | {m.seconds / m.tokenizer_seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
