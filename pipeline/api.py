"""In: files, documents, claims or rows. Out: the next record on the way; the public functions of the package."""

from pathlib import Path

from pipeline import ingest
from pipeline.comparison import compare
from pipeline.config import Settings, load_settings
from pipeline.extractor import Extractor
from pipeline.places import placed
from pipeline.records import Claim, Document, EvidenceRow
from pipeline.runs import add, run
from pipeline.runs.against import against

__all__ = ["Extractor", "add", "against", "compare", "extract", "grade", "read", "run"]


def read(path: str | Path, *, settings: Settings | None = None) -> list[Document]:
    """Return the documents in a file, whatever its format. Raises `SourceError` where it cannot be read."""
    settings = settings or load_settings()
    return ingest.read(Path(path), limits=settings.limits)


def extract(
    document: Document, *, settings: Settings | None = None, extractor: Extractor | None = None
) -> tuple[Claim, ...]:
    """Return the claims that a document makes, in the order of the text.

    For more than one document make an `Extractor` once and give it: it holds tables and models.
    """
    extractor = extractor or Extractor.load(settings or load_settings())
    return placed(*extractor.claims_of(document))


def grade(
    document: Document, *, settings: Settings | None = None, extractor: Extractor | None = None
) -> tuple[EvidenceRow, ...]:
    """Return the claims that a document makes as graded rows of the evidence table; `extractor` as in `extract`."""
    return (extractor or Extractor.load(settings or load_settings())).rows(document)
