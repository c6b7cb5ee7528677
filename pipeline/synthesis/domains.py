"""In: what a body of evidence shows; out: its certainty by GRADE's domains, each with its reason."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import get_args

from pipeline.records import Override
from pipeline.synthesis.pooling import small_study_p
from pipeline.synthesis.result import StudyResult
from pipeline.synthesis.rules import Body, SynthesisRules
from pipeline.synthesis.verdict import Shown, information
from pipeline.vocabulary import CERTAINTIES, GRADE_STEPS, RAISED_STEPS, Certainty, GradeDomain

_SERIOUS = {steps: words for words, steps in GRADE_STEPS.items()}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one domain moves the certainty: steps, and the reason; `is_known` is False where it could not be judged."""

    steps: int
    reason: str
    is_known: bool = True

    def __str__(self) -> str:
        """`serious: 2 of 3 studies are at high risk of bias`."""
        if not self.is_known:
            return f"not judged: {self.reason}"
        if self.steps > 0:
            return f"up {self.steps}: {self.reason}"
        return f"{_SERIOUS[max(self.steps, -2)]}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Certified:
    """The certainty of a body of evidence, its domains, and every step in words."""

    certainty: Certainty
    domains: Mapping[GradeDomain, Judgement]
    reasons: tuple[str, ...]


def certify(
    shown: Shown, body: Body, rules: SynthesisRules, overrides: Mapping[GradeDomain, Override] | None = None
) -> Certified:
    """Return the certainty of what a body of evidence shows, judged for the body and not for its single studies.

    `overrides` are the domains that a reviewer judged; such a body may be surer than its best study, whose own
    limits the reviewer has weighed.

    GRADE guidelines 3 (start), 4 (risk of bias), 5 (publication bias), 6 (imprecision), 7 (inconsistency), 8
    (indirectness) and 9 (rating up). A review has the certainty of its own row, as its authors or its source were
    graded; a body of one study is not surer than that study.
    """
    results = shown.results
    overrides = overrides or {}
    if body.name == "reviews" and len(results) == 1:
        return _of_review(results[0], overrides)
    domains: dict[GradeDomain, Judgement] = {
        "risk_of_bias": _risk_of_bias(results, rules),
        "inconsistency": _inconsistency(shown, rules),
        "indirectness": _indirectness(results),
        "imprecision": _imprecision(shown, rules),
        "publication_bias": _publication_bias(shown, rules),
    }
    domains |= {name: decided(overrides[name], judged) for name, judged in domains.items() if name in overrides}
    lowered = sum(judgement.steps for judgement in domains.values())
    domains["upgraded"] = _upgraded(shown, body, rules, limited=lowered < 0)
    if said := overrides.get("upgraded"):
        domains["upgraded"] = decided(said, domains["upgraded"])
    start = CERTAINTIES.index(body.start)
    place = min(max(start - lowered - domains["upgraded"].steps, 0), len(CERTAINTIES) - 1)
    reasons = [f"Start {body.start}: {len(results)} {body.name}"]
    for name, judgement in domains.items():
        if judgement.steps:
            way = "Up" if judgement.steps > 0 else "Down"
            reasons.append(f"{way} {abs(judgement.steps)} ({name.replace('_', ' ')}): {judgement.reason}")
        elif not judgement.is_known:
            reasons.append(f"Not judged ({name.replace('_', ' ')}): {judgement.reason}")
        elif name in overrides:
            reasons.append(f"No step ({name.replace('_', ' ')}): {judgement.reason}")
    caps = [rules.domains.unknown_cap] * any(not domains[name].is_known for name in ("risk_of_bias", "imprecision"))
    if not overrides:
        caps.append(CERTAINTIES[max(_best(results) - _gain(results, rules), 0)])
    for cap in caps:
        if place < CERTAINTIES.index(cap):
            place = CERTAINTIES.index(cap)
            why = "its best study" if cap == CERTAINTIES[_best(results)] else "what was not judged, or its best study"
            reasons.append(f"Capped at {cap}: {why}")
    certainty = CERTAINTIES[place]
    return Certified(certainty, domains, (*reasons, f"Result {certainty}"))


