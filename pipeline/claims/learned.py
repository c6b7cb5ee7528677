"""In: an AnnotatedDocument and the trained model; out: the claims that encoder and rules together read in it.

Only sentences that name a nutrient, and those that go on from one, meet the encoder. Every pair that either reader
proposes is weighed once, over what both make of it (`pipeline.claims.calibration`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pipeline.claims.arbitration import DISPUTED, opposed
from pipeline.claims.attachment import backed
from pipeline.claims.bystanders import stands_by
from pipeline.claims.calibration import Calibration
from pipeline.claims.candidates import Candidate, CandidateFinder
from pipeline.claims.encoder import ClaimEncoder, Mark, MarkedSentence
from pipeline.claims.factuality import CLOSING, asks, asserted_in_title
from pipeline.claims.naming import Namer
from pipeline.claims.relation import find_cues
from pipeline.claims.statistics import statistics
from pipeline.language.backreferences import has_reference
from pipeline.lexicons import Cues
from pipeline.records import AnnotatedDocument, Block, Claim, Mention, Sentence
from pipeline.vocabulary import (
    EXPOSURES,
    FACTUALITIES,
    RELATIONS,
    STRENGTHS,
    ConditionType,
    Exposure,
    Factuality,
    FlagCode,
)

SENTENCES_BACK = 100  # that a reference may look back for what it refers to
MARK_ORDER = ("reference", "condition", "measure", "nutrient")  # of overlapping marks the last one holds
_ASSERTED: tuple[Factuality, ...] = tuple(value for value in FACTUALITIES if value != "Unknown")
_WORDS_DECIDE: frozenset[tuple[Exposure, Exposure]] = frozenset(
    (("deficiency", "excess"), ("excess", "deficiency"), ("deficiency", "intake"), ("deficiency", "status"),
     ("intake", "status"), ("status", "excess"))
)  # fmt: skip
"""What the words state, and what the trained reader then may not make of it."""
_AS_GIVEN = re.compile(r" (?:tablets?|capsules?|pills?|lozenges?|drops|supplements?|supplementation|injections?)\b")
_RESULTS = re.compile(r"result|finding", re.IGNORECASE)
Label = TypeVar("Label", bound=str)


def bundled() -> Path:
    """Return the folder of the bundled weights."""
    return Path(str(resources.files("pipeline.models"))) / "claims"


def load_encoder(folder: Path | None = None) -> ClaimEncoder:
    """Return the encoder in `folder`, by default the bundled one."""
    return ClaimEncoder.from_directory(folder or bundled())


def load_calibration(encoder: ClaimEncoder, folder: Path | None = None) -> Calibration:
    """Return the calibration in `folder`, by default the bundled one, whose settings came with the encoder."""
    return Calibration.from_directory(folder or bundled(), encoder.settings)


def learned_claims(
    annotated: AnnotatedDocument, encoder: ClaimEncoder, calibration: Calibration, namer: Namer
) -> Iterator[Claim]:
    """Yield the claims of a document in reading order, without identifiers."""
    for sentence, candidates in candidates_of(annotated, encoder, namer):
        yield from _claims(sentence, candidates, calibration)


def candidates_of(
    annotated: AnnotatedDocument, encoder: ClaimEncoder, namer: Namer, marked: bool = True
) -> Iterator[tuple[Sentence, list[Candidate]]]:
    """Yield the sentences that meet the encoder with their candidate pairs; it is told of mentions if `marked`."""
    flowing = [sentence for sentence in annotated.sentences if sentence.kind != "heading"]
    finder = CandidateFinder(annotated, encoder, namer)
    for first, last in _stretches(_read_of(flowing, annotated.document.blocks, namer.cues)):
        given = [MarkedSentence(closed(s), marks_of(s, s.start) if marked else ()) for s in flowing[first:last]]
        found = encoder.read(given, annotated.document.title, opens=first == 0)
        for position, output in enumerate(found, start=first):
            sentence = flowing[position]
            yield sentence, list(finder.find(sentence, output, flowing[max(0, position - SENTENCES_BACK) : position]))


def closed(sentence: Sentence) -> str:
    """Return the text of a sentence, with the mark that it lacks at its end, as items of lists do.

    Few annotated sentences end without one: mostly those that are no sentences but links and labels.
    """
    if sentence.kind == "title" or sentence.text[-1:] in CLOSING:
        return sentence.text
    return f"{sentence.text}?" if asks(sentence.text) else f"{sentence.text}."


def _stretches(wanted: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the bounds [first, last) of each run of consecutive wanted places."""
    for is_wanted, run in groupby(range(len(wanted)), key=lambda i: wanted[i]):
        if is_wanted:
            places = list(run)
            yield places[0], places[-1] + 1


def marks_of(sentence: Sentence, origin: int) -> tuple[Mark, ...]:
    """Return the mentions of a sentence as marks for the encoder, with offsets from `origin`, the surest kind last."""
    ordered = sorted(sentence.mentions, key=lambda m: (MARK_ORDER.index(_mark(m)), m.start))
    return tuple((m.start - origin, m.end - origin, _mark(m)) for m in ordered)


