"""In: the evidence behind a claim; out: the codes of what a reviewer should look at."""

import re
from collections.abc import Iterator

from pipeline.grading.certainty import not_judged, surrogate
from pipeline.grading.effect import Effect, p_bounds, p_from_interval
from pipeline.grading.evidence import Evidence
from pipeline.grading.plausibility import (
    impossible_value,
    lopsided_interval,
    relative_against_absolute,
    subgroup_above_total,
    words_against_means,
)
from pipeline.grading.scheme import CheckRules, Scheme
from pipeline.records import Claim
from pipeline.vocabulary import FlagCode, StudyDesign

_OBSERVATIONAL: tuple[StudyDesign, ...] = ("cohort", "case-control", "cross-sectional", "case report")
_NOT_PEOPLE: tuple[StudyDesign, ...] = ("animal", "in vitro")
_HEDGED = ("Probable", "Possible", "Doubtful")
_N = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?!,\d)"
_COUNT_FIRST = re.compile(
    rf"(?<![\d.,])(?P<events>{_N})\s*(?:/|of|out of)\s*(?:the\s+)?(?P<total>{_N})\b(?!\s*%)(?:\s+[a-z-]+){{0,2}}"
    r"\s*[(\[,]\s*(?P<percent>\d+(?:\.\d+)?)\s*%"
)
_COUNT_AROUND = re.compile(
    rf"(?<![\d.,])(?P<events>{_N})\s*[(\[]\s*(?P<percent>\d+(?:\.\d+)?)\s*%\s*[)\]]\s*(?:of|out of)\s*(?:the\s+)?"
    rf"(?P<total>{_N})\b(?!\s*%)"
)
_PERCENT_FIRST = re.compile(
    r"(?<![\d.])(?P<percent>\d+(?:\.\d+)?)\s*%\s*[(\[]\s*(?:n\s*=\s*)?"
    rf"(?P<events>{_N})\s*(?:/|of|out of)\s*(?:the\s+)?(?P<total>{_N})\b"
)
_PERCENT_AHEAD = re.compile(
    r"(?<![\d.])(?P<percent>\d+(?:\.\d+)?)\s*%\s+(?:of|in|on|with|among)\s[^.;,()%\d]{2,60}?[(\[]\s*(?:n\s*=\s*)?"
    rf"(?P<events>{_N})\s*(?:/|of|out of)\s*(?:the\s+)?(?P<total>{_N})\b"
)


def flags_of(evidence: Evidence, scheme: Scheme) -> tuple[FlagCode, ...]:
    """Return the codes of everything that a reviewer should look at, in a fixed order, none twice.

    `explain_flag` says in a sentence what each means for a row.
    """
    found: list[FlagCode] = [
        *evidence.claim.flags,
        *consistency_flags(evidence, scheme.checks),
        *number_flags(evidence, scheme),
        *_origin_flags(evidence, scheme),
    ]
    return tuple(dict.fromkeys(found))


def consistency_flags(evidence: Evidence, rules: CheckRules) -> Iterator[FlagCode]:
    """Yield the codes of what does not fit within the sentence: numbers with numbers or with words."""
    claim = evidence.claim
    effects = evidence.effects
    if any(direction_mismatch(claim, effect, rules) for effect in effects):
        yield "effect-direction-mismatch"
    if any(interval_and_p_disagree(effect, rules) for effect in effects):
        yield "ci-p-mismatch"
    if any(estimate_outside_interval(effect) for effect in effects):
        yield "estimate-outside-ci"
    if percentages_disagree(claim.sentence.text, rules):
        yield "percent-count-mismatch"
    if significance_mismatch(claim, effects, rules):
        yield "significance-mismatch"
    if overclaims(evidence, rules):
        yield "overclaiming"


