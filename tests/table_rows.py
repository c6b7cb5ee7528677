"""Rows of the tables, built by hand, for the tests of tables, store, runs and the command line."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from pipeline.records import ComparisonRow, EvidenceRow, SourceRow
from pipeline.tables import COMPARISON, EVIDENCE, FINDINGS, SOURCES, STUDIES, Table, Workbook, plain_values, study_rows
from pipeline.tables.lists import ListKind, split


def typed(table: Table, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row with lists and records in place of the cells that stand for them."""
    kinds = {column.name: column.kind for column in table.columns if column.kind in get_args(ListKind)}
    return {n: split(v, kinds[n]) if n in kinds and isinstance(v, str) else v for n, v in fields.items()}


SENTENCE = "Low vitamin B12 was associated with restless legs (OR 0.97, 95% CI 0.95 to 0.99)."
_EVIDENCE: dict[str, Any] = {
    "claim_id": "0123456789abcdef",
    "source_id": "page.txt",
    "source_title": "Vitamin B12 and sleep",
    "source_date": "2024-03-01",
    "source_type": "consumer health page",
    "nutrient": "vitamin B12",
    "nutrient_id": "MESH:D014805",
    "nutrient_text": "vitamin B12",
    "exposure": "deficiency",
    "condition": "restless legs syndrome",
    "condition_id": "MESH:D012148",
    "condition_text": "restless legs",
    "condition_type": "condition",
    "relation": "associated",
    "strength": "correlational",
    "factuality": "Factual",
    "study_design": "case-control",
    "evidence_basis": "cited study",
    "sample_size": 80,
    "population": "adults",
    "effect_measure": "OR",
    "effect_value": 0.97,
    "ci_low": 0.95,
    "ci_high": 0.99,
    "ci_level": 95.0,
    "p_value": "0.003",
    "statistics": "OR 0.97, 95% CI 0.95 to 0.99",
    "citations": "[3] Lee 2021. Vitamin B12 in sleep.",
    "evidence_level": 4,
    "certainty": "Low",
    "certainty_reasons": "starts Low: case-control; stays: nothing moved it",
    "flags": "effect-direction-mismatch; secondary-source",
    "sentence": SENTENCE,
    "section": "Causes",
    "page": None,
    "sentence_start": 100,
    "sentence_end": 100 + len(SENTENCE),
    "nutrient_start": 104,
    "nutrient_end": 115,
    "condition_start": 136,
    "condition_end": 149,
    "confidence": 0.8123,
    "model_version": "0.1.0",
}
ROW = EvidenceRow(**typed(EVIDENCE, _EVIDENCE))
_COMPARISON: dict[str, Any] = {
    "nutrient": "vitamin B12",
    "nutrient_id": "MESH:D014805",
    "exposure": "deficiency",
    "condition": "restless legs syndrome",
    "condition_id": "MESH:D012148",
    "n_sources": 2,
    "n_claims": 2,
    "n_independent_studies": 1,
    "verdict": "mixed",
    "certainty": "Low",
    "certainty_reasons": "one study; inconsistent",
    "best_evidence_level": 4,
    "sources_harmful": 1,
    "sources_beneficial": 0,
    "sources_no_effect": 1,
    "sources_associated": 0,
    "disagreement": True,
    "disagreement_note": "page.txt says harmful, a.pdf no effect",
    "claim_ids": "0123456789abcdef; 0123456789abcde0",
    "nutrient_role": "",
    "stances": {"page.txt": ("harmful", "Low"), "=a.pdf": ("no effect", "Very low")},
}
COMPARISON_ROW = ComparisonRow(**typed(COMPARISON, _COMPARISON))
SOURCE_ROW = SourceRow(
    source_id="page.txt",
    path="page.txt",
    format="text",
    sha256="a" * 64,
    bytes=1234,
    status="processed",
    title="Vitamin B12 and sleep",
    n_sentences=12,
    n_claims=1,
    seconds=0.25,
)


def row(**changes: Any) -> EvidenceRow:
    """An evidence row that differs from the usual one as said; lists may be given as their cells."""
    return replace(ROW, **typed(EVIDENCE, changes))


def write_workbook(path: Path, rows: Iterable[EvidenceRow], **others: Iterable[object]) -> None:
    """A workbook with rows of the evidence, and of other tables by their names."""
    tables = {table.name: table for table in (FINDINGS, STUDIES, COMPARISON, SOURCES)}
    with Workbook(path) as book:
        for table, records in ((EVIDENCE, rows), *((tables[name], given) for name, given in others.items())):
            given = study_rows(records) if table is STUDIES else records
            if rows_of_it := [plain_values(table, record) for record in given]:
                book.sheet(table).write_columns(list(zip(*rows_of_it, strict=True)))
