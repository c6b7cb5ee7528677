"""In: a source file, or a shard of it. Out: what was found, a record at a time; a record that fails stops no other."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.records import AnnotatedDocument, Document, EvidenceRow, Passage, SourceRow
from pipeline.runs.stages import Stages
from pipeline.store import Extraction, read_shard
from pipeline.vocabulary import QualityFlag, SourceStatus

if TYPE_CHECKING:
    from pipeline.extractor import Extractor

DAMAGED_RECORD: QualityFlag = "damaged record"
"""The quality flag that ingestion gives a record which it could not read."""
OTHER_LANGUAGE: QualityFlag = "text in another language"
"""The quality flag that ingestion gives a source of which paragraphs are not searched, as they are not in English."""


def extractions(
    extractor: "Extractor", path: Path, root: Path, *, sha256: str, n_bytes: int, stages: Stages | None = None
) -> Iterator[Extraction]:
    """Yield what was found in each record of a file; one failed extraction where it cannot be read.

    `stages` learns what each stage took.
    """
    stages = stages or Stages()
    began = time.monotonic()
    name = path.relative_to(root).as_posix()
    try:
        with stages.of("reading"):
            documents = extractor.read(path, root=root)
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
        yield _record(extractor, document, began, stages)


def regraded(extractor: "Extractor", shard: Path, stages: Stages | None = None) -> Iterator[Extraction]:
    """Yield the records of a shard with their claims graded anew; their source is not opened. Raises `OSError`."""
    for found in read_shard(shard):
        yield _graded(extractor, found, stages or Stages()) if found.annotated else found


def _record(extractor: "Extractor", document: Document, began: float, stages: Stages) -> Extraction:
    # A text within an archive is no file of its own.
    is_text_file = document.format == "text" and document.path.lower().endswith(".txt") and "#" not in document.path
    source = _source_row(document)
    try:
        with stages.of("sentences and mentions"):
            annotated = extractor.annotate(document)
        with stages.of("claims"):
            claims = extractor.extract(annotated)
    except (MemoryError, OSError):
        raise
    except Exception as error:
        source = replace(source, status="failed", reason=_fault(document.source_id, error))
        return Extraction(replace(source, seconds=time.monotonic() - began))
    found = Extraction(source, "" if is_text_file else document.text, annotated=annotated, claims=claims)
    graded = _graded(extractor, found, stages)
    source = replace(graded.source, seconds=time.monotonic() - began)
    if not claims and source.status != "failed":
        return replace(graded, source=source, annotated=None)  # nothing of it is ever graded
    return replace(graded, source=source, passages=_passages(document, graded.rows))


def _passages(document: Document, rows: Sequence[EvidenceRow]) -> tuple[Passage, ...]:
    """The paragraphs that the claims stand in, each once, in the order of the text."""
    starts = {row.sentence_start for row in rows}
    return tuple(
        Passage(block.start, document.text[block.start : block.end])
        for block in sorted(document.blocks, key=lambda block: block.start)
        if any(block.start <= start < block.end for start in starts)
    )


def _graded(extractor: "Extractor", found: Extraction, stages: Stages) -> Extraction:
    """Grade the claims of a record; one whose grading fails keeps them for the next try."""
    assert found.annotated is not None
    try:
        with stages.of("grading"):
            graded = extractor.grade(found.annotated, found.claims)
    except (MemoryError, OSError):
        raise
    except Exception as error:
        reason = _fault(found.source.source_id, error)
        return replace(found, source=replace(found.source, status="failed", reason=reason, n_claims=0), rows=())
    status, reason = _status(found.annotated)
    source = replace(
        found.source,
        status=status,
        reason=reason,
        study_design=graded.design.design if graded.design else "",
        sample_size=graded.design.sample_size if graded.design else None,
        n_sentences=len(found.annotated.sentences),
        n_claims=len(graded.rows),
    )
    return replace(found, source=source, rows=graded.rows, study=graded.study)


def _status(annotated: AnnotatedDocument) -> tuple[SourceStatus, str]:
    document = annotated.document
    if document.status != "processed":
        return document.status, document.reason
    if annotated.sentences:
        return "processed", ""
    if DAMAGED_RECORD in document.quality_flags:
        reason = f"{document.source_id} is damaged in the file; the other records were read, so fetch this one again."
        return "failed", reason
    if OTHER_LANGUAGE in document.quality_flags:
        return "empty", f"{document.source_id} is in another language than English; give an English version of it."
    return "empty", f"{document.source_id} holds no sentence of an article; check that it is more than links."


def _fault(source_id: str, error: Exception) -> str:
    said = f"{source_id} could not be extracted ({type(error).__name__}: {error}); please report this with the file."
    return " ".join(said.split())


def _source_row(document: Document) -> SourceRow:
    return SourceRow(
        source_id=document.source_id,
        path=document.path,
        format=document.format,
        sha256=document.sha256,
        bytes=document.n_bytes,
        status="processed",
        title=document.title,
        date=document.date,
        source_type=document.source_type,
        quality_flags=document.quality_flags,
    )
