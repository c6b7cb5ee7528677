"""In: the rows of a run. Out: the files that people open (CSV, spreadsheet, web page), and rows back from them."""

from pipeline.tables.cells import plain_values
from pipeline.tables.column import Column, Table, markdown
from pipeline.tables.columns import COMPARISON, EVIDENCE, FINDINGS, STUDIES, TABLES
from pipeline.tables.csv_files import (
    read_changes,
    read_comparison,
    read_evidence,
    read_sources,
    read_texts,
    revive,
    write_matrix,
)
from pipeline.tables.lists import citation_text, joined, population_text
from pipeline.tables.run_columns import CHANGES, DECISIONS, HISTORY, PRISMA, SEARCHES, SOURCES
from pipeline.tables.sheets import SheetError, SheetRow, read_sheet
from pipeline.tables.study_rows import study_rows
from pipeline.tables.texts import text_file
from pipeline.tables.workbook import Workbook
from pipeline.tables.writing import Copy, Sheet, TableWriter, write_table

__all__ = [
    "CHANGES",
    "COMPARISON",
    "DECISIONS",
    "EVIDENCE",
    "FINDINGS",
    "HISTORY",
    "PRISMA",
    "SEARCHES",
    "SOURCES",
    "STUDIES",
    "TABLES",
    "Column",
    "Copy",
    "Sheet",
    "SheetError",
    "SheetRow",
    "Table",
    "TableWriter",
    "Workbook",
    "citation_text",
    "joined",
    "markdown",
    "plain_values",
    "population_text",
    "read_changes",
    "read_comparison",
    "read_evidence",
    "read_sheet",
    "read_sources",
    "read_texts",
    "revive",
    "study_rows",
    "text_file",
    "write_matrix",
    "write_table",
]
