"""White space is one space: how a text is broken into lines, indented or spaced changes no row of the table."""

import re
import textwrap
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache, partial
from pathlib import Path

import pytest
from reading import extractor

from pipeline import ingest
from pipeline.records import Document

CORPUS = Path(__file__).parent.parent / "corpora" / "rls-b12"
WIDTHS = range(40, 100, 3)  # twenty
OFFSETS = ("sentence_start", "sentence_end", "nutrient_start", "nutrient_end", "condition_start", "condition_end")
Row = dict[str, object]


@cache
def documents() -> tuple[Document, ...]:
    return tuple(
        document for path in sorted(CORPUS.iterdir()) if path.is_file() for document in ingest.read(path, root=CORPUS)
    )


def rows(document: Document, model: str = "fast") -> list[Row]:
    """The rows of a document, with the white space of `sentence` as one space and each span as its words."""
    found = []
    for row in extractor(model).rows(document):
        said = asdict(row)
        start, end = row.sentence_start, row.sentence_end
        assert document.text[start:end] == row.sentence
        for column, first, last in (
            (row.nutrient_text, row.nutrient_start, row.nutrient_end),
            (row.condition_text, row.condition_start, row.condition_end),
        ):
            assert document.text[first:last].split() == column.split()
        found.append({**said, "sentence": " ".join(row.sentence.split()), **dict.fromkeys(OFFSETS)})
    return found


def respaced(document: Document, respace: Callable[[str], str]) -> Document:
    """The document with every blank within a block written anew; what points into the text moves along."""
    pieces: list[str] = []
    shifts: list[tuple[int, int]] = []
    position = length = 0
    for block in document.blocks:
        old = [*re.finditer(r"\s+", document.text[block.start : block.end])]
        new = respace(document.text[block.start : block.end])
        for blank, written in zip(old, re.findall(r"\s+", new), strict=True):
            before = document.text[position : block.start + blank.start()]
            pieces += (before, written)
            length += len(before) + len(written)
            position = block.start + blank.end()
            shifts.append((position, length))

    def moved(offset: int) -> int:
        return next((offset - old + new for old, new in reversed(shifts) if old <= offset), offset)

    return replace(
        document,
        text="".join([*pieces, document.text[position:]]),
        blocks=tuple(replace(b, start=moved(b.start), end=moved(b.end)) for b in document.blocks),
        citations=tuple(replace(c, start=moved(c.start), end=moved(c.end)) for c in document.citations),
        pages=tuple(replace(p, start=moved(p.start), end=moved(p.end)) for p in document.pages),
    )


@cache
def plain_rows(model: str = "fast") -> list[list[Row]]:
    return [rows(document, model) for document in documents()]


def wrapped(width: int) -> Callable[[str], str]:
    return partial(textwrap.fill, width=width, break_long_words=False, break_on_hyphens=False)


SPACINGS = {
    "indented lines": lambda text: textwrap.fill(text, 60, subsequent_indent="\t  ", break_on_hyphens=False),
    "hard spaces": lambda text: re.sub(r"\s+", "\u00a0", text),
    "thin spaces": lambda text: re.sub(r"\s+", "\u2009", text),
    "windows lines": lambda text: textwrap.fill(text, 50, break_on_hyphens=False).replace("\n", "\r\n"),
    "wide spaces": lambda text: re.sub(r"\s+", " \u3000 ", text),
}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_width_of_lines_changes_no_row(width: int) -> None:
    assert [rows(respaced(document, wrapped(width))) for document in documents()] == plain_rows()


@pytest.mark.parametrize("spacing", SPACINGS)
def test_the_kind_of_white_space_changes_no_row(spacing: str) -> None:
    assert [rows(respaced(document, SPACINGS[spacing])) for document in documents()] == plain_rows()


@pytest.mark.parametrize("width", [47, 72])
def test_the_trained_model_reads_wrapped_lines_alike(width: int) -> None:
    read = [rows(respaced(document, wrapped(width)), "default") for document in documents()]
    assert read == plain_rows("default")