def number_flags(evidence: Evidence, scheme: Scheme) -> Iterator[FlagCode]:
    """Yield the codes of numbers that cannot be, or that do not fit the numbers and words beside them."""
    text, effects, rules, checks = evidence.claim.sentence.text, evidence.effects, scheme.plausibility, scheme.checks
    if impossible_value(text, effects, rules, checks):
        yield "impossible-value"
    if any(lopsided_interval(effect, rules, checks) for effect in effects):
        yield "asymmetric-interval"
    arms = evidence.source.arms if evidence.basis.kind == "own result" else ()
    if relative_against_absolute(text, effects, rules, checks, arms):
        yield "relative-risk-mismatch"
    if words_against_means(text, rules):
        yield "words-numbers-mismatch"
    own = evidence.basis.kind == "own result"
    if own and (evidence.source.groups or subgroup_above_total(text, evidence.sample.size, rules)):
        yield "group-total-mismatch"


def interval_and_p_disagree(effect: Effect, rules: CheckRules) -> bool:
    """Whether the reported p cannot come from the reported interval, as statcheck recomputes p-values.

    Rounding of every number is allowed for, and `p_factor` and `p_slack` on top: reported intervals and
    p-values may come from different tests of the same data.
    """
    reported, computed = p_bounds(effect.p_value), p_from_interval(effect, rules)
    if reported is None or computed is None or estimate_outside_interval(effect):
        return False
    lowest = computed[0] / rules.p_factor - rules.p_slack
    highest = computed[1] * rules.p_factor + rules.p_slack
    return reported[1] < lowest or reported[0] > highest


def estimate_outside_interval(effect: Effect) -> bool:
    """Whether the point estimate does not lie in its own interval."""
    if effect.value is None or effect.low is None or effect.high is None:
        return False
    slack = 0.5 * 10.0**-effect.decimals
    return not effect.low - slack <= effect.value <= effect.high + slack


def percentages_disagree(text: str, rules: CheckRules) -> bool:
    """Whether a percentage written beside its counts ("41% (109 of 268)") is not their share."""
    for pattern in (_COUNT_FIRST, _COUNT_AROUND, _PERCENT_FIRST, _PERCENT_AHEAD):
        for match in pattern.finditer(text):
            events, total = (int(match[name].replace(",", "")) for name in ("events", "total"))
            decimals = len(match["percent"].partition(".")[2])
            slack = rules.percent_slack * 10.0**-decimals
            if not total or events > total or abs(100 * events / total - float(match["percent"])) > slack:
                return True
    return False


def direction_mismatch(claim: Claim, effect: Effect, rules: CheckRules) -> bool:
    """Whether a ratio or correlation points the other way than the words, given what the exposure is.

    A ratio below one beside "deficiency is associated with" is a mismatch: as the words stand it would say
    that deficiency protects; often it was computed per unit of a higher level, which is no mismatch where the
    sentence says so. Differences are not judged, because the good direction of a measure is not always known.
    """
    if effect.value is None or effect.significant(rules) is False:
        return False
    says = _direction_in_words(claim, rules)
    if effect.is_ratio(rules):
        if says is None or effect.value == 1:
            return False
        if claim.exposure == "deficiency" and rules.per_higher.search(claim.sentence.text):
            return False
        return (effect.value > 1) != (says == "raises")
    if effect.measure in rules.correlation_measures and effect.value != 0:
        text = claim.sentence.text
        raises, lowers = bool(rules.raises.search(text)), bool(rules.lowers.search(text))
        return raises != lowers and (effect.value > 0) != raises and _one_correlation(claim, rules)
    return False


def significance_mismatch(claim: Claim, effects: tuple[Effect, ...], rules: CheckRules) -> bool:
    """Whether "significant" stands beside p-values above alpha only, or "no effect" beside ones below.

    Where no p-value is given the intervals decide.
    """
    verdicts = [_by_p(effect, rules) for effect in effects]
    if not any(effect.p_value for effect in effects):
        verdicts = [None if (held := effect.crosses_no_effect(rules)) is None else not held for effect in effects]
    known = [verdict for verdict in verdicts if verdict is not None]
    if not known:
        return False
    text = claim.sentence.text
    denied = bool(rules.not_significant.search(text))
    affirmed = bool(rules.significant.search(rules.not_significant.sub(" ", text)))
    if affirmed and not denied and claim.relation != "no_effect":
        return not any(known)
    # "not significant (OR 0.62 ...)" denies that very estimate, whatever the relation
    of_estimate = any(
        text[found.end() :].lstrip()[:1] in ("(", "[", ":") for found in rules.not_significant.finditer(text)
    )
    return denied and not affirmed and all(known) and (claim.relation == "no_effect" or of_estimate)


