"""In: what was found in one source file. Out: its shard, one Parquet file with a row a record, never half written."""

import dataclasses
import os
import platform
import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.records import EvidenceRow, SourceRow

GROUP_CHARACTERS = 8_000_000
"""Text that one row group holds: what a file of many records needs in memory while it is written."""

_MAGIC = b"PAR1"
_SURROGATE = re.compile("[\ud800-\udfff]")
_TYPES: dict[type, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in one record: its row for sources.csv, its text, and its claims.

    `text` is "" where the text is the source file itself, which needs no copy.
    """

    source: SourceRow
    text: str = ""
    rows: tuple[EvidenceRow, ...] = ()


def field_types(record: type[Any]) -> dict[str, type]:
    """Return the fields of a flat record with the plain type of each: str, int, float or bool."""
    hints = get_type_hints(record)
    return {field.name: _plain(hints[field.name]) for field in dataclasses.fields(record)}


def _plain(hint: Any) -> type:
    if get_origin(hint) is Literal:
        return type(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if hint not in _TYPES:
        raise TypeError(f"a table cannot hold {hint}")
    return hint  # type: ignore[no-any-return]


def _struct(record: type[Any]) -> pa.StructType:
    return pa.struct([(name, _TYPES[plain]) for name, plain in field_types(record).items()])


SCHEMA = pa.schema(
    [("source", _struct(SourceRow)), ("text", pa.string()), ("evidence", pa.list_(_struct(EvidenceRow)))]
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
        "source": _values(extraction.source),
        "text": _storable(extraction.text),
        "evidence": [_values(row) for row in extraction.rows],
    }


def _values(record: EvidenceRow | SourceRow) -> dict[str, Any]:
    return {field.name: _storable(getattr(record, field.name)) for field in dataclasses.fields(record)}


def _storable(value: Any) -> Any:
    """Halves of surrogate pairs, which UTF-8 cannot hold, become the replacement character: same length."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value
