"""In: what a claim says and where; out: its identifier, stable over runs and machines."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.records import Claim
from pipeline.vocabulary import concept_key


def identified(source_id: str, claims: Iterable[Claim]) -> Iterator[Claim]:
    """Yield the claims of one source with their `claim_id` set.

    The identifier hashes the source, the sentence's normalised text, nutrient, exposure, condition, and an ordinal
    where the source says the same twice. The relation is left out, so that a better model changes the row and not
    its identity.
    """
    said: Counter[str] = Counter()
    for claim in claims:
        parts = (
            source_id,
            " ".join(claim.sentence.text.casefold().split()),
            concept_key(claim.nutrient.name, claim.nutrient.identifier),
            claim.exposure,
            concept_key(claim.condition.name, claim.condition.identifier),
        )
        key = "\x1f".join(parts)
        digest = hashlib.sha256(f"{key}\x1f{said[key]}".encode()).hexdigest()[:16]
        said[key] += 1
        yield replace(claim, claim_id=digest)
