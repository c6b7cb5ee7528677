"""In: the name of an installed spaCy or scispaCy model; out: the conditions it recognises in a text.

`--model en_ner_bc5cdr_md` (or any `en_core_sci_*`, or the path of a model of your own) puts its entities in the place
of the phrases that are recognised by their head word, and scispaCy's abbreviation detector in that of our own.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.errors import KnowledgeError
from pipeline.language.schwartz_hearst import ShortForm

if TYPE_CHECKING:
    from scispacy.abbreviation import AbbreviationDetector
    from spacy.language import Language

# Labels of the scispaCy models that name diseases; `ENTITY` is the only label of the en_core_sci models.
DISEASE_LABELS = frozenset({"DISEASE", "ENTITY", "CANCER", "PATHOLOGICAL_FORMATION"})
_UNUSED = ("tagger", "attribute_ruler", "lemmatizer", "parser")


@dataclass(frozen=True, slots=True)
class RecognisedPhrase:
    """Characters [start, end) of a text that a model takes for a condition."""

    start: int
    end: int


class Recogniser:
    """A spaCy model that recognises conditions."""

    def __init__(self, nlp: "Language") -> None:
        self._nlp = nlp

    def find(self, text: str) -> Iterator[RecognisedPhrase]:
        """Yield what the model takes for a condition in `text`."""
        for entity in self._nlp(text).ents:
            if entity.label_ in DISEASE_LABELS:
                yield RecognisedPhrase(entity.start_char, entity.end_char)

    def short_forms(self, text: str) -> Iterator[ShortForm]:
        """Yield the short forms that scispaCy finds defined in `text`, each place of a form once."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r".*W036")  # a text without an abbreviation is no fault
            doc = self._detector(self._nlp.make_doc(text))
        for short in doc._.abbreviations:
            long = short._.long_form
            yield ShortForm(short.text, long.text, min(short.start_char, long.start_char))

    @cached_property
    def _detector(self) -> "AbbreviationDetector":
        from scispacy.abbreviation import AbbreviationDetector

        return AbbreviationDetector(self._nlp)


def load_recogniser(name: str) -> Recogniser:
    """Load a spaCy model by its name or path.

    Raises `ValueError` with one sentence where it is not installed or recognises no entities.
    """
    import spacy

    try:
        nlp = spacy.load(name, exclude=_UNUSED)
    except OSError as error:
        raise KnowledgeError(
            f"The model {name} is not installed; install its package with pip, or use --model default or --model fast."
        ) from error
    if not any(pipe in nlp.pipe_names for pipe in ("ner", "entity_ruler", "span_ruler")):
        raise KnowledgeError(
            f"The model {name} recognises no entities; name one with a recogniser, or use --model default."
        )
    return Recogniser(nlp)