def _best(results: Sequence[StudyResult]) -> int:
    return min(CERTAINTIES.index(result.row.certainty) for result in results)


def _gain(results: Sequence[StudyResult], rules: SynthesisRules) -> int:
    """A step that studies which are each too small can gain together: precision is all that they can add."""
    sizes = [result.n or 0 for result in results]
    few = rules.domains.few_participants
    return int(len(sizes) > 1 and max(sizes) < few <= sum(sizes))


def decided(override: Override, before: Judgement) -> Judgement:
    """Return how a domain moves the certainty as a reviewer decided, with who decided and what was judged before."""
    steps = {**GRADE_STEPS, **RAISED_STEPS}[override.value]
    return Judgement(steps, f"{override.value} {override.by} (judged as {before})")


def _of_review(review: StudyResult, overrides: Mapping[GradeDomain, Override]) -> Certified:
    row = review.row
    same = Judgement(0, f"as judged for the review ({row.source_id})")
    own = tuple(reason for reason in row.certainty_reasons if not reason.startswith("Level"))
    domains: dict[GradeDomain, Judgement] = dict.fromkeys(get_args(GradeDomain), same)
    domains["upgraded"] = Judgement(0, "not raised")
    domains |= {name: decided(said, domains[name]) for name, said in overrides.items()}
    lowered = sum(domains[name].steps for name in overrides)
    place = min(max(CERTAINTIES.index(row.certainty) - lowered, 0), len(CERTAINTIES) - 1)
    moved = tuple(f"{name.replace('_', ' ')}: {domains[name].reason}" for name in overrides)
    result = (f"Result {CERTAINTIES[place]}",) if moved else ()
    return Certified(CERTAINTIES[place], domains, (f"The review {row.source_id} decides", *own, *moved, *result))


def _risk_of_bias(results: Sequence[StudyResult], rules: SynthesisRules) -> Judgement:
    weights = information(results)
    high = sum(w for r, w in zip(results, weights, strict=True) if r.study.risk_of_bias == "high")
    unknown = sum(w for r, w in zip(results, weights, strict=True) if r.study.risk_of_bias == "no information")
    counted = sum(result.study.risk_of_bias == "high" for result in results)
    if high >= rules.domains.high_risk_share:
        steps = -2 if counted == len(results) and len(results) > 1 else -1
        return Judgement(steps, f"{high:.0%} of the information is from studies at high risk of bias")
    if unknown > rules.domains.unknown_share:
        return Judgement(0, f"{unknown:.0%} of the information is from studies that tell nothing of it", is_known=False)
    return Judgement(0, f"{1 - high - unknown:.0%} of the information is from studies without a high risk of bias")


def _inconsistency(shown: Shown, rules: SynthesisRules) -> Judgement:
    if len(shown.results) < 2:
        return Judgement(0, "one study")
    signs = {result.sign for result in shown.results if result.sign}
    i2 = shown.pooled.i2 if shown.pooled else 0.0
    if shown.verdict == "mixed":
        return Judgement(-1, f"the studies point different ways ({shown.dissent:.0%} against)")
    if i2 >= rules.domains.i_squared_large and len(signs) > 1:
        return Judgement(-2, f"I-squared {i2:.0f}%, and effects point both ways")
    if i2 >= rules.domains.i_squared:
        return Judgement(-1, f"I-squared {i2:.0f}%{_prediction(shown)}")
    if apart := _apart(shown.results, rules):
        return Judgement(-1, apart)
    if shown.dissent >= 1 - rules.directions.same_direction:
        return Judgement(-1, f"{shown.dissent:.0%} of the information points another way")
    return Judgement(0, f"I-squared {i2:.0f}%" if shown.pooled else "the studies point one way")


