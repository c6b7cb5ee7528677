"""In: a Document; out: an AnnotatedDocument with sentences, mentions and abbreviations."""

from pipeline.language.reader import BUNDLED_MODELS, Reader, annotate, reader
from pipeline.language.recogniser import recognised

__all__ = ["BUNDLED_MODELS", "Reader", "annotate", "reader", "recognised"]
