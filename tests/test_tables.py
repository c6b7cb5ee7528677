"""The tables as files: what is written can be opened safely, read back, and comes out the same every time."""

import csv
import dataclasses
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_rows import COMPARISON_ROW, ROW, SOURCE_ROW, row, write_workbook

from pipeline.records import ComparisonRow, EvidenceRow, SourceRow, Study
from pipeline.store.columnar import arrow_type
from pipeline.tables import (
    COMPARISON,
    EVIDENCE,
    SOURCES,
    Table,
    csv_files,
    read_comparison,
    read_evidence,
    read_sources,
    text_file,
    workbook,
    write_matrix,
    write_table,
)
from pipeline.tables.cells import neutralise, restore, to_cell
from pipeline.tables.lists import ListKind, join, split


@pytest.mark.parametrize(
    ("table", "record"), [(EVIDENCE, EvidenceRow), (COMPARISON, ComparisonRow), (SOURCES, SourceRow)]
)
def test_columns_are_the_fields_of_the_record_in_order_and_of_its_types(table: Table, record: type) -> None:
    kinds = {pa.string(): "text", pa.int64(): "integer", pa.float64(): "number", pa.bool_(): "boolean"}
    fields = [field.name for field in dataclasses.fields(record) if field.name not in ("stances", "finding")]
    assert list(table.header) == fields
    if record is not ComparisonRow:
        plain = {field.name: kinds[field.type] for field in arrow_type(record) if field.type in kinds}
        assert {c.name: c.kind for c in table.columns if c.kind in kinds.values()} == plain


def test_the_contract_columns_come_first_in_order(shared: Path) -> None:
    contract = (shared / "EVIDENCE_TABLE.md").read_text(encoding="utf-8")
    promised = re.findall(r"^\| ([a-z0-9_, ]+) \|", contract.split("## evidence.csv")[1], flags=re.M)
    names = [name for cell in promised[1:] for name in cell.split(", ")]
    assert list(EVIDENCE.header)[: len(names)] == names


def test_evidence_is_utf8_with_bom_crlf_and_one_header_line(tmp_path: Path) -> None:
    path = tmp_path / "evidence.csv"
    assert write_table(path, EVIDENCE, [ROW, row(sentence="two\nlines, and “quotes”")]) == 2
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfclaim_id,source_id,")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert len(lines) == 4 and lines[-1] == ""
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2


def test_evidence_reads_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [ROW, row(sentence="=1+1", page=3, sample_size=None, effect_value=-1.5, p_value="<0.05", population="'=x")]
    write_table(tmp_path / "evidence.csv", EVIDENCE, rows)
    assert list(read_evidence(tmp_path / "evidence.csv")) == rows


