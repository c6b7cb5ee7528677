"""In: the claims of a pair and the verdicts on them. Out: which claims a verdict or its certainty hangs on."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.comparison.comparer import compare_pair
from pipeline.comparison.rules import ComparisonRules
from pipeline.records import ComparisonRow, EvidenceRow
from pipeline.studies import Corpus

Consequence = Literal["verdict", "certainty"]
MOST_CLAIMS = 30
"""Claims of a body of evidence that are left out one after the other; of more, one alone hardly ever decides."""


def consequences(
    claims: Sequence[EvidenceRow],
    bodies: Sequence[ComparisonRow],
    rules: ComparisonRules,
    corpus: Corpus | None = None,
) -> Iterator[tuple[str, Consequence]]:
    """Yield the claim_id of each claim whose rejection would move the verdict, or else its certainty.

    `bodies` are what `compare_pair` makes of `claims`, all claims of a nutrient and a condition, with `corpus`.
    """
    rows = {claim.claim_id: claim for claim in claims}
    for body in bodies:
        if len(body.claim_ids) > MOST_CLAIMS:
            continue
        for left_out in body.claim_ids:
            others = [rows[claim_id] for claim_id in body.claim_ids if claim_id != left_out]
            without = compare_pair(others, rules, corpus)
            verdict = without[0].verdict if without else "insufficient"
            if verdict != body.verdict:
                yield left_out, "verdict"
            elif without and without[0].certainty != body.certainty:
                yield left_out, "certainty"
