"""In: a Document; out: an AnnotatedDocument with sentences, mentions and abbreviations."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pipeline.config import Settings
from pipeline.language.abbreviations import abbreviations
from pipeline.language.backreferences import resolve
from pipeline.language.matcher import Matcher
from pipeline.language.mentions import abbreviation_mentions, sentence_mentions
from pipeline.language.sentences import sentences
from pipeline.records import AnnotatedDocument, Document

__all__ = ["annotate"]


@lru_cache(maxsize=4)
def _matcher(lexicons: Path | None) -> Matcher:
    return Matcher.load(lexicons)


def annotate(document: Document, settings: Settings | None = None) -> AnnotatedDocument:
    """Split the document into sentences and find what they mention; see `pipeline.records` for the shapes."""
    matcher = _matcher(settings.lexicons if settings else None)
    short_forms = abbreviations(document)
    meanings = abbreviation_mentions(short_forms, matcher)
    bare = (replace(s, mentions=sentence_mentions(s, matcher, meanings)) for s in sentences(document))
    return AnnotatedDocument(document, tuple(resolve(list(bare))), short_forms)
