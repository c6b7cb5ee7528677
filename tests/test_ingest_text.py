"""Plain text: offsets index the file itself, and nothing but the article is in a block."""

import codecs
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import ReadLimits
from pipeline.errors import SourceError
from pipeline.ingest import list_sources, read
from pipeline.records import Document

PAGE = """Does Vitamin D Help With Muscle Cramps?

Skip to content
Home
This page is pending medical review
Last updated: March 3, 2024View editorial policy

Personalize

sunAbout Vitamin D

Vitamin D is made in the skin. A deficiency of it can cause muscle cramps. 1, 2 But the effect is small (p<0.05). 3

What to Ask For

Useful first tests include: 2

• Serum 25-hydroxyvitamin D
• Calcium and phosphate

At week 4 cramps had gone in 7 out of 8 patients. 3

References

1. Lee K, Ito M. Vitamin D and cramps: a randomised controlled trial. J Invent Med. 2019;3:1-9. doi:10.5555/abc.123
2. Board on Sunlight. Clinical practice guideline for vitamin D. 2021.
3. Roe A. Cramps in a cohort of swimmers. Swim Med. 2020. PMID: 12345678

Related Questions

What is the best treatment of cramps?
Can magnesium be given to a patient with kidney failure?

Medical Disclaimer

This information is not intended as a substitute for professional advice. We assume no liability for decisions.

Have a follow-up question?

Our Medical A.I. answers any follow up question.
"""


@pytest.fixture
def from_bytes(tmp_path: Path) -> Callable[[bytes], Document]:
    def make(data: bytes, name: str = "article.txt") -> Document:
        path = tmp_path / name
        path.write_bytes(data)
        (document,) = read(path)
        return document

    return make


def block_texts(document: Document, kind: str | None = None) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if kind is None or b.kind == kind]


def test_only_the_article_of_a_saved_page_is_in_blocks(from_bytes):
    document = from_bytes(PAGE.encode())
    text = "\n".join(block_texts(document))
    assert "A deficiency of it can cause muscle cramps" in text
    assert "7 out of 8 patients" in text
    for foreign in ("Skip to", "Home", "pending", "updated", "Personalize", "magnesium", "liability", "A.I.", "Roe A"):
        assert foreign not in text


def test_kinds_and_sections_follow_the_page(from_bytes):
    document = from_bytes(PAGE.encode())
    assert document.title == "Does Vitamin D Help With Muscle Cramps?"
    assert block_texts(document, "heading") == ["About Vitamin D", "What to Ask For"]
    assert block_texts(document, "list item") == ["Serum 25-hydroxyvitamin D", "Calcium and phosphate"]
    assert document.blocks[-1].section == "What to Ask For"


def test_bare_digits_after_sentences_are_citations_and_quantities_are_not(from_bytes):
    document = from_bytes(PAGE.encode())
    cited = [(document.text[c.start : c.end], c.labels) for c in document.citations]
    assert cited == [("1, 2", ("1", "2")), ("3", ("3",)), ("2", ("2",)), ("3", ("3",))]


def test_numbered_references_are_parsed(from_bytes):
    first, second, third = from_bytes(PAGE.encode()).references
    assert (first.label, first.year, first.design, first.numbered) == ("1", "2019", "rct", True)
    assert first.title == "Vitamin D and cramps: a randomised controlled trial"
    assert first.identifiers == {"doi": "10.5555/abc.123"}
    assert second.design == "guideline"
    assert (third.design, third.identifiers) == ("cohort", {"pmid": "12345678"})


def test_dates_and_notices_become_metadata(from_bytes):
    document = from_bytes(PAGE.encode())
    assert document.date == "2024-03-03"
    assert document.source_type == "AI-generated summary"
    assert {"pending review notice", "AI-generated notice"} <= set(document.quality_flags)
    assert "no references" not in document.quality_flags


def test_unnumbered_list_with_kind_lines_is_read_by_position_and_flagged_incomplete(from_bytes):
    page = (
        "Iron and Hair\n\nIron deficiency may cause hair loss in women. 1 Zinc does not help. 4\n\nReferences\n\n"
        "Guideline\n\nCare of Hair Loss\n\nPractical Summaries, 2025\n\n"
        "Research\n\n[Iron and hair: a cohort study].\n\nHair Journal, 2009\n"
    )
    document = from_bytes(page.encode())
    first, second = document.references
    assert (first.title, first.year, first.design, first.numbered) == ("Care of Hair Loss", "2025", "guideline", False)
    assert (second.title, second.year, second.design) == ("Iron and hair: a cohort study", "2009", "cohort")
    assert {"citations without entry", "reference list incomplete"} <= set(document.quality_flags)


