"""In: articles read by eye (a CSV of what is right of each, and the articles as JATS in a folder) and annotated
documents. Out: both, annotated, with the designs and sizes that are right."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.evaluation.gold import read_gold
from pipeline.ingest import read
from pipeline.language import Reader
from pipeline.lexicons import load_lexicon
from pipeline.records import AnnotatedDocument


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A source with the designs and sizes that are right; `no_size` where giving none is right, too."""

    annotated: AnnotatedDocument
    designs: frozenset[str]
    sizes: frozenset[int]
    no_size: bool
    by_eye: bool


def read_by_eye(table: Path, folder: Path, chosen: str) -> Iterator[ReadSource]:
    """Yield the articles of one set ("fit", "held") of the table that lie in the folder."""
    reader = Reader(load_lexicon())
    files = {path.stem: path for path in folder.rglob("*.nxml")}
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["set"] == chosen and row["pmcid"] in files:
                [document] = read(files[row["pmcid"]])
                designs = frozenset(filter(None, [row["design"], *row["also"].split(";")]))
                sizes = frozenset(int(size) for size in row["sizes"].split(";") if size)
                yield ReadSource(reader.annotate(document), designs, sizes, row["no_size"] == "yes", by_eye=True)


def annotated_by_hand(path: Path) -> Iterator[ReadSource]:
    """Yield annotated documents, but for those whose design is unclear."""
    reader = Reader(load_lexicon())
    for gold in read_gold(path):
        if gold.study_design != "unclear":
            size = gold.sample_size
            sizes = frozenset() if size is None else frozenset([size])
            annotated = reader.annotate(gold.document())
            yield ReadSource(annotated, frozenset([gold.study_design]), sizes, size is None, by_eye=False)
