"""In: the name or file (TOML) of a grading scheme; out: its tables, checked."""

import tomllib
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import KnowledgeError
from pipeline.grading.scheme import Scheme

BUNDLED = Path(__file__).parent
DEFAULT = "grade"
COMPARISON = "comparison"
"""The table of a scheme that is for `pipeline.comparison`."""
PARTS = ("bias", "plausibility")
"""Tables of every scheme that stand in files of their own; a scheme changes an entry of them by its name."""
_BESIDE = ("population", "flags", "observed")
"""Files that are each one table of every scheme, under their name."""


def load_scheme(scheme: Path | str | None = None) -> Scheme:
    """Return the scheme in a TOML file, a bundled one by name ("grade", "nutrigrade"), or the default.

    Raises `ValueError` with one sentence saying which entry of which file is wrong.
    """
    tables = scheme_tables(scheme)
    tables.pop(COMPARISON, None)
    try:
        return Scheme.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(
            f"The grading scheme {scheme or DEFAULT} has a wrong or missing entry at {where} ({first['msg']}); "
            f"compare it with {BUNDLED / (DEFAULT + '.toml')}."
        ) from None


def scheme_tables(scheme: Path | str | None = None) -> dict[str, Any]:
    """Return the tables of a scheme as they stand in its file, merged with those that it rests on.

    A file with `extends = "grade"` (a bundled name or a path relative to the file) holds only what it changes. What
    else grading looks for and says stands in files of its own, whose tables a scheme may change as `[population]`,
    `[flags]` and `[comparison]`. Raises `ValueError` with one sentence.
    """
    return _tables(_locate(DEFAULT if scheme is None else scheme, Path.cwd()), ())


def _locate(scheme: Path | str, folder: Path) -> Path:
    given = folder / scheme
    bundled = BUNDLED / f"{scheme}.toml"
    if given.is_file():
        return given.resolve()
    if bundled.is_file():
        return bundled
    raise KnowledgeError(
        f"The grading scheme {scheme} does not exist; give the path of a TOML file, or grade or nutrigrade."
    )


def _tables(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path in seen:
        raise KnowledgeError(f"The grading scheme {path} extends itself; remove its `extends` line.")
    try:
        own = dict(_parsed(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"The grading scheme {path} is not readable as TOML ({error}); correct it.") from None
    base = own.pop("extends", None)
    if base is None:
        return reduce(merged, [*map(_bundled, PARTS), *({name: _bundled(name)} for name in _BESIDE), own])
    return merged(_tables(_locate(base, path.parent), (*seen, path)), own)


def _bundled(name: str) -> dict[str, Any]:
    return _parsed((BUNDLED / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _parsed(text: str) -> dict[str, Any]:
    """The tables of a file, which a run asks for many times; whoever changes them makes a copy."""
    return tomllib.loads(text)


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return a table with the entries that `change` gives anew, table by table."""
    out = dict(base)
    for key, value in change.items():
        old = out.get(key)
        out[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return out
