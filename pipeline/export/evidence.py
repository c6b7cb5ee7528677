"""In: rows of the evidence table. Out: one Parquet file, or one JSON object a line; lists and records stay such."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records import EvidenceRow
from pipeline.store.columnar import arrow_type, to_arrow

GROUP = 10_000
"""Rows that are in memory at a time."""


def write_parquet(path: Path, rows: Iterable[EvidenceRow]) -> int:
    """Write the rows, a column for each of evidence.csv; return how many. Raises `OSError`."""
    convert = to_arrow(EvidenceRow)
    schema = pa.schema(list(arrow_type(EvidenceRow)))
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist([convert(row) for row in group], schema))
            count += len(group)
    return count


def write_json_lines(path: Path, rows: Iterable[EvidenceRow]) -> int:
    """Write a JSON object a row; return how many. Raises `OSError`."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(dataclasses.asdict(row), ensure_ascii=False) + "\n")
            count += 1
    return count


def _groups(rows: Iterable[EvidenceRow]) -> Iterator[list[EvidenceRow]]:
    rows = iter(rows)
    while group := list(islice(rows, GROUP)):
        yield group
