"""In: the type of a record. Out: its Arrow type, its values as Arrow takes them, and the record back from these.

Records may hold text, numbers, truth values, other records, sequences (read back as tuples) and mappings from text
to text.
"""

import dataclasses
import re
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

Convert = Callable[[Any], Any]
Record = TypeVar("Record")

_LISTS = (tuple, Sequence)
_SURROGATE = re.compile("[\ud800-\udfff]")
_KNOWN = 10_000
_known: dict[str, str] = {}
"""Texts that were read back last, up to some number, by themselves."""
_TYPES: dict[type, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


@cache
def arrow_type(hint: Any) -> pa.DataType:
    """Return the Arrow type of a type. Raises `TypeError` for what no column can hold."""
    hint = _not_none(hint)
    if get_origin(hint) is Literal:
        return _TYPES[type(get_args(hint)[0])]
    if hint in _TYPES:
        return _TYPES[hint]
    if dataclasses.is_dataclass(hint):
        return pa.struct([(name, arrow_type(part)) for name, part in _fields(hint).items()])
    if (
        get_origin(hint) in _LISTS
        and len(kinds := {arrow_type(part) for part in get_args(hint) if part is not ...}) == 1
    ):
        return pa.list_(kinds.pop())
    if get_origin(hint) is Mapping:
        return pa.map_(*map(arrow_type, get_args(hint)))
    raise TypeError(f"a table cannot hold {hint}")


@cache
def to_arrow(hint: Any) -> Convert:
    """Return what turns a value of a type into one that Arrow takes."""
    inner = _not_none(hint)
    if dataclasses.is_dataclass(inner):
        parts = [(name, to_arrow(part)) for name, part in _fields(inner).items()]

        def plain(record: Any) -> dict[str, Any] | None:
            return None if record is None else {name: convert(getattr(record, name)) for name, convert in parts}

        return plain
    if get_origin(inner) in _LISTS:
        convert = to_arrow(get_args(inner)[0])
        return lambda values: [convert(value) for value in values]
    if get_origin(inner) is Mapping:
        return lambda values: [(_storable(key), _storable(value)) for key, value in values.items()]
    return _storable


@cache
def from_arrow(hint: Any) -> Convert | None:
    """Return what turns a value that was read back into one of its type; None where it is one already."""
    inner = _not_none(hint)
    if dataclasses.is_dataclass(inner):
        build = from_values(inner)  # type: ignore[arg-type]
        return lambda values: None if values is None else build(values.values())
    if get_origin(inner) in _LISTS:
        convert = from_arrow(get_args(inner)[0])
        return _shared if convert is None else lambda values: tuple(map(convert, values))
    if get_origin(inner) is Mapping:
        part = from_arrow(get_args(inner)[1])
        return dict if part is None else lambda values: {key: part(value) for key, value in dict(values).items()}
    return None


@cache
def from_values(record: type[Record]) -> Callable[..., Record]:
    """Return what makes a record of the values of its fields, in order, as they were read back.

    Texts that records share are one in memory, as they were before they were written.
    """
    fields = _fields(record)
    converts = [(place, convert) for place, part in enumerate(fields.values()) if (convert := from_arrow(part))]
    by_name = _by_name(record)

    def build(values: Any) -> Record:
        parts = [_known.setdefault(part, part) if type(part) is str else part for part in values]
        if len(_known) > _KNOWN:
            _known.clear()
        for place, convert in converts:
            parts[place] = convert(parts[place])
        return record(**dict(zip(fields, parts, strict=True))) if by_name else record(*parts)

    return build


def _shared(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([_known.setdefault(value, value) if type(value) is str else value for value in values])


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def hold_back_pandas() -> None:
    """Spare a process of Provender's own the third of a second and the 70 MB that loading pandas takes.

    Where pandas is installed, pyarrow loads it to ask of a list whether it is a column of it; it tries to once.
    """
    without = _WithoutPandas()
    sys.meta_path.insert(0, without)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(without)


def _fields(record: Any) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in dataclasses.fields(record)}


def _by_name(record: Any) -> bool:
    return any(field.kw_only for field in dataclasses.fields(record))


def _not_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _storable(value: Any) -> Any:
    """Halves of surrogate pairs, which UTF-8 cannot hold, become the replacement character: same length."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value
