"""In: what reviewers do at the page. Out: events in the ledger of a folder, and what the page may show of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import RefusedError
from pipeline.report import read_contents, render
from pipeline.review import Event, Ledger, override_event
from pipeline.review.cells import meaning
from pipeline.review.decision import decisions_of, effective, now, reversal
from pipeline.review.event import STATUS
from pipeline.review.readers import ADJUDICATION, conflicts, readings, visible
from pipeline.runs.intake import ledger_of
from pipeline.store import OutputFolder, Snapshot, StoreError
from pipeline.tables import EVIDENCE
from pipeline.tables.columns import CORRECTABLE

ORIGIN = "desk"


@dataclass(slots=True)
class Session:
    """The desk of one folder; `blind` hides what others decided of a claim until the reader has decided it too."""

    folder: OutputFolder
    blind: bool = False
    rows: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def page(self) -> str:
        """Return the page; where a run has ended meanwhile, its newer one. Raises `StoreError` where there is none."""
        contents = read_contents(self.folder.path / "report.html")
        snapshot = self.folder.finished().snapshot
        if snapshot is None:
            raise StoreError(f"{self.folder.path} holds no finished run; run again, then review.")
        rows = Snapshot.read(snapshot / "claims.parquet").columns_of(*EVIDENCE.header)
        self.rows |= {row["claim_id"]: row for row in rows}
        return render(contents, served=True)

    def decisions(self, reader: str) -> list[dict[str, Any]]:
        """Return what is decided of each claim, as the reader may see it."""
        events = self._events()
        own = {claim: said[reader] for claim, said in readings(events).items() if reader in said}
        shown = own if self.blind else {**decisions_of(events), **own}
        others = visible(events, reader, blind=self.blind)
        open_ = conflicts(events)
        found = []
        for claim_id in {**shown, **{claim: None for claim in others if others[claim]}}:
            decision = shown.get(claim_id)
            last = decision.last if decision else None
            found.append(
                {
                    "claim": claim_id,
                    "status": decision.status if decision else "",
                    "note": decision.review.note if decision and decision.review else "",
                    "corrections": {name: e.value for name, e in decision.corrections.items()} if decision else {},
                    "reviewer": last.reviewer if last else "",
                    "at": last.said_at if last else "",
                    "others": [[name, other.status] for name, other in others.get(claim_id, {}).items()],
                    "conflict": claim_id in open_ and (not self.blind or reader in open_[claim_id]),
                }
            )
        return found

    def decide(self, said: Mapping[str, Any]) -> int:
        """Take a decision, a correction or a reversal into the ledger; return its number. Raises `RefusedError`."""
        reviewer = str(said.get("reviewer", "")).strip()
        if not reviewer:
            raise RefusedError("Type your name first: every decision is somebody's.")
        with ledger_of(self.folder) as ledger:
            if said.get("reverses") is not None:
                event = self._reversal(ledger, int(said["reverses"]), reviewer)
            elif said.get("subject"):
                subject, name, value = (str(said.get(part, "")) for part in ("subject", "field", "value"))
                event = override_event(subject, name, value, reviewer=reviewer, origin=ORIGIN)
            else:
                event = self._event(ledger, said, reviewer)
            return ledger.append([event])[0].number

    def _event(self, ledger: Ledger, said: Mapping[str, Any], reviewer: str) -> Event:
        claim_id, name, value = (str(said.get(part, "")) for part in ("claim", "field", "value"))
        row = self.rows.get(claim_id)
        if row is None:
            raise RefusedError(f"No claim is called {claim_id}; load the page anew.")
        if name not in (STATUS, *CORRECTABLE):
            raise RefusedError(f"{name} is no column that a reviewer corrects.")
        understood = meaning(name, value)
        if understood is None:
            raise RefusedError(f'"{value}" is no {name}; the row stays as it was.')
        return Event(
            claim_id=claim_id,
            field=name,
            value=understood,
            was=row.get(name, ""),
            note=str(said.get("note", "")) if name == STATUS else "",
            reviewer=reviewer,
            said_at=now(),
            source_id=row["source_id"],
            sentence=row["sentence"],
            row=row,
            model_version=row["model_version"],
            origin=ADJUDICATION if claim_id in conflicts(ledger.events) and said.get("settles") else ORIGIN,
        )

    def _reversal(self, ledger: Ledger, number: int, reviewer: str) -> Event:
        found = next((event for event in effective(ledger.events) if event.number == number), None)
        if found is None or found.reviewer != reviewer:
            raise RefusedError("Only a decision of one's own that still counts can be taken back.")
        return reversal(found, reviewer, origin=ORIGIN)

    def _events(self) -> tuple[Event, ...]:
        with ledger_of(self.folder) as ledger:
            return ledger.events
