"""In: files, documents, claims or rows. Out: the next record on the way; the public functions of the package."""

from pathlib import Path

from pipeline import claims, grading, ingest, language
from pipeline.comparison import compare
from pipeline.config import Settings, load_settings
from pipeline.places import placed
from pipeline.records import Claim, Document, EvidenceRow
from pipeline.runs import add, against, run

__all__ = ["add", "against", "compare", "extract", "grade", "read", "run"]


def read(path: str | Path, *, settings: Settings | None = None) -> list[Document]:
    """Return the documents in a file, whatever its format. Raises `SourceError` where it cannot be read."""
    settings = settings or load_settings()
    return ingest.read(Path(path), limits=settings.limits)


def extract(document: Document, *, settings: Settings | None = None) -> tuple[Claim, ...]:
    """Return the claims that a document makes, in the order of the text."""
    settings = settings or load_settings()
    annotated = language.annotate(document, settings)
    return placed(annotated, claims.extract(annotated, settings))


def grade(document: Document, *, settings: Settings | None = None) -> tuple[EvidenceRow, ...]:
    """Return the claims that a document makes as graded rows of the evidence table."""
    settings = settings or load_settings()
    annotated = language.annotate(document, settings)
    return grading.grade(
        annotated,
        claims.extract(annotated, settings),
        scheme=grading.load_scheme(settings.scheme),
        model_version=claims.model_version(settings),
    )
