"""What a reviewer decides of a study, an outcome or a finding, in place of what was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_UNNAMED = "an unnamed reviewer"


@dataclass(frozen=True, slots=True)
class Override:
    """One decision: of which study, finding (its identifier) or outcome (its name), which field, the value, who, when.

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
    """All that reviewers decided of studies, outcomes and findings.

    `studies` holds the decisions on each study by its identifier ("PMID:1"), `same_studies` which two studies are one,
    `same_outcomes` which two names are one outcome, `findings` the decisions on GRADE's domains by finding_id.
    """

    studies: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    same_studies: tuple[Override, ...] = ()
    same_outcomes: tuple[Override, ...] = ()
    findings: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
