"""In: an output folder. Out: what is decided in it, and where each decision stands beside its claims."""

from pathlib import Path

from pipeline.review import Carried, Event, decisions_of, override_event
from pipeline.review.decision import effective, reversal
from pipeline.runs.intake import Taken, import_file, ledger_of, placed_decisions
from pipeline.store import OutputFolder, StoreError, opened
from pipeline.store.folder import STORE_NAME


def import_review(file: str | Path, out: str | Path, *, reviewer: str = "") -> Taken:
    """Take into the ledger of a folder what a reviewed copy of its evidence table says (CSV, XLSX, ODS, or JSONL).

    The next run puts it beside the claims. `reviewer` is who said what names nobody. Raises `StoreError` where the
    folder, its ledger or the file cannot be read.

    >>> import_review("evidence-ann.xlsx", "evidence/", reviewer="Ann Lee").n_decisions   # doctest: +SKIP
    """
    folder = folder_of(out)
    with opened(folder):
        return import_file(folder, Path(file), reviewer)


def undo_decision(out: str | Path, claim_id: str, *, reviewer: str = "") -> Event:
    """Take back the last decision or correction of a claim, of one reviewer or of anybody; return the reversal.

    Nothing is deleted: the reversal is added to the ledger. Raises `StoreError` where there is none to take back.
    """
    with ledger_of(folder_of(out)) as ledger:
        known = [
            event
            for event in effective(ledger.events)
            if event.claim_id == claim_id and reviewer in ("", event.reviewer)
        ]
        if not known:
            raise StoreError(
                f"Nothing is decided of claim {claim_id}; provender review status --out {out} lists what is."
            )
        [recorded] = ledger.append([reversal(known[-1], known[-1].reviewer, origin="undo")])
        return recorded


def decide(out: str | Path, subject: str, field: str, value: str, *, reviewer: str, note: str = "") -> Event:
    """Record what a reviewer decides of a study, a finding or an outcome; the next run grades and compares by it.

    `subject` is a study_id, a finding_id or an outcome's name, `field` and `value` as `pipeline.review.override` says.
    Raises `RefusedError` for what cannot be decided, `StoreError` where the folder cannot be used.

    >>> decide("evidence/", "PMID:1", "study.study_design", "cohort", reviewer="Ann Lee")   # doctest: +SKIP
    """
    with ledger_of(folder_of(out)) as ledger:
        [recorded] = ledger.append(
            [override_event(subject, field, value, reviewer=reviewer, note=note, origin="decide")]
        )
        return recorded


def review_events(out: str | Path) -> tuple[Event, ...]:
    """Return all events of the ledger of a folder, oldest first. Raises `StoreError`."""
    with ledger_of(folder_of(out)) as ledger:
        return ledger.events


def review_status(out: str | Path) -> Carried:
    """Return all decisions of a folder with where they stand beside the claims of the last run. Raises `StoreError`."""
    return placed_decisions(folder_of(out), decisions_of(review_events(out)))


def folder_of(out: str | Path) -> OutputFolder:
    """Return the folder of a run. Raises `StoreError` where it is none."""
    folder = OutputFolder(Path(out))
    if not (folder.path / STORE_NAME).is_dir():
        raise StoreError(f"{out} holds no tables of a run; give the folder that `provender run ... --out` wrote.")
    return folder
