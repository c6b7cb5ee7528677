"""The abbreviations that an article defines, beside those that scispaCy's detector finds."""

from pathlib import Path

import pytest
import spacy

from pipeline.ingest import read
from pipeline.language.abbreviations import _defining
from pipeline.language.recogniser import Recogniser
from pipeline.language.schwartz_hearst import ShortForm, short_forms

CORPUS = Path(__file__).parent.parent / "corpora" / "rls-b12"


@pytest.fixture(scope="module")
def scispacy() -> Recogniser:
    return Recogniser(spacy.blank("en"))


def alike(text: str, other: Recogniser) -> tuple[set[ShortForm], set[ShortForm]]:
    return set(short_forms(text)), set(other.short_forms(text))


@pytest.mark.parametrize(
    ("text", "defined"),
    [
        ("In restless legs syndrome (RLS) iron helps; RLS is common.", {("RLS", "restless legs syndrome")}),
        ("AMD (age related macular degeneration) and zinc.", {("AMD", "age related macular degeneration")}),

        ("Serum ferritin (p < 0.05) and iron (n = 12) of a Cochrane Review (2012).", set()),
        ("Tumour necrosis factor (TNF) rose, tumour necrosis factor (TNF) fell.", {("TNF", "Tumour necrosis factor")}),
        ("Zinc (see above ( and (( below.", set()),
    ],
)  # fmt: skip
def test_what_brackets_define(text: str, defined: set[tuple[str, str]], scispacy: Recogniser) -> None:
    own, other = alike(text, scispacy)
    assert {(form.short, form.long) for form in own} == defined
    assert own == other


def test_a_long_form_begins_with_its_first_letter_whatever_marks_stand_before_it() -> None:
    [form] = short_forms("A high-quality trial of C-reactive protein (CRP) was read.")
    assert (form.short, form.long, form.at) == ("CRP", "C-reactive protein", 24)


def test_the_articles_of_a_corpus_define_what_scispacys_detector_finds(scispacy: Recogniser) -> None:
    documents = [document for file in sorted(CORPUS.iterdir()) if file.is_file() for document in read(file)]
    parts = [p for d in documents for b in d.blocks for p, _ in _defining(d.text, b.start, b.end)]
    found = [alike(part, scispacy) for part in parts]
    assert sum(len(own) for own, _ in found) > 12
    assert sum(own == other for own, other in found) > 0.95 * len(found)


def test_thousands_of_brackets_are_read_in_one_pass() -> None:
    assert list(short_forms("(a" * 20_000 + ")" * 20_000)) == []
