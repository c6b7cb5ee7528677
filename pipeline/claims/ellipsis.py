"""In: the claims of one sentence; out: those that a later clause of it denies without saying the whole.

"Ferritin was lower in asthma, whereas folate did not differ" says of folate and asthma that there is no difference;
"zinc reduced diarrhoea but not fever" says so of zinc and fever.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.claims.clauses import clauses, masked
from pipeline.claims.sign import sign
from pipeline.lexicons import Cues
from pipeline.records import Claim, Mention


def denied_later(claims: Sequence[Claim], cues: Cues) -> Iterator[Claim]:
    """Yield a claim of no effect for each nutrient or outcome that a later clause denies a claim of `claims`."""
    beside = [mention for claim in claims for mention in (claim.nutrient, claim.condition)]
    made = {(claim.nutrient.name, claim.condition.name) for claim in claims}
    for claim in claims:
        for mention in claim.sentence.mentions:
            nutrient, condition = (
                (mention, claim.condition) if mention.kind == "nutrient" else (claim.nutrient, mention)
            )
            if mention.anaphoric or (nutrient.name, condition.name) in made or mention.start <= _end(claim):
                continue
            if _apart(claim, nutrient, condition, beside) and (
                sign(claim.sentence, nutrient, condition, cues, beside) == "none"
            ):
                made.add((nutrient.name, condition.name))
                yield replace(
                    claim, nutrient=nutrient, condition=condition, relation="no_effect", statistics=(), flags=()
                )


def _end(claim: Claim) -> int:
    return max(claim.nutrient.end, claim.condition.end)


def _apart(claim: Claim, nutrient: Mention, condition: Mention, beside: Sequence[Mention]) -> bool:
    """Whether the two stand in different clauses, so that the later one leaves the other to be understood."""
    _, first, second = clauses(masked(claim.sentence, nutrient, condition, beside))
    return first is not None and second is not None and first != second
