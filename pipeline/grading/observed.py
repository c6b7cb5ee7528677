"""In: title, abstract and points by design of a source with the cues of a trial; out: whether it only observed.

Papers that come out of a trial often tell of something that was not allotted: who gave up, what a marker foretells,
how a questionnaire measures. Their words are those of trials, so that counting cues takes them for one. Here words for
and against are weighed by a logistic regression, whose weights were fitted to papers read by eye and to annotated
abstracts (`python -m pipeline.training.observed`; docs/grading.md says on how many, and how often it is right on
others). Each weight is the logarithm of odds, in `observed.toml`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.grading.design_rules import ObservedRules
from pipeline.vocabulary import StudyDesign


@dataclass(frozen=True, slots=True)
class Observed:
    """`odds`, the logarithm of the odds that nothing of what is told was allotted, and the words that spoke for it."""

    odds: float
    words: tuple[str, ...]


def observed(title: str, abstract: str, points: Mapping[StudyDesign, int], rules: ObservedRules) -> Observed:
    """Return how likely a source with the cues of a trial tells of something that nobody allotted."""
    found = signs(title, abstract, points, rules)
    odds = rules.intercept + sum(weight * value for weight, (value, _) in zip(rules.weights, found, strict=True))
    spoke = [words for weight, (value, words) in zip(rules.weights, found, strict=True) if weight * value > 0 and words]
    return Observed(odds, tuple(spoke))


def design_observed(title: str, abstract: str, points: Mapping[StudyDesign, int], rules: ObservedRules) -> StudyDesign:
    """Return what design a source has that only observed people of a trial."""
    if points.get("other", 0) > max(points.get(design, 0) for design in ("cohort", "cross-sectional", "case-control")):
        return "other"
    text = f"{title}\n{abstract[: rules.characters]}"
    return "cross-sectional" if rules.one_time.search(text) and not rules.over_time.search(text) else "cohort"


def signs(
    title: str, abstract: str, points: Mapping[StudyDesign, int], rules: ObservedRules
) -> list[tuple[float, str]]:
    """Return each sign of the table, then of the points of designs: what it comes to, and the words that gave it.

    A cue is 1 where its words stand in its part of the text and none of `unless` do; points count by their logarithm.
    """
    front = abstract[: rules.characters]
    parts = {"title": title, "abstract": front, "conclusion": front[-rules.conclusion_characters :]}
    found = []
    for cue in rules.cues:
        part = parts[cue.where]
        match = cue.find.search(part)
        there = match is not None and not cue.unless.search(part)
        found.append((float(there), match.group() if match and there else ""))
    found += [(math.log1p(sum(points.get(design, 0) for design in count.designs)), "") for count in rules.points]
    return found
