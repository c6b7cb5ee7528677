"""What is wrong with a file is said truly, and costs no more than the part that is wrong."""

import contextlib
import gzip
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.records import Document

ARTICLE = (
    "<h1>Iron and sleep</h1><p>Iron deficiency increases the risk of restless legs syndrome in many adults.</p>"
    "<p>Iron helps people who sleep badly, say two randomised trials of adults with low ferritin.</p>"
)
DEEP = 100_000


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., Document]:
    def make(data: bytes, name: str = "source.dat") -> Document:
        path = tmp_path / name
        path.write_bytes(data)
        return read(path)[0]

    return make


def printed_pages(n_pages: int, *, numbers_over_figure: int = 0) -> bytes:
    """Return a PDF of as many pages, one sentence each; on page one numbers stand scattered, as over a figure."""
    pdf = pymupdf.open()
    for number in range(1, n_pages + 1):
        page = pdf.new_page()
        page.insert_text((70, 80), f"Iron and sleep, part {number}", fontsize=16)
        page.insert_text((70, 120), f"Iron deficiency was frequent among the women of village {number}.", fontsize=10)
        for index in range(numbers_over_figure * (number == 1)):
            page.insert_text((70 + 37 * index, 200 + 53 * (index % 7)), str(index * 3 + 1), fontsize=8)
    return bytes(pdf.tobytes())


def made_by_hand(operators: bytes, kids: bytes = b"3 0 R") -> bytes:
    """Return a PDF with these operators on its page, packed, and these pages."""
    packed = zlib.compress(operators, 9)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count 1000000000>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = b"".join(b"%d 0 obj\n" % number + data + b"\nendobj\n" for number, data in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer\n<</Size 6/Root 1 0 R>>\n%%EOF"


LINE = b"BT /F 12 Tf 50 700 Td (Iron deficiency causes restless legs syndrome in adults.) Tj ET "


def test_a_pdf_that_unpacks_to_a_thousand_times_its_size_is_read_or_named(read_bytes):
    data = made_by_hand(LINE + b" " * 50_000_000)
    assert len(data) < 100_000
    began = time.process_time()
    with contextlib.suppress(SourceError):  # a damaged table of its objects
        assert "restless legs" in read_bytes(data).text
    assert time.process_time() - began < 20


@pytest.mark.parametrize("kids", [b"2 0 R 3 0 R", b"3 0 R " * 50_000, b"9 0 R"])
def test_pages_of_a_pdf_that_go_round_or_are_a_thousand_million_are_named(read_bytes, kids):
    with pytest.raises(SourceError, match="PDF"):
        read_bytes(made_by_hand(LINE, kids))


def test_thousands_of_lines_over_each_other_are_read_in_the_time_of_as_many_apart(read_bytes):
    def seconds(n_lines: int) -> float:
        began = time.process_time()
        read_bytes(made_by_hand(LINE * n_lines).replace(b"/Count 1000000000", b"/Count 1"))
        return time.process_time() - began

    short = min(seconds(500) for _ in range(2))
    assert seconds(4_000) < 20 * max(short, 0.1)


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "hex", "utf-7", "no-such-thing"])
def test_a_page_in_a_charset_that_no_page_is_in_is_read_all_the_same(read_bytes, charset):
    page = f"<html><head><meta charset='{charset}'></head><body>{ARTICLE}<p>Folate – a vitamin \\ud800 – helps.</p>"
    text = read_bytes(page.encode()).text
    assert "restless legs syndrome" in text
    assert text.encode()


def test_a_page_that_calls_itself_latin_1_is_read_as_browsers_read_it(read_bytes):
    page = "<html><head><meta charset=iso-8859-1></head><body>" + ARTICLE.replace("say two", "“say” two")
    assert "“say” two" in read_bytes(page.encode("cp1252")).text


def test_half_a_surrogate_pair_and_control_characters_never_leave_ingestion(read_bytes):
    line = b'{"title": "Iron \\ud800 \\u0007 bell", "abstract": "Iron \\udc00 helps.", "authors": "Roe\\u0000 A"}\n'
    document = read_bytes(line)
    assert document.title == "Iron � bell"
    assert document.text.encode()
    assert document.authors == ("Roe A",)


