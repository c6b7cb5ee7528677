"""What a reviewer decides of a study or an outcome, in place of what was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_UNNAMED = "an unnamed reviewer"


@dataclass(frozen=True, slots=True)
class Override:
    """One decision: of which study (its study_id) or outcome (its name), which field, the value, who and when.

    `said_at` is ISO 8601.
    """

    subject: str
    field: str
    value: str
    reviewer: str = ""
    said_at: str = ""

    @property
    def by(self) -> str:
        """`by Ann Lee on 2026-03-01`."""
        return f"by {self.reviewer or _UNNAMED} on {self.said_at[:10]}"


@dataclass(frozen=True, slots=True)
class Overrides:
    """All that reviewers decided of studies and outcomes.

    `studies` holds the decisions on each study by its identifier ("PMID:1"), `same_studies` which two studies are one,
    `same_outcomes` which two names are one outcome.
    """

    studies: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    same_studies: tuple[Override, ...] = ()
    same_outcomes: tuple[Override, ...] = ()
