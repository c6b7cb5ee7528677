"""In: matched gold documents and how they were read; out: what was missed and what was wrong, grouped by cause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.evaluation.gold import GoldClaim, GoldDocument
from pipeline.evaluation.measures import Matched, is_turned, same_name, stands_at
from pipeline.records import AnnotatedDocument, Claim, Mention, Sentence


@dataclass(frozen=True, slots=True)
class ExtractionError:
    """One error: its cause, the document, what was (to be) claimed, and the sentence."""

    cause: str
    doc_id: str
    claim: str
    sentence: str


def errors_by_cause(
    matched: Iterable[Matched], readings: Mapping[str, AnnotatedDocument]
) -> dict[str, list[ExtractionError]]:
    """Return the errors of an evaluation under their cause, the most frequent cause first."""
    groups: dict[str, list[ExtractionError]] = defaultdict(list)
    for found in matched:
        for error in _errors(found, readings[found.document.doc_id]):
            groups[error.cause].append(error)
    return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))


def _errors(found: Matched, reading: AnnotatedDocument) -> Iterator[ExtractionError]:
    document = found.document
    for gold, claim in found.pairs:
        if gold.neutral:
            continue
        if claim.factuality == "Unknown":
            yield _gold_error("missed: read as an aim or question", document, gold)
        elif is_turned(gold, claim):
            yield _gold_error(f"turned: {gold.relation} read as {claim.relation}", document, gold)
        elif claim.relation != gold.relation:
            yield _gold_error(f"relation: {gold.relation} read as {claim.relation}", document, gold)
        elif claim.exposure != gold.exposure:
            yield _gold_error(f"exposure: {gold.exposure} read as {claim.exposure}", document, gold)
    for gold in found.missed:
        if not gold.neutral:
            yield _gold_error(_why_missed(document, gold, reading), document, gold)
    for claim in found.extra:
        if claim.factuality != "Unknown":
            yield _extra_error(document, claim)


def _why_missed(document: GoldDocument, gold: GoldClaim, reading: AnnotatedDocument) -> str:
    start, end = document.sentences[gold.sid]
    inside = [s for s in reading.sentences if s.start < end and start < s.end]
    nutrient = _named(document, gold.nutrient, start, end, inside, {"nutrient"})
    condition = _named(document, gold.condition, start, end, inside, {"condition", "measure"})
    if not nutrient and not condition:
        return "missed: neither nutrient nor condition recognised"
    if not nutrient:
        return "missed: nutrient not recognised"
    if not condition:
        return f"missed: {gold.condition_type} not recognised"
    return "missed: pair not related"


def _named(
    document: GoldDocument, words: str, start: int, end: int, sentences: list[Sentence], kinds: set[str]
) -> bool:
    at = document.text.find(words, start, end)
    return any(
        mention.kind in kinds and mention.start < at + len(words) and at < mention.end
        for sentence in sentences
        for mention in sentence.mentions
    )


def _gold_error(cause: str, document: GoldDocument, gold: GoldClaim) -> ExtractionError:
    start, end = document.sentences[gold.sid]
    said = f"{gold.nutrient} ({gold.exposure}) {gold.relation} {gold.condition}"
    return ExtractionError(cause, document.doc_id, said, document.text[start:end])


def _extra_error(document: GoldDocument, claim: Claim) -> ExtractionError:
    sentence = claim.sentence
    said = f"{claim.nutrient.text} ({claim.exposure}) {claim.relation} {claim.condition.text}"
    return ExtractionError(_why_extra(document, claim), document.doc_id, said, sentence.text)


def _why_extra(document: GoldDocument, claim: Claim) -> str:
    """Say which side of a claim that nobody made takes part in none, as far as its sentence is annotated."""
    sentence = claim.sentence
    near = [
        gold
        for gold in document.claims
        if document.sentences[gold.sid][0] < sentence.end and sentence.start < document.sentences[gold.sid][1]
    ]
    if not near:
        return "extra: sentence without claims"
    nutrient = [gold for gold in near if _same(document, gold.sid, gold.nutrient, gold.nutrient_name, claim.nutrient)]
    outcome = [gold for gold in near if _same(document, gold.sid, gold.condition, gold.condition_name, claim.condition)]
    if not nutrient and not outcome:
        return "extra: neither side takes part in a claim"
    if not nutrient:
        return "extra: the nutrient takes part in no claim"
    if not outcome:
        return "extra: the outcome takes part in no claim"
    return "extra: the same claim again" if set(nutrient) & set(outcome) else "extra: two sides of different claims"


def _same(document: GoldDocument, sid: int, words: str, name: str, mention: Mention) -> bool:
    return stands_at(document, sid, words, mention) or same_name(name, mention.name)
