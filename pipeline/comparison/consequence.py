"""In: the claims of a pair and the verdicts on them. Out: which claims a verdict or its certainty hangs on."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.comparison.rules import ComparisonRules
from pipeline.records import ComparisonRow, EvidenceRow
from pipeline.studies import Corpus
from pipeline.synthesis import decided

Consequence = Literal["verdict", "certainty"]
MOST_CLAIMS = 30
"""Claims of a body of evidence that are left out one after the other; of more, one alone hardly ever decides."""


def consequences(
    claims: Sequence[EvidenceRow], bodies: Sequence[ComparisonRow], rules: ComparisonRules, corpus: Corpus
) -> Iterator[tuple[str, Consequence]]:
    """Yield the claim_id of each claim whose rejection would move the verdict, or else its certainty.

    `bodies` are what `compare_pair` makes of `claims`, all claims of a nutrient and a condition, with `corpus`.
    """
    rows = {claim.claim_id: claim for claim in claims}
    for body in bodies:
        if len(body.claim_ids) > MOST_CLAIMS:
            continue
        resting = [corpus.rest(rows[claim_id]) for claim_id in body.claim_ids]
        for left_out in resting:
            others = [row for row in resting if row is not left_out]
            verdict, certainty = decided(others, corpus, body.finding_id, rules.synthesis)
            if verdict != body.verdict:
                yield left_out.claim_id, "verdict"
            elif others and certainty != body.certainty:
                yield left_out.claim_id, "certainty"
