"""Where sentences end, and which citations belong to them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import document, extractor

from pipeline.language.sentences import sentences, split
from pipeline.records import Citation

BOUNDS = extractor().reader.cues.bounds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Take vitamin D. The dose is small.", ["Take vitamin D.", "The dose is small."]),
        ("Zinc (e.g. 20 mg) helped. It was safe.", ["Zinc (e.g. 20 mg) helped.", "It was safe."]),
        ("L. Reuteri was given. Nobody fell ill.", ["L. Reuteri was given.", "Nobody fell ill."]),
        ("Smith et al. Saw a fall (P < 0.05). Others not.", ["Smith et al. Saw a fall (P < 0.05).", "Others not."]),
        ("Does iron help? Yes! It does.", ["Does iron help?", "Yes!", "It does."]),
        ("Iron vs. Placebo: no effect. n-3 PUFA did help.", ["Iron vs. Placebo: no effect.", "n-3 PUFA did help."]),
        ("It rose (see above. And below) in all. Good.", ["It rose (see above. And below) in all.", "Good."]),
        ("The value was 3.5 mg. 12 of 40 fell.", ["The value was 3.5 mg.", "12 of 40 fell."]),
    ],
)  # fmt: skip
def test_a_full_stop_ends_a_sentence_only_where_a_reader_would_stop(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in split(text, BOUNDS)] == expected


@given(st.text(alphabet="aAbB.?! ()\n12–", max_size=80))
def test_every_character_but_white_space_is_in_exactly_one_sentence(text: str) -> None:
    spans = split(text, BOUNDS)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    covered = {i for a, b in spans for i in range(a, b)}
    assert all(char.isspace() or char in "•▪·–*" for i, char in enumerate(text) if i not in covered)


def test_bare_citation_digits_belong_to_the_sentence_before_them() -> None:
    text = "Iron deficiency causes restless legs. 1, 2 Low ferritin is common."
    article = document(text, citations=(Citation(38, 42, ("1", "2")),))
    first, second = sentences(article, BOUNDS)
    assert first.text == "Iron deficiency causes restless legs."
    assert first.citations == ("1", "2")
    assert second.text == "Low ferritin is common."
    assert second.citations == ()
