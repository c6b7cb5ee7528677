"""In: what was found in one source file. Out: its shard, one Parquet file with a row a record, never half written."""

import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records import EvidenceRow, SourceRow
from pipeline.store.columnar import arrow_type, to_arrow

GROUP_CHARACTERS = 8_000_000
"""Text that one row group holds: what a file of many records needs in memory while it is written."""

_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in one record: its row for sources.csv, its text, and its claims.

    `text` is "" where the text is the source file itself, which needs no copy.
    """

    source: SourceRow
    text: str = ""
    rows: tuple[EvidenceRow, ...] = ()


SCHEMA = pa.schema(
    [
        ("source", arrow_type(SourceRow)),
        ("text", pa.string()),
        ("evidence", arrow_type(tuple[EvidenceRow, ...])),
    ]
)


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
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def evidence_table(rows: Iterable[EvidenceRow]) -> pa.Table:
    """Return rows as a table in memory, with the columns that they have in a shard."""
    return pa.Table.from_pylist(to_arrow(tuple[EvidenceRow, ...])(rows), pa.schema(arrow_type(EvidenceRow)))


def is_whole(path: Path) -> bool:
    """Tell whether a shard is there and was written to its end."""
    try:
        with path.open("rb") as file:
            file.seek(-len(_MAGIC), os.SEEK_END)
            return file.read() == _MAGIC
    except OSError:
        return False


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
    }
