"""In: tables that reviewers have worked on. Out: their decisions, kept for ever and beside the claims of every run."""

from pipeline.review.carrying import STATES, Carried, Placed, carry
from pipeline.review.decision import REJECTED, Decision, decisions_of
from pipeline.review.edited import NEEDED, Edits, Written, edits
from pipeline.review.event import Event
from pipeline.review.ledger import Ledger, LedgerError
from pipeline.review.override import override_event, overrides_of

__all__ = [
    "NEEDED",
    "REJECTED",
    "STATES",
    "Carried",
    "Decision",
    "Edits",
    "Event",
    "Ledger",
    "LedgerError",
    "Placed",
    "Written",
    "carry",
    "decisions_of",
    "edits",
    "override_event",
    "overrides_of",
]
