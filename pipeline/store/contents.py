"""In: the shards of a run. Out: their rows in the order of the tables, sorted on disk where they are many."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb
import pyarrow as pa

from pipeline.records import EvidenceRow, Passage, SourceRow, StudyReport
from pipeline.store.columnar import from_arrow, from_values
from pipeline.store.database import database, disk_faults, fetched, make_room, one_thread
from pipeline.store.fingerprint import extraction_of
from pipeline.store.ordered import Ordered
from pipeline.store.shards import SCHEMA, evidence_table
from pipeline.store.stale import KeptRecord, Revive, kept_records

Record = TypeVar("Record")

NAMES = ("nutrient", "nutrient_id", "condition", "condition_id")
"""What a claim calls its nutrient and its condition."""

EVIDENCE_ORDER = ("source_id", "sentence_start", "nutrient_start", "condition_start", "claim_id")

OPEN = 64
"""Shards that are open at a time."""

_READ = "source, evidence, passages, study, text <> '' AS has_text, file, file_row_number"

_BROKEN = ("failed", "empty")
"""What became of a record that has no rows, though it may have had some."""

_FIRST = """
    SEMI JOIN (SELECT file, place FROM record WHERE occurrence = 1) AS first
    ON shard.file = first.file AND shard.file_row_number = first.place