def test_comparison_and_sources_read_back_as_they_were_written(tmp_path: Path) -> None:
    write_table(tmp_path / "comparison.csv", COMPARISON, [COMPARISON_ROW])
    write_table(tmp_path / "sources.csv", SOURCES, [SOURCE_ROW])
    assert list(read_comparison(tmp_path / "comparison.csv")) == [dataclasses.replace(COMPARISON_ROW, stances={})]
    assert list(read_sources(tmp_path / "sources.csv")) == [SOURCE_ROW]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_cell_starts_like_a_formula(start: str, tmp_path: Path) -> None:
    write_table(tmp_path / "evidence.csv", EVIDENCE, [row(sentence=f"{start}cmd|' /C calc'!A0")])
    with (tmp_path / "evidence.csv").open(encoding="utf-8-sig", newline="") as file:
        (written,) = csv.DictReader(file)
    assert written["sentence"] == f"'{start}cmd|' /C calc'!A0"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_neutralising_is_undone_exactly(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert neutralise(text)[:1] not in set("=+-@\t\r")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
def test_numbers_keep_twelve_digits_and_use_a_point(value: float) -> None:
    cell = to_cell(value, EVIDENCE.columns[EVIDENCE.header.index("effect_value")])
    assert float(cell) == pytest.approx(value, rel=1e-11, abs=1e-300)
    assert "," not in cell


def test_binary_noise_does_not_show() -> None:
    column = EVIDENCE.columns[EVIDENCE.header.index("effect_value")]
    assert to_cell(0.1 + 0.2, column) == "0.3"
    assert to_cell(95.0, column) == "95"
    assert to_cell(-0.0, column) == "0"
    assert to_cell(float("nan"), column) == ""


def test_half_a_surrogate_pair_does_not_stop_the_table(tmp_path: Path) -> None:
    write_table(tmp_path / "evidence.csv", EVIDENCE, [row(sentence="a\ud800b")])
    assert next(read_evidence(tmp_path / "evidence.csv")).sentence == "a\ufffdb"


def test_reading_names_the_line_and_the_cell_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "evidence.csv"
    write_table(path, EVIDENCE, [ROW])
    path.write_text(path.read_text("utf-8-sig").replace(",80,", ",eighty,"), encoding="utf-8-sig")
    with pytest.raises(ValueError, match=r"line 2: the cell sample_size"):
        list(read_evidence(path))


def test_reading_a_table_without_a_needed_column_says_which(tmp_path: Path) -> None:
    (tmp_path / "evidence.csv").write_text("claim_id,sentence\r\n1,x\r\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the column"):
        list(read_evidence(tmp_path / "evidence.csv"))


def test_a_column_that_others_added_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "evidence.csv"
    write_table(path, EVIDENCE, [ROW])
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\r\n".join([lines[0] + ",mine", lines[1] + ",note", ""]), encoding="utf-8-sig", newline="")
    assert list(read_evidence(path)) == [ROW]


def test_the_matrix_has_a_column_a_source_with_stance_and_certainty(tmp_path: Path) -> None:
    write_matrix(tmp_path / "matrix.csv", [COMPARISON_ROW], {"=a.pdf": 1, "page.txt": 1})
    with (tmp_path / "matrix.csv").open(encoding="utf-8-sig", newline="") as file:
        header, cells = csv.reader(file)
    assert header == [
        "nutrient",
        "nutrient_id",
        "exposure",
        "condition",
        "condition_id",
        "'=a.pdf",
        "page.txt",
    ]
    assert cells[-2:] == ["no effect (Very low)", "harmful (Low)"]


def test_a_matrix_too_wide_keeps_the_sources_that_say_most_and_counts_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "MOST_CELLS", 2)
    second = replace(COMPARISON_ROW, exposure="excess", stances={"page.txt": ("harmful", "Low")})
    write_matrix(tmp_path / "matrix.csv", [COMPARISON_ROW, second], {"=a.pdf": 1, "page.txt": 2})
    with (tmp_path / "matrix.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row[-2:] for row in csv.reader(file)]
    assert cells == [["page.txt", "other_sources"], ["harmful (Low)", "1"], ["harmful (Low)", "0"]]


def test_the_workbook_is_filtered_frozen_typed_and_without_formulas(tmp_path: Path) -> None:
    write_workbook(tmp_path / "e.xlsx", [ROW, row(sentence="=1+1", nutrient="x" * 40_000)])
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx")["evidence"]
    assert [cell.value for cell in sheet[1]] == list(EVIDENCE.header)
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")
    place = EVIDENCE.header.index("effect_value")
    assert sheet[2][place].value == 0.97
    cell = sheet[3][EVIDENCE.header.index("sentence")]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", "=1+1", None)
    assert cell.alignment.wrap_text
    assert len(sheet[3][EVIDENCE.header.index("nutrient")].value) == 32_767


@pytest.mark.parametrize(
    "text", ["<r>5 & 6</r>", " 5\t6 ", "_x0041_", "a\x0bb", "line\nline", "“µg” 𝜇", "'=1", "=1", '"&amp;"', "a\ufffeb"]
)
def test_a_cell_of_the_workbook_holds_what_the_row_does(text: str, tmp_path: Path) -> None:
    write_workbook(tmp_path / "e.xlsx", [row(sentence=text)])
    [[*_, found]] = openpyxl.load_workbook(tmp_path / "e.xlsx")["evidence"].iter_rows(
        2, 2, max_col=EVIDENCE.header.index("sentence") + 1, values_only=True
    )
    # the reader leaves the escapes of the format as they stand
    assert restore(re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), found)) == text


def test_a_text_longer_than_a_cell_is_cut_as_spreadsheets_count(tmp_path: Path) -> None:
    write_workbook(tmp_path / "e.xlsx", [row(sentence="𝜇" * 20_000)])
    cut = openpyxl.load_workbook(tmp_path / "e.xlsx")["evidence"].cell(2, EVIDENCE.header.index("sentence") + 1).value
    assert len(cut.encode("utf-16-le")) // 2 == 32_767 and cut.endswith("𝜇…")


