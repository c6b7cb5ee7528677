"""In: what was found in one source file. Out: its shard, one Parquet file with a row a record, never half written."""

import json
import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records import AnnotatedDocument, Claim, EvidenceRow, Passage, SourceRow, StudyReport
from pipeline.store.columnar import Convert, arrow_type, from_arrow, to_arrow
from pipeline.store.fingerprint import file_hash

GROUP_CHARACTERS = 8_000_000
"""Text that one row group holds: what a file of many records needs in memory while it is written."""

READ = 32
"""Records of a shard that are in memory at a time while it is read."""

CHECK = ".sha256"
"""Ends the name of the file beside a shard that holds its SHA-256."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in one record: its row for sources.csv, its text, its graded claims, and what these were made of.

    `text` is "" where the text is the source file itself, which needs no copy. `annotated` and `claims` are kept so
    that another grading scheme can grade them again; a record that failed has none. `passages` are the paragraphs that
    the claims stand in, `study` is what the source tells of its own study.
    """

    source: SourceRow
    text: str = ""
    rows: tuple[EvidenceRow, ...] = ()
    annotated: AnnotatedDocument | None = None
    claims: tuple[Claim, ...] = ()
    passages: tuple[Passage, ...] = ()
    study: StudyReport | None = None


SCHEMA = pa.schema(
    [
        ("source", arrow_type(SourceRow)),
        ("text", pa.string()),
        ("evidence", arrow_type(tuple[EvidenceRow, ...])),
        ("annotated", pa.string()),
        ("claims", pa.string()),
        ("passages", arrow_type(tuple[Passage, ...])),
        ("study", arrow_type(StudyReport)),
    ]
)
"""What only grading reads again is one text each, in JSON: two hundred columns took longer to write than all else."""


def _back(hint: Any) -> Convert:
    convert = from_arrow(hint)
    assert convert is not None
    return convert


_SOURCE, _ANNOTATED = map(_back, (SourceRow, AnnotatedDocument))
_CLAIMS, _PASSAGES = map(_back, (tuple[Claim, ...], tuple[Passage, ...]))


def write_shard(path: Path, extractions: Iterable[Extraction], *, temporary: Path) -> None:
    """Write a shard under a name in the folder `temporary` and move it to `path` when it is whole and on disk.

    Raises `OSError`, for example where the disk is full; then `path` is as it was.
    """
    draft = temporary / f"{path.name}.{platform.node()}.{os.getpid()}"
    try:
        with pq.ParquetWriter(
            draft, SCHEMA, compression="zstd", use_dictionary=False, write_statistics=False, store_schema=False
        ) as writer:
            for group in _groups(extractions):
                writer.write_table(pa.Table.from_pylist([_row(extraction) for extraction in group], SCHEMA))
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        path.parent.mkdir(parents=True, exist_ok=True)
        check = _check(path)
        draft_check = draft.with_name(f"{draft.name}{CHECK}")
        draft_check.write_text(file_hash(draft)[0], encoding="ascii")
        draft_check.replace(check)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def evidence_table(rows: Iterable[EvidenceRow]) -> pa.Table:
    """Return rows as a table in memory, with the columns that they have in a shard."""
    return pa.Table.from_pylist(to_arrow(tuple[EvidenceRow, ...])(rows), pa.schema(arrow_type(EvidenceRow)))


def read_shard(path: Path) -> Iterator[Extraction]:
    """Yield what a shard holds of each record, but the graded rows. Raises `OSError`."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(READ, columns=["source", "text", "annotated", "claims", "passages"]):
            for row in batch.to_pylist():
                found = Extraction(
                    source=_SOURCE(row["source"]),
                    text=row["text"],
                    annotated=_ANNOTATED(json.loads(row["annotated"])),
                    claims=_CLAIMS(json.loads(row["claims"])),
                    passages=_PASSAGES(row["passages"]),
                )
                yield replace(found, annotated=_with_text(found, found.text)) if found.text else found


def is_whole(path: Path) -> bool:
    """Tell whether a shard is there as it was written: its bytes have the hash that stands beside it."""
    try:
        return _check(path).read_text(encoding="ascii") == file_hash(path)[0]
    except (OSError, ValueError):
        return False


def _check(path: Path) -> Path:
    return path.with_suffix(CHECK)


def _groups(extractions: Iterable[Extraction]) -> Iterator[list[Extraction]]:
    group: list[Extraction] = []
    size = 0
    for extraction in extractions:
        group.append(extraction)
        size += len(extraction.text) + sum(len(row.sentence) for row in extraction.rows)
        if size >= GROUP_CHARACTERS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _row(extraction: Extraction) -> dict[str, Any]:
    return {
        "source": to_arrow(SourceRow)(extraction.source),
        "text": to_arrow(str)(extraction.text),
        "evidence": to_arrow(tuple[EvidenceRow, ...])(extraction.rows),
        "annotated": _json(AnnotatedDocument, _with_text(extraction, "") if extraction.text else _thin(extraction)),
        "claims": _json(tuple[Claim, ...], extraction.claims),
        "passages": to_arrow(tuple[Passage, ...])(extraction.passages),
        "study": to_arrow(StudyReport)(extraction.study),
    }


def _json(hint: Any, value: Any) -> str:
    return json.dumps(to_arrow(hint)(value), ensure_ascii=False, separators=(",", ":"))


def _with_text(extraction: Extraction, text: str) -> AnnotatedDocument | None:
    """The annotated document with a text in place of the source's, which a shard holds once."""
    annotated = extraction.annotated
    if annotated is None or annotated.source is None:
        return annotated and replace(annotated, document=replace(annotated.document, text=text))
    thin = _thin(extraction)
    return thin and replace(thin, source=replace(annotated.source, text=text))


def _thin(extraction: Extraction) -> AnnotatedDocument | None:
    """The annotated document without its running text, which grading does not need beside the sentences."""
    annotated = extraction.annotated
    if annotated is None or annotated.source is None:
        return annotated
    return replace(annotated, document=replace(annotated.document, text=""))
