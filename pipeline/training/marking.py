"""In: sentences of a corpus; out: the same sentences with the marks that they get at run time.

A word is marked where lexicons, abbreviations, head words or references back find a mention in it, just as
`pipeline.claims.learned` gives it to the encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from pipeline.claims.encoder import Mark
from pipeline.claims.learned import marks_of
from pipeline.evaluation.gold import gold_document
from pipeline.records import Block, Document
from pipeline.training.corpora import MARKS, Example, Passage, words_between
from pipeline.training.reading import READER


def marked_claims(passage: Passage, annotated: dict[str, Any]) -> Passage:
    """Return an annotated document's passage with its marks."""
    gold = gold_document(annotated)
    bounds = [gold.sentences[s["sid"]] for s in annotated["sentences"]]
    return replace(passage, sentences=_marked(passage.sentences, gold.document(), bounds))


def marked_passage(passage: Passage) -> Passage:
    """Return a passage with its marks; its sentences are laid out as one paragraph."""
    bounds, at = [], 0
    for sentence in passage.sentences:
        bounds.append((at, at + len(sentence.text)))
        at += len(sentence.text) + 1
    text = " ".join(sentence.text for sentence in passage.sentences)
    raw = text.encode()
    document = Document(
        source_id=passage.key,
        path=passage.key,
        format="text",
        sha256=sha256(raw).hexdigest(),
        n_bytes=len(raw),
        text=text,
        blocks=(Block(0, len(text)),),
    )
    return replace(passage, sentences=_marked(passage.sentences, document, bounds))


def _marked(sentences: Sequence[Example], document: Document, bounds: Sequence[tuple[int, int]]) -> list[Example]:
    found = [mark for s in READER.annotate(document).sentences for mark in marks_of(s, 0)]
    return [replace(s, marks=_of_words(s, b, found)) for s, b in zip(sentences, bounds, strict=True)]


def _of_words(sentence: Example, bounds: tuple[int, int], found: Sequence[Mark]) -> list[int]:
    marks = [0] * len(sentence.words)
    for start, end, kind in found:
        if bounds[0] <= start and end <= bounds[1]:
            span = words_between(sentence.words, start - bounds[0], end - bounds[0])
            for word in range(*span) if span else ():
                marks[word] = 1 + MARKS.index(kind)
    return marks
