"""What words that the encoder marks denote: names without what clings to them, and no bare "levels"."""

import pytest
from reading import extractor, read

from pipeline.claims.encoder import EncodedSpan
from pipeline.claims.naming import Namer
from pipeline.records import Mention

TEXT = "Zinc-deficiency lowered serum levels and the rate of wound closure (slowly) in children."


def named(words: str, kind: str = "measure") -> tuple[Mention, ...]:
    document = read(TEXT)
    [sentence] = document.sentences
    start = TEXT.index(words)
    span = EncodedSpan(start, start + len(words), kind, 1.0)
    return Namer(document, extractor().reader).name(sentence, span, ())


@pytest.mark.parametrize("words", ["serum levels", "levels", "-deficiency", "the", "and"])
def test_words_that_name_no_outcome_by_themselves_denote_nothing(words: str) -> None:
    assert named(words) == ()


def test_marks_and_function_words_at_the_edges_are_no_part_of_a_name() -> None:
    [mention] = named("the rate of wound closure (")
    assert mention.text == "rate of wound closure"
    assert TEXT[mention.start : mention.end] == mention.text
