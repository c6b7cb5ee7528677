"""PDFs set in the ways that journals, preprints and leaflets are set keep their text and lose their furniture."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pymupdf
import pytest

from pipeline.ingest import read
from pipeline.ingest.byline import authors_stated, is_front_matter, person_names
from pipeline.records import Document

ROMAN, BOLD, ITALIC = "tiro", "tibo", "tiit"
SENTENCES = (
    "Iron deficiency is common in women of childbearing age and it is a frequent cause of fatigue.",
    "Tablets of ferrous sulfate restore the iron stores within twelve weeks of treatment.",
    "Folate was measured in red cells because serum values change with each meal.",
    "We adjusted for age, sex, smoking and the season in which blood was drawn.",
    "The trial used an external quality scheme. Women with low ferritin were followed.",
)
TEXT = " ".join(SENTENCES)
REFERENCES = (
    "1. Roe A. Iron in a cohort of women. J Invent. 2015;1:2-9.",
    "2. Lee K. A guideline. J Invent. 2016;2:3.",
)


class Setter:
    """Sets a document on pages: `head` gives what stands above each page, `columns` the left edges and the width."""

    def __init__(self, head: Callable[[int], Iterable[tuple[float, float, str, float]]], columns, width, leading=12.0):
        self.pdf, self.head, self.columns, self.width, self.leading = pymupdf.open(), head, columns, width, leading
        self.column, self.y, self.top = len(columns) - 1, 1e6, 0.0

    def put(self, x: float, y: float, text: str, size: float = 10, font: str = ROMAN) -> None:
        writer = pymupdf.TextWriter(self.page.rect)
        writer.append((x, y), text, font=pymupdf.Font(font), fontsize=size)
        writer.write_text(self.page)

    def turn(self) -> None:
        self.column = (self.column + 1) % len(self.columns)
        if self.column == 0:
            self.page = self.pdf.new_page(width=595, height=842)
            for x, y, text, size in self.head(self.pdf.page_count):
                self.put(x, y, text, size)
            self.top = 100 if self.pdf.page_count > 1 or self.top == 0 else self.top
        self.y = self.top

    def line(self, text: str, size: float = 10, font: str = ROMAN, indent: float = 0) -> None:
        if self.y > 770:
            self.turn()
        self.put(self.columns[self.column] + indent, self.y, text, size, font)
        self.y += self.leading

    def paragraph(self, text: str, size: float = 10) -> None:
        for line in wrapped(text, self.width, size):
            self.line(line, size)
        self.y += self.leading / 3

    def heading(self, text: str) -> None:
        self.y += self.leading / 2
        self.line(text, 10, BOLD)

    def article(self, headings: Iterable[str], front: Callable[["Setter"], None] | None = None) -> bytes:
        self.turn()
        if front:
            front(self)
        for heading in headings:
            self.heading(heading)
            for _ in range(3):
                self.paragraph(f"{TEXT} {TEXT}")
        self.heading("References")
        for entry in REFERENCES:
            self.paragraph(entry, 8)
        return bytes(self.pdf.tobytes())


def wrapped(text: str, width: float, size: float) -> Iterator[str]:
    """Break a text at a width, long words with a hyphen."""
    font, line = pymupdf.Font(ROMAN), ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.text_length(longer, size) <= width:
            line = longer
        elif len(word) > 8 and font.text_length(f"{line} {word[:4]}-", size) <= width:
            yield f"{line} {word[:4]}-".strip()
            line = word[4:]
        else:
            yield line
            line = word
    yield line


@pytest.fixture
def read_pdf(tmp_path: Path) -> Callable[[bytes], Document]:
    def make(data: bytes) -> Document:
        path = tmp_path / "paper.pdf"
        path.write_bytes(data)
        (document,) = read(path)
        return document

    return make


def texts(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == kind]


def check_whole(document: Document, headings: list[str]) -> None:
    """Every paragraph is whole, in its order, and nothing else is there."""
    assert texts(document, "heading") == headings
    assert texts(document, "paragraph") == [f"{TEXT} {TEXT}"] * (3 * len(headings))
    assert [entry.title for entry in document.references] == ["Iron in a cohort of women", "A guideline"]


HEADINGS = ["1. Introduction", "2. Methods", "2.1 Statistical analysis", "3. Results"]


@pytest.mark.parametrize("size", [7.5, 10], ids=["small heads", "heads in the type of the text"])
@pytest.mark.parametrize("columns", [((60,), 470), ((50, 310), 235)], ids=["one column", "two columns"])
def test_heads_that_differ_on_left_and_right_pages_are_dropped_and_paragraphs_run_on(read_pdf, size, columns):
    def head(page: int) -> Iterator[tuple[float, float, str, float]]:
        yield (60, 42, "Roe and Poe: Iron in women", size) if page % 2 else (330, 42, "J Invent Nutr 2021;5:1", size)
        yield (290, 815, str(30 + page), 8)

    document = read_pdf(Setter(head, *columns).article(HEADINGS))
    check_whole(document, HEADINGS)
    assert len(document.pages) in {2, 3}


def test_a_head_on_one_page_only_is_known_by_the_page_number_beside_it(read_pdf):
    def head(page: int) -> Iterator[tuple[float, float, str, float]]:
        if page == 2:
            yield (60, 42, "2    ROE ET AL.", 10)

    check_whole(read_pdf(Setter(head, (50, 310), 235).article(HEADINGS)), HEADINGS)


def test_names_affiliations_dates_and_doi_under_the_title_are_metadata_and_no_text(read_pdf):
    def front(setter: Setter) -> None:
        setter.line("Iron tablets for tired women: a trial", 17, BOLD)
        for line, font in (
            ("Ann Roe, Ben C. van der Poe and Cara Oe", BOLD),
            ("Department of Nutrition, University of Nowhere, Nowhere, UK", ITALIC),
            ("Received 3 March 2021; accepted 4 May 2021", ROMAN),
            ("doi:10.5555/x.2021.1", ROMAN),
        ):
            setter.y += 6
            setter.line(line, 10, font)
        setter.top = 240
        setter.y = 240

    document = read_pdf(Setter(lambda _: (), (60,), 470).article(HEADINGS, front))
    assert document.title == "Iron tablets for tired women: a trial"
    assert document.authors == ("Ann Roe", "Ben C. van der Poe", "Cara Oe")
    assert (document.date, document.identifiers) == ("2021-05-04", {"doi": "10.5555/x.2021.1"})
    check_whole(document, HEADINGS)


def test_a_line_that_names_a_scheme_or_table_within_a_sentence_is_no_caption(read_pdf):
    setter = Setter(lambda _: (), (60,), 470)
    setter.turn()
    setter.heading("Results")
    for line in ("We took part in an external quality", "scheme. 12 women left the study, and the rest is in",
                 "Table 2. Of these women most were tired."):  # fmt: skip
        setter.line(line)
    setter.y += 12
    setter.line("Table 2. Women by arm of the trial", 8)
    document = read_pdf(bytes(setter.pdf.tobytes()))
    assert texts(document, "caption") == ["Table 2. Women by arm of the trial"]
    assert texts(document, "paragraph")[0].endswith("is in Table 2. Of these women most were tired.")


def test_letter_spaced_headings_and_ligatures_are_read_as_words(read_pdf):
    setter = Setter(lambda _: (), (50, 310), 235)
    setter.turn()
    setter.line("M A T E R I A L S  A N D  M E T H O D S", 10, BOLD)
    setter.paragraph("The ﬁrst ﬁnding was of clinical signiﬁcance, and a diﬃculty was met in the ﬂow of patients.")
    document = read_pdf(bytes(setter.pdf.tobytes()))
    assert texts(document, "heading") == ["MATERIALS AND METHODS"]
    assert texts(document, "paragraph")[0].startswith("The first finding was of clinical significance, and a diff")
    assert document.blocks[0].role == "methods"


def test_a_double_spaced_manuscript_with_counted_lines_keeps_its_paragraphs(read_pdf):
    class Manuscript(Setter):
        count = 0

        def line(self, text: str, *details: object, **named: object) -> None:
            super().line(text, *details, **named)
            self.count += 1
            self.put(30, self.y - self.leading, str(self.count), 8)

    headings = ["Introduction", "Methods", "Results"]
    check_whole(read_pdf(Manuscript(lambda _: (), (60,), 470, 24.0).article(headings)), headings)


def test_a_figure_across_two_columns_does_not_break_the_paragraph_around_it(read_pdf):
    class Illustrated(Setter):
        def turn(self) -> None:
            super().turn()
            if self.pdf.page_count == 2 and self.column == 0:
                for number in range(4):
                    self.put(80 + 110 * number, 190, f"{number}0", 7)
                self.put(60, 215, "Figure 1. Ferritin by week and arm of the trial.", 8)
                self.top = self.y = 245

    document = read_pdf(Illustrated(lambda _: (), (50, 310), 235).article(HEADINGS))
    assert texts(document, "caption") == ["Figure 1. Ferritin by week and arm of the trial."]
    check_whole(document, HEADINGS)


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("By Marta Ilves", ("Marta Ilves",)),
        ("Written by Ann Roe, RD, medically reviewed by Ben Poe, MD", ("Ann Roe",)),
        ("Written by Ann Roe, MS, RD and Cara van der Oe — Updated on May 3, 2024", ("Ann Roe", "Cara van der Oe")),
        ("Author: Dr. Ann Roe | Reviewed by Ben Poe", ("Dr. Ann Roe",)),
        ("By taking iron tablets", ()),
        ("By Mouth", ()),
        ("Medically reviewed by Ben Poe, MD", ()),
        ("By 2020 Iron Tablets were sold everywhere", ()),
    ],
)
def test_lines_that_state_the_authors(line, people):
    assert authors_stated(line) == people


def test_lists_of_names_and_front_matter_are_told_from_prose():
    assert person_names("Ann Roe1,2, Ben Poe2* and Cara D. Oe, MD, PhD") == ("Ann Roe", "Ben Poe", "Cara D. Oe")
    assert person_names("ANN ROE, MD; BEN POE, PHD; AND CARA OE") == ("ANN ROE", "BEN POE", "CARA OE")
    assert person_names("Iron deficiency, zinc and sleep") == ()
    assert is_front_matter("Department of Medicine, University of Nowhere, UK")
    assert not is_front_matter("We studied patients of the university hospital who were tired, and we gave them iron.")


def paper(entries: Iterable[str], sentence: str, front: Iterable[tuple[str, float]] = (), metadata=None) -> bytes:
    """Set a short paper: `front` gives the lines above the text, with their sizes of type."""
    setter = Setter(lambda _: (), (60,), 470)
    setter.turn()
    for line, size in front:
        setter.y += size
        setter.line(line, size)
    for heading in ("Introduction", "Methods"):
        setter.heading(heading)
        setter.paragraph(f"{TEXT} {sentence}")
    setter.heading("References")
    for entry in entries:
        setter.paragraph(entry, 8)
    setter.pdf.set_metadata(metadata or {})
    return bytes(setter.pdf.tobytes())


OLD_FONT = ("1. Roe A. Iron. J Invent 2001;12:28{0}31.", "2. Lee K. Zinc. J Invent 2003;4(2):1005{0}11.")


@pytest.mark.parametrize("mark", ["e", "ß", "v"])
def test_a_letter_that_an_old_font_has_for_its_dash_is_read_as_one(read_pdf, mark):
    sentence = f"The risk was lower (0.61{mark}0.94) in 1998{mark}2001, and type 2{mark}1 or 5{mark} were left."
    document = read_pdf(paper((entry.format(mark) for entry in OLD_FONT), sentence))
    assert f"The risk was lower (0.61–0.94) in 1998–2001, and type 2{mark}1 or 5{mark} were left." in document.text
    assert [entry.text.rsplit(":")[-1] for entry in document.references] == ["28–31.", "1005–11."]


def test_letters_between_numbers_stay_where_the_font_has_a_dash(read_pdf):
    document = read_pdf(paper((entry.format("-") for entry in OLD_FONT), "The count was 2e5 cells and 1e3 more."))
    assert "The count was 2e5 cells and 1e3 more." in document.text


@pytest.mark.parametrize("label", ["RESEARCH ARTICLE", "Original Investigation", "Open Access", "CLINICAL TRIAL"])
@pytest.mark.parametrize("author", ["", "Research Article", "Microsoft Office User", "Lou Setter"])
def test_what_a_journal_prints_above_a_title_is_neither_title_nor_author(read_pdf, label, author):
    front = (
        (label, 20),
        ("The Invented Journal of Iron", 22),
        ("Iron tablets for women: a trial", 15),
        ("Ann Roe, Ben Poe", 10),
    )
    document = read_pdf(paper(REFERENCES, "Iron helps.", front, {"author": author}))
    assert (document.title, document.authors) == ("Iron tablets for women: a trial", ("Ann Roe", "Ben Poe"))
    assert label not in document.text


def test_raised_numbers_with_spaces_between_them_cite(read_pdf):
    setter = Setter(lambda _: (), (60,), 470)
    setter.turn()
    setter.heading("Introduction")
    setter.put(60, setter.y, "Iron was tested in several RCTs", 10)
    setter.put(60 + pymupdf.Font(ROMAN).text_length("Iron was tested in several RCTs", 10), setter.y - 4, "1 2 4", 6)
    setter.y += 12
    setter.line("and in many cohorts of tired women, who took it for months before they were well again.")
    setter.paragraph(f"{TEXT} {TEXT}")
    setter.heading("References")
    for number in range(1, 5):
        setter.paragraph(f"{number}. Roe A. Iron and rest, part {number}. J Invent. 2015;1:2-9.", 8)
    document = read_pdf(bytes(setter.pdf.tobytes()))
    assert "several RCTs 1 2 4 and in many" in document.text
    assert document.citations[0].labels == ("1", "2", "4")