def test_the_workbook_offers_values_colours_certainty_and_has_the_other_tables_and_a_legend(tmp_path: Path) -> None:
    sources = [replace(SOURCE_ROW, status="unchanged", seconds=1.5)]
    write_workbook(
        tmp_path / "e.xlsx", [ROW], studies=[Study(study_id="PMID:1")], comparison=[COMPARISON_ROW], sources=sources
    )
    book = openpyxl.load_workbook(tmp_path / "e.xlsx")
    assert book.sheetnames == ["evidence", "findings", "studies", "comparison", "sources", "legend"]
    assert book["studies"]["A2"].value == "PMID:1" and not book["findings"]["A2"].value
    sheet = book["evidence"]
    offered = {str(rule.sqref).rstrip("0123456789"): rule.formula1 for rule in sheet.data_validations.dataValidation}
    status = openpyxl.utils.get_column_letter(EVIDENCE.header.index("review_status") + 1)
    assert offered[status] == '"accepted,rejected,corrected,unsure"'
    certainty = openpyxl.utils.get_column_letter(EVIDENCE.header.index("certainty") + 1)
    assert any(str(found.sqref).startswith(f"{certainty}2") for found in sheet.conditional_formatting)
    names = [cell.value for cell in book["sources"][1]]
    assert "seconds" not in names and book["sources"][2][names.index("status")].value == "processed"
    assert {cell.value for cell in book["legend"]["A"]} >= {"evidence", "findings", "studies", "comparison", "sources"}


def test_a_workbook_that_is_full_says_where_all_rows_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    for count in (2, 3):
        write_workbook(tmp_path / f"{count}.xlsx", [row(claim_id=f"{number:016x}") for number in range(count)])
    full, over = (openpyxl.load_workbook(tmp_path / f"{count}.xlsx")["evidence"] for count in (2, 3))
    assert [cell.value for cell in full["A"]][1:] == [f"{number:016x}" for number in range(2)]
    assert [cell.value for cell in over["A"]][3:] == ["Only the first 2 rows; all are in evidence.csv."]
    assert over.auto_filter.ref == full.auto_filter.ref


def test_the_workbook_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_workbook(tmp_path / f"{name}.xlsx", [ROW])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("source_id", "file"),
    [
        ("clinic/a b.pdf", "clinic%2Fa b.pdf.txt"),
        ("PMID:12", "PMID%3A12.txt"),
        ("x.xml#7", "x.xml#7.txt"),
        ("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd.txt"),
        ("/etc/passwd", "%2Fetc%2Fpasswd.txt"),
        ("100%.pdf", "100%25.pdf.txt"),
    ],
)
def test_a_stored_text_lies_below_its_folder_under_the_name_of_its_source(source_id: str, file: str) -> None:
    assert text_file(source_id) == PurePosixPath(file)


def test_long_names_stay_short_and_distinct() -> None:
    first, second = text_file("é" * 300 + "a.pdf"), text_file("é" * 300 + "b.pdf")
    assert first != second and len(first.name.encode()) <= 255


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("list", "Start Low: cohort (own result); Result Low"),
        ("verbatim", "OR 1.2; 95% CI 1.1 to 1.3"),
        ("values", "80 | Low"),
        ("flags", "hedged; small-sample"),
        ("quality flags", "no date; no references"),
        ("citations", "2: Iron in the young (2022) PMID:1 doi:10.1/a.b; 3: Lee 2021. Vitamin B12: a trial.; Lee 2001"),
        ("population", "60 pregnant women; India; dose 60 mg daily; for 12 weeks"),
    ],
)
def test_a_cell_of_many_parts_is_joined_as_it_was_split(kind: ListKind, cell: str) -> None:
    assert join(split(cell, kind), kind) == cell
    assert join(split("", kind), kind) == ""


def test_a_cited_reference_comes_back_from_its_cell_as_a_record() -> None:
    (cited,) = split("2: Iron in the young (2022) PMID:1 doi:10.1/a.b", "citations")
    assert cited.label == "2" and cited.reference is not None
    assert (cited.reference.text, cited.reference.year) == ("Iron in the young", "2022")
    assert cited.reference.identifiers == {"pmid": "1", "doi": "10.1/a.b"}


def test_a_code_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "evidence.csv"
    write_table(path, EVIDENCE, [ROW])
    path.write_text(path.read_text("utf-8-sig").replace("secondary-source", "secondhand"), encoding="utf-8-sig")
    with pytest.raises(ValueError, match=r"line 2: the cell flags cannot be read.*secondhand"):
        list(read_evidence(path))
