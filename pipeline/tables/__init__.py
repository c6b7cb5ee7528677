"""In: the rows of a run. Out: the files that people open (CSV, spreadsheet, web page), and rows back from them."""

from pipeline.tables.columns import COMPARISON, EVIDENCE, SOURCES, TABLES, Column, Table, markdown
from pipeline.tables.csv_files import read_comparison, read_evidence, read_sources, write_matrix, write_table
from pipeline.tables.page import write_page
from pipeline.tables.texts import text_file
from pipeline.tables.wording import RELATION_WORDS
from pipeline.tables.workbook import write_workbook

__all__ = [
    "COMPARISON",
    "EVIDENCE",
    "RELATION_WORDS",
    "SOURCES",
    "TABLES",
    "Column",
    "Table",
    "markdown",
    "read_comparison",
    "read_evidence",
    "read_sources",
    "text_file",
    "write_matrix",
    "write_page",
    "write_table",
    "write_workbook",
]
