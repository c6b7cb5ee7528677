"""In: one source file. Out: what was found in it, a record at a time; a record that fails does not stop the others."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline import claims, grading, ingest, language
from pipeline.config import Settings
from pipeline.records import Document, SourceError, SourceRow, SourceStatus
from pipeline.store import Extraction

DAMAGED_RECORD = "damaged record"  # the quality flag that ingestion gives a record which it could not read


class Extractor:
    """All steps from a file to evidence rows, with the models loaded once."""

    def __init__(self, settings: Settings) -> None:
        """Load models, lexicons and the grading scheme; raises what they raise where one is missing or wrong."""
        self.settings = settings
        self.scheme = grading.load_scheme(settings.scheme)
        self.model_version = claims.model_version(settings)
        nothing = Document(source_id="", path="", format="text", sha256="", n_bytes=0, text="")
        claims.extract(language.annotate(nothing, settings), settings)

    def extract(self, path: Path, root: Path, *, sha256: str, n_bytes: int) -> Iterator[Extraction]:
        """Yield what was found in each record of a file; one failed extraction where it cannot be read."""
        began = time.monotonic()
        name = path.relative_to(root).as_posix()
        try:
            documents = ingest.read(path, root=root, limits=self.settings.limits)
        except SourceError as error:
            seconds = time.monotonic() - began
            yield Extraction(SourceRow(name, name, "unknown", sha256, n_bytes, "failed", str(error), seconds=seconds))
            return
        reading = (time.monotonic() - began) / max(1, len(documents))
        if not documents:
            reason = f"{name} holds no record; check that it is the file you meant."
            yield Extraction(SourceRow(name, name, "unknown", sha256, n_bytes, "empty", reason, seconds=reading))
        for document in documents:
            began = time.monotonic() - reading
            yield self._record(document, began)

    def _record(self, document: Document, began: float) -> Extraction:
        try:
            annotated = language.annotate(document, self.settings)
            found = claims.extract(annotated, self.settings)
            rows = grading.grade(annotated, found, scheme=self.scheme, model_version=self.model_version)
            study = grading.study_design(annotated, self.scheme)
        except (MemoryError, OSError):
            raise
        except Exception as error:
            reason = (
                f"{document.source_id} could not be extracted ({type(error).__name__}: {error}); "
                "please report this with the file."
            )
            return Extraction(_source_row(document, "failed", began, " ".join(reason.split())))
        if annotated.sentences:
            source = _source_row(document, "processed", began)
        elif DAMAGED_RECORD in document.quality_flags:
            reason = (
                f"{document.source_id} is damaged in the file; the other records were read, so fetch this one again."
            )
            source = _source_row(document, "failed", began, reason)
        else:
            reason = f"{document.source_id} holds no sentence of an article; check that it is more than links."
            source = _source_row(document, "empty", began, reason)
        source = replace(
            source,
            study_design=study.design,
            sample_size=study.sample_size,
            n_sentences=len(annotated.sentences),
            n_claims=len(rows),
        )
        # A text within an archive is no file of its own.
        is_text_file = document.format == "text" and document.path.lower().endswith(".txt") and "#" not in document.path
        return Extraction(source, "" if is_text_file else document.text, rows)


def _source_row(document: Document, status: SourceStatus, began: float, reason: str = "") -> SourceRow:
    return SourceRow(
        source_id=document.source_id,
        path=document.path,
        format=document.format,
        sha256=document.sha256,
        bytes=document.n_bytes,
        status=status,
        reason=reason,
        title=document.title,
        date=document.date,
        source_type=document.source_type,
        quality_flags=document.quality_flags,
        seconds=time.monotonic() - began,
    )
