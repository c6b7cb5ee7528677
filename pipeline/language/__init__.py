"""In: a Document; out: an AnnotatedDocument with sentences, mentions and abbreviations."""

from pipeline.language.reader import Reader
from pipeline.language.recogniser import Recogniser, load_recogniser

__all__ = ["Reader", "Recogniser", "load_recogniser"]
