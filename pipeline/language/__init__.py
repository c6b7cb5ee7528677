"""In: a Document; out: an AnnotatedDocument with sentences, mentions and abbreviations."""

from pipeline.language.reader import Reader, annotate, reader

__all__ = ["Reader", "annotate", "reader"]
