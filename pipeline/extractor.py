"""In: a file, a document or its claims. Out: the next record on the way; what that takes is loaded once and held.

    >>> from pipeline.config import load_settings
    >>> extractor = Extractor.load(load_settings(model="fast"))
    >>> [document] = extractor.read("corpora/rls-b12/consumer-b12-restless-legs.txt")
    >>> annotated, claims = extractor.claims_of(document)
    >>> extractor.rows(document) == extractor.grade(annotated, claims).rows
    True

The public functions, the worker processes, the spaCy component and the training all go through it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pipeline import claims, grading, ingest
from pipeline.claims import Model, load_model
from pipeline.config import ReadLimits, Settings
from pipeline.grading import GradedSource
from pipeline.knowledge import Knowledge, load_knowledge
from pipeline.language import Reader
from pipeline.records import AnnotatedDocument, Claim, Document, EvidenceRow


class Extractor:
    """All steps from a file to evidence rows, with one set of tables and one model."""

    def __init__(self, knowledge: Knowledge, model: Model, limits: ReadLimits | None = None) -> None:
        """Compile the lexicons; `limits` bound what is read of one source."""
        self.knowledge = knowledge
        self.model = model
        self.reader = Reader(knowledge.lexicon, model.recogniser)
        self._limits = limits

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Load the tables and the model that the settings name.

        Raises `ValueError` with one sentence where a table is wrong or a model is not installed.
        """
        return cls(load_knowledge(settings), load_model(settings.model), settings.limits)

    def read(self, path: str | Path, *, root: Path | None = None) -> list[Document]:
        """Return the documents in a file, whatever its format. Raises `SourceError` where it cannot be read."""
        return ingest.read(Path(path), root=root, limits=self._limits)

    def annotate(self, document: Document) -> AnnotatedDocument:
        """Return a document with its sentences and what they mention, in running text."""
        return self.reader.annotate(document)

    def extract(self, annotated: AnnotatedDocument) -> tuple[Claim, ...]:
        """Return the claims that a document makes, in reading order; offsets are those of the running text."""
        return claims.extract(annotated, self.model, self.reader)

    def claims_of(self, document: Document) -> tuple[AnnotatedDocument, tuple[Claim, ...]]:
        """Return a document in running text, and the claims that it makes."""
        annotated = self.annotate(document)
        return annotated, self.extract(annotated)

    def grade(self, annotated: AnnotatedDocument, found: Sequence[Claim]) -> GradedSource:
        """Return the claims of a document as graded rows, with its study design and what it tells of its own study."""
        return grading.grade_source(annotated, found, scheme=self.knowledge.scheme, model_version=self.model.version)

    def rows(self, document: Document) -> tuple[EvidenceRow, ...]:
        """Return the claims that a document makes as graded rows of the evidence table."""
        return self.grade(*self.claims_of(document)).rows
