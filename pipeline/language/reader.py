"""In: a Document and settings; out: an AnnotatedDocument. The reader keeps what is loaded once: lexicons and models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pipeline.config import Settings
from pipeline.language import backreferences
from pipeline.language.abbreviations import abbreviations
from pipeline.language.flow import flowing
from pipeline.language.matcher import Matcher
from pipeline.language.mentions import abbreviation_mentions, sentence_mentions
from pipeline.language.sentences import sentences
from pipeline.records import AnnotatedDocument, Document, Mention, MentionKind, Sentence

BUNDLED_MODELS = ("default", "fast")


class Reader:
    """Finds sentences and mentions with one set of lexicons and, if named, a recogniser of another package."""

    def __init__(self, lexicons: Path | None = None, recogniser: str | None = None) -> None:
        self._matcher = Matcher.load(lexicons)
        self._recogniser = recogniser

    def annotate(self, document: Document) -> AnnotatedDocument:
        """Return the document with its sentences, what they mention, and the abbreviations it defines."""
        running, places = flowing(document)
        short_forms = abbreviations(running)
        meanings = self.meanings(short_forms)
        bare = [
            replace(s, mentions=sentence_mentions(s, self._matcher, meanings, self._recogniser))
            for s in sentences(running)
        ]
        return AnnotatedDocument(running, tuple(backreferences.resolve(bare)), short_forms, document, places)

    def meanings(self, short_forms: Mapping[str, str]) -> dict[str, Mention | None]:
        """Return what each abbreviation of a document names; None where it is nothing that the lexicons know."""
        return abbreviation_mentions(short_forms, self._matcher)

    @staticmethod
    def given(annotated: Sequence[Sentence]) -> tuple[Mention, ...]:
        """Return the nutrients that a document is about."""
        return backreferences.given(annotated)

    @staticmethod
    def refers(words: str, kind: MentionKind) -> bool:
        """Whether words only refer back ("it", "the intervention group") and name nothing themselves."""
        return backreferences.refers(words, kind)

    @staticmethod
    def antecedents(kind: MentionKind, earlier: Sequence[Sentence], about: Sequence[Mention]) -> tuple[Mention, ...]:
        """Return what a reference after the sentences `earlier` points to."""
        return backreferences.antecedents(kind, earlier, about)


@lru_cache(maxsize=4)
def _reader(lexicons: Path | None, recogniser: str | None) -> Reader:
    return Reader(lexicons, recogniser)


def reader(settings: Settings | None = None) -> Reader:
    """Return the reader for some settings; it is loaded once a process."""
    if settings is None:
        return _reader(None, None)
    return _reader(settings.lexicons, None if settings.model in BUNDLED_MODELS else settings.model)


def annotate(document: Document, settings: Settings | None = None) -> AnnotatedDocument:
    """Split the document into sentences and find what they mention; see `pipeline.records` for the shapes."""
    return reader(settings).annotate(document)