def overclaims(evidence: Evidence, rules: CheckRules) -> bool:
    """Whether causal words stand over a design that can only show association."""
    claim = evidence.claim
    asserted = claim.strength == "causal" and claim.factuality in ("Factual", "Probable")
    resting = evidence.basis.kind in ("own result", "cited study") and evidence.design in _OBSERVATIONAL
    observational = resting or evidence.pooled == "observational"
    causal = claim.relation not in ("associated", "no_effect", "affected_by")
    return asserted and observational and causal and rules.causal.search(claim.sentence.text) is not None


def _direction_in_words(claim: Claim, rules: CheckRules) -> str | None:
    """ "raises" or "lowers" the risk, as the sentence says about the exposure; None where it does not say."""
    if claim.condition.kind == "measure":
        return None
    if claim.relation == "increases_risk":
        return "raises"
    if claim.relation == "decreases_risk":
        return "lowers"
    if claim.relation != "associated":
        return None
    text = claim.sentence.text
    raises, lowers = rules.raises.search(text), rules.lowers.search(text)
    if claim.exposure in ("deficiency", "excess"):
        return "raises"
    if raises and not lowers:
        return "raises"
    return "lowers" if lowers and not raises else None


def _one_correlation(claim: Claim, rules: CheckRules) -> bool:
    return sum(s.kind == "effect" and s.measure in rules.correlation_measures for s in claim.statistics) == 1


def _by_p(effect: Effect, rules: CheckRules) -> bool | None:
    """Whether the p-value alone is below alpha; None where it is not given or could be either."""
    bounds = p_bounds(effect.p_value)
    if bounds is None:
        return None
    if bounds[1] <= rules.alpha:
        return True
    return False if bounds[0] >= rules.alpha else None


def _origin_flags(evidence: Evidence, scheme: Scheme) -> Iterator[FlagCode]:
    basis, claim = evidence.basis, evidence.claim
    size = evidence.sample.size
    if size is not None and size < scheme.checks.small_sample and basis.kind != "uncited statement":
        yield "small-sample"
    if claim.factuality in _HEDGED:
        yield "hedged"
    if claim.factuality == "Unknown":
        yield "question"  # which needs no reference
    elif basis.kind == "uncited statement" or (
        basis.kind != "own result" and not basis.labels and not _self(basis.words)
    ):
        yield "uncited"
    if basis.kind in ("cited study", "cited guideline") and not _self(basis.words):
        yield "secondary-source"
    if basis.missing:
        yield "citation-without-entry"
    if basis.unsafe:
        yield "citation-unresolved"
    if any(flag in evidence.quality_flags for flag in scheme.caps.unreviewed_quality_flags):
        yield "unreviewed-source"
    if any(flag in evidence.quality_flags for flag in scheme.caps.retracted_quality_flags):
        yield "retracted-source"
    if evidence.design in _NOT_PEOPLE:
        yield "animal-or-in-vitro"
    if basis.kind != "own result" and {"retracted", "withdrawn"} & set(evidence.statuses):
        yield "rests-on-retracted"
    if "preprint" in evidence.statuses:
        yield "preprint"
    if "expression of concern" in evidence.statuses:
        yield "expression-of-concern"
    if evidence.stated is not None:
        yield "certainty-as-stated"
    if basis.kind == "own result" and scheme.certainty.subgroup.search(claim.sentence.text):
        yield "subgroup-result"
    if surrogate(evidence, scheme):
        yield "surrogate-outcome"
    if evidence.spin:
        yield "spin"
    if not_judged(evidence, scheme):
        yield "not-judged"


def _self(words: str) -> bool:
    return words == "a guideline's own statement"
