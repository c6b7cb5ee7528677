"""In: an AnnotatedDocument and the trained encoder; out: the claims that encoder and rules together read in it.

Only paragraphs that name a nutrient meet the encoder. Every pair that either reader proposes is weighed once, by a
logistic regression over what both make of it; its output is the claim's calibrated confidence. Relation, exposure,
strength and factuality combine the encoder's probabilities with what the rules' labels have been worth.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pipeline.claims.attachment import attach
from pipeline.claims.candidates import Candidate, CandidateFinder
from pipeline.claims.encoder import ClaimEncoder, EncoderInput
from pipeline.claims.naming import Namer
from pipeline.claims.statistics import statistics
from pipeline.records import (
    EXPOSURES,
    FACTUALITIES,
    RELATIONS,
    STRENGTHS,
    AnnotatedDocument,
    Claim,
    Factuality,
    Sentence,
)

MOST_CLAIMS_PER_SENTENCE = 12
_ASSERTED: tuple[Factuality, ...] = tuple(value for value in FACTUALITIES if value != "Unknown")
Label = TypeVar("Label", bound=str)


@lru_cache(maxsize=2)
def load_encoder(folder: Path | None = None) -> ClaimEncoder:
    """Return the encoder in `folder`, by default the bundled one; it is loaded once a process."""
    return ClaimEncoder.from_directory(folder or Path(str(resources.files("pipeline.models"))) / "claims")


def learned_claims(annotated: AnnotatedDocument, encoder: ClaimEncoder, namer: Namer) -> Iterator[Claim]:
    """Yield the claims of a document in reading order, without identifiers."""
    weighing = encoder.settings["weighing"]
    for sentence, candidates in candidates_of(annotated, encoder, namer):
        yield from _claims(sentence, candidates, weighing)


def candidates_of(
    annotated: AnnotatedDocument, encoder: ClaimEncoder, namer: Namer
) -> Iterator[tuple[Sentence, list[Candidate]]]:
    """Yield the sentences that meet the encoder with their candidate pairs."""
    flowing = [sentence for sentence in annotated.sentences if sentence.kind != "heading"]
    near = _near_nutrients(annotated, flowing)
    finder = CandidateFinder(annotated, encoder, namer)
    for position, sentence in enumerate(flowing):
        if sentence.index not in near:
            continue
        given = EncoderInput(
            sentence.text,
            before=flowing[position - 1].text if position else "",
            after=flowing[position + 1].text if position + 1 < len(flowing) else "",
            title=annotated.document.title if position > 1 else "",
        )
        [found] = encoder.predict([given])
        yield sentence, list(finder.find(sentence, found, flowing[:position]))


def _near_nutrients(annotated: AnnotatedDocument, flowing: Sequence[Sentence]) -> set[int]:
    """Return the indices of the sentences whose block names a nutrient or refers back to one."""
    naming = [m.start for s in flowing for m in s.mentions if m.kind == "nutrient"]
    blocks = [b for b in annotated.document.blocks if any(b.start <= at < b.end for at in naming)]
    return {s.index for s in flowing if any(b.start <= s.start < b.end for b in blocks)}


def weigh(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the probability that a candidate with `features` is a claim (logistic regression)."""
    total = weights["intercept"] + sum(weights[name] * value for name, value in features.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _claims(sentence: Sentence, candidates: Iterable[Candidate], weighing: Mapping[str, Any]) -> list[Claim]:
    best: dict[tuple[str, str], tuple[float, Candidate]] = {}
    for candidate in candidates:
        confidence = weigh(candidate.features, weighing["confidence"])
        key = (candidate.nutrient.name, candidate.condition.name)
        if confidence >= weighing["threshold"] and (key not in best or confidence > best[key][0]):
            best[key] = (confidence, candidate)
    chosen = sorted(best.values(), key=lambda item: (item[1].nutrient.start, item[1].condition.start))
    chosen = chosen[:MOST_CLAIMS_PER_SENTENCE]
    numbers = statistics(sentence)
    outcomes = sorted({(candidate.condition.start, candidate.condition.end) for _, candidate in chosen})
    claims = [claim_of(sentence, candidate, confidence, weighing) for confidence, candidate in chosen]
    return [
        claim
        if claim.factuality == "Unknown"
        else replace(claim, statistics=attach(sentence, numbers, claim.condition, outcomes))
        for claim in claims
    ]


def claim_of(sentence: Sentence, candidate: Candidate, confidence: float, weighing: Mapping[str, Any]) -> Claim:
    """Return the claim that a candidate is, without statistics and identifier."""
    reading = {name: combined(name, candidate, weighing) for name in ("exposure", "relation", "strength", "factuality")}
    unknown = sentence.text.endswith("?") or reading["factuality"]["Unknown"] >= weighing["least_unknown"]
    return Claim(
        claim_id="",
        sentence=sentence,
        nutrient=candidate.nutrient,
        condition=candidate.condition,
        exposure=_likeliest(reading["exposure"], EXPOSURES),
        relation=_likeliest(reading["relation"], RELATIONS),
        strength=_likeliest(reading["strength"], STRENGTHS),
        factuality="Unknown" if unknown else _likeliest(reading["factuality"], _ASSERTED),
        confidence=round(confidence, 4),
        flags=("anaphora-resolved",) if candidate.nutrient.anaphoric or candidate.condition.anaphoric else (),
    )


def combined(attribute: str, candidate: Candidate, weighing: Mapping[str, Any]) -> dict[str, float]:
    """Return the probabilities of an attribute's labels from the encoder's and what the rules' label makes likelier.

    A product of experts (Hinton 2002, Neural Computation): `weighing["lift"]` holds, for each label that the rules
    give, the logarithm of how much likelier it makes every annotated label, `weighing["weight"]` how much that counts.
    """
    odds: Mapping[str, float] = getattr(candidate.reading, attribute)
    lift = weighing["lift"][attribute].get(candidate.rule_label(attribute), {})
    weight = weighing["weight"][attribute]
    scores = {label: math.log(max(p, 1e-9)) + weight * lift.get(label, 0.0) for label, p in odds.items()}
    highest = max(scores.values())
    powers = {label: math.exp(score - highest) for label, score in scores.items()}
    total = sum(powers.values())
    return {label: power / total for label, power in powers.items()}


def _likeliest(odds: Mapping[str, float], labels: Sequence[Label]) -> Label:
    return max(labels, key=lambda label: odds[label])
