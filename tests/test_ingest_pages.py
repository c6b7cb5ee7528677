"""The article of a web page is found where it stands, and the page's furniture stays out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ingest import read
from pipeline.records import Document

LEAD = "Folate is sold to pregnant women everywhere, and a new trial asks who needs it."
TEXTS = (
    "Folate supplementation lowered the risk of neural tube defects in a trial of 1,800 women in seven countries.",
    "The women took 4 mg a day from the month before conception until the twelfth week of their pregnancy.",
    "Folate deficiency is frequent where flour is not fortified, and it causes anaemia in pregnant women.",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXTS)
MENU = "<ul><li><a href='/a'>News</a></li><li><a href='/b'>Recipes</a></li></ul>"


@pytest.fixture
def read_page(tmp_path: Path) -> Callable[[str], Document]:
    def make(body: str) -> Document:
        path = tmp_path / "page.html"
        path.write_text(
            f"<!doctype html><html><head><title>Folate in pregnancy</title></head><body>{body}</body></html>"
        )
        return read(path)[0]

    return make


@pytest.mark.parametrize(
    "around",
    [
        "<form action='/x'><input type='hidden' name='v' value='x'>{}</form>",
        "<header>{}</header>",
        "<nav>" + MENU + "{}",
        "<div hidden>{}</div>",
        "<div style='display: none'>{}</div>",
        "<div aria-hidden='true'>{}</div>",
        "<div class='page has-sidebar comments-open'>{}</div>",
        "<footer>{}</footer>",
        "<table><tr><td>{}</td></tr></table>",
        "<table><tr><td>" + MENU + "</td><td><table><tr><td>{}</td></tr></table></td></tr></table>",
        "<table role='presentation'><tr><td>Health</td><td>{}</td></tr></table>",
    ],
)
def test_an_article_is_read_wherever_the_page_has_put_it(read_page, around):
    document = read_page(around.format(f"<h1>Folate in pregnancy</h1>{PARAGRAPHS}"))
    prose = [document.text[block.start : block.end] for block in document.blocks if block.kind == "paragraph"]
    assert [text for text in TEXTS if text not in prose] == []
    assert document.title == "Folate in pregnancy"


@pytest.mark.parametrize(
    "furniture",
    [
        "<div class='post-share'><p>Send the article about folate to your friends and family</p></div>",
        "<p>Read also: <a href='/c'>Seven things to know about folate in bread and in breakfast cereals</a></p>",
        "<div id='relatedPosts'><p>Iron tablets cause constipation, our readers tell us every week.</p></div>",
        "<div class='authorBio author-bio'><p>Ann Roe writes about vitamins and lives with her cats.</p></div>",
        "<div class='slot'><span>Advertisement &middot; Article continues below</span></div>",
        "<p>More on: <a href='/c'>Folate</a></p>",
    ],
)
def test_furniture_within_an_article_is_left_out_and_nothing_else(read_page, furniture):
    parts = "".join(f"<p>{text}</p>{furniture * (index == 1)}" for index, text in enumerate(TEXTS))
    document = read_page(f"<article><h1>Folate in pregnancy</h1>{parts}</article>")
    assert document.text == "\n\n".join(("Folate in pregnancy", *TEXTS))


def test_an_element_around_the_page_says_nothing_of_those_of_its_name(read_page):
    document = read_page(
        f"<div class='sidebar-left'><main><h1>Folate in pregnancy</h1>{PARAGRAPHS}</main>"
        "<div class='sidebar'><p>Iron tablets cause constipation, our readers tell us every week.</p></div></div>"
    )
    assert document.text == "\n\n".join(("Folate in pregnancy", *TEXTS))


def test_cells_of_data_are_no_sentences_in_a_frame(read_page):
    cells = "<table><tr><th>Food</th><th>Folate</th></tr><tr><td>Spinach</td><td>194 mcg</td></tr></table>"
    document = read_page(f"<table><tr><td><h1>Folate in pregnancy</h1>{PARAGRAPHS}{cells}</td></tr></table>")
    kinds = {document.text[block.start : block.end]: block.kind for block in document.blocks}
    assert (kinds["Spinach"], kinds[TEXTS[0]]) == ("table", "paragraph")
    assert [table.rows for table in document.tables] == [(("Spinach", "194 mcg"),)]


def test_a_page_has_the_date_that_it_states_and_no_year_of_its_text(tmp_path):
    page = (
        "<html><head>{}</head><body><h1>Folate</h1>" + PARAGRAPHS + "<p>Copyright 1996 to 2009 Folate Ltd.</p></body>"
    )
    stated, silent = tmp_path / "stated.html", tmp_path / "silent.html"
    stated.write_text(page.format("<meta property='article:published_time' content='2021-08-19T08:00:00Z'>"))
    silent.write_text(page.format(""))
    assert [read(path)[0].date for path in (stated, silent)] == ["2021-08-19", ""]


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("<p class='byline'>By Ann Roe and John Doe</p>", ("Ann Roe", "John Doe")),
        ("<a rel='author' href='/ann'>Ann Roe</a>", ("Ann Roe",)),
        ("<span itemprop='author'><span itemprop='name'>Ann Roe, RD</span></span>", ("Ann Roe",)),
        ("<span class='author'>Subscribe to our letter to read more of this</span>", ()),
        ("<footer><p class='theme-author'>Catch Themes</p></footer>", ()),
    ],
)
def test_the_author_is_who_the_page_shows_as_one(read_page, byline, authors):
    assert read_page(f"<article><h1>Folate in pregnancy</h1>{byline}{PARAGRAPHS}</article>").authors == authors


def test_the_lead_between_title_and_text_is_article(read_page):
    document = read_page(
        f"<main><header><h1>Folate in pregnancy</h1><div class='teaser-intro'>{LEAD}</div></header>{PARAGRAPHS}</main>"
    )
    assert document.text == "\n\n".join(("Folate in pregnancy", LEAD, *TEXTS))


@pytest.mark.parametrize(
    "head",
    [
        "<title>Well Fed | Folate in pregnancy</title><meta property='og:site_name' content='Well Fed'>",
        "<title>Well Fed - all about eating</title><meta property='og:title' content='Well Fed - all about eating'>",
        "<title>Well Fed</title>",
        "<title>Home</title>",
        "<title>Well Fed - recipes for everybody</title><meta property='og:title' content='Welcome'>",
        "<meta name='citation_title' content='Folate in pregnancy'><title>Well Fed: volume 3</title>",
    ],
)
@pytest.mark.parametrize(
    "heading",
    [
        "<div class='masthead'><h1><a href='/'>Well Fed</a></h1></div><article><h2>Folate in pregnancy</h2>",
        "<h1 id='site-title'>Well Fed</h1><main><h1>Folate in pregnancy</h1>",
    ],
)
def test_the_title_is_the_articles_and_not_the_sites(tmp_path, head, heading):
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><html><head>{head}</head><body>{heading}{PARAGRAPHS}</body></html>")
    assert read(path)[0].title == "Folate in pregnancy"


@pytest.mark.parametrize("menu", ["<h1>All our pages</h1>", "<aside><h1>Write to us</h1></aside>"])
def test_a_lone_heading_of_the_first_rank_is_no_title_where_another_repeats_the_pages_own(read_page, menu):
    assert read_page(f"{menu}<h2>Folate in pregnancy</h2>{PARAGRAPHS}").title == "Folate in pregnancy"


def test_a_heading_in_other_words_than_the_tags_is_the_title(read_page):
    assert read_page(f"<h1>Who needs folate, and when</h1>{PARAGRAPHS}").title == "Who needs folate, and when"


def test_raised_numbers_with_spaces_between_them_are_each_a_citation(read_page):
    document = read_page(
        "<h1>Folate in pregnancy</h1>"
        + PARAGRAPHS.replace("seven countries", "seven countries<sup>2 4 7</sup>")
        .replace("pregnancy.", "pregnancy<sup>5</sup>.")
        .replace("anaemia", "anaemia<sup>1</sup>")
    )
    assert "seven countries 2 4 7." in document.text
    assert [citation.labels for citation in document.citations] == [("2", "4", "7"), ("5",), ("1",)]
