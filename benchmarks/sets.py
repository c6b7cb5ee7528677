"""The sets of texts that speed is measured on, made from the reference folder into a folder of one's own."""

import csv
import json
import random
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from pipeline.ingest import read
from pipeline.records import Document

ARTICLES = "corpora/pmc-rct/pmc-rct-nxml.tar.xz"
PAGES = "corpora/pages/pages.tar.xz"
GOLD = ("gold/dev.jsonl", "gold/train.jsonl")
_WORDS = (
    "vitamin",
    "supplement",
    "zinc",
    "omega-3",
    "fatty acid",
    "probiotic",
    "dietary",
    "iron ",
    "calcium",
    "selenium",
)
_LEAST_ABSTRACT = 300  # characters
_A_FILE = 50  # abstracts


@dataclass(frozen=True, slots=True)
class Abstract:
    """An abstract with its title."""

    name: str
    title: str
    text: str


def unpacked(archive: Path, folder: Path, suffix: str, most: int, seed: int = 1) -> list[Path]:
    """Unpack up to `most` files of an archive, drawn at random, once; return them."""
    target = folder / archive.name.partition(".")[0]
    if not target.is_dir():
        target.mkdir(parents=True)
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    files = sorted(file for file in target.rglob(f"*{suffix}") if file.is_file())
    random.Random(seed).shuffle(files)
    return files[:most]


def nutrition_abstracts(articles: list[Path], gold: list[Path], most: int) -> list[Abstract]:
    """Return abstracts about nutrition: of articles whose title names a nutrient, then of annotated documents."""
    found: list[Abstract] = []
    for document in (document for file in articles for document in read(file)):
        text = abstract_of(document)
        if len(text) >= _LEAST_ABSTRACT and any(word in document.title.lower() for word in _WORDS):
            found.append(Abstract(document.source_id, document.title, text))
    annotated = (_of_gold(json.loads(line)) for file in gold for line in file.read_text(encoding="utf-8").splitlines())
    found += (abstract for abstract in annotated if len(abstract.text) >= _LEAST_ABSTRACT)
    different = list({abstract.name: abstract for abstract in found}.values())
    random.Random(1).shuffle(different)
    return different[:most]


def _of_gold(data: dict[str, object]) -> Abstract:
    sentences = data["sentences"]
    assert isinstance(sentences, list)
    return Abstract(str(data["doc_id"]), str(data["title"]), " ".join(part["text"] for part in sentences[1:]))


def abstract_of(document: Document) -> str:
    """Return the words of a document's abstract."""
    return " ".join(document.text[b.start : b.end] for b in document.blocks if b.role == "abstract")


def as_files(abstracts: list[Abstract], folder: Path, copies: int = 1) -> list[Path]:
    """Write abstracts as CSV files of fifty; further copies of one have other names and other first sentences."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        (f"{abstract.name}-{copy}", abstract.title, f"{abstract.text} Copy {copy}." if copy else abstract.text)
        for copy in range(copies)
        for abstract in abstracts
    ]
    files = []
    for first in range(0, len(rows), _A_FILE):
        files.append(folder / f"abstracts-{first:06}.csv")
        with files[-1].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("id", "title", "abstract"), *rows[first : first + _A_FILE]])
    return files


def as_pdfs(articles: list[Path], folder: Path) -> Iterator[Path]:
    """Set articles as PDFs, every other one in two columns, and yield these."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(articles):
        [document, *_] = read(file)
        target = folder / f"{file.stem}.pdf"
        if not target.is_file():
            _set(document, target, columns=1 + number % 2)
        yield target


def _set(document: Document, target: Path, columns: int) -> None:
    tags = {"title": "h1", "heading": "h2"}
    parts = [
        f"<{tag}>{document.text[b.start : b.end].replace('&', '&amp;').replace('<', '&lt;')}</{tag}>"
        for b in document.blocks
        if b.kind != "table" and (tag := tags.get(b.kind, "p"))
    ]
    story = pymupdf.Story("".join(parts))
    paper = pymupdf.paper_rect("a4")
    inner = pymupdf.Rect(paper.x0 + 50, paper.y0 + 50, paper.x1 - 50, paper.y1 - 50)
    width = (inner.width - 20 * (columns - 1)) / columns
    places = [
        pymupdf.Rect(inner.x0 + at * (width + 20), inner.y0, inner.x0 + at * (width + 20) + width, inner.y1)
        for at in range(columns)
    ]
    writer = pymupdf.DocumentWriter(str(target))
    more = 1
    while more:
        page = writer.begin_page(paper)
        for place in places:
            if more:
                more, _ = story.place(place)
                story.draw(page)
        writer.end_page()
    writer.close()
