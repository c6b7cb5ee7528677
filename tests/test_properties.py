"""What holds of every input, tried with generated ones: offsets are the words, and what is written reads back."""

import dataclasses
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from forms import FORMS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import extractor
from table_rows import COMPARISON_ROW, ROW, SOURCE_ROW, write_workbook

from pipeline.errors import LedgerError
from pipeline.ingest.reader import READERS
from pipeline.records import ChangeRow, CitedReference, Flag, Population
from pipeline.review import Event, Ledger
from pipeline.review.export import events_in, lines_of
from pipeline.tables import (
    CHANGES,
    COMPARISON,
    EVIDENCE,
    SOURCES,
    Table,
    csv_files,
    read_sheet,
    write_table,
)
from pipeline.tables.cells import rounded
from pipeline.tables.column import Column
from pipeline.tables.lists import ListKind
from pipeline.vocabulary import FLAG_CODES, QUALITY_FLAGS

EXAMPLES = int(os.environ.get("PROVENDER_EXAMPLES", "1"))
"""A measure of how many inputs a property is tried with; `make test-hostile` tries more."""
USUAL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
WORDS = "café 10 µg/L “quoted” naïve α-tocopherol ﬁbre e\u0301 🍎 <b> &amp; x\u00ady 5–10 Ⅲ =1+1 İ ß {3} \u202eabc"
ODD = (*WORDS.split(" "), "\u00a0", "\u200b", "(n = 40)", "[3]", "p < 0.05", "95% CI 0.5 to 0.9")
CLAIMS = (
    "Iron deficiency causes restless legs syndrome in adults",
    "vitamin D did not reduce falls",
    "Zinc (Zn) shortened the common cold",
    "Low ferritin was associated with fatigue (OR 1.5, 95% CI 1.1 to 2.0; p = 0.01)",
    "Omega\u20113 fatty acids and magnesium improved depression, anxiety and migraine",
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """A claim with odd words in it, before it and behind it."""
    words = draw(st.sampled_from(CLAIMS)).split(" ")
    for odd in draw(st.lists(st.sampled_from(ODD), max_size=4)):
        words.insert(draw(st.integers(0, len(words))), odd)
    return " ".join(words) + draw(st.sampled_from([".", ". ", "!", " [1].", ".\u00a0"]))


paragraphs = st.lists(st.lists(sentences(), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3)


def test_every_reader_has_a_form() -> None:
    assert FORMS.keys() == READERS.keys()


@pytest.mark.parametrize("form", FORMS)
@settings(USUAL, max_examples=EXAMPLES)
@given(given_paragraphs=paragraphs)
def test_offsets_are_the_words_whatever_reads_them(form: str, given_paragraphs: list[str], tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    plain = "Iron deficiency causes restless legs syndrome in many adults, and magnesium improved migraine."
    path.write_bytes(FORMS[form]("Minerals and sleep", [*given_paragraphs, plain]))  # type: ignore[index]
    (document,) = extractor().read(path)
    assert document.format == ("html" if form == "zip" else form)
    if form == "text":
        assert document.text == path.read_bytes().decode()
    annotated = extractor().annotate(document)
    running = annotated.document.text
    for sentence in annotated.sentences:
        assert running[sentence.start : sentence.end] == sentence.text
        for mention in sentence.mentions:
            assert running[mention.start : mention.end] == mention.text
    rows = extractor().rows(document)
    assert {"iron", "magnesium"} <= {row.nutrient for row in rows}, [row.sentence for row in rows]
    for row in rows:
        assert document.text[row.sentence_start : row.sentence_end] == row.sentence
        assert document.text[row.nutrient_start : row.nutrient_end].split() == row.nutrient_text.split()
        assert document.text[row.condition_start : row.condition_end].split() == row.condition_text.split()
        assert row.sentence_start <= row.nutrient_start and row.nutrient_end <= row.sentence_end


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''@x",
        "a;b; c",
        "two\r\nlines",
        "\ttab",
        "_x000D_",
        '"',
        ",",
        "\u200b=1",
        "  ",
        "a | b",
        "\x07",
        "nan",
        "1e5",
    ]
)


def numbers_of(column: Column) -> st.SearchStrategy[Any]:
    """Numbers as the tables show them."""
    finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
    return finite.map(lambda value: rounded(value, column))


parts = texts.map(lambda text: text.replace(";", ",").replace(" | ", " ").strip()).filter(bool)
LISTS: dict[ListKind, st.SearchStrategy[Any]] = {
    "list": st.lists(parts, max_size=3).map(tuple),
    "verbatim": st.lists(parts, max_size=3).map(tuple),
    "values": st.lists(parts, max_size=3).map(tuple),
    "flags": st.lists(st.sampled_from(FLAG_CODES).map(Flag), max_size=3, unique=True).map(tuple),
    "quality flags": st.lists(st.sampled_from(QUALITY_FLAGS), max_size=3, unique=True).map(tuple),
    "citations": st.lists(st.integers(1, 99).map(str).map(CitedReference), max_size=3).map(tuple),
    "population": st.lists(st.sampled_from(["adults", "women", "=old"]), max_size=2).map(
        lambda traits: Population(tuple(traits))
    ),
}


def values_of(column: Column) -> st.SearchStrategy[Any]:
    if column.kind in get_args(ListKind):
        return LISTS[column.kind]  # type: ignore[index]
    if column.kind == "text":
        return st.sampled_from(column.values) if column.values else texts
    if column.kind == "number":
        return numbers_of(column)
    return st.booleans() if column.kind == "boolean" else st.integers(0, 2**40)


def rows_of(table: Table, row: Any) -> st.SearchStrategy[list[Any]]:
    """Rows that differ from a usual one in any cells."""
    changes = st.fixed_dictionaries({}, optional={column.name: values_of(column) for column in table.columns})
    return st.lists(changes.map(lambda cells: dataclasses.replace(row, **cells)), max_size=4)


CHANGE_ROW = ChangeRow("claim new", "page.txt")
READ_BACK = {
    EVIDENCE: (csv_files.read_evidence, ROW),
    COMPARISON: (csv_files.read_comparison, dataclasses.replace(COMPARISON_ROW, stances={})),
    SOURCES: (csv_files.read_sources, SOURCE_ROW),
    CHANGES: (csv_files.read_changes, CHANGE_ROW),
}


@pytest.mark.parametrize("table", READ_BACK, ids=lambda table: table.name)
@settings(USUAL, max_examples=6 * EXAMPLES)
@given(data=st.data())
def test_tables_read_back_as_they_were_written(table: Table, data: st.DataObject, tmp_path: Path) -> None:
    read, usual = READ_BACK[table]
    rows = data.draw(rows_of(table, usual))
    path = tmp_path / f"{table.name}.csv"
    assert write_table(path, table, rows) == len(rows)
    assert list(read(path)) == rows  # type: ignore[operator]
    assert not [cell for line in read_sheet(path, table.header[:1]) for cell in line.cells.values() if cell is None]


@settings(USUAL, max_examples=2 * EXAMPLES)
@given(rows=rows_of(EVIDENCE, ROW))
def test_a_workbook_says_what_the_csv_file_says(rows: list[Any], tmp_path: Path) -> None:
    write_workbook(tmp_path / "evidence.xlsx", rows)
    write_table(tmp_path / "evidence.csv", EVIDENCE, rows)
    book, plain = (
        [line.cells for line in read_sheet(tmp_path / f"evidence.{kind}", ("claim_id",))] for kind in ("xlsx", "csv")
    )
    assert [{name: _number(cell) for name, cell in row.items()} for row in book] == [
        {name: _number(cell) for name, cell in row.items()} for row in plain
    ]


def _number(cell: str) -> str:
    """Cells as they compare: numbers of a workbook are binary, those of CSV decimal."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    return f"{value:.12g}" if math.isfinite(value) else cell


events = st.builds(
    Event,
    **dict.fromkeys(("claim_id", "field", "value", "was", "note", "reviewer", "source_id", "sentence"), texts),
    row=st.dictionaries(texts, texts, max_size=3),
    reverses=st.none(),
)


@pytest.fixture
def ledgers(tmp_path: Path) -> Iterator[Ledger]:
    """Ledgers that were never used, one after another."""
    return (Ledger(tmp_path / f"{n}.sqlite", witness=tmp_path / f"{n}.json") for n in range(1_000_000))


@settings(USUAL, max_examples=2 * EXAMPLES)
@given(batches=st.lists(st.lists(events, max_size=3), max_size=3))
def test_a_ledger_gives_back_every_event_and_its_export_begins_another(
    batches: list[list[Event]], ledgers: Iterator[Ledger], tmp_path: Path
) -> None:
    ledger = next(ledgers)
    recorded: list[Event] = []
    for batch in batches:
        with ledger as opened:
            recorded += opened.append(batch)
    with ledger as opened:
        assert list(opened.events) == recorded
    said = [dataclasses.replace(event, recorded_at="", number=0) for event in recorded]
    assert said == [event for batch in batches for event in batch]
    (tmp_path / "export.jsonl").write_text("".join(f"{line}\n" for line in lines_of(recorded)), encoding="utf-8")
    other = next(ledgers)
    with other as opened:
        opened.append(events_in(tmp_path / "export.jsonl", ()))
    with other as opened:
        unnumbered = [dataclasses.replace(event, number=0) for event in opened.events]
        assert unnumbered == [dataclasses.replace(event, number=0) for event in recorded]


@settings(USUAL, max_examples=2 * EXAMPLES)
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_no_byte_of_a_ledger_changes_what_it_says_unnoticed(place: float, flip: int, ledgers: Iterator[Ledger]) -> None:
    ledger = next(ledgers)
    with ledger as opened:
        recorded = opened.append([Event(f"{n}", "review_status", "accepted", note="n" * 50) for n in range(3)])
    data = bytearray(ledger.path.read_bytes())
    data[int(place * len(data))] ^= flip
    ledger.path.write_bytes(data)
    try:
        with ledger as opened:
            assert opened.events == recorded
    except LedgerError:
        assert ledger.path.read_bytes() == data, "a damaged ledger was overwritten"
