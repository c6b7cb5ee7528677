"""In: a Document; out: an AnnotatedDocument. The reader holds what was loaded once: lexicons and a recogniser."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.language import backreferences
from pipeline.language.abbreviations import abbreviations, definitions_in, redefined
from pipeline.language.flow import flowing
from pipeline.language.matcher import Matcher
from pipeline.language.mentions import MOST_MENTIONS, abbreviation_mentions, sentence_mentions
from pipeline.language.recogniser import Recogniser
from pipeline.language.sentences import sentences, table_rows
from pipeline.lexicons import Lexicon
from pipeline.records import AnnotatedDocument, Document, Mention, Sentence
from pipeline.vocabulary import MentionKind


class Reader:
    """Finds sentences and mentions with one set of lexicons and, if given, a recogniser of another package."""

    def __init__(self, lexicon: Lexicon, recogniser: Recogniser | None = None) -> None:
        self.cues = lexicon.cues
        self._matcher = Matcher(lexicon)
        self._recogniser = recogniser

    def annotate(self, document: Document) -> AnnotatedDocument:
        """Return the document with its sentences, what they mention, and the abbreviations it defines."""
        running, places = flowing(document)
        defined = definitions_in(running, self._recogniser.short_forms) if self._recogniser else definitions_in(running)
        short_forms = abbreviations(defined)
        changing = redefined(defined)
        meanings = self.meanings(short_forms)
        bare = []
        n_changed = 0
        here = meanings
        for sentence in sentences(running, self.cues.bounds):
            reached = sum(d.start < sentence.end for d in changing)
            if reached != n_changed:
                n_changed = reached
                here = meanings | self.meanings({d.short: d.long for d in changing[:reached]})
            bare.append(self._read(sentence, here))
        resolved = tuple(backreferences.resolve(bare, self.cues.references, self.cues.heads.stops))
        rows = tuple(self._read(row, meanings) for row in table_rows(running, len(resolved)))
        return AnnotatedDocument(running, resolved, short_forms, document, places, rows)

    def _read(self, sentence: Sentence, meanings: Mapping[str, Mention | None]) -> Sentence:
        mentions = sentence_mentions(sentence, self._matcher, meanings, self.cues.heads, self._recogniser)
        truncated = sentence.truncated or len(mentions) > MOST_MENTIONS
        return replace(sentence, mentions=mentions[:MOST_MENTIONS], truncated=truncated)

    def meanings(self, short_forms: Mapping[str, str]) -> dict[str, Mention | None]:
        """Return what each abbreviation of a document names; None where it is nothing that the lexicons know."""
        return abbreviation_mentions(short_forms, self._matcher, self.cues.heads)

    @staticmethod
    def given(annotated: Sequence[Sentence]) -> tuple[Mention, ...]:
        """Return the nutrients that a document is about."""
        return backreferences.given(annotated)

    def refers(self, words: str, kind: MentionKind) -> bool:
        """Whether words only refer back ("it", "the intervention group") and name nothing themselves."""
        return backreferences.refers(words, kind, self.cues.references)

    @staticmethod
    def antecedents(kind: MentionKind, earlier: Sequence[Sentence], about: Sequence[Mention]) -> tuple[Mention, ...]:
        """Return what a reference after the sentences `earlier` points to."""
        return backreferences.antecedents(kind, earlier, about)
