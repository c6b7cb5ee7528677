"""In: an AnnotatedDocument; out: the claims that its mentions and cue words make, without a trained model."""

import re
from collections.abc import Iterator

from pipeline.claims.attachment import backed
from pipeline.claims.exposure import document_exposure, exposure
from pipeline.claims.factuality import factuality
from pipeline.claims.ownership import stated_apart
from pipeline.claims.relation import RelationFinding, clause, find_cues, relate
from pipeline.claims.sign import relation_of, sign
from pipeline.claims.statistics import statistics
from pipeline.lexicons import Cues
from pipeline.records import AnnotatedDocument, Claim, Mention, Sentence
from pipeline.vocabulary import Exposure

_PEOPLE = (
    r"patients?|subjects?|people|persons?|children|women|men|individuals|adults|participants|infants|boys|girls|mothers|"
    r"rats?|mice|mouse|animals?|cases|populations?|adolescents|volunteers|outpatients|survivors|cells?|cell lines?|"
    r"cohorts?|neonates|newborns|dogs|pigs|rabbits|hamsters|residents|workers|smokers|carriers"
)
_STUDIED_BEFORE = re.compile(
    rf"\b(?:{_PEOPLE}|those|who (?:ha(?:ve|d)|suffer(?:ed)?))\s+"
    r"(?:with|having|(?:suffering |suffer )?from|at (?:high |higher |increased )?risk (?:of|for)|affected by|"
    r"undergoing|diagnosed with|treated for|"
    r"hospitali[sz]ed (?:with|for)|who ha(?:ve|d)|recovering from|presenting with)"
    r"(?:\s+[\w-]+){0,3}\s*$",
    re.IGNORECASE,
)
_NO_LINK = (
    r"(?!(?:in|of|among|with|and|or|than|for|by|after|to|from|was|were|is|are|on|at|as|when|but|that|which|who|the|"
    r"compared|versus|vs|between|during|risk|reduced|increased|improved)\b)"
)
_STUDIED_AFTER = re.compile(rf"[\s-]+(?:(?:{_NO_LINK}[\w/-]+\s){{0,2}}(?:{_PEOPLE}|models?)|induced)\b", re.IGNORECASE)
_FARTHEST = 200  # characters between a nutrient and what words beside one of them still say of the other
# The share of right rows, with an unmistakable direction and without, on the annotated text for training.
RULE_CONFIDENCE = {
    ("condition", True): 0.82,
    ("condition", False): 0.42,
    ("measure", True): 0.70,
    ("measure", False): 0.37,
}


def rule_claims(annotated: AnnotatedDocument, cues: Cues) -> Iterator[Claim]:
    """Yield the claims of a document in reading order, without identifiers."""
    default = document_exposure(annotated, cues)
    for sentence in annotated.sentences:
        kinds = {mention.kind for mention in sentence.mentions}
        if sentence.kind == "heading" or "nutrient" not in kinds or not kinds & {"condition", "measure"}:
            continue
        yield from _sentence_claims(annotated, sentence, default, cues)


def _sentence_claims(
    annotated: AnnotatedDocument, sentence: Sentence, default: Exposure, cues: Cues
) -> Iterator[Claim]:
    numbers = statistics(sentence)
    taken = [(m.start - sentence.start, m.end - sentence.start) for m in sentence.mentions]
    all_cues = [
        cue for cue in find_cues(sentence.text, cues) if not any(a < cue.end and cue.start < b for a, b in taken)
    ]
    nutrients = [m for m in sentence.mentions if m.kind == "nutrient"]
    claims: dict[tuple[str, str], Claim] = {}
    for nutrient, condition in sorted(_pairs(sentence), key=_apart):
        if _apart((nutrient, condition)) > _FARTHEST:
            break
        met = exposure(sentence, nutrient, cues, abbreviations=annotated.abbreviations, default=default)
        finding = relate(sentence, all_cues, nutrient, condition, met, cues)
        said = sign(sentence, nutrient, condition, cues)
        if finding is None and said:
            finding = RelationFinding(relation_of(said, condition), "causal", "")
        if finding is None or (nutrient.name, condition.name) in claims:
            continue
        bounds = clause(
            sentence.text, *((m.start - sentence.start, m.end - sentence.start) for m in (nutrient, condition))
        )
        stated = factuality(sentence, cues, bounds)
        if stated is None:
            continue
        claim = Claim(
            claim_id="",
            sentence=sentence,
            nutrient=nutrient,
            condition=condition,
            exposure=met.exposure,
            relation=finding.relation,
            strength=finding.strength,
            factuality=stated,
            confidence=RULE_CONFIDENCE["measure" if condition.kind == "measure" else "condition", said is not None],
            flags=("anaphora-resolved",) if nutrient.anaphoric or condition.anaphoric else (),
        )
        claims[nutrient.name, condition.name] = (
            claim if stated == "Unknown" else backed(claim, numbers, None, nutrients)
        )
    yield from sorted(claims.values(), key=lambda claim: (claim.nutrient.start, claim.condition.start))


def _apart(pair: tuple[Mention, Mention]) -> int:
    """Characters between the two mentions of a pair."""
    nutrient, condition = pair
    return max(condition.start - nutrient.end, nutrient.start - condition.end)


def _pairs(sentence: Sentence) -> Iterator[tuple[Mention, Mention]]:
    """Yield each nutrient with each outcome; a disease that only says who was studied is no outcome beside another."""
    outcomes = [mention for mention in sentence.mentions if mention.kind != "nutrient"]
    stated = [mention for mention in outcomes if not names_population(sentence, mention)]
    for nutrient in sentence.mentions:
        for outcome in stated or outcomes:
            if nutrient.kind == "nutrient" and nutrient.name != outcome.name:
                apart = nutrient.end <= outcome.start or outcome.end <= nutrient.start
                if apart and not stated_apart(sentence, nutrient, outcome):
                    yield nutrient, outcome


def names_population(sentence: Sentence, condition: Mention) -> bool:
    """Whether a condition only says who was studied ("in patients with diabetes", "diabetic rats")."""
    before = sentence.text[max(0, condition.start - sentence.start - 60) : condition.start - sentence.start]
    after = sentence.text[condition.end - sentence.start :]
    return bool(_STUDIED_BEFORE.search(before) or _STUDIED_AFTER.match(after))
