"""In: decisions, and the claims of a run. Out: the rows that they change, and where each decision stands now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipeline.records import EvidenceRow, Flag
from pipeline.review.cells import date_of
from pipeline.review.decision import REJECTED, Decision
from pipeline.review.event import Event
from pipeline.review.matching import Spots, spot_of, spot_of_row
from pipeline.tables import EVIDENCE
from pipeline.tables.cells import from_cell, to_cell
from pipeline.tables.columns import CORRECTABLE
from pipeline.vocabulary import FlagCode

State = Literal["not understood", "gone", "stale", "in force"]
STATES: tuple[State, ...] = ("not understood", "gone", "stale", "in force")

STALE_DECISION: FlagCode = "stale-decision"
NOT_UNDERSTOOD: FlagCode = "review-not-understood"
READING = ("nutrient", "exposure", "condition", "relation", "factuality")
"""The columns that say what a row claims: another model may read them otherwise."""
UNNAMED = "an unnamed reviewer"

_COLUMNS = {column.name: column for column in EVIDENCE.columns}


@dataclass(frozen=True, slots=True)
class Placed:
    """A decision and what became of it: the claim that it stands beside now, "" for none, and why it is not in force.

    The fields below are the columns of decisions.csv.
    """

    state: State
    claim_id: str
    claim_id_now: str
    source_id: str
    sentence: str
    review_status: str
    corrections: str
    reviewer: str
    review_note: str
    reviewed_at: str
    model_version: str
    reason: str = ""


@dataclass(slots=True)
class Carried:
    """The rows that decisions change, and all decisions, those that need a look first."""

    rows: list[EvidenceRow] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def count(self, state: State) -> int:
        """Return how many decisions are in a state."""
        return sum(placed.state == state for placed in self.placed)


def carry(
    decisions: Mapping[str, Decision],
    rows_of: Callable[[Collection[str]], Iterable[Sequence[EvidenceRow]]],
    regrade: Callable[[EvidenceRow, EvidenceRow], EvidenceRow] = lambda row, before: row,
) -> Carried:
    """Put decisions beside the claims of a run; `rows_of` gives the rows of some sources, a source at a time.

    `regrade` grades a row anew by what a reviewer corrected of it, given the row as it was.

    A decision follows its claim_id. Where that is gone, it goes to the claim of the same source that stands in the
    same sentence on overlapping words, and is stale; where there is none, it is listed as gone.
    """
    by_source: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions.values():
        by_source[decision.source_id].append(decision)
    carried = Carried()
    for rows in rows_of(by_source.keys()):
        for decision, row, reason in _beside(by_source.pop(rows[0].source_id), rows):
            reason = reason or (reads_otherwise(row, decision) if row else "")
            carried.placed.append(_placed(decision, row, reason))
            if row is not None:
                carried.rows.append(regrade(decided(row, decision), row))
    for source_id, left in by_source.items():
        reason = f"{source_id or 'its source'} makes no claim in these tables"
        carried.placed += [_placed(decision, None, reason) for decision in left]
    carried.placed.sort(key=lambda placed: STATES.index(placed.state))
    return carried


def _beside(
    decisions: Iterable[Decision], rows: Sequence[EvidenceRow]
) -> Iterable[tuple[Decision, EvidenceRow | None, str]]:
    by_id = {row.claim_id: row for row in rows}
    decisions = sorted(decisions, key=lambda decision: decision.latest, reverse=True)
    for decision in decisions:
        if decision.claim_id in by_id:
            yield decision, by_id[decision.claim_id], ""
    every = Spots(map(spot_of_row, rows))
    taken = {decision.claim_id for decision in decisions}
    free = Spots(spot_of_row(row) for row in rows if row.claim_id not in taken)
    for decision in decisions:
        if decision.claim_id in by_id:
            continue
        spot = replace(spot_of(decision.row), source_id=decision.source_id)
        match = free.find(spot)
        if match:
            free.remove(match)
            yield decision, by_id[match.claim_id], "the claim has changed; see whether the decision still holds"
        elif other := every.find(spot):
            yield decision, None, f"claim {other.claim_id}, which took its place, has a decision of its own"
        else:
            yield decision, None, f"no claim of {decision.source_id} stands in that sentence at that place any more"


def decided(row: EvidenceRow, decision: Decision) -> EvidenceRow:
    """Return a row with a decision beside it and its corrections applied, who made them among the reasons."""
    last = decision.last
    changes: dict[str, Any] = {
        "review_status": decision.status,
        "reviewer": last.reviewer if last else "",
        "review_note": decision.review.note if decision.review else "",
        "reviewed_at": last.said_at if last else "",
    }
    reasons = []
    for name, event in decision.corrections.items():
        column = _COLUMNS[name]
        before = to_cell(getattr(row, name), column)
        if before != event.value:
            changes[name] = from_cell(event.value, column)
            reasons.append(f"{name} corrected from {before or 'nothing'} to {event.value or 'nothing'} {by(event)}")
    for name in ("nutrient", "condition"):
        if name in changes and f"{name}_id" not in decision.corrections:
            changes[f"{name}_id"] = ""  # the identifier of another thing
    if decision.status == REJECTED and last:
        reasons.append(f"rejected {by(last)}")
    flags = []
    if row.claim_id != decision.claim_id:
        flags.append(Flag(STALE_DECISION))
    elif otherwise := reads_otherwise(row, decision):
        flags.append(Flag(STALE_DECISION, otherwise))
    if decision.not_understood:
        flags.append(Flag(NOT_UNDERSTOOD))
    changes["certainty_reasons"] = (*row.certainty_reasons, *reasons)
    changes["flags"] = (*row.flags, *flags)
    return replace(row, **changes)


def reads_otherwise(row: EvidenceRow, decision: Decision) -> str:
    """Return one sentence where a row reads otherwise than when it was decided on, "" where it reads the same.

    `row` is as the model reads it now. What the reviewer corrected is the reviewer's and does not count.
    """
    said = decision.review
    if said is None or not said.value:
        return ""
    now = {name: to_cell(getattr(row, name), _COLUMNS[name]) for name in READING if name not in decision.corrections}
    differ = [name for name, cell in now.items() if said.row.get(name) and said.row[name] != cell]
    if not differ:
        return ""
    before = ", ".join(f"{name} {said.row[name]}" for name in differ)
    after = ", ".join(f"{name} {now[name]}" for name in differ)
    return (
        f"It was {said.value} {by(said)} as {before}; it now reads {after}: decide again to keep that, or look again."
    )


def by(event: Event) -> str:
    """Return who said something and when: `by Ann Lee on 2026-03-01`."""
    return f"by {event.reviewer or UNNAMED} on {date_of(event.said_at)[:10]}"


def _placed(decision: Decision, row: EvidenceRow | None, reason: str) -> Placed:
    state: State = "in force" if row is not None and not reason else "stale" if row is not None else "gone"
    if decision.not_understood:
        state = "not understood"
        typed = (f'{event.field} "{event.value}"' for event in decision.not_understood)
        reason = "; ".join(filter(None, [f"{', '.join(typed)} cannot be told", reason]))
    last = decision.last or decision.not_understood[-1]
    known = (name for name in CORRECTABLE if name in decision.corrections)
    return Placed(
        state=state,
        claim_id=decision.claim_id,
        claim_id_now=row.claim_id if row else "",
        source_id=decision.source_id,
        sentence=decision.sentence,
        review_status=decision.status,
        corrections=" | ".join(f"{name}: {decision.corrections[name].value}" for name in known),
        reviewer=last.reviewer,
        review_note=decision.review.note if decision.review else "",
        reviewed_at=last.said_at,
        model_version=decision.model_version,
        reason=reason,
    )
