"""Every worked case of grading_cases.csv, each with its reasoning in words, comes out as a reviewer would grade it."""

import csv
from pathlib import Path

import pytest
from grading_records import claim, sentence, source

from pipeline.grading import grade, load_scheme
from pipeline.records import AnnotatedDocument, EvidenceRow, Reference
from pipeline.tables import joined

TABLE = Path(__file__).with_name("grading_cases.csv")
CASES = list(csv.DictReader(TABLE.open(encoding="utf-8", newline="")))


def words(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def references(cell: str) -> list[Reference]:
    """Entries as `1=Title (2020)`, or `1~Title` where the list has no numbers."""
    entries = []
    for entry in words(cell):
        numbered = "=" in entry.split(" ")[0]
        label, _, text = entry.partition("=" if numbered else "~")
        entries.append(Reference(label, text, title=text, numbered=numbered))
    return entries


def graded(case: dict[str, str]) -> EvidenceRow:
    annotated = document(case)
    given = claim(
        annotated,
        case["sentence"],
        exposure=case["exposure"],
        relation=case["relation"],
        strength=case["strength"],
        factuality=case["factuality"],
        condition=case["condition"],
        condition_type=case["condition_type"],
    )
    (row,) = grade(annotated, [given], scheme=load_scheme(case["scheme"]))
    return row


def document(case: dict[str, str]) -> AnnotatedDocument:
    before = [sentence(text, role="methods") for text in case["before"].split(". ") if text]
    own = sentence(case["sentence"], role=case["role"], citations=words(case["citations"]))
    return source(
        *before,
        own,
        title=case["title"],
        source_type=case["source_type"],
        publication_types=tuple(words(case["publication_types"])),
        references=references(case["references"]),
        quality_flags=tuple(words(case["quality_flags"])),
    )


def test_there_are_at_least_forty_cases_each_with_its_reasoning() -> None:
    assert len(CASES) >= 40
    assert len({case["case"] for case in CASES}) == len(CASES)
    assert all(len(case["reasoning"]) > 20 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_case_is_graded_as_reasoned(case: dict[str, str]) -> None:
    row = graded(case)
    found = {
        "study_design": row.study_design,
        "evidence_basis": row.evidence_basis,
        "evidence_level": str(row.evidence_level),
        "certainty": row.certainty,
    }
    if case["sample_size"]:
        found["sample_size"] = str(row.sample_size)
    assert found == {name: case[name] for name in found}, f"{case['reasoning']} ({row.certainty_reasons})"
    for reason in words(case["reasons"]):
        assert reason in joined(row.certainty_reasons)
    flags = {flag.code for flag in row.flags}
    assert set(words(case["flags"])) <= flags, row.flags
    assert not set(words(case["absent_flags"])) & flags, row.flags
    assert row.certainty_reasons[-1] == f"Result {row.certainty}"
