"""The bundled corpus end to end: the claims that a careful reader finds, and what must not become one."""

import csv
from pathlib import Path

import pytest
from gate import floors
from test_high_rows import check

from pipeline.api import grade
from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.ingest import list_sources, read
from pipeline.records import EvidenceRow


def plain(text: str) -> str:
    return " ".join(text.split()).lower()


@pytest.fixture(scope="module", params=["fast", "default"])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def floor(model: str) -> dict[str, int]:
    return floors()[f"corpus-{model}"]


@pytest.fixture(scope="module")
def rows(model: str, corpus: Path) -> list[EvidenceRow]:
    extractor = Extractor.load(load_settings(model=model))
    documents = [d for path, root in list_sources([corpus]) for d in read(path, root=root)]
    return [row for document in documents for row in grade(document, extractor=extractor)]


def table(corpus: Path, name: str) -> list[dict[str, str]]:
    with (corpus.parent / f"{corpus.name}.{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_same(expected: dict[str, str], row: EvidenceRow) -> bool:
    words, found = plain(expected["condition_text"]), plain(row.condition_text)
    same_sentence = plain(expected["sentence"]) in plain(row.sentence) or plain(row.sentence) in plain(
        expected["sentence"]
    )
    return (
        row.source_id == expected["source_id"]
        and same_sentence
        and row.nutrient == expected["nutrient"]
        and (words in found or found in words or row.condition == expected["condition"])
    )


def test_no_row_is_high_of_which_something_is_not_known(rows: list[EvidenceRow]) -> None:
    assert len(check(rows)) < len(rows)


def test_most_claims_of_a_careful_reader_are_found_with_their_relation(
    corpus: Path, rows: list[EvidenceRow], floor: dict[str, int]
) -> None:
    expected = table(corpus, "expected")
    found = [(e, next((r for r in rows if is_same(e, r)), None)) for e in expected]
    hits = [(e, row) for e, row in found if row is not None]
    assert len(hits) >= floor["found"]
    assert sum(e["relation"] == row.relation for e, row in hits) >= floor["relation_right"]


def test_few_rows_are_not_what_a_careful_reader_finds(corpus: Path, rows: list[EvidenceRow]) -> None:
    expected = table(corpus, "expected")
    sentences = {plain(e["sentence"]) for e in expected} | {plain(e["sentence"]) for e in table(corpus, "not-claims")}
    judged = [row for row in rows if row.factuality != "Unknown" and plain(row.sentence) in sentences]
    wrong = [row for row in judged if not any(is_same(e, row) for e in expected)]
    assert len(wrong) <= 0.2 * len(judged)


def test_navigation_questions_and_aims_assert_nothing(
    corpus: Path, rows: list[EvidenceRow], floor: dict[str, int]
) -> None:
    asserted = [row for row in rows if row.factuality != "Unknown"]
    forbidden = table(corpus, "not-claims")
    broken = {e["sentence"] for e in forbidden for row in asserted if plain(row.sentence) == plain(e["sentence"])}
    assert len(forbidden) - len(broken) >= floor["not_claims_kept_out"]


def test_every_row_stands_where_its_offsets_say(corpus: Path, rows: list[EvidenceRow]) -> None:
    texts = {d.source_id: d.text for path, root in list_sources([corpus]) for d in read(path, root=root)}
    for row in rows:
        text = texts[row.source_id]
        assert text[row.sentence_start : row.sentence_end] == row.sentence
        assert text[row.nutrient_start : row.nutrient_end] == row.nutrient_text
        assert text[row.condition_start : row.condition_end] == row.condition_text