def test_title_and_one_long_line_lose_nothing(from_bytes):
    body = "Background: Zinc was tested. " * 60 + "This article does not replace professional medical advice."
    document = from_bytes(f"Zinc for colds: a trial.\n\n{body}\n".encode())
    assert [(b.kind, b.end - b.start) for b in document.blocks] == [("title", 24), ("paragraph", len(body))]
    assert document.citations == ()


def test_hard_wrapped_lines_make_one_paragraph(from_bytes):
    lines = (
        "Folate is a vitamin that is found in leaves, and it is needed\n"
        "by every cell that divides. Women who plan a child\n"
        "are advised to take it in tablets, because the neural tube\ncloses before most of them know."
    )
    document = from_bytes(f"Folate\n\n{lines}\n".encode())
    assert block_texts(document, "paragraph") == [lines]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + "Café title\n\nIron für Ältere.\n".encode(),
        "Café title\n\nIron für Ältere.\n".encode("latin-1"),
        codecs.BOM_UTF16_LE + "Café title\n\nIron für Ältere.\n".encode("utf-16-le"),
        "Café title\n\nIron für Ältere.\n".encode("utf-16-be"),
    ],
    ids=["utf-8 with mark", "latin-1", "utf-16 with mark", "utf-16 without mark"],
)
def test_encodings_are_recognised(from_bytes, data):
    assert from_bytes(data).text == "Café title\n\nIron für Ältere.\n"


def test_line_ends_are_kept_so_that_offsets_index_the_file(from_bytes):
    document = from_bytes(b"A Title\r\n\r\nIron helps.\r\nZinc does not.\r\n")
    assert document.text == "A Title\r\n\r\nIron helps.\r\nZinc does not.\r\n"
    assert "Zinc does not." in block_texts(document)


def test_huge_line_is_read(from_bytes):
    line = "Iron deficiency causes fatigue in women. 1 " * 50_000
    document = from_bytes(f"Iron\n\n{line}\n".encode())
    assert max(b.end - b.start for b in document.blocks) == len(line.strip())


def test_text_source_id_is_its_path_with_slashes(tmp_path: Path):
    file = tmp_path / "a b" / "c.txt"
    file.parent.mkdir()
    file.write_text("Zinc\n\nZinc, doi:10.5555/x.1, helps with colds in children.\n")
    (document,) = read(file, root=tmp_path)
    assert document.source_id == document.path == "a b/c.txt"


