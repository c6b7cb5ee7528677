"""Tables are kept as header rows, stubs and cells, with caption and footnotes, from JATS, HTML and Word documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_ingest_documents import WITHOUT_NOTES, docx, paragraph, run
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.ingest import read
from pipeline.records import Document

JATS = """<article><front><article-meta><title-group><article-title>Iron</article-title></title-group></article-meta>
</front><body><sec><title>Results</title><p>See the table.</p><table-wrap><label>Table 2</label>
<caption><p>Risk of falls by arm.</p></caption><table><thead>
<tr><th rowspan="2">Outcome</th><th colspan="2">Vitamin D<xref ref-type="table-fn" rid="f">a</xref></th></tr>
<tr><th>n</th><th>RR (95% CI)</th></tr></thead><tbody>
<tr><td colspan="3">All adults</td></tr>
<tr><td>Falls</td><td>210</td><td>0.78 (0.64 to 0.95)</td></tr>
<tr><td rowspan="2">Fractures</td><td>12</td><td>10<sup>-3</sup></td></tr><tr><td>13</td><td>1.02</td></tr>
</tbody></table><table-wrap-foot><fn id="f"><p>1000 IU a day.</p></fn></table-wrap-foot></table-wrap></sec></body>
</article>"""
ROWS = "<tr><th>Outcome</th><th>RR</th></tr><tr><td>Falls</td><td>0.78</td></tr><tr><td>Colds</td><td>0.92</td></tr>"
PAGE = f"""<!doctype html><html><head><title>Vitamin D</title></head><body><article><h1>Vitamin D</h1>
<p>Vitamin D is a vitamin that many older adults lack, and doctors often look for it when a person has fallen.</p>
<table><caption>Table 1. Risk of falls</caption>{ROWS}</table>
<p>Table 2: Risk of colds</p><div><table>{ROWS}</table></div>
<table><tr><td>{"This cell lays out the page and holds an article. " * 9}</td><td>{"Another column. " * 40}</td></tr>
<tr><td>a</td><td>b</td></tr></table></article></body></html>"""


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[[bytes, str], Document]:
    def make(data: bytes, name: str) -> Document:
        path = tmp_path / name
        path.write_bytes(data)
        (document,) = read(path)
        return document

    return make


def test_jats_tables_fill_spans_and_keep_caption_and_footnotes_as_text(read_bytes):
    document = read_bytes(JATS.encode(), "a.nxml")
    (table,) = document.tables
    assert (table.label, table.section, table.footnotes) == ("Table 2", "Results", ("1000 IU a day.",))
    assert table.header == (("Outcome", "Vitamin D", "Vitamin D"), ("Outcome", "n", "RR (95% CI)"))
    assert table.rows == (
        ("All adults", "", ""),
        ("Falls", "210", "0.78 (0.64 to 0.95)"),
        ("Fractures", "12", "10⁻³"),
        ("Fractures", "13", "1.02"),
    )
    assert document.text[table.start : table.end] == table.caption == "Risk of falls by arm."
    captions = [document.text[block.start : block.end] for block in document.blocks if block.kind == "caption"]
    assert captions == ["Risk of falls by arm.", "1000 IU a day."]
    (line,) = table.lines
    assert document.text[line.start : line.end] == (
        "Table 2. Risk of falls by arm; All adults; Falls; Vitamin D, n: 210; "
        "Vitamin D, RR (95% CI): 0.78 (0.64 to 0.95)"
    )


def test_tables_of_data_on_a_page_are_kept_and_those_of_its_layout_are_not(read_bytes):
    document = read_bytes(PAGE.encode(), "page.html")
    assert [(table.label, table.caption) for table in document.tables] == [
        ("Table 1", "Table 1. Risk of falls"),
        ("Table 2", "Table 2: Risk of colds"),
    ]
    assert document.tables[0].header == (("Outcome", "RR"),)
    assert document.tables[0].rows == (("Falls", "0.78"), ("Colds", "0.92"))


def test_tables_of_a_word_document(read_bytes):
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{paragraph(run(cell))}</w:tc>' for cell in cells)}</w:tr>"

    body = paragraph(run("Table 1. Ferritin by arm")) + f"<w:tbl>{row('Arm', 'Ferritin')}{row('Iron', '52')}</w:tbl>"
    (table,) = read_bytes(docx(WITHOUT_NOTES + body), "a.docx").tables
    assert (table.label, table.header, table.rows) == ("Table 1", (("Arm", "Ferritin"),), (("Iron", "52"),))


def test_the_tables_of_a_pdf_are_those_with_a_numbered_caption(tmp_path: Path):
    from pipeline.mupdf import pymupdf

    def ruled(page: Any, top: float, rows: tuple[tuple[str, ...], ...]) -> None:
        for number, cells in enumerate(rows):
            for column, words in enumerate(cells):
                box = pymupdf.Rect(60 + 150 * column, top + 20 * number, 210 + 150 * column, top + 20 + 20 * number)
                page.draw_rect(box)
                page.insert_text((box.x0 + 4, box.y0 + 14), words, fontsize=10)

    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((60, 60), "Vitamin D for older adults", fontsize=18)
    page.insert_text(
        (60, 100), "In this trial adults who took vitamin D fell less often than those on placebo.", fontsize=10
    )
    page.insert_text((60, 140), "Table 1. Falls in both arms", fontsize=9)
    ruled(
        page,
        150,
        (("", "Vitamin D", "RR (95% CI)"), ("Falls", "30 (30)", "0.59 (0.41 to 0.84)"), ("Colds", "9", "1.1")),
    )
    other = pdf.new_page()
    other.insert_text((60, 60), "The boxes below have no number and are no table of the article at all.", fontsize=10)
    ruled(other, 150, (("", "Iron"), ("Falls", "12")))
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf.tobytes())
    (document,) = read(path)
    (table,) = document.tables
    assert (table.label, table.caption, table.page) == ("Table 1", "Table 1. Falls in both arms", 1)
    assert table.header == (("", "Vitamin D", "RR (95% CI)"),)
    assert table.rows == (("Falls", "30 (30)", "0.59 (0.41 to 0.84)"), ("Colds", "9", "1.1"))
    assert document.text[table.start : table.end] == table.caption


def test_words_under_the_last_row_of_a_table_are_its_footnote(read_bytes):
    note = "<tfoot><tr><td colspan='2'>RR, relative risk; adjusted for age and sex.</td></tr></tfoot>"
    page = PAGE.replace("</table>\n<p>Table 2", f"{note}</table>\n<p>Table 2")
    table = read_bytes(page.encode(), "page.html").tables[0]
    assert table.footnotes == ("RR, relative risk; adjusted for age and sex.",)
    assert table.rows == (("Falls", "0.78"), ("Colds", "0.92"))


def test_the_command_shows_tables_with_their_cells(tmp_path: Path):
    path = tmp_path / "a.nxml"
    path.write_text(JATS)
    shown = CliRunner().invoke(app, ["read", str(path)]).output
    assert "Table 2: Risk of falls by arm." in shown
    assert "Falls | 210 | 0.78 (0.64 to 0.95)" in shown
