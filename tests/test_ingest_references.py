"""A reference entry gives its authors, title and year, whatever its style."""

import pytest

from pipeline.ingest import read
from pipeline.ingest.reference_entry import parse_entry
from pipeline.ingest.references import read_references

TITLE = "Zinc and sleep in older adults: a randomised trial"
STYLES = {
    "Vancouver": f"O'Roe ST, van der Poe K, Lavan JN. {TITLE}. Age Invent. 1994;10(9):973.",
    "Vancouver with colon": f"O'Roe ST, van der Poe K, Lavan JN: {TITLE}. Age Invent 1994, 10:973-977.",
    "no stop after the authors": f"O'Roe ST, van der Poe K, Lavan JN {TITLE}. Age Invent 1994;10:973.",
    "APA": f"O'Roe, S. T., van der Poe, K., & Lavan, J. N. (1994). {TITLE}. Age Invent, 10(9), 973-977.",
    "APA without stop": f"O'Roe ST, van der Poe K, Lavan JN (1994) {TITLE}. Age Invent 10: 973–977.",
    "Harvard": f"O'Roe, S.T., van der Poe, K. and Lavan, J.N., 1994. {TITLE}. Age Invent, 10, pp. 973-977.",
    "IEEE": f'S. T. O\'Roe, K. van der Poe and J. N. Lavan, "{TITLE}," Age Invent, vol. 10, p. 973, 1994.',
    "year last": f"O'Roe, S. T., van der Poe, K. & Lavan, J. N. {TITLE}. Age Invent 10, 973–977 (1994).",
    "semicolons": f"O'Roe, S.T.; van der Poe, K.; Lavan, J.N. {TITLE}. Age Invent 1994, 10, 973.",
}


@pytest.mark.parametrize("style", STYLES)
def test_every_usual_style_gives_authors_title_and_year(style: str):
    entry = parse_entry(STYLES[style])
    assert (entry.title, entry.year, len(entry.authors)) == (TITLE, "1994", 3)
    assert "Roe" in entry.authors[0]


@pytest.mark.parametrize(
    ("text", "title", "year", "n_authors"),
    [
        ("Roe A, et al. Iron and rest. Sleep J. 2015.", "Iron and rest", "2015", 1),
        ("World Health Organization. Guideline on iron. Geneva; 2016.", "Guideline on iron", "2016", 1),
        ("Ministry of Health (2010) Care of anaemia. Lima: Ministry.", "Care of anaemia", "2010", 1),
        ("Ito M, Zinc Study Group. Zinc for colds. J X. 2018;3:1.", "Zinc for colds", "2018", 2),
        ("Zinc for colds: a cohort study. Journal of X, 2018.", "Zinc for colds: a cohort study", "2018", 0),
        ("Vitamin D. Fact sheet for the public. 2020.", "Vitamin D", "2020", 0),
        ("Lee K. The role of vitamin D. Am J X. 2004;80:1678S.", "The role of vitamin D", "2004", 1),
        ("Lee K, Ito M. A review of iron. J X. 2004;8:16.", "A review of iron", "2004", 2),
        ("Lee K. Does zinc help? A trial in men. J X. 2004;8:16.", "Does zinc help? A trial in men", "2004", 1),
        ("Lee K. Diet in 2003–2006 (2005 survey). J X. 2011;8:16.", "Diet in 2003–2006 (2005 survey)", "2011", 1),
        ("Lee K. 2012 update on iron. J X. 2013;8:16. Accessed 2 May 2019.", "2012 update on iron", "2013", 1),
        (
            "Roe A. Iron with St. John's wort vs. placebo. J X. 2013;8:1.",
            "Iron with St. John's wort vs. placebo",
            "2013",
            1,
        ),
        ("https://example.org/iron", "", "", 0),
    ],
)
def test_bodies_titles_and_years_are_told_apart(text, title, year, n_authors):
    entry = parse_entry(text)
    assert (entry.title, entry.year, len(entry.authors)) == (title, year, n_authors)


def test_entries_of_a_list_carry_their_authors():
    first, second = read_references([f"1. {STYLES['Vancouver']}", f"2. {STYLES['APA']}"])
    assert first.authors == ("O'Roe ST", "van der Poe K", "Lavan JN")
    assert (first.title, second.title) == (TITLE, TITLE)


def test_a_long_entry_without_any_structure_is_read_at_once():
    text = "Aa B, " * 100_000
    (entry,) = read_references([text])
    assert len(entry.text) <= 1500


ENTRIES = (
    "1. Roe A. Iron and rest. Sleep J. 2015;3:10-14.",
    "2. Department of Health. Iron for all. Lima: The Department; 2011.",
)


@pytest.mark.parametrize(
    "lines",
    [
        ("1 Institute of Sleep, Nowhere University,", "Nowhere, Utopia", "2 Hospital of Elsewhere, Utopia", *ENTRIES),
        (ENTRIES[0], "1Department of Rest, University of Nowhere", ENTRIES[1]),
        ("* Faculty of Food, Nowhere", *ENTRIES),
    ],
)
def test_an_address_of_the_authors_is_no_entry(lines):
    assert [(entry.label, entry.title) for entry in read_references(lines)] == [
        ("1", "Iron and rest"),
        ("2", "Iron for all"),
    ]


def test_the_line_that_goes_on_with_an_entry_may_begin_like_an_address():
    lines = (
        "1. Roe A. Iron and rest among",
        "University students. Sleep J. 2015;3:10-14.",
        "2. Oe C. Zinc. J X. 2011.",
    )
    assert read_references(lines)[0].title == "Iron and rest among University students"


def test_runs_of_numbers_after_a_word_cite_the_entries_of_the_list(tmp_path):
    body = "Iron was tested in several trials3 12 and in cohorts1,2. Women took it for days 2 4 and 6, and slept well."
    listed = "\n".join(f"{n}. Roe A. Iron and rest, part {n}. Sleep J. 2015;3:{n}-14." for n in range(1, 14))
    path = tmp_path / "paper.txt"
    path.write_text(f"Iron and rest\n\n{body}\n\nReferences\n{listed}\n")
    (document,) = read(path)
    assert [(document.text[c.start : c.end], c.labels) for c in document.citations] == [
        ("3 12", ("3", "12")),
        ("1,2", ("1", "2")),
    ]


@pytest.mark.parametrize("mark", ["", " ", ". "])
def test_addresses_between_the_heading_and_the_list_hide_neither(tmp_path, mark):
    addresses = f"1{mark}Department of Sleep, Nowhere Hospital\n2{mark}Institute of Rest, University of Elsewhere"
    path = tmp_path / "paper.txt"
    path.write_text(f"Iron and rest\n\nIron helped women to sleep in two trials.1,2\n\nReferences\n{addresses}\n" +
                    "\n".join(ENTRIES))  # fmt: skip
    (document,) = read(path)
    assert [entry.title for entry in document.references] == ["Iron and rest", "Iron for all"]
