"""In: an AnnotatedDocument; out: the claims that its mentions and cue words make, without a trained model."""

from collections.abc import Iterable, Iterator

from pipeline.claims.exposure import document_exposure, exposure
from pipeline.claims.factuality import factuality
from pipeline.claims.relation import Cue, clause, cues, relate
from pipeline.claims.statistics import attach, statistics
from pipeline.records import AnnotatedDocument, Claim, Exposure, Mention, Sentence

MOST_CLAIMS_PER_SENTENCE = 12
# The share of right rows among those that rules give on the annotated training set (docs/evaluation.md).
RULE_CONFIDENCE = {"condition": 0.5, "measure": 0.45}


def rule_claims(annotated: AnnotatedDocument) -> Iterator[Claim]:
    """Yield the claims of a document in reading order, without identifiers."""
    default = document_exposure(annotated)
    for sentence in annotated.sentences:
        kinds = {mention.kind for mention in sentence.mentions}
        if sentence.kind == "heading" or "nutrient" not in kinds or not kinds & {"condition", "measure"}:
            continue
        yield from _sentence_claims(annotated, sentence, default)


def _sentence_claims(annotated: AnnotatedDocument, sentence: Sentence, default: Exposure) -> Iterator[Claim]:
    if factuality(sentence) is None:
        return
    all_cues: list[Cue] = cues(sentence.text)
    numbers = statistics(sentence)
    claims: dict[tuple[str, Exposure, str], Claim] = {}
    for nutrient, condition in _pairs(sentence.mentions):
        met = exposure(sentence, nutrient, abbreviations=annotated.abbreviations, default=default)
        key = (nutrient.name, met, condition.name)
        finding = relate(sentence.text, all_cues, nutrient, condition, sentence.start, met)
        if key in claims or finding is None:
            continue
        bounds = clause(
            sentence.text,
            *((m.start - sentence.start, m.end - sentence.start) for m in (nutrient, condition)),
        )
        stated = factuality(sentence, bounds) or "Unknown"
        claims[key] = Claim(
            claim_id="",
            sentence=sentence,
            nutrient=nutrient,
            condition=condition,
            exposure=met,
            relation=finding.relation,
            strength=finding.strength,
            factuality=stated,
            statistics=attach(sentence, numbers, condition) if stated != "Unknown" else (),
            confidence=RULE_CONFIDENCE["measure" if condition.kind == "measure" else "condition"],
            flags=("anaphora-resolved",) if nutrient.anaphoric or condition.anaphoric else (),
        )
    yield from list(claims.values())[:MOST_CLAIMS_PER_SENTENCE]


def _pairs(mentions: Iterable[Mention]) -> Iterator[tuple[Mention, Mention]]:
    every = list(mentions)
    for nutrient in every:
        for condition in every:
            if nutrient.kind == "nutrient" and condition.kind != "nutrient":
                apart = nutrient.end <= condition.start or condition.end <= nutrient.start
                if apart and nutrient.name != condition.name:
                    yield nutrient, condition
