"""In: the address of a folder or file in a store (s3://, gs://, ...); out: a local folder with its files."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import SourceError
from pipeline.literature.address import shown

CACHE = Path(".provender") / "remote"
"""Where the copies lie below the output folder of a run: beside what the run itself keeps."""

_INDEX = "index.json"
_DRAFT = "draft"
_EXTRAS = {
    "s3": "pip install 'provender[cloud]'",
    "s3a": "pip install 'provender[cloud]'",
    "gs": "pip install 'provender[cloud]'",
    "gcs": "pip install 'provender[cloud]'",
}


def is_remote(path: str | Path) -> bool:
    """Tell whether a source is the address of a store rather than a path."""
    return "://" in str(path)


def local_sources(paths: Sequence[str | Path], out: str | Path) -> list[Path]:
    """Return the paths with every address of a store replaced by a local copy of what lies there.

    The copy lies below the output folder and keeps the names, so that sources are called by their path in the store.
    A file whose entry in the store (its version, size, time) is as it was is not copied again, one that is gone there
    is gone here. Raises `SourceError` where the store cannot be read.

    >>> local_sources(["articles", "s3://bucket/pages"], "evidence")   # doctest: +SKIP
    """
    return [_copy(str(path), Path(out)) if is_remote(path) else Path(path) for path in paths]


def _copy(url: str, out: Path) -> Path:
    try:
        return _mirror(url, out / CACHE / hashlib.sha256(url.encode()).hexdigest()[:16])
    except SourceError as error:
        raise SourceError(shown(str(error))) from None
    except ImportError as error:
        scheme = url.partition("://")[0]
        advice = _EXTRAS.get(scheme) or f"install it ({' '.join(str(error).split())})"
        raise SourceError(f"{shown(url)} needs a package that is not installed; {advice}.") from None
    except Exception as error:
        # Every store has errors of its own; none may end a run with more than a sentence.
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise SourceError(
            f"{shown(url)} cannot be read ({shown(reason)}); check the address and your access to it."
        ) from None


def _mirror(url: str, cache: Path) -> Path:
    import fsspec.core

    if url.startswith(("http://", "https://")):
        raise SourceError(f"{url} is a web page; fetch it with provender fetch urls.")
    store, root = fsspec.core.url_to_fs(url)
    if store.isfile(root):
        single, entries = root, {root: store.info(root)}
        root = root.rpartition("/")[0]
    else:
        single, entries = "", store.find(root, detail=True)
    if not entries:
        raise SourceError(f"{url} holds no file; check the address.")
    files = cache / "files"
    known = _read_index(cache / _INDEX)
    index: dict[str, str] = {}
    for path, entry in entries.items():
        name = _name(path, root, url)
        if not name:
            continue
        index[name] = _version(entry)
        if known.get(name) != index[name] or not (files / name).is_file():
            draft = cache / _DRAFT
            (files / name).parent.mkdir(parents=True, exist_ok=True)
            store.get_file(path, str(draft))
            draft.replace(files / name)
    for name in known.keys() - index.keys():
        (files / name).unlink(missing_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    (cache / _DRAFT).write_text(json.dumps(index), encoding="utf-8")
    (cache / _DRAFT).replace(cache / _INDEX)
    return files / _name(single, root, url) if single else files


def _name(path: str, root: str, url: str) -> str:
    """Return the path of a file below the root, "" for a hidden one. Raises `SourceError` for one that leads out."""
    name = path.removeprefix(root).lstrip("/")
    parts = PurePosixPath(name).parts
    if ".." in parts or "\0" in name or os.sep != "/":
        raise SourceError(f"{url} holds {name!r}, which cannot be the name of a file here; rename it.")
    return "" if any(part.startswith(".") for part in parts) else name


def _version(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(repr(sorted((name, str(value)) for name, value in entry.items())).encode()).hexdigest()


def _read_index(path: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        index = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(index, dict):
            return index
    return {}
