"""In: exports of reference managers and literature databases; out: a `Document` for each record."""

from pipeline.ingest.records.bibtex_head import is_bibtex
from pipeline.ingest.records.endnote_xml import read_endnote_xml
from pipeline.ingest.records.jsonl import read_jsonl
from pipeline.ingest.records.table import is_table, read_csv
from pipeline.ingest.records.tagged import dialect_of, read_tagged
from pipeline.ingest.records.workbook import read_workbook

__all__ = [
    "dialect_of",
    "is_bibtex",
    "is_table",
    "read_csv",
    "read_endnote_xml",
    "read_jsonl",
    "read_tagged",
    "read_workbook",
]