def test_folders_are_walked_in_order_without_hidden_files_read_mes_and_loops(tmp_path: Path):
    for name in ("b.txt", "a/z.txt", "README.md", ".hidden", "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    names = [file.relative_to(tmp_path).as_posix() for file, root in list_sources([tmp_path])]
    assert names == ["a/z.txt", "b.txt", "notes.md"]
    assert list_sources([tmp_path / "README.md"]) == [(tmp_path / "README.md", tmp_path)]


def test_missing_path_is_one_sentence(tmp_path: Path):
    with pytest.raises(SourceError, match=r"does not exist; check the path\.$"):
        list_sources([tmp_path / "nowhere"])


def check_spans(document: Document) -> None:
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        end = block.end
    end = 0
    for citation in document.citations:
        assert end <= citation.start < citation.end <= len(document.text)
        assert citation.labels
        end = citation.end
    for page in document.pages:
        assert 0 <= page.start < page.end <= len(document.text)


MARKUP = (
    b"<p> <article> </p> <html> &amp; &x; <sup>1</sup> <collection> [{ %PDF-1.7 \xc3\xa9 \xff\xfe \x00 \x1f\x8b"
).split(b" ")
WORDS = (
    b"References|1. |[3, 5-7]| 2 The|(1)|Related articles|Disclaimer|Iron helps. |pmid,title|- item|\xc2\xb9"
).split(b"|")
FRAGMENTS = st.sampled_from([*MARKUP, *WORDS, b"\n", b"\n\n", b"\r\n", b". 12\n", b'{"title": ', b'"}'])
DATA = st.one_of(
    st.binary(max_size=400), st.lists(st.one_of(FRAGMENTS, st.binary(max_size=12)), max_size=40).map(b"".join)
)


@settings(max_examples=300, deadline=None)
@given(data=DATA)
def test_any_bytes_give_documents_with_ordered_spans_or_a_source_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.bin"
    path.write_bytes(data)
    try:
        documents = read(path, limits=ReadLimits(max_unpacked_bytes=10_000))
    except SourceError as error:
        assert str(error).endswith(".")
        return
    for document in documents:
        check_spans(document)


def test_lines_between_a_status_banner_and_the_article_are_no_text(from_bytes):
    article = (
        "Vitamin B12 and Legs\n\nVitamin B12 deficiency may contribute to restless legs in older adults, so test it.\n"
    )
    banner = "Received\nIn review\nApproved\n\nReading level\nChoose the wording that suits you.\n\nFor clinicians\n\n"
    for head in (
        f"Can low B12 cause restless legs?\n\nThis answer is pending expert review\nReview status\n{banner}",
        f"Awaiting medical review\n\nReview status: In review\n\nCan low B12 cause restless legs?\n\n{banner}",
    ):
        document = from_bytes((head + article).encode())
        assert document.title == "Can low B12 cause restless legs?"
        assert block_texts(document)[1:] == article.strip().split("\n\n")
        assert "pending review notice" in document.quality_flags


CONSUMER = """Does iron help you sleep?

Home
Written by Ann Roe, RD, medically reviewed by Ben Poe, MD

{share}

rlsWhat restless legs syndrome is

Restless legs syndrome is an urge to move your legs that builds up at rest and gets worse at night.

iron tabletsWhen to take them

Ask your doctor for a blood test before you take iron tablets, because too much of it can harm you.

{share}

zincWhat else?

Zinc does not help, whatever the label of your supplement says about it in large and friendly letters.
"""


@pytest.mark.parametrize(
    "share",
    ["Share by email", "Email this article", "Copy link to clipboard", "Click to share on X", "Save for later",
     "Facebook X LinkedIn Email", "Share on Facebook (opens in new window)", "Print this page", "Share this article"],
)  # fmt: skip
def test_sharing_lines_and_image_names_before_headings_are_cut_and_authors_found(from_bytes, share):
    document = from_bytes(CONSUMER.format(share=share).encode())
    assert block_texts(document, "heading") == ["What restless legs syndrome is", "When to take them", "What else?"]
    assert len(block_texts(document, "paragraph")) == 3
    assert document.authors == ("Ann Roe",)
    assert document.source_type == "consumer health page"


def test_lines_that_only_begin_like_boilerplate_are_kept(from_bytes):
    lines = ["Share of patients with anaemia", "By eating more leaves", "Save your bones", "mRNA and eHealth"]
    prose = "Iron deficiency is common in women, and a blood test of ferritin shows it in good time."
    page = "Iron\n\n" + "\n\n".join(f"{line}\n\n{prose}" for line in lines[:3])
    assert block_texts(from_bytes(page.encode()), "heading") == lines[:3]


QUESTION = "Should vitamin D be checked in a patient with restless legs?"
SOURCES = {
    "abstract": "Zinc in colds\n\nBackground: Colds are common. Methods: 80 patients were randomised to zinc or "
    "placebo. Results: Symptoms were shorter with zinc (P < 0.05). Conclusions: Zinc shortens colds.",
    "other": f"{QUESTION}\n\nVitamin D and Restless Legs\n\nVitamin D deficiency was found in 75.6% of 78 patients "
    "with restless legs and in 42.3% of 123 controls (OR 4.24, 95% CI 2.3-7.9, P<0.001). 1\n\nTreatment\n\nIn "
    "patients with a low serum level, clinicians may give 1000 IU/day. 2 No randomised trial has tested it. 2\n\n"
    "References\n\n1. Roe A. Vitamin D and legs. J X. 2018;3:1.\n2. Poe B. Vitamin D in legs. J X. 2019;3:1.\n",
    "consumer health page": "What is iron for?\n\nIron helps to make red blood cells. You find it in beans and in "
    "meat. Ask your doctor before you take tablets.",
    "research article": "Zinc in colds\n\nIntroduction\n\nColds are common.\n\nMethods\n\nWe gave zinc.\n\n"
    "Results\n\nIt helped.\n\nDiscussion\n\nMore trials are needed.\n\nReferences\n\n"
    "1. Roe A. Zinc. J X. 2018;3:1.\n2. Poe B. Colds and zinc. J X. 2019;3:1.\n",
    "review": "Zinc in colds: a systematic review\n\nObjective: to pool trials. Results: 12 trials were included "
    "(OR 0.7, 95% CI 0.5 to 0.9). Conclusions: zinc may help.",
}


@pytest.mark.parametrize("kind", SOURCES)
def test_the_kind_of_a_source_follows_from_its_make_up(from_bytes, kind):
    assert from_bytes(SOURCES[kind].encode()).source_type == kind


@pytest.mark.parametrize("head", ["", "\n\n", "\r\n\r\n", " \n\n\t\n"])
@pytest.mark.parametrize(
    "conclusion",
    [
        "Vitamin D does not prevent falls. It should not be used as a substitute for exercise.",
        "Conclusions: Zinc shortens colds (P < 0.05). Published trials are few.",
        "Reviewed trials show no effect of iron on sleep",
        "Sources of folate lower homocysteine in women.",
        "Share of energy from fat was associated with weight gain. Save for one trial, all agree.",
    ],
)
def test_one_paragraph_without_a_title_is_all_article(from_bytes, head, conclusion):
    document = from_bytes((head + conclusion).encode())
    assert "".join(block_texts(document)).split() == conclusion.split()


def test_a_text_of_thousands_of_lines_takes_time_in_proportion(from_bytes):
    def seconds(n: int) -> float:
        began = time.process_time()
        from_bytes(("Iron\n\n" + "iron is a mineral that the body needs for its\n" * n).encode())
        return time.process_time() - began

    seconds(500)
    assert seconds(20_000) < 8 * seconds(5_000)


SENTENCES = (
    "Zinc lozenges are sold to shorten the common cold, and several trials have tested the idea.",
    "Zinc supplementation shortened the common cold by two days in a randomised trial of 199 adults.",
    "Zinc deficiency is associated with a higher risk of pneumonia in older people, studies say.",
    "Vegetarians eat little zinc.",
)
FOREIGN_LINES = (
    "ADVERTISEMENT",
    "Advertisement - continue reading below",
    "Sponsored content",
    "More on zinc:",
    "More from this author",
    "Sign up for our newsletter",
    "Subscribe",
    "Related articles",
    "Related: Five foods for a cold",
    "Read next",
    "You might also like",
    "See also",
    "Have a question?",
    "Was this helpful?",
)


@pytest.mark.parametrize("line", FOREIGN_LINES)
@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize("form", ["{}", "<p>{}</p>", "<p><b>{}</b></p>", "<h2>{}</h2>"])
def test_a_foreign_line_within_an_article_loses_itself_alone(from_bytes, line, place, form):
    lines = [*SENTENCES[:place], line, *SENTENCES[place:]]
    if form == "{}":
        data = "Zinc and colds\n\n" + "\n\n".join(lines)
    else:
        body = "".join(form.format(text) if text == line else f"<p>{text}</p>" for text in lines)
        data = f"<!doctype html><html><body><article><h1>Zinc and colds</h1>{body}</article></body></html>"
    text = "\n".join(block_texts(from_bytes(data.encode())))
    assert [sentence for sentence in SENTENCES if sentence not in text] == []
    assert line not in text


@pytest.mark.parametrize("count", ["941 comments", "1,204 Comments", "12 responses", "Comments (12)"])
def test_a_count_of_comments_under_the_title_ends_nothing(from_bytes, count):
    text = "\n".join(block_texts(from_bytes("\n\n".join(("Zinc and colds", count, *SENTENCES)).encode())))
    assert [sentence for sentence in SENTENCES if sentence not in text] == []
    assert count not in text


def test_questions_that_an_article_answers_are_article_even_in_its_title(from_bytes):
    page = "Frequently Asked Questions about zinc\n\n" + "\n\n".join(SENTENCES)
    assert [
        sentence for sentence in SENTENCES if sentence not in "\n".join(block_texts(from_bytes(page.encode())))
    ] == []


def test_a_heading_that_would_shut_out_most_of_the_page_does_not_and_that_is_noted(from_bytes):
    document = from_bytes(("Zinc and colds\n\nAbout the author\n\n" + "\n\n".join(SENTENCES)).encode())
    assert [sentence for sentence in SENTENCES if sentence not in "\n".join(block_texts(document))] == []
    assert "main text uncertain" in document.quality_flags


def test_a_list_of_contents_that_names_the_references_opens_none(from_bytes):
    contents = "Contents\n1 Sources\n2 Signs\n3 Literature"
    entries = "1. Roe A. Zinc and colds. J Invent. 2015;3:1-9.\n2. Lee K. Zinc again. J Invent. 2016;4:2-8."
    parts = ("Zinc", contents, "Sources", SENTENCES[0], "Signs", *SENTENCES[1:], "Literature", entries)
    document = from_bytes("\n\n".join(parts).encode())
    assert [sentence for sentence in SENTENCES if sentence not in "\n".join(block_texts(document))] == []
    assert [entry.title for entry in document.references] == ["Zinc and colds", "Zinc again"]


def test_a_supplement_with_references_of_its_own_loses_neither_the_first_list_nor_its_text(from_bytes):
    first = "1. Roe A. Zinc and colds. J Invent. 2015;3:1-9.\n2. Lee K. Zinc again. J Invent. 2016;4:2-8."
    second = "1. Poe E. Doses of zinc. J Invent. 2017;5:1-9.\n3. Doe J. More zinc. J Invent. 2018;6:2-8."
    parts = (
        "Zinc",
        *SENTENCES,
        "References",
        first,
        "Supplement",
        f"{SENTENCES[0]} {SENTENCES[1]}",
        "References",
        second,
    )
    document = from_bytes("\n\n".join(parts).encode())
    assert [(entry.label, entry.title) for entry in document.references] == [
        ("1", "Zinc and colds"),
        ("2", "Zinc again"),
        ("3", "More zinc"),
    ]
    assert document.text[document.blocks[-1].start :].startswith(f"{SENTENCES[0]} {SENTENCES[1]}")
