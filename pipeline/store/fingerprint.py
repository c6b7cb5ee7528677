"""In: the settings and a source's bytes. Out: the key of its shard, which changes with all its rows depend on."""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.knowledge import grading_fingerprint, lexicon_fingerprint

_PACKAGE = Path(__file__).parent.parent
_CODE = (
    "records",
    "vocabulary.py",
    "config.py",
    "ingest",
    "mupdf.py",
    "language",
    "screen.py",
    "claims",
    "lexicons",
    "models",
    "extractor.py",
    "runs/extraction.py",
    "store/columnar.py",
    "store/shards.py",
)
"""What a claim depends on, inside the package: a change of grading, tables or flows extracts nothing again."""
_GRADING_CODE = (
    "records",
    "vocabulary.py",
    "places.py",
    "screen.py",
    "grading",
    "runs/extraction.py",
    "store/shards.py",
)
"""What a graded row depends on beside its claim; the tables of grading count by what they say."""

_LIBRARIES = (
    "charset-normalizer",
    "lxml",
    "numpy",
    "onnxruntime",
    "pyahocorasick",
    "pymupdf",
    "scispacy",
    "spacy",
    "tokenizers",
    "trafilatura",
)
"""Libraries whose version may change what is read or found."""

_WRITING_LIBRARIES = ("duckdb", "jinja2", "provender", "pyarrow", "pymupdf", "scipy", "statsmodels", "xlsxwriter")
"""Libraries whose version may change what is written of it."""

_SETTINGS_WITHOUT_EFFECT: dict[str, Any] = {
    "batch_bytes": True,
    "figures": True,
    "follow_links": True,
    "lexicons": True,
    "limits": {"pdf_password_env", "pdf_password_file"},
    "max_dropped_share": True,
    "max_memory_mb": True,
    "max_seconds": True,
    "retractions": True,
    "runner": True,
    "scheduler": True,
    "scheme": True,
    "services": True,
    "workers": True,
}
"""Settings that change no row, and paths, of which the contents count instead."""

_CHUNK = 1 << 20


def file_hash(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file in hex and its size in bytes. Raises `OSError`."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def extractor_version(settings: Settings) -> str:
    """Return a hash over all that decides which claims are found in a source, apart from the source.

    The code and data of the extracting packages, the versions of the libraries they rest on, the lexicons and the
    spaCy model that the settings name, and the settings themselves. Raises `ValueError` as `load_knowledge`.
    """
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for library in (*_LIBRARIES, settings.model):
        digest.update(f"{library}={_version(library)}\n".encode())
    digest.update(settings.model_dump_json(exclude=_SETTINGS_WITHOUT_EFFECT).encode())
    digest.update(lexicon_fingerprint(settings).encode())
    own_model = Path(settings.model)
    held = [_contents(_PACKAGE / part) for part in _CODE]
    for contents in [*held, *([_contents(own_model)] if own_model.exists() else [])]:
        for name, content in contents:
            digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def grader_version(settings: Settings) -> str:
    """Return a hash over all that decides how claims are graded: the scheme's tables and the grading code.

    Raises `ValueError` as `load_knowledge`.
    """
    digest = hashlib.sha256(grading_fingerprint(settings).encode())
    for part in _GRADING_CODE:
        for name, content in _contents(_PACKAGE / part):
            if name.endswith(".py"):
                digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def package_version() -> str:
    """Return a hash over the code and data of the whole program, weights and training apart, and its libraries."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for library in (*_LIBRARIES, *_WRITING_LIBRARIES):
        digest.update(f"{library}={_version(library)}\n".encode())
    for part in sorted(_PACKAGE.iterdir()):
        for name, content in () if part.name in ("models", "training") else _contents(part):
            digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()


def shard_key(*, extractor: str, grader: str, source_sha256: str, path: str) -> str:
    """Return the name of a source's shard: by its bytes, its name and what reads it, then by what grades it."""
    read = hashlib.sha256(f"{extractor}\n{source_sha256}\n{path}".encode()).hexdigest()
    return f"{read[:40]}-{grader[:16]}"


def extraction_of(key: str) -> str:
    """Return the part of a shard's name that stands for what was read: it is the same whatever graded it."""
    return key.partition("-")[0]


def _contents(root: Path) -> Iterator[tuple[str, str]]:
    files: Iterable[Path] = sorted(root.rglob("*")) if root.is_dir() else [root]
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(root.parent).as_posix(), file_hash(file)[0]


@cache
def _version(library: str) -> str:
    try:
        return version(library)
    except (PackageNotFoundError, ValueError):
        return ""
