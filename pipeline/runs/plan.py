"""In: paths and settings. Out: the plan of a run: every source, which were read before, and batches of the rest."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import ingest
from pipeline.config import Settings
from pipeline.ingest.source import relative_name
from pipeline.records import SourceRow
from pipeline.store import OutputFolder, extractor_version, file_hash, grader_version, publish, shard_key
from pipeline.store.folder import LEDGER_FILES, STORE_NAME

ADDED = "added"
"""The folder, in an output folder, of documents that belong to its sources whatever paths a run is given."""

BATCHES_PER_WORKER = 4
"""So many batches at least for each worker, so that none is idle while another works on the last."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source file: where it lies, what it is called in the tables, its bytes, and the key of its shard.

    `obstacle` says why what lies there is none to read, "" where it is one.
    """

    path: Path
    root: Path
    name: str
    sha256: str = ""
    n_bytes: int = 0
    key: str = ""
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: `todo` is the part of `sources` that has to be read; `failed` could not be opened.

    `extractor` and `grader` are the versions of what reads and grades them.
    """

    sources: tuple[SourceFile, ...]
    todo: tuple[SourceFile, ...]
    failed: tuple[SourceRow, ...]
    extractor: str
    grader: str


def make_plan(paths: Sequence[Path], folder: OutputFolder, settings: Settings) -> Plan:
    """List and hash the sources below `paths`, and those added to the folder, and find those that no shard holds yet.

    Raises `SourceError` where a path is missing, and `ValueError` where a table that the settings name is wrong.
    """
    added = folder.path / ADDED
    listed = list_sources(paths, follow_links=settings.follow_links)
    given = [source for source in listed if not source.path.is_relative_to(added)]
    if added.is_dir():
        given += [replace(source, root=folder.path, name=f"{ADDED}/{source.name}") for source in list_sources([added])]
    extractor, grader = extractor_version(settings), grader_version(settings)
    sources: list[SourceFile] = []
    failed: list[SourceRow] = []
    exhausted = folder.exhausted()
    for found in given:
        hashed = _hashed(found)
        if isinstance(hashed, SourceRow):
            failed.append(hashed)
            continue
        key = shard_key(extractor=extractor, grader=grader, source_sha256=hashed.sha256, path=hashed.name)
        source = replace(hashed, key=key)
        if exhausted.get(key, 0) >= settings.max_seconds and not folder.has(key):
            failed.append(failed_row(source, exhausted_sentence(source, exhausted[key])))
            continue
        sources.append(source)
    todo = tuple(source for source in sources if not folder.has(source.key))
    return Plan(tuple(sources), todo, tuple(failed), extractor, grader)


def _hashed(source: SourceFile) -> SourceFile | SourceRow:
    """Return a source with its hash; where it is none to read or cannot be opened, its row with the reason."""
    if source.obstacle:
        return replace(failed_row(source, source.obstacle), status="skipped")
    try:
        sha256, n_bytes = file_hash(source.path)
    except OSError as error:
        reason = f"{source.name} cannot be opened ({error.strerror}); check that it is a file you may read."
        return failed_row(source, reason)
    return replace(source, sha256=sha256, n_bytes=n_bytes)


def list_sources(paths: Sequence[Path], *, follow_links: bool = False) -> list[SourceFile]:
    """Return the source files below `paths`; tables that runs wrote, this one or others, are no sources.

    What is there and is no file to read has an `obstacle`.
    """
    owned = _Owned()
    listed = ingest.find_sources(paths, follow_links=follow_links)
    found = [(item.path, item.root, item.obstacle) for item in listed if item.path.absolute() not in owned]
    names = Counter(relative_name(path, root) for path, root, _ in found)
    if found and max(names.values()) > 1:
        common = Path(os.path.commonpath([root.absolute() for _, root, _ in found]))
        found = [(path, common, obstacle) for path, _, obstacle in found]
    return [
        SourceFile(path.absolute(), root.absolute(), relative_name(path, root), obstacle=obstacle)
        for path, root, obstacle in found
    ]


def exhausted_sentence(source: SourceFile, seconds: float) -> str:
    """Say of a source that it ran out of time, and so is not tried again."""
    return (
        f"{source.name} took longer than {seconds:g} seconds of processor time for one record, and is not tried again "
        "until it has changed; split it, or raise max_seconds in the configuration."
    )


def make_batches(sources: Iterable[SourceFile], *, workers: int, batch_bytes: int) -> list[tuple[SourceFile, ...]]:
    """Split sources, in order, into batches of about `batch_bytes`, smaller where that keeps all workers busy."""
    sources = list(sources)
    total = sum(source.n_bytes for source in sources)
    size = min(batch_bytes, total // (workers * BATCHES_PER_WORKER) + 1)
    batches: list[tuple[SourceFile, ...]] = []
    batch: list[SourceFile] = []
    filled = 0
    for source in sources:
        batch.append(source)
        filled += source.n_bytes
        if filled >= size:
            batches.append(tuple(batch))
            batch, filled = [], 0
    return [*batches, tuple(batch)] if batch else batches


def failed_row(source: SourceFile, reason: str) -> SourceRow:
    """Return the row of sources.csv for a file of which nothing could be read."""
    return SourceRow(source.name, source.name, "unknown", source.sha256, source.n_bytes, "failed", reason)


def copy_sources(paths: Sequence[Path], folder: Path, settings: Settings) -> list[SourceRow]:
    """Copy the sources below `paths` into a folder; return the rows of what is none to read or cannot be opened.

    Raises `SourceError` where a path is missing, and `OSError` where the folder cannot be written.
    """
    found = [_hashed(source) for source in list_sources(paths, follow_links=settings.follow_links)]
    for source in found:
        if isinstance(source, SourceFile):
            copy_into(folder, source.path)
    return [source for source in found if isinstance(source, SourceRow)]


def copy_into(folder: Path, file: Path) -> Path:
    """Return a copy of a file in a folder: under its name, numbered where another file has that. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = file_hash(file)
    copy, number = folder / file.name, 1
    while copy.exists():
        if file_hash(copy) == wanted:
            return copy
        number += 1
        copy = folder / f"{number}-{short_name(file)}"
    draft = folder / f".{wanted[0]}"
    shutil.copyfile(file, draft)
    publish([(draft, copy)])
    return copy


def short_name(file: Path) -> str:
    """Return the end of a file's name, before which something can stand without making it longer than names may be."""
    return os.fsdecode(os.fsencode(file.name)[-200:])


class _Owned:
    """The files that runs put into their output folders, as far as they are asked for."""

    def __init__(self) -> None:
        self._folders: dict[Path, frozenset[Path]] = {}

    def __contains__(self, path: Path) -> bool:
        return any(path in self._add(parent) for parent in path.parents)

    def _add(self, parent: Path) -> frozenset[Path]:
        if parent not in self._folders:
            is_output = (parent / STORE_NAME).is_dir()
            owned = OutputFolder(parent).owned() | LEDGER_FILES if is_output else ()
            self._folders[parent] = frozenset(parent / name for name in owned)
        return self._folders[parent]
