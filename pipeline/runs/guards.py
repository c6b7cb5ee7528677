"""In: the settings, the plan and the folder of a run. Out: nothing, or the fault that would have cost tables."""

import os
import shutil
from collections.abc import Iterable

from pipeline.config import BUNDLED_MODELS, Settings
from pipeline.errors import RunError, StoreError
from pipeline.runs.plan import Plan
from pipeline.store import OutputFolder
from pipeline.store.folder import disk_sentence
from pipeline.tables import SheetError, read_sheet

READ = ("processed", "unchanged", "empty")
"""What became of the sources that a run could read."""
SMALLEST_ROOM = 1_000_000
"""Bytes that a run needs beside those of its tables: its records and locks."""
MOST_NAMED = 5


def check_settings(settings: Settings) -> None:
    """Find in what a user brings what would keep every source from being read. Raises `RunError`.

    The bundled tables are read by the workers alone, which say the same of them.
    """
    try:
        if settings.lexicons or settings.scheme:
            from pipeline.knowledge import load_knowledge

            load_knowledge(settings)
        if settings.model not in BUNDLED_MODELS:
            from pipeline.language.recogniser import load_recogniser

            load_recogniser(settings.model)
    except OSError as error:
        raise RunError(" ".join(str(error).split())) from None


def check_room(folder: OutputFolder) -> None:
    """Find out whether the tables can be written a second time beside those that are there. Raises `RunError`."""
    tables = [folder.path / name for name in folder.owned()]
    needed = SMALLEST_ROOM + sum(file.stat().st_size for file in tables if file.is_file())
    free = shutil.disk_usage(folder.path).free
    if free < needed:
        raise RunError(disk_sentence(folder, f"{free:,} bytes are free, and the tables need {needed:,}"))
    for place in {folder.path, *(file.parent for file in tables if file.parent.is_dir())}:
        if not os.access(place, os.W_OK | os.X_OK):
            raise StoreError(f"The folder {place} cannot be written; change its permissions, or choose another --out.")


def check_sources(plan: Plan, folder: OutputFolder, most: float) -> None:
    """Find out whether more than the share `most` of the sources of the tables would be gone. Raises `RunError`.

    A source that is there under another name, with the same bytes, is not gone.
    """
    held = dict(_held(folder))
    names = {source.name for source in plan.sources} | {row.path for row in plan.failed}
    hashes = {source.sha256 for source in plan.sources}
    gone = [name for name, sha256 in held.items() if name not in names and sha256 not in hashes]
    if len(gone) > most * len(held):
        more = f" and {len(gone) - MOST_NAMED} more" if len(gone) > MOST_NAMED else ""
        raise RunError(
            f"{len(gone)} of the {len(held)} sources of the tables in {folder.path} are not among those given "
            f"({', '.join(sorted(gone)[:MOST_NAMED])}{more}), and nothing was replaced; check that their folder is "
            "there, or say --prune if they are to go."
        )


def _held(folder: OutputFolder) -> Iterable[tuple[str, str]]:
    """The files that the tables have rows of, each with its hash."""
    table = folder.path / "sources.csv"
    if not table.is_file():
        return
    try:
        rows = list(read_sheet(table, ("path", "sha256", "status")))
    except SheetError as error:
        raise StoreError(f"{str(error).rstrip('.')}; nothing was replaced.") from None
    for row in rows:
        cells = row.cells
        if cells["status"] in READ or cells.get("n_claims", "0") not in ("", "0"):
            yield cells["path"].partition("#")[0] if cells.get("format") != "text" else cells["path"], cells["sha256"]
