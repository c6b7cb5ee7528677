"""What a screen leaves out matches nowhere: every expression of the lexicons and of grading against real sentences."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline.grading.schemes import load_scheme
from pipeline.ingest import read
from pipeline.language.sentences import sentences
from pipeline.lexicons import load_lexicon
from pipeline.records import Document
from pipeline.screen import Screen, level

CORPUS = Path(__file__).parent.parent / "corpora" / "rls-b12"
# Letters that `re.IGNORECASE` takes for each other though they are no pair of capital and small letter.
ALIKE = ["iıİI", "sſS", "kKK", "µμΜ", "σςΣ", "θϑΘ", "ßẞ", "åÅÅ"]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [document for file in sorted(CORPUS.iterdir()) if file.is_file() for document in read(file)]


def expressions() -> Iterator[re.Pattern[str]]:
    lexicon, scheme = load_lexicon(), load_scheme()
    for cues in (lexicon.cues.relations, lexicon.cues.factualities, lexicon.cues.stances, lexicon.cues.references):
        yield from (cue.pattern for cue in cues)
    yield from (word.pattern for word in lexicon.cues.heads.words)
    yield from _patterns_of(scheme)


def _patterns_of(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, BaseModel):
        yield from chain.from_iterable(map(_patterns_of, dict(value).values()))
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_patterns_of, value.values()))
    elif isinstance(value, list | tuple | Screen):
        yield from chain.from_iterable(map(_patterns_of, value))


def test_an_expression_that_matches_is_never_left_out(documents: list[Document]) -> None:
    screen = Screen(expressions(), lambda pattern: pattern)
    assert len(screen.items) > 300
    bounds = load_lexicon().cues.bounds
    texts = [s.text for document in documents for s in sentences(document, bounds)][::3]
    tried = 0
    for text in texts:
        likely = {id(pattern) for pattern in screen.likely(text)}
        tried += len(likely)
        missed = [p.pattern for p in screen if id(p) not in likely and p.search(text)]
        assert not missed, (missed[0], text)
    assert tried < 0.3 * len(texts) * len(screen.items), "the screen tells nothing apart"


@pytest.mark.parametrize("letters", ALIKE)
def test_letters_that_an_expression_takes_for_the_same_are_the_same_once_levelled(letters: str) -> None:
    for written in letters:
        for other in letters:
            if re.fullmatch(re.escape(written), other, re.IGNORECASE):
                assert level(written) == level(other)


@pytest.mark.parametrize(
    ("expression", "text", "may"),
    [
        ("(?i:ISRCTN)\\d+", "isrctn٣٥", True),
        ("a?b*", "", True),
        ("(?:|zinc) tablets", "tablets", False),
        ("(?=zinc)z", "ZINC", True),
        ("(?!zinc)tablet", "tablet", True),
        ("zinc|[a-z]", "x", True),
        ("zinc|copper", "iron", False),
    ],
)
def test_what_an_expression_needs(expression: str, text: str, may: bool) -> None:
    assert bool(Screen([re.compile(expression)], lambda pattern: pattern).likely(text)) is may
