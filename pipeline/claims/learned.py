"""In: an AnnotatedDocument and the trained encoder; out: the claims that the encoder reads in it.

Only paragraphs that name a nutrient meet the encoder. It marks the words that take part in a claim, and reads of each
pair what is claimed; lexicons, abbreviations and back-references say what the words denote.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from pipeline.claims.encoder import ClaimEncoder, EncodedSpan, EncoderInput, EncoderOutput, PairReading
from pipeline.claims.naming import Namer
from pipeline.claims.statistics import attach, statistics
from pipeline.records import (
    EXPOSURES,
    FACTUALITIES,
    RELATIONS,
    STRENGTHS,
    AnnotatedDocument,
    Claim,
    Factuality,
    Mention,
    Sentence,
)

MOST_CLAIMS_PER_SENTENCE = 12
_ASSERTED: tuple[Factuality, ...] = tuple(value for value in FACTUALITIES if value != "Unknown")
Label = TypeVar("Label", bound=str)


@lru_cache(maxsize=2)
def load_encoder(folder: Path | None = None) -> ClaimEncoder:
    """Return the encoder in `folder`, by default the bundled one; it is loaded once a process."""
    return ClaimEncoder.from_directory(folder or Path(str(resources.files("pipeline.models"))) / "claims")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A pair of marked words with what the encoder read of it and how sure it is that a claim is made."""

    nutrient: Mention
    condition: Mention
    reading: PairReading
    confidence: float


def learned_claims(annotated: AnnotatedDocument, encoder: ClaimEncoder, namer: Namer) -> Iterator[Claim]:
    """Yield the claims of a document in reading order, without identifiers."""
    flowing = [sentence for sentence in annotated.sentences if sentence.kind != "heading"]
    near = _near_nutrients(annotated, flowing)
    title = annotated.document.title
    for position, sentence in enumerate(flowing):
        if sentence.index not in near:
            continue
        found = encoder.predict(
            [
                EncoderInput(
                    sentence.text,
                    before=flowing[position - 1].text if position else "",
                    after=flowing[position + 1].text if position + 1 < len(flowing) else "",
                    title=title if position > 1 else "",
                )
            ]
        )[0]
        candidates = _candidates(sentence, found, encoder, namer, flowing[:position])
        yield from _claims(sentence, candidates, encoder.settings)


def _near_nutrients(annotated: AnnotatedDocument, flowing: list[Sentence]) -> set[int]:
    """Return the indices of sentences whose paragraph names a nutrient or refers back to one."""
    blocks = [(block.start, block.end) for block in annotated.document.blocks]
    naming = {m.start for s in flowing for m in s.mentions if m.kind == "nutrient"}
    near: set[int] = set()
    position = 0
    for start, end in blocks:
        inside = []
        while position < len(flowing) and flowing[position].start < end:
            if flowing[position].start >= start:
                inside.append(flowing[position].index)
            position += 1
        if any(start <= mention < end for mention in naming):
            near.update(inside)
    return near


def _candidates(
    sentence: Sentence, found: EncoderOutput, encoder: ClaimEncoder, namer: Namer, earlier: list[Sentence]
) -> Iterable[_Candidate]:
    """Return the pairs of a sentence, the likeliest of those that name the same two things."""
    nutrients = [span for span in found.participants if span.kind == "nutrient"]
    outcomes = [span for span in found.participants if span.kind != "nutrient"]
    pairs = [(nutrient, outcome) for nutrient in nutrients for outcome in outcomes]
    readings = encoder.read_pairs(found, [((n.start, n.end), (o.start, o.end)) for n, o in pairs])
    named: dict[EncodedSpan, tuple[Mention, ...]] = {
        span: namer.name(sentence, span, earlier) for span in (*nutrients, *outcomes)
    }
    best: dict[tuple[str, str], _Candidate] = {}
    for (nutrient, outcome), reading in zip(pairs, readings, strict=True):
        confidence = encoder.confidence(nutrient, outcome, reading.claim, found.claiming)
        for nutrient_mention in named[nutrient]:
            for condition_mention in named[outcome]:
                key = (nutrient_mention.name, condition_mention.name)
                if key not in best or confidence > best[key].confidence:
                    best[key] = _Candidate(nutrient_mention, condition_mention, reading, confidence)
    return best.values()


def _claims(sentence: Sentence, candidates: Iterable[_Candidate], settings: Mapping[str, float]) -> list[Claim]:
    chosen = [candidate for candidate in candidates if candidate.confidence >= settings["threshold"]]
    chosen.sort(key=lambda candidate: (candidate.nutrient.start, candidate.condition.start))
    numbers = statistics(sentence)
    outcomes = sorted({(c.condition.start, c.condition.end) for c in chosen})
    claims = []
    for candidate in chosen[:MOST_CLAIMS_PER_SENTENCE]:
        stated = _factuality(candidate.reading, settings["least_unknown"])
        nutrient, condition = candidate.nutrient, candidate.condition
        claims.append(
            Claim(
                claim_id="",
                sentence=sentence,
                nutrient=nutrient,
                condition=condition,
                exposure=_likeliest(candidate.reading.exposure, EXPOSURES),
                relation=_likeliest(candidate.reading.relation, RELATIONS),
                strength=_likeliest(candidate.reading.strength, STRENGTHS),
                factuality=stated,
                statistics=attach(sentence, numbers, condition, outcomes) if stated != "Unknown" else (),
                confidence=round(candidate.confidence, 4),
                flags=("anaphora-resolved",) if nutrient.anaphoric or condition.anaphoric else (),
            )
        )
    return claims


def _factuality(reading: PairReading, least_unknown: float) -> Factuality:
    if reading.factuality["Unknown"] >= least_unknown:
        return "Unknown"
    return _likeliest(reading.factuality, _ASSERTED)


def _likeliest(odds: Mapping[str, float], labels: Sequence[Label]) -> Label:
    return max(labels, key=lambda label: odds[label])
