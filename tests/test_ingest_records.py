"""Exports of reference managers and databases: each dialect gives the same records, and nothing mixes or is lost."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.records import Document

FOLDER = Path(__file__).parent / "records"
TRIAL = "Vitamin D supplementation and falls in older adults: a randomised controlled trial"
COHORT = "Vitamin D deficiency and hip fracture in women: a cohort study"
REVIEW = "Zinc lozenges for the common cold: a systematic review"
DIALECTS = {
    "asreview.csv": "csv",
    "cochrane-citations.txt": "cochrane",
    "cochrane.csv": "csv",
    "csl.json": "jsonl",
    "dimensions.csv": "csv",
    "endnote.enw": "enw",
    "endnote.xml": "endnote-xml",
    "openalex.csv": "csv",
    "openalex.json": "jsonl",
    "ovid-medline.txt": "nbib",
    "pubmed.nbib": "nbib",
    "rayyan.csv": "csv",
    "scopus.bib": "bibtex",
    "web-of-science.ciw": "isi",
}


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., list[Document]]:
    def make(text: str, name: str = "export.txt") -> list[Document]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read(path)

    return make


def surnames(document: Document) -> list[str]:
    return [name for name in ("Doe", "Roe", "Poe", "Berg", "Group") for author in document.authors if name in author]


def paragraphs(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == "paragraph"]


@pytest.mark.parametrize(("name", "form"), DIALECTS.items())
def test_each_dialect_gives_the_same_three_records(name: str, form: str):
    trial, cohort, review = read(FOLDER / name)
    assert {trial.format, cohort.format, review.format} == {form}
    assert trial.title.rstrip(".") == TRIAL
    assert COHORT in cohort.title
    assert review.title.rstrip(".") == REVIEW
    assert [document.date[:4] for document in (trial, cohort, review)] == ["2019", "2020", "2021"]
    assert surnames(trial) == ["Doe", "Roe"]
    assert len(trial.authors) == 2
    assert surnames(cohort) == ["Poe", "Berg"]
    assert len(cohort.authors) == 2
    assert review.authors == ("The Example Study Group",)
    assert (trial.source_id, cohort.source_id) == ("PMID:90000001", "PMID:90000002")
    assert trial.identifiers["doi"] == "10.9999/example.1"
    assert cohort.identifiers["doi"] == "10.9999/example.2"
    assert review.identifiers["doi"] == "10.1101/2021.02.03.21251234"
    assert "retraction notice" in cohort.quality_flags
    assert "preprint notice" in review.quality_flags
    assert trial.quality_flags == ()
    assert len({trial.path, cohort.path, review.path}) == 3


@pytest.mark.parametrize("name", sorted(DIALECTS.keys() - {"openalex.json", "csl.json"}))
def test_each_dialect_keeps_the_abstract_whole_and_its_labels_apart(name: str):
    trial, cohort, _ = read(FOLDER / name)
    assert paragraphs(trial) == [
        "Falls are common.",
        "We randomised 420 adults.",
        "Vitamin D reduced falls by 22% (RR 0.78, 95% CI 0.64 to 0.95).",
    ]
    assert [block.role for block in trial.blocks if block.kind == "paragraph"] == ["background", "methods", "results"]
    assert paragraphs(cohort) == [
        "Vitamin D deficiency was associated with hip fracture (HR 1.40, 95% CI 1.10 to 1.78) in 5200 women."
    ]


def test_an_abstract_kept_as_an_index_of_words_is_put_in_order():
    trial, cohort, _ = read(FOLDER / "openalex.json")
    assert paragraphs(trial) == ["Falls are very common. We randomised 420 adults."]
    assert "no abstract" in cohort.quality_flags


@pytest.mark.parametrize(
    "answer",
    [
        {
            "message": {
                "items": [{"title": ["Iron"], "author": [{"given": "Jane", "family": "Doe"}], "DOI": "10.9999/a"}]
            }
        },
        {"resultList": {"result": [{"title": "Iron", "authorString": "Jane Doe", "doi": "10.9999/a"}]}},
        {"data": [{"title": "Iron", "authors": [{"name": "Jane Doe"}], "externalIds": {"DOI": "10.9999/a"}}]},
    ],
)
def test_the_records_of_an_answer_are_found_wherever_it_holds_them(read_text, answer: dict):
    (document,) = read_text(json.dumps(answer))
    assert (document.title, document.authors, document.source_id) == ("Iron", ("Jane Doe",), "DOI:10.9999/a")


def test_columns_named_by_two_letters_between_tabs(read_text):
    (document,) = read_text(
        "PT\tAU\tAF\tTI\tAB\tPD\tPY\tDI\tUT\tPM\r\n"
        "J\tDoe, J; Roe, R\tDoe, Jane; Roe, Richard\tIron\tIron helped.\tMAR\t2019\t10.9999/a\tWOS:1\t90000001\r\n"
    )
    assert (document.date, document.authors) == ("2019-03", ("Jane Doe", "Richard Roe"))
    assert (document.source_id, document.publication_types) == ("PMID:90000001", ("Journal Article",))


def test_long_names_of_columns_say_what_they_hold(read_text):
    (document,) = read_text(
        '"Title of the article (as indexed)","Authors (all)","Year of publication","Abstract (English)"\n'
        '"Iron","Doe J; Roe R","2019","Iron helped."\n'
    )
    assert (document.title, document.authors, document.date) == ("Iron", ("Doe J", "Roe R"), "2019")
    assert paragraphs(document) == ["Iron helped."]


def test_a_row_whose_cells_have_moved_is_damaged_and_not_mixed(read_text):
    moved, whole = read_text(
        "title;authors;year;abstract\nTin;Doe, J; Roe, R;2018;Tin did not help.\nIron;Doe, J;2019;Iron helped.\n"
    )
    assert ("damaged record" in moved.quality_flags, moved.text) == (True, "")
    assert (whole.date, paragraphs(whole)) == ("2019", ["Iron helped."])


def test_registry_entries_are_named_by_their_number():
    first, second = read(FOLDER / "clinicaltrials.csv")
    assert (first.identifiers, first.authors) == ({"registry": "NCT90000001"}, ("University of Example",))
    assert (first.path, second.date) == ("clinicaltrials.csv#NCT90000001", "2020-01-09")


def test_a_workbook_reads_like_the_table_it_holds(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["Exported from a tool"])
    book.active.append(
        ["Article Title", "Authors", "Abstract", "Publication Year", "DOI", "Pubmed Id", "Document Type"]
    )
    book.active.append(
        [TRIAL, "Doe, J; Roe, RA", "We randomised 420\nadults.", 2019, "10.9999/example.1", 90000001, ""]
    )
    book.create_sheet("Notes").append(["Not records"])
    path = tmp_path / "savedrecs.xls"
    book.save(path)
    (document,) = read(path)
    assert (document.format, document.source_id, document.date) == ("xlsx", "PMID:90000001", "2019")
    assert document.authors == ("J Doe", "RA Roe")
    assert paragraphs(document) == ["We randomised 420 adults."]


def test_a_workbook_without_records_says_what_to_name():
    book = openpyxl.Workbook()
    book.active.append(["Dose", "Arm"])
    path = FOLDER.parent / "unused.xlsx"
    try:
        book.save(path)
        with pytest.raises(SourceError, match="no sheet with a column named title"):
            read(path)
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Doe, Jane", ["Jane Doe"]),
        ("Doe J., Roe R.A.", ["Doe J.", "Roe R.A."]),
        ("Doe, J., Roe, R. A.", ["J. Doe", "R. A. Roe"]),
        ("Jane Doe, Richard Roe and Ann Poe", ["Jane Doe", "Richard Roe", "Ann Poe"]),
        ("Doe, Jane and van der Berg, Jan", ["Jane Doe", "Jan van der Berg"]),
        ("Doe J, Roe R.", ["Doe J", "Roe R"]),
        ("van der Berg, J. M.", ["J. M. van der Berg"]),
        ("Griffin DK, Larkin DM.", ["Griffin DK", "Larkin DM"]),
        ("Doe, Jane (123456); Roe, Richard (654321)", ["Jane Doe", "Richard Roe"]),
        ("Jane Doe|Richard Roe", ["Jane Doe", "Richard Roe"]),
        ("Jane Doe & Richard Roe", ["Jane Doe", "Richard Roe"]),
        ("['Doe, Jane', 'Roe, Richard']", ["Jane Doe", "Richard Roe"]),
        ("Jane Doe, Richard Roe, Jr.", ["Jane Doe", "Richard Roe Jr."]),
        ("Doe J, et al.", ["Doe J"]),
        ("Doe, Jane, Jr.", ["Jane Doe Jr."]),
    ],
)
def test_author_cells_are_split_by_their_own_dialect(read_text, cell: str, names: list[str]):
    (document,) = read_text(json.dumps({"title": "Iron", "abstract": "Iron helped.", "authors": cell}))
    assert list(document.authors) == names


def test_lines_of_an_abstract_are_joined_in_tables_and_json(read_text):
    broken = "Vitamin D reduced falls in\nolder adults who had\nVitamin D deficiency. It was\nsafe."
    whole = ["Vitamin D reduced falls in older adults who had Vitamin D deficiency. It was safe."]
    (row,) = read_text(f'title,abstract,year\nIron,"{broken}",2001\n', "t.csv")
    (record,) = read_text(json.dumps({"title": "Iron", "abstract": broken.replace("\n", "\r\n")}))
    assert paragraphs(row) == whole
    assert paragraphs(record) == whole


def test_paragraphs_and_headings_of_a_full_text_stay_apart(read_text):
    text = "What is iron?\n\nIron is a mineral that the body needs.\n\nMethods\n\nWe read it."
    (document,) = read_text(json.dumps({"title": "Iron", "text": text}))
    assert paragraphs(document) == ["Iron is a mineral that the body needs.", "We read it."]
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"] == [
        "What is iron?",
        "Methods",
    ]
    assert document.blocks[-1].role == "methods"


def test_a_record_without_its_end_mark_is_kept_and_said_to_be_cut(read_text):
    first, second = read_text(
        "TY  - JOUR\nTI  - Iron\nPY  - 2001\nER  - \nTY  - JOUR\nTI  - Zinc\nPY  - 2002\nAB  - Zinc"
    )
    assert first.quality_flags == ("no abstract",)
    assert (second.title, second.date) == ("Zinc", "2002")
    assert "truncated" in second.quality_flags


def test_a_start_mark_ends_the_record_before_it(read_text):
    first, second = read_text("TY  - JOUR\nTI  - Iron\nAB  - A.\n\nTY  - JOUR\nTI  - Zinc\nAB  - B.\nER  - \n")
    assert (paragraphs(first), paragraphs(second)) == (["A."], ["B."])


def test_tags_with_one_space_and_values_over_lines(read_text):
    (document,) = read_text(
        "TY - JOUR\nAU - Doe, Jane\nTI - Iron and\nsleep\nAB - Iron helped\n  sleep.\nPY - 2001\nER -\n"
    )
    assert (document.title, document.authors, paragraphs(document)) == (
        "Iron and sleep",
        ("Jane Doe",),
        ["Iron helped sleep."],
    )


def test_a_broken_bibtex_entry_costs_itself_alone(read_text):
    first, broken, last = read_text(
        "@article{a, title={Iron}, abstract={Iron, 5% more, was fine}, year=2001}\n"
        "@article{b, title={Zinc, author={Doe, Jane}\n\n"
        '@article{c, title="Tin: 25(OH)D$_3$ and 10$^{9}$ cells", author={{Food and Drug Office} and Roe, R.}}\n'
    )
    assert paragraphs(first) == ["Iron, 5% more, was fine"]
    assert "damaged record" in broken.quality_flags
    assert last.title == "Tin: 25(OH)D3 and 10⁹ cells"
    assert last.authors == ("Food and Drug Office", "R. Roe")


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("\n".join(f"ZQ: {i}\nYX: Iron {i}\nWV: Iron helped.\nUT: 200{i}\n" for i in range(3)), "tag lines"),
        ("\n".join(f"Title: Iron {i}\nAuthors: Doe\nAbstract: Iron.\nYear: 2001" for i in range(3)), "a field a line"),
        ((FOLDER / "unread-fields.csv").read_text(encoding="utf-8"), "a field a line"),
        ("RT Journal\nA1 Doe\nT1 Iron\nYR 2001\nAB Iron.\n\nRT Journal\nA1 Roe\nT1 Tin\nYR 2002\n", "tag lines"),
        ("1. J X. 2001;1:2.\n\nIron.\n\nPMID: 90000001\n\n\n2. J X. 2002;1:2.\n\nTin.\n\nPMID: 90000002\n", "several"),
        ("nutrient;dose;arm\n" + "iron;5;A\n" * 5, "a table with the columns nutrient, dose, arm"),
        ('"nutrient","dose, daily","arm"\n"iron","5","A, then B"\n', "a table with the columns"),
        ("nutrient\tdose\tunit\n" + "vitamin D\t5\tµg\n" * 5, "a table with the columns"),
        ("function f() {\n  const iron = {\n    dose: 5,\n  };\n  return [iron];\n}\n", "braces"),
    ],
)
def test_structured_data_that_no_reader_takes_is_never_prose(read_text, text: str, looks: str):
    with pytest.raises(SourceError, match=looks) as caught:
        read_text(text)
    assert "export" in str(caught.value) or "give" in str(caught.value) or "name the columns" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Iron and sleep\n\nIron is in red meat, beans, and nuts.\n\nNot with tea, coffee or milk.\n",
        "Q: Does zinc help?\nA: It may shorten colds.\nQ: How much?\nA: Up to 40 mg a day.\nQ: For long?\nA: No.\n",
        "Zinc\n\nNote: take care.\n\nSources: oysters, beef.\n\n{see below}\n\nZinc helps wounds heal.\n",
    ],
)
def test_prose_with_colons_commas_and_lists_is_still_read(read_text, text: str):
    (document,) = read_text(text)
    assert document.format == "text"


def test_real_exports_give_every_record_its_title_year_authors_and_identifiers(shared: Path):
    paths = [path for path in sorted((shared / "formats" / "records").iterdir()) if path.suffix != ".md"]
    assert len(paths) >= 17
    for path in paths:
        for document in read(path):
            assert document.title and document.date and document.authors and document.identifiers, document.path


@pytest.mark.parametrize(
    "first",
    ["", "<Abstract/>", "<Abstract><AbstractText>El hierro no ayudó a las mujeres que no dormían por la noche y que"
     " tenían una falta de hierro en la sangre.</AbstractText></Abstract>"],
)  # fmt: skip
def test_the_only_english_abstract_of_a_record_is_its_abstract(read_text, first: str):
    others = (
        '<OtherAbstract Type="Publisher" Language="spa"><AbstractText>El hierro.</AbstractText></OtherAbstract>'
        '<OtherAbstract Type="plain-language-summary" Language="eng"><AbstractText>Iron helped.</AbstractText>'
        "</OtherAbstract>"
    )
    (document,) = read_text(
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>90000001</PMID><Article><ArticleTitle>Iron"
        f"</ArticleTitle>{first}</Article>{others}</MedlineCitation></PubmedArticle></PubmedArticleSet>",
        "records.xml",
    )
    assert paragraphs(document) == ["Iron helped."]