def _mark(mention: Mention) -> str:
    return "reference" if mention.anaphoric else mention.kind


def _read_of(flowing: Sequence[Sentence], blocks: Sequence[Block], cues: Cues) -> list[bool]:
    """Tell of each sentence whether the encoder reads it.

    It reads one that names a nutrient and, in the rest of that paragraph, the next and those with words that may refer
    back to one ("it", "group B"): others make no claim. How a study was done is read only where the sentence has all
    that a claim needs, an outcome and a word that relates them, too.
    """
    starts = [block.start for block in blocks]
    read: list[bool] = []
    last, named, just_named = -1, False, False
    for sentence in flowing:
        place = bisect_right(starts, sentence.start)
        if place != last:
            last, named, just_named = place, False, False
        kinds = {mention.kind for mention in sentence.mentions}
        names = "nutrient" in kinds
        if sentence.role == "methods" and not _RESULTS.search(sentence.section):  # "Methods and results" are both
            read.append(names and len(kinds) > 1 and bool(find_cues(sentence.text, cues)))
        else:
            read.append(names or just_named or (named and has_reference(sentence.text, "nutrient", cues.references)))
        just_named, named = names, named or names
    return read


def _claims(sentence: Sentence, candidates: Sequence[Candidate], calibration: Calibration) -> list[Claim]:
    likely = [
        (confidence, c)
        for confidence, c in zip(calibration.confidences(candidates), candidates, strict=True)
        if confidence >= calibration.threshold and not stands_by(sentence, c.nutrient, c.condition, c.rule_exposure)
    ]
    if not likely:
        return []
    chosen = chosen_of(likely, calibration.threshold)
    numbers = statistics(sentence)
    outcomes = list({candidate.condition for _, candidate in chosen})
    nutrients = list({candidate.nutrient for _, candidate in chosen})
    claims = [
        claim_of(sentence, candidate, confidence, calibration.attributes(candidate), calibration.least_unknown)
        for confidence, candidate in chosen
    ]
    return [claim if claim.factuality == "Unknown" else backed(claim, numbers, outcomes, nutrients) for claim in claims]


def chosen_of(weighed: Sequence[tuple[float, Candidate]], threshold: float) -> list[tuple[float, Candidate]]:
    """Return the claims of a sentence among its weighed candidates, in order of their words.

    Of candidates with the same names the likeliest is kept, and so of those for one nutrient whose outcome's words
    overlap.
    """
    kept: list[tuple[float, Candidate]] = []
    for confidence, candidate in sorted(weighed, key=lambda item: -item[0]):
        if confidence < threshold:
            break
        if not any(same_claim(candidate, other) for _, other in kept):
            kept.append((confidence, candidate))
    return sorted(kept, key=lambda item: (item[1].nutrient.start, item[1].condition.start))


def same_claim(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates of a sentence say the same of the same nutrient."""
    a, b = one.condition, other.condition
    overlapping = a.start < b.end and b.start < a.end
    return one.nutrient.name == other.nutrient.name and (a.name == b.name or overlapping)


def claim_of(
    sentence: Sentence,
    candidate: Candidate,
    confidence: float,
    attributes: Mapping[str, Mapping[str, float]],
    least_unknown: float,
) -> Claim:
    """Return the claim that a candidate is, without statistics and identifier."""
    kind: ConditionType = "measure" if candidate.condition.kind == "measure" else "condition"
    relation = _likeliest(attributes["relation"], RELATIONS)
    flags: list[FlagCode] = (
        ["anaphora-resolved"] if candidate.nutrient.anaphoric or candidate.condition.anaphoric else []
    )
    if candidate.rule and opposed(candidate.rule.relation, relation, kind):
        flags.append(DISPUTED)
    open_ended = attributes["factuality"]["Unknown"] >= least_unknown and not asserted_in_title(sentence)
    unknown = asks(sentence.text) or open_ended
    return Claim(
        claim_id="",
        sentence=sentence,
        nutrient=candidate.nutrient,
        condition=candidate.condition,
        exposure=_exposure(sentence, candidate, _likeliest(attributes["exposure"], EXPOSURES)),
        relation=relation,
        strength=_likeliest(attributes["strength"], STRENGTHS),
        factuality="Unknown" if unknown else _likeliest(attributes["factuality"], _ASSERTED),
        confidence=round(confidence, 4),
        flags=tuple(flags),
    )


def _exposure(sentence: Sentence, candidate: Candidate, likeliest: Exposure) -> Exposure:
    """Return the likeliest exposure, or that of the words beside the nutrient where they leave no choice."""
    stated = candidate.rule_exposure
    if stated == "supplementation" and _AS_GIVEN.match(sentence.text, candidate.nutrient.end - sentence.start):
        return "excess" if likeliest == "excess" else stated
    return stated if (stated, likeliest) in _WORDS_DECIDE else likeliest


def _likeliest(odds: Mapping[str, float], labels: Sequence[Label]) -> Label:
    return max(labels, key=lambda label: odds[label])
