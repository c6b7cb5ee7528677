"""The page that explains grading shows the scheme's own numbers."""

from pathlib import Path

from pipeline.grading.handbook import filled, handbook_tables

PAGE = Path(__file__).resolve().parent.parent / "docs" / "grading.md"


def test_the_tables_of_the_page_are_those_of_the_scheme() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run `python -m pipeline.grading.handbook docs/grading.md`"


def test_the_page_shows_every_table_once() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(page.count(f"<!-- table: {name} -->") == 1 for name in handbook_tables())
