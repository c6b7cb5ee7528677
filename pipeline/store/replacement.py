"""In: the new tables of a run. Out: they stand in the place of those before, which are kept whole until the next run.

The tables before are linked into `.provender/previous` first, and a journal says what is being moved. A run that is
killed while files are moved is undone by the next, so that a folder never holds tables of two runs.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.store.fingerprint import file_hash
from pipeline.store.folder import DISK_FAULTS, Finished, OutputFolder, StoreError, disk_sentence, publish, read_values

FILES = "files"


@contextlib.contextmanager
def opened(folder: OutputFolder) -> Iterator[None]:
    """Hold an output folder for one run, with whole tables in it.

    Raises `StoreError` as `OutputFolder.locked`, and where whatever is done meanwhile finds the disk full.
    """
    try:
        with folder.locked():
            _undo(folder)
            yield
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        raise StoreError(disk_sentence(folder, os.strerror(error.errno or 0))) from None


def replace_tables(
    folder: OutputFolder, drafts: Mapping[str, Path], finished: Finished, *, unchanged: Collection[str] = ()
) -> None:
    """Move drafts, by their names in the folder, into place; remove what earlier runs wrote beyond these.

    `unchanged` are files of the last run that belong to this one as well. `finished` tells what the new tables hold.
    Raises `OSError`; then, or where the process is killed, the next run finds the tables as they were.
    """
    before, after = folder.owned(), {*drafts, *unchanged}
    _keep(folder, before | drafts.keys())
    token = secrets.token_hex(8)
    hashes = {name: digest for name, digest in finished.written.items() if name in drafts}
    folder.write_values(_journal(folder), {"token": token, "files": sorted(drafts), "written": hashes})
    folder.own(before | after)
    publish([(draft, folder.path / name) for name, draft in drafts.items()])
    for gone in before - after:
        (folder.path / gone).unlink(missing_ok=True)
    folder.finish(replace(finished, token=token, stamp=folder.stamp(after)))
    folder.own(after)
    _journal(folder).unlink()


def restore(folder: OutputFolder) -> None:
    """Put the tables before the last run back in place; those of the last run are what a second call brings back.

    Raises `StoreError` where there are none, and `OSError`.
    """
    kept = folder.previous / FILES
    if not kept.is_dir():
        raise StoreError(f"{folder.path} keeps no earlier tables; there is something to restore after a second run.")
    files = [path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()]
    drafts = {name: _link(kept / name, folder.drafts / "restored" / name) for name in files}
    replace_tables(folder, drafts, folder.read_finished(folder.previous / folder.finished_file.name))


def _undo(folder: OutputFolder) -> None:
    """Bring back the tables that a killed run had begun to replace; what a reviewer has changed since stays."""
    journal = read_values(_journal(folder))
    if journal and journal["token"] != folder.finished().token:
        for name in {*journal["files"], *folder.owned()}:
            kept, file = folder.previous / FILES / name, folder.path / name
            written = journal["written"].get(name)
            if written and file.is_file() and file_hash(file)[0] != written:
                continue
            if kept.is_file():
                file.parent.mkdir(parents=True, exist_ok=True)
                _link(kept, folder.drafts / "undone").replace(file)
            else:
                file.unlink(missing_ok=True)
        owned = read_values(folder.previous / folder.owned_file.name)
        folder.own(owned.get("files", ()))
    _journal(folder).unlink(missing_ok=True)


def _keep(folder: OutputFolder, names: Collection[str]) -> None:
    """Link the files of the last run into a folder of their own, with the record of that run."""
    draft = folder.drafts / "previous"
    (draft / FILES).mkdir(parents=True)
    for name in names:
        if (folder.path / name).is_file():
            _link(folder.path / name, draft / FILES / name)
    for record in (folder.finished_file, folder.owned_file):
        if record.is_file():
            shutil.copy2(record, draft / record.name)
    if folder.previous.exists():
        folder.previous.replace(folder.drafts / "before-previous")
    if any((draft / FILES).iterdir()):
        draft.replace(folder.previous)


def _link(file: Path, link: Path) -> Path:
    """Give a file a second name, or copy it where the file system has no such; return the second name."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    try:
        os.link(file, link)
    except OSError:
        shutil.copy2(file, link)
    return link


def _journal(folder: OutputFolder) -> Path:
    return folder.store / "replacing.json"