"""


class Contents:
    """The rows of many shards as one; where two records have one identity, the first (by path) that has a text counts.

    A source that could not be read now keeps the rows that `earlier` shards have of it, with the flag `STALE`.
    """

    def __init__(
        self,
        shards: Sequence[Path],
        *,
        scratch: Path,
        earlier: Sequence[Path] = (),
        unread: Iterable[SourceRow] = (),
        revive: Revive | None = None,
    ) -> None:
        """Open the shards; `scratch` is a folder that sorting may use, `unread` are sources that have no shard.

        `revive` makes a row of the values that a shard of an earlier version has of it, by name.
        """
        self._scratch = scratch
        self._connection = database(scratch / "sorting")
        with disk_faults():
            self._open(shards)
            self._kept = tuple(self._keep(earlier, unread, revive or _not_revived))
            self._sort()

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
        """Read all of the shards but their texts, some files at a time: an open one takes more memory than it holds."""
        self._connection.register("nothing", SCHEMA.empty_table())
        self._connection.execute(
            f"CREATE TABLE shard AS SELECT {_READ} FROM nothing, (SELECT '' AS file, 0::BIGINT AS file_row_number)"
        )
        self._connection.unregister("nothing")
        with one_thread(self._connection):
            for files in _groups(shards):
                self._connection.execute(f"INSERT INTO shard SELECT {_READ} FROM {_files(files)}")
        self._connection.execute(
            """
            CREATE TABLE record AS
            SELECT source, file, file_row_number AS place, first_value(source.path) OVER same AS kept_path,
                   row_number() OVER same AS occurrence
            FROM shard
            WINDOW same AS (
                PARTITION BY source.source_id
                ORDER BY list_contains($broken, source.status), source.n_sentences < 2, source.path, file,
                         file_row_number
            )
            """,
            {"broken": list(_BROKEN)},
        )

    def _keep(self, earlier: Sequence[Path], unread: Iterable[SourceRow], revive: Revive) -> Iterator[KeptRecord]:
        """Yield what earlier shards hold of the sources that could not be read."""
        statuses = self._connection.execute(
            "SELECT source.source_id, source.path, source.status FROM record"
        ).fetchall()
        broken = [(source_id, path) for source_id, path, status in statuses if status in _BROKEN]
        broken += [(row.source_id, row.path) for row in unread]
        read = frozenset(source_id for source_id, _, status in statuses if status not in _BROKEN)
        yield from kept_records(earlier, broken, read, revive)

    def _sort(self) -> None:
        [(n_claims,)] = self._connection.execute("SELECT coalesce(sum(len(evidence)), 0) FROM shard").fetchall()
        make_room(self._connection, int(n_claims))
        self._connection.register("stale", evidence_table(row for record in self._kept for row in record.rows))
        self._connection.execute(
            f"""
            CREATE TABLE claim AS
            SELECT * FROM (
                SELECT unnest(claim) FROM (SELECT unnest(evidence) AS claim FROM shard {_FIRST})
                UNION ALL BY NAME
                SELECT * FROM stale
            )
            ORDER BY {", ".join(EVIDENCE_ORDER)}
            """
        )
        self._connection.unregister("stale")
        self._connection.execute("ALTER TABLE shard DROP COLUMN evidence")

    @property
    def stale_claims(self) -> dict[str, int]:
        """How many claims of an earlier run stand for a source that could not be read now, by its path."""
        counts: Counter[str] = Counter()
        for record in self._kept:
            counts[record.path] += len(record.rows)
        return dict(counts)

    @property
    def stale_keys(self) -> frozenset[str]:
        """The keys of the earlier shards that hold them."""
        return frozenset(record.key for record in self._kept)

    def revise(self, rows: Sequence[EvidenceRow]) -> None:
        """Put rows in the place of those with the same claim_id, which they may differ from in all but their place."""
        if not rows:
            return
        with disk_faults():
            self._connection.register("revised", evidence_table(rows))
            self._connection.execute(
                f"""
                CREATE TABLE merged AS
                SELECT * FROM (
                    SELECT * FROM claim ANTI JOIN revised USING (claim_id) UNION ALL BY NAME SELECT * FROM revised
                )
                ORDER BY {", ".join(EVIDENCE_ORDER)}
                """
            )
            self._connection.execute("DROP TABLE claim")
            self._connection.execute("ALTER TABLE merged RENAME TO claim")
            self._connection.unregister("revised")

    def evidence_of(self, source_ids: Collection[str]) -> Iterator[list[EvidenceRow]]:
        """Yield the rows of some sources, one source after another."""
        if not source_ids:
            return
        cursor = self._connection.cursor()
        cursor.register("wanted", pa.table([sorted(source_ids)], ["source_id"]))
        rows = self._fetch("SELECT claim.* FROM claim SEMI JOIN wanted USING (source_id) ORDER BY claim.rowid", cursor)
        for _, claims in groupby(map(from_values(EvidenceRow), rows), key=lambda row: row.source_id):
            yield list(claims)

    def sources(self, finished: frozenset[str]) -> Iterator[SourceRow]:
        """Yield a row for each record, by source_id and path; what the last finished run held is `unchanged`."""
        read = set(map(extraction_of, finished))
        rows = self._fetch(
            "SELECT file, occurrence, kept_path, unnest(source) FROM record ORDER BY source.source_id, occurrence"
        )
        for file, occurrence, kept_path, *values in rows:
            row = from_values(SourceRow)(values)
            if occurrence > 1 and row.status != "failed":
                reason = f"{row.source_id} was already read from {kept_path}; leave one of the two out."
                row = dataclasses.replace(row, status="skipped", reason=reason, n_claims=0)
            elif row.status == "processed" and extraction_of(Path(file).stem) in read:
                row = dataclasses.replace(row, status="unchanged")
            yield row

    def evidence(self) -> Iterator[EvidenceRow]:
        """Yield the rows of all claims in the order of evidence.csv."""
        yield from map(from_values(EvidenceRow), self._fetch("SELECT * FROM claim"))

    def ordered(self, kind: type[Record], order: Sequence[str]) -> Ordered[Record]:
        """Return a place to keep records of a kind beside the claims, and to read them back by some of their fields."""
        return Ordered(self._connection, kind, order)

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

    def passages(self, source_ids: Collection[str]) -> dict[str, tuple[Passage, ...]]:
        """Return the paragraphs that claims of some sources stand in, by source_id."""
        convert = from_arrow(tuple[Passage, ...])
        if not source_ids or convert is None:
            return {}
        cursor = self._connection.cursor()
        cursor.register("wanted", pa.table({"source_id": sorted(source_ids)}))
        query = f"""
            SELECT shard.source.source_id, passages FROM shard {_FIRST}
            WHERE shard.source.source_id IN (SELECT source_id FROM wanted)
        """
        return {source_id: convert(found) for source_id, found in self._fetch(query, cursor)}

    def studies(self) -> Iterator[StudyReport]:
        """Yield what every record tells of its own study, where it reports one, by source_id."""
        report = from_arrow(StudyReport)
        assert report is not None
        found = self._fetch(f"SELECT study FROM shard {_FIRST} WHERE study IS NOT NULL ORDER BY study.source_id")
        yield from (report(study) for (study,) in found)

    def resting(self) -> Iterator[EvidenceRow]:
        """Yield the claims that rest on a study, cited or the source's own, in the order of evidence.csv."""
        rows = self._fetch(
            "SELECT * FROM claim WHERE len(citations) > 0 OR evidence_basis = 'own result' ORDER BY rowid"
        )
        yield from map(from_values(EvidenceRow), rows)

    def text_owners(self) -> dict[str, str]:
        """The records whose text is not their source file: the key of the shard that holds it, by source_id."""
        owners = self._fetch(f"SELECT shard.source.source_id, shard.file FROM shard {_FIRST} WHERE has_text")
        return {source_id: Path(file).stem for source_id, file in owners} | {
            record.source_id: record.key for record in self._kept if record.text
        }

    def texts(self, source_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the texts of some records whose text is not their source file, with their source_id, in no order."""
        cursor = self._connection.cursor()
        cursor.register("wanted", pa.table([sorted(source_ids)], schema=pa.schema([("source_id", pa.string())])))
        found = self._fetch(
            f"""
            SELECT DISTINCT shard.file FROM shard {_FIRST}
            WHERE has_text AND shard.source.source_id IN (SELECT source_id FROM wanted)
            """,
            cursor,
        )
        for files in _groups(sorted(Path(file) for (file,) in found)):
            yield from self._fetch(
                f"""
                SELECT shard.source.source_id, shard.text FROM {_files(files)} AS shard {_FIRST}
                WHERE shard.text <> '' AND shard.source.source_id IN (SELECT source_id FROM wanted)
                """,
                cursor,
            )
        wanted = frozenset(source_ids)
        yield from ((kept.source_id, kept.text) for kept in self._kept if kept.text and kept.source_id in wanted)

    def _fetch(self, query: str, cursor: duckdb.DuckDBPyConnection | None = None) -> Iterator[tuple[Any, ...]]:
        return fetched(cursor or self._connection.cursor(), query)


def _not_revived(values: Mapping[str, Any]) -> EvidenceRow:
    raise ValueError(f"claim {values['claim_id']} is of an earlier version")


def _groups(shards: Sequence[Path]) -> Iterator[Sequence[Path]]:
    yield from (shards[first : first + OPEN] for first in range(0, len(shards), OPEN))


def _files(shards: Iterable[Path]) -> str:
    """The rows of some shards, in SQL."""
    names = ", ".join("'" + str(shard).replace("'", "''") + "'" for shard in shards)
    return f"read_parquet([{names}], filename = 'file', file_row_number = true)"
