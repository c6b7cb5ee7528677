"""In: an output folder. Out: the tables that it had before the last run, put back in place."""

from pathlib import Path

from pipeline import store
from pipeline.runs.intake import Taken, take_in
from pipeline.store import OutputFolder, StoreError
from pipeline.store.folder import STORE_NAME


def restore(out: str | Path) -> Taken:
    """Put the tables before the last run back in place; called again it undoes that.

    What people have put into the tables that go is taken into the ledger first, which stays as it is. Raises
    `StoreError` where there are no earlier tables.
    """
    folder = OutputFolder(Path(out))
    if not (folder.path / STORE_NAME).is_dir():
        raise StoreError(f"{out} keeps no earlier tables; give the folder that `provender run ... --out` wrote.")
    with store.opened(folder):
        taken = take_in(folder)
        store.restore(folder)
    return taken
