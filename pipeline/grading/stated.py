"""In: the sentences of a review; out: the certainty that its authors state for a result."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.grading.scheme import Scheme
from pipeline.records import Claim, Sentence
from pipeline.vocabulary import CERTAINTIES, Certainty, StudyDesign

_REVIEWS: tuple[StudyDesign, ...] = ("meta-analysis", "systematic review")
_BY_WORDS: dict[str, Certainty] = {certainty.lower(): certainty for certainty in CERTAINTIES}


@dataclass(frozen=True, slots=True)
class StatedCertainty:
    """A certainty as the authors of a review state it, with their words."""

    certainty: Certainty
    words: str


def is_review(design: StudyDesign) -> bool:
    """Whether a design is one whose authors grade the evidence that they pool."""
    return design in _REVIEWS


def stated_for(claim: Claim, sentences: Sequence[Sentence], scheme: Scheme) -> StatedCertainty | None:
    """Return the certainty that a review states for the result of one claim, None where it states none.

    In the claim's own sentence the statement after the outcome counts, else the one before it; then a following
    sentence that speaks of nothing but the certainty of that result.
    """
    sentence = claim.sentence
    outcome = claim.condition.end - sentence.start
    found = list(_statements(sentence.text, scheme))
    after = [stated for at, stated in found if at >= outcome]
    if found:
        return after[0] if after else found[-1][1]
    follows = next((s for s in sentences if s.index == sentence.index + 1), None)
    if follows is not None and not any(mention.kind == "nutrient" for mention in follows.mentions):
        alone = list(_statements(follows.text, scheme))
        if len(alone) == 1 and not scheme.certainty.overall.search(follows.text):
            return alone[0][1]
    return None


def stated_overall(sentences: Iterable[Sentence], scheme: Scheme) -> StatedCertainty | None:
    """Return the certainty that a review states for all its results; None where it states several or none."""
    found = [
        (stated, scheme.certainty.overall.search(sentence.text) is not None)
        for sentence in sentences
        if sentence.role not in ("background", "aim", "methods")
        for _, stated in _statements(sentence.text, scheme)
    ]
    overall = [stated for stated, is_overall in found if is_overall]
    for group in (overall, [stated for stated, _ in found]):
        if len({stated.certainty for stated in group}) == 1:
            return group[0]
    return None


def _statements(text: str, scheme: Scheme) -> Iterable[tuple[int, StatedCertainty]]:
    """Every stated certainty with its place; "low to moderate" is the lower of the two."""
    for match in scheme.certainty.stated.finditer(text):
        levels = [_BY_WORDS[" ".join(re.split(r"[\s-]+", word.lower()))] for word in match.groupdict().values() if word]
        yield match.start(), StatedCertainty(max(levels, key=CERTAINTIES.index), " ".join(match.group().split()))
