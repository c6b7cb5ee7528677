"""In: the shards of a run. Out: their rows in the order of the tables, sorted on disk where they are many."""

import contextlib
import dataclasses
import errno
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb
import pyarrow as pa

from pipeline.records import EvidenceRow, SourceRow
from pipeline.store.columnar import from_values

MEMORY = "1GB"
"""Memory that sorting may take before it goes to disk."""
THREADS = 4
"""Sorting takes memory for each thread; more do not make it faster, because the rows are fetched by one."""
FETCHED = 1_000
"""Rows that are in memory as records at a time."""

NAMES = ("nutrient", "nutrient_id", "condition", "condition_id")
"""What a claim calls its nutrient and its condition."""

EVIDENCE_ORDER = ("source_id", "sentence_start", "nutrient_start", "condition_start", "claim_id")

_FIRST = """
    SEMI JOIN (SELECT file, place FROM record WHERE occurrence = 1) AS first
    ON shard.file = first.file AND shard.file_row_number = first.place
"""


class StoredText(NamedTuple):
    """The text of a record that is not its file, and the key of the shard that holds it."""

    source_id: str
    key: str
    text: str


class Contents:
    """The rows of many shards as one; where two records have one identity, the first (by path) counts."""

    def __init__(self, shards: Sequence[Path], *, scratch: Path) -> None:
        """Open the shards; `scratch` is a folder that sorting may use."""
        self._scratch = scratch
        self._connection = duckdb.connect()
        self._connection.execute(f"SET memory_limit = '{MEMORY}'")
        self._connection.execute(f"SET threads = {min(THREADS, os.cpu_count() or 1)}")
        self._connection.execute(f"SET temp_directory = '{_quoted(scratch / 'sorting')}'")
        self._has_shards = bool(shards)
        if self._has_shards:
            with disk_faults():
                self._open(shards)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def _open(self, shards: Sequence[Path]) -> None:
        files = ", ".join(f"'{_quoted(shard)}'" for shard in shards)
        self._connection.execute(
            f"CREATE VIEW shard AS SELECT * FROM read_parquet([{files}], filename = 'file', file_row_number = true)"
        )
        self._connection.execute(
            """
            CREATE TABLE record AS
            SELECT source, file, file_row_number AS place, first_value(source.path) OVER same AS kept_path,
                   row_number() OVER same AS occurrence
            FROM shard
            WINDOW same AS (PARTITION BY source.source_id ORDER BY source.path, file, file_row_number)
            """
        )
        self._connection.execute(
            f"""
            CREATE TABLE claim AS
            SELECT unnest(claim) FROM (SELECT unnest(evidence) AS claim FROM shard {_FIRST})
            ORDER BY {", ".join(f"claim.{name}" for name in EVIDENCE_ORDER)}
            """
        )

    def sources(self, finished: frozenset[str]) -> Iterator[SourceRow]:
        """Yield a row for each record, by source_id and path; what the last finished run held is `unchanged`."""
        rows = self._fetch(
            "SELECT file, occurrence, kept_path, unnest(source) FROM record ORDER BY source.source_id, occurrence"
        )
        for file, occurrence, kept_path, *values in rows:
            row = from_values(SourceRow)(values)
            if occurrence > 1 and row.status != "failed":
                reason = f"{row.source_id} was already read from {kept_path}; leave one of the two out."
                row = dataclasses.replace(row, status="skipped", reason=reason, n_claims=0)
            elif row.status == "processed" and Path(file).stem in finished:
                row = dataclasses.replace(row, status="unchanged")
            yield row

    def evidence(self) -> Iterator[EvidenceRow]:
        """Yield the rows of all claims in the order of evidence.csv."""
        yield from map(from_values(EvidenceRow), self._fetch("SELECT * FROM claim"))

    def names(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield what the claims call their nutrient and condition (`NAMES`), each once, by its last claim."""
        yield from self._fetch(f"SELECT {', '.join(NAMES)} FROM claim GROUP BY ALL ORDER BY max(rowid)")

    def pairs(
        self, pair_of: Iterable[tuple[tuple[str, str, str, str], tuple[str, str]]]
    ) -> Iterator[list[EvidenceRow]]:
        """Yield the claims of one pair after another, in the order of evidence.csv.

        `pair_of` says of all names (see `names`) which pair they stand for.
        """
        numbers: defaultdict[tuple[str, str], int] = defaultdict(lambda: len(numbers))
        numbered = [{**dict(zip(NAMES, names, strict=True)), "number": numbers[pair]} for names, pair in pair_of]
        if not numbered:
            return
        cursor = self._connection.cursor()
        cursor.register("pair", pa.Table.from_pylist(numbered))
        query = f"SELECT number, claim.* FROM claim JOIN pair USING ({', '.join(NAMES)}) ORDER BY number, claim.rowid"
        for _, claims in groupby(self._fetch(query, cursor), key=itemgetter(0)):
            yield [from_values(EvidenceRow)(values[1:]) for values in claims]

    def text_owners(self) -> Iterator[str]:
        """Yield the source_id of every record whose text is not its source file, in no order."""
        for (source_id,) in self._fetch(f"SELECT shard.source.source_id FROM shard {_FIRST} WHERE text <> ''"):
            yield source_id

    def texts(self) -> Iterator[StoredText]:
        """Yield the text of every record whose text is not its source file, in no order."""
        for source_id, file, text in self._fetch(
            f"SELECT shard.source.source_id, shard.file, text FROM shard {_FIRST} WHERE text <> ''"
        ):
            yield StoredText(source_id, Path(file).stem, text)

    def _fetch(self, query: str, cursor: duckdb.DuckDBPyConnection | None = None) -> Iterator[tuple[Any, ...]]:
        if not self._has_shards:
            return
        cursor = cursor or self._connection.cursor()
        with disk_faults():
            cursor.execute(query)
        while True:
            with disk_faults():
                rows = cursor.fetchmany(FETCHED)
            if not rows:
                return
            yield from rows


@contextlib.contextmanager
def disk_faults() -> Iterator[None]:
    """Sorting that finds no room on disk fails as writing a file does, with an `OSError`."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