def test_characters_that_xml_cannot_hold_cost_an_abstract_with_mark_up_nothing(read_bytes):
    abstract = "Iron \\u0001 &#8; \\ud800 <i>deficiency</i> \\u0081 causes <b>fatigue</b>."
    text = read_bytes(f'{{"title": "Iron", "abstract": "{abstract}"}}\n'.encode()).text
    assert "deficiency" in text and "causes fatigue." in text and text.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"<article><body>" + b"<sec>" * DEEP + b"</sec>" * DEEP + b"</body></article>",
        b'[{"title": "a", "abstract": ' + b"[" * DEEP + b"]" * DEEP + b"}]",
        b"<html><body>" + b"<div>" * DEEP + ARTICLE.encode() + b"</div>" * DEEP,
    ],
)
def test_what_is_nested_too_deeply_is_said_to_be(read_bytes, data):
    with pytest.raises(SourceError, match="nested too deeply"):
        read_bytes(data)


def test_text_before_elements_nested_too_deeply_is_kept_and_flagged(read_bytes):
    document = read_bytes(f"<html><body>{ARTICLE}{'<div>' * DEEP}Zinc".encode())
    assert "restless legs syndrome" in document.text
    assert "truncated" in document.quality_flags


def test_brackets_without_end_in_a_text_do_no_harm(read_bytes):
    assert "causes" in read_bytes(b"Iron\n\nIron deficiency " + b"(" * DEEP + b")" * DEEP + b" causes fatigue.\n").text


def test_bytes_after_a_gzip_member_are_passed_over_and_members_are_joined(read_bytes):
    first, second = gzip.compress(b"Iron\n\nIron deficiency "), gzip.compress(b"causes fatigue.\n")
    assert read_bytes(first + second + b"\0" * 9).text == "Iron\n\nIron deficiency causes fatigue.\n"
    assert read_bytes(first + second + b"trailing").text == "Iron\n\nIron deficiency causes fatigue.\n"
    with pytest.raises(SourceError, match="cut-off gzip"):
        read_bytes(first + second[:-9])


def test_a_few_control_characters_make_no_binary_file_of_a_short_text(read_bytes):
    assert read_bytes(b"Iron\x01 and sleep\n\nIron\x02 deficiency causes fatigue.\n").format == "text"


@pytest.mark.parametrize("n_numbers", [8, 11, 13])
def test_numbers_scattered_over_a_figure_are_no_line_numbers(read_bytes, n_numbers):
    document = read_bytes(printed_pages(1, numbers_over_figure=n_numbers))
    assert document.title == "Iron and sleep, part 1"
    assert "Iron deficiency was frequent" in document.text
    assert "pages not read" not in document.quality_flags


def test_a_pdf_page_that_cannot_be_read_costs_that_page_alone(read_bytes):
    data = printed_pages(3)
    begin = data.index(b"stream", data.index(b"/Length", data.index(b"FlateDecode"))) + 8
    document = read_bytes(data[:begin] + b"\xff" * 30 + data[begin + 30 :])
    assert "pages not read" in document.quality_flags
    assert "truncated" not in document.quality_flags
    assert "village 3" in document.text


def test_a_pdf_that_was_cut_short_is_damaged_and_no_scan(read_bytes):
    data = printed_pages(3)
    first = data.index(b"stream")
    with pytest.raises(SourceError, match="damaged PDF"):
        read_bytes(data[: first - 20])
    document = read_bytes(data[: data.rindex(b"endstream") - 40])
    assert "truncated" in document.quality_flags


def test_layout_models_are_not_loaded_to_read_a_pdf(tmp_path: Path):
    (tmp_path / "a.txt").write_text("Iron\n\nIron deficiency causes fatigue.\n")
    (tmp_path / "b.pdf").write_bytes(printed_pages(1))
    code = (
        "import sys; from pathlib import Path; from pipeline.ingest import read\n"
        "def held(): return [m for m in ('pymupdf', 'pymupdf.layout', 'onnxruntime') if m in sys.modules]\n"
        f"read(Path({str(tmp_path / 'a.txt')!r})); print(held())\n"
        f"read(Path({str(tmp_path / 'b.pdf')!r})); print(held())\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["[]", "['pymupdf']"]
    assert said.stderr == ""