def _prediction(shown: Shown) -> str:
    if shown.pooled is None or shown.pooled.prediction is None:
        return ""
    low, high = (math.exp(v) if shown.is_ratio else v for v in shown.pooled.prediction)
    return f", another study may show {low:.2f} to {high:.2f}"


def _apart(results: Sequence[StudyResult], rules: SynthesisRules) -> str:
    """Estimates whose intervals do not overlap, on one scale or on different scales of ratios."""
    z = 1.96
    found = [result for result in results if result.estimate is not None]
    for one, other in combinations(found, 2):
        both = {one.scale, other.scale}
        if len(both) > 1 and not both <= set(rules.pooling.ratio_measures):
            continue
        if one.estimate is None or other.estimate is None:
            continue
        distance = abs(one.estimate.value - other.estimate.value)
        if distance > z * (one.estimate.error + other.estimate.error):
            return f"the intervals of {one.row.source_id} and {other.row.source_id} do not overlap"
    return ""


def _indirectness(results: Sequence[StudyResult]) -> Judgement:
    weights = information(results)
    codes = [{flag.code for flag in result.row.flags} for result in results]
    surrogate = sum(w for found, w in zip(codes, weights, strict=True) if "surrogate-outcome" in found)
    if surrogate >= 0.5:
        return Judgement(-1, "a measure that stands in for what people feel")
    if all("animal-or-in-vitro" in found for found in codes):
        return Judgement(-2, "animals or cells, not people")
    return Judgement(0, "people, and an outcome that matters to them")


def _imprecision(shown: Shown, rules: SynthesisRules) -> Judgement:
    limits, sizes = rules.domains, [result.n for result in shown.results]
    n = sum(size or 0 for size in sizes)
    if not all(sizes) and n < limits.few_participants:
        return Judgement(0, "the number of participants is not told", is_known=False)
    if n < limits.very_few_participants:
        return Judgement(-2, f"{n} participants, fewer than {limits.very_few_participants}")
    if n < limits.few_participants:
        return Judgement(-1, f"{n} participants, fewer than {limits.few_participants}")
    if shown.pooled is None:
        return Judgement(-1, "no interval")
    if shown.verdict == "insufficient":
        return Judgement(-1, "the interval holds no effect and an important one")
    wide = math.exp(shown.pooled.high - shown.pooled.low) if shown.is_ratio else 0.0
    if wide > limits.wide_ratio:
        return Judgement(-1, f"the upper bound is {wide:.1f} times the lower")
    if shown.verdict != "no effect" and shown.pooled.low <= 0 <= shown.pooled.high:
        return Judgement(-1, "the interval holds no effect")
    return Judgement(0, f"{n} participants, and the interval is narrow enough")


def _publication_bias(shown: Shown, rules: SynthesisRules) -> Judgement:
    estimates = [result.estimate for result in shown.pooled_results if result.estimate]
    if len(estimates) < rules.domains.publication_from:
        return Judgement(0, f"{len(estimates)} estimates, fewer than {rules.domains.publication_from}", is_known=False)
    p = small_study_p(estimates)
    if p < rules.domains.publication_p:
        return Judgement(-1, f"small studies show other effects (Egger p {p:.2g})")
    return Judgement(0, f"no sign of small-study effects (Egger p {p:.2g})")


def _upgraded(shown: Shown, body: Body, rules: SynthesisRules, *, limited: bool) -> Judgement:
    if body.start != "Low" or shown.pooled is None or not shown.is_ratio:
        return Judgement(0, "not raised")
    size = math.exp(abs(shown.pooled.mean))
    clear = shown.pooled.low > 0 or shown.pooled.high < 0
    if size < rules.domains.large_effect or not clear:
        return Judgement(0, "not raised")
    adjusted = all(result.study.risk_of_bias in ("low", "some concerns") for result in shown.results)
    if limited or not adjusted:
        return Judgement(0, "a large effect, but not free of serious limitation")
    steps = 2 if size >= rules.domains.very_large_effect else 1
    return Judgement(steps, f"large effect, {size:.2g} or its inverse")
