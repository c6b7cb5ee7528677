"""Every page that is made of the code is what the code gives."""

import pytest

from pipeline.tables import TABLES
from tools.docs import PAGES, ROOT
from tools.docs.grading import grading_tables


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_made_of_the_code_is_current(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    assert PAGES[name](page) == page, "run: make docs"


def test_every_column_of_every_table_is_explained() -> None:
    page = (ROOT / "docs" / "evidence-table.md").read_text(encoding="utf-8")
    assert all(f"| `{column.name}` |" in page for table in TABLES for column in table.columns)


def test_the_page_on_grading_shows_every_table_once() -> None:
    page = (ROOT / "docs" / "grading.md").read_text(encoding="utf-8")
    assert all(page.count(f"<!-- table: {name} -->") == 1 for name in grading_tables())
