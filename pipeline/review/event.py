"""The noun of the ledger: one thing that one reviewer said of one claim."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

STATUS = "review_status"
"""The field of a decision; that of a correction is the column that it corrects."""


@dataclass(frozen=True, slots=True)
class Event:
    """A decision (`field` is `review_status`), a correction (a column of evidence.csv), or the reversal of an event.

    A decision on a study, finding or outcome has its identifier or name in `claim_id` (see `pipeline.review.override`).

    `value` is what the reviewer put there, "" where it was emptied, and `was` what stood there. `sentence` and `row`
    are the claim as it stood, by the columns of evidence.csv. `said_at` is when the reviewer said it, `recorded_at`
    when the ledger learned it, both ISO 8601. `origin` names the file or page that it came from. `reverses` is the
    number of an earlier event that counts no longer. `number` is its place in the ledger.
    """

    claim_id: str
    field: str
    value: str
    was: str = ""
    note: str = ""
    reviewer: str = ""
    said_at: str = ""
    source_id: str = ""
    sentence: str = ""
    row: Mapping[str, str] = dataclasses.field(default_factory=dict)
    model_version: str = ""
    origin: str = ""
    reverses: int | None = None
    recorded_at: str = ""
    number: int = 0

    @property
    def is_override(self) -> bool:
        """Whether this is on a study, an outcome or a finding, and not on a claim."""
        return self.field.startswith(("study.", "outcome.", "finding."))
