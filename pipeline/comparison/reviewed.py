"""In: rows that reviewers have decided on; out: what the comparison says of that."""

import re
from collections.abc import Iterable, Iterator

from pipeline.records import EvidenceRow

REJECTED = "rejected"
"""The review status of a row that no comparison counts."""

_CORRECTION = re.compile(r"[a-z_]+ corrected from .+ by .+ on \S+")


def review_reasons(rows: Iterable[EvidenceRow]) -> Iterator[str]:
    """Yield who corrected which of the rows, as the rows' own reasons say it."""
    for row in rows:
        for reason in row.certainty_reasons if row.review_status == "corrected" else ():
            if _CORRECTION.fullmatch(reason):
                yield f"{row.source_id}: {reason}"
