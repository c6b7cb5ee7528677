"""Tables are kept as header rows, stubs and cells, with caption and footnotes, from JATS, HTML and Word documents."""

from collections.abc import Callable
from pathlib import Path

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
    assert "210" not in document.text


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
    assert (table.label, table.rows[-1]) == ("Table 1", ("Iron", "52"))


def test_the_command_shows_tables_with_their_cells(tmp_path: Path):
    path = tmp_path / "a.nxml"
    path.write_text(JATS)
    shown = CliRunner().invoke(app, ["read", str(path)]).output
    assert "Table 2: Risk of falls by arm." in shown
    assert "Falls | 210 | 0.78 (0.64 to 0.95)" in shown
