"""In: shards of earlier runs, and sources that could not be read now. Out: what the shards hold of these sources."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.records import EvidenceRow, Flag
from pipeline.store.columnar import from_values
from pipeline.store.shards import SCHEMA
from pipeline.vocabulary import FlagCode

Revive = Callable[[Mapping[str, Any]], EvidenceRow]

STALE: FlagCode = "stale"
"""The flag of a row that is kept from an earlier run because its source could not be read now."""
_PART = "#"
"""Between the path of a file and the record in it."""


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record of an earlier run: the path of the source that it stands for, its text and its flagged rows."""

    path: str
    key: str
    source_id: str
    text: str
    rows: tuple[EvidenceRow, ...]


def kept_records(
    earlier: Iterable[Path], broken: Iterable[tuple[str, str]], read: frozenset[str], revive: Revive
) -> Iterator[KeptRecord]:
    """Yield the records with claims that stand for `broken` sources (source_id and path), each source_id once.

    A file stands for all records that it had. Those in `read` could be read now, from this file or another. `revive`
    makes a row of the values that an earlier version gave it.
    """
    by_id: dict[str, str] = {}
    by_path: dict[str, str] = {}
    for source_id, path in broken:
        by_id[source_id] = by_path[path] = path
    seen = set(read)
    for shard in sorted(earlier) if by_path else ():
        for place, source in enumerate(pq.read_table(shard, columns=["source"])["source"].to_pylist()):
            name, own = source["source_id"], source["path"]
            stands_for = by_id.get(name) or by_path.get(own) or by_path.get(own.rpartition(_PART)[0])
            if stands_for is None or name in seen or not source["n_claims"]:
                continue
            seen.add(name)
            same = pq.read_schema(shard).field("evidence").type == SCHEMA.field("evidence").type
            make = _same_version if same else revive
            record = pq.read_table(shard, columns=["text", "evidence"]).slice(place, 1).to_pylist()[0]
            rows = tuple(_flagged(row) for row in map(make, record["evidence"]))
            yield KeptRecord(stands_for, shard.stem, name, record["text"], rows)


def _flagged(row: EvidenceRow) -> EvidenceRow:
    return replace(row, flags=(*row.flags, Flag(STALE)))


def _same_version(values: Mapping[str, Any]) -> EvidenceRow:
    row: EvidenceRow = from_values(EvidenceRow)(values.values())
    return row
