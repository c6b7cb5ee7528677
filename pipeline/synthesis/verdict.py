"""In: the results of the studies of one body of evidence; out: what they show together, and why."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from pipeline.synthesis.conversion import on_one_scale
from pipeline.synthesis.directions import share_of
from pipeline.synthesis.pooling import PooledEffect, pool
from pipeline.synthesis.result import Sign, StudyResult
from pipeline.synthesis.rules import SynthesisRules
from pipeline.vocabulary import Verdict

_Z = NormalDist().inv_cdf(0.975)
_WORDS: Mapping[bool, Mapping[Sign, Verdict]] = {
    False: {-1: "beneficial", 0: "no effect", 1: "harmful"},
    True: {-1: "lowers", 0: "no effect", 1: "raises"},
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a body of evidence shows: `pooled` on `scale` from `pooled_results`, or by directions, and why, in words."""

    verdict: Verdict
    results: tuple[StudyResult, ...]
    why: tuple[str, ...]
    pooled: PooledEffect | None = None
    scale: str = ""
    pooled_results: tuple[StudyResult, ...] = ()
    dissent: float = 0.0

    @property
    def is_ratio(self) -> bool:
        """Whether the pooled scale is one of ratios, pooled as logarithms."""
        return bool(self.scale) and not self.scale.startswith(("MD", "SMD", "RD"))


def shown_by(results: Sequence[StudyResult], rules: SynthesisRules, *, undirected: bool) -> Shown:
    """Return what the studies of one body show.

    The pooled effect decides where the studies that can be pooled hold enough of the participants; where its interval
    leaves the question open, effects of clearly one direction decide, else nothing does. Otherwise directions decide.
    Measures that differ (OR, RR, HR) are pooled apart, an odds ratio with the risk ratios where the risk of its
    comparison is stated; the group with most information counts. `undirected` says that
    nobody knows which way of the outcome is good.
    """
    results, converted = on_one_scale(results, rules)
    pooled_results = _largest_group(results)
    weights = information(results)
    held = sum(w for result, w in zip(results, weights, strict=True) if result in pooled_results)
    if not pooled_results or held < rules.pooling.decides:
        return _by_directions(results, weights, rules, undirected=undirected)
    pooled = pool([result.estimate for result in pooled_results if result.estimate])
    scale = pooled_results[0].scale
    sign = _sign(pooled, scale, pooled_results, rules)
    why: tuple[str, ...] = (_pooled_words(pooled, scale),)
    if len(pooled_results) < len(results):
        why += (f"{len(results) - len(pooled_results)} more studies cannot be pooled with these",)
    why += tuple(converted) if scale == "RR" else ()
    if by_p := sum(bool(result.estimate and result.estimate.by_p_value) for result in pooled_results):
        why += (f"the standard error of {by_p} is worked out from a p-value",)
    verdict: Verdict
    if sign is not None:
        verdict = _WORDS[undirected][sign]
    elif (alike := _same_direction(results, weights, rules)) is not None:
        verdict = _WORDS[undirected][alike]
        why += ("the interval is open, but the studies that hold most information clearly agree (IQWiG 3.1.4)",)
    elif _clear_both_ways(results):
        verdict, why = "mixed", (*why, "studies that are clear by themselves point both ways")
    else:
        verdict, why = "insufficient", (*why, "the interval holds no effect and an important one")
    dissent = _dissent(results, weights, verdict, undirected=undirected)
    return Shown(verdict, tuple(results), why, pooled, scale, tuple(pooled_results), dissent)


def information(results: Sequence[StudyResult]) -> list[float]:
    """Return each study's share of the information: of the participants, or alike where a size is not told."""
    sizes = [result.n for result in results]
    if all(sizes):
        total = sum(size for size in sizes if size)
        return [(size or 0) / total for size in sizes]
    return [1 / len(results)] * len(results) if results else []


def _largest_group(results: Sequence[StudyResult]) -> list[StudyResult]:
    """The studies on the scale that holds most information (the sum of inverse variances, sizes where they differ)."""
    groups: defaultdict[str, list[StudyResult]] = defaultdict(list)
    for result in results:
        if result.estimate is not None:
            groups[result.scale].append(result)
    if not groups:
        return []
    return max(groups.values(), key=lambda group: (sum(result.n or 0 for result in group), len(group), group[0].scale))


def _sign(pooled: PooledEffect, scale: str, results: Sequence[StudyResult], rules: SynthesisRules) -> Sign | None:
    """Which way a pooled effect points, 0 for none that matters, None where its interval leaves that open.

    On a scale without known thresholds an interval that holds no effect shows none, unless a study alone shows one.
    """
    trivial, important = _bounds(scale, rules)
    if trivial and trivial[0] <= pooled.low and pooled.high <= trivial[1]:
        return 0
    if pooled.low > 0:
        return 1
    if pooled.high < 0:
        return -1
    if important is None:
        return None if any(result.is_clear for result in results) else 0
    return 0 if important[0] <= pooled.low and pooled.high <= important[1] else None


def _bounds(scale: str, rules: SynthesisRules) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Trivial and important bounds on a scale; of a difference in a unit nobody can say, so that none are given."""
    limits = rules.thresholds
    if scale in rules.pooling.ratio_measures:
        return (
            (math.log(limits.ratio_trivial[0]), math.log(limits.ratio_trivial[1])),
            (math.log(limits.ratio_important[0]), math.log(limits.ratio_important[1])),
        )
    return (limits.smd_trivial, limits.smd_important) if scale == "SMD" else (None, None)


def _by_directions(
    results: Sequence[StudyResult], weights: Sequence[float], rules: SynthesisRules, *, undirected: bool
) -> Shown:
    told = [(result, w * result.weight) for result, w in zip(results, weights, strict=True) if result.sign is not None]
    if not told:
        return Shown("insufficient", tuple(results), ("no study tells a direction of effect",))
    totals: defaultdict[Sign, float] = defaultdict(float)
    for result, weight in told:
        if result.sign is not None:
            totals[result.sign] += weight
    whole = sum(totals.values())
    leading = max(sorted(totals), key=lambda sign: totals[sign])
    count = sum(result.sign == leading for result, _ in told)
    share = share_of(count, len(told))
    agreed = totals[leading] / whole
    words = _WORDS[undirected]
    counted = f"{count} of {len(told)} studies point to {words[leading]}"
    why = f"{counted} ({share.value:.0%}, 95% interval {share.low:.0%} to {share.high:.0%}), {agreed:.0%} by weight"
    if agreed < rules.directions.agreement:
        return Shown("mixed", tuple(results), (why, "no direction holds enough"), dissent=1 - agreed)
    return Shown(words[leading], tuple(results), (why, "nothing could be pooled"), dissent=1 - agreed)


def _same_direction(results: Sequence[StudyResult], weights: Sequence[float], rules: SynthesisRules) -> Sign | None:
    """The direction that the studies clearly share; 0 where most information is from precise studies of no effect."""
    limits = rules.directions
    pairs = list(zip(results, weights, strict=True))
    signs: tuple[Sign, Sign, Sign] = (0, -1, 1)
    for sign in signs:
        nulls = [(result, weight) for result, weight in pairs if _is_null(result, rules)]
        same = nulls if sign == 0 else [(result, weight) for result, weight in pairs if result.sign == sign]
        clear = nulls if sign == 0 else [(result, weight) for result, weight in same if result.is_clear]
        held = sum(weight for _, weight in same)
        if (
            held >= limits.same_direction
            and len(clear) >= limits.clear_studies
            and sum(weight for _, weight in clear) >= limits.clear_share * held
        ):
            return sign
    return None


def _is_null(result: StudyResult, rules: SynthesisRules) -> bool:
    """Whether a study alone shows that there is no effect that matters."""
    important = _bounds(result.scale, rules)[1]
    if result.estimate is None or important is None:
        return False
    reach = _Z * result.estimate.error
    low, high = result.estimate.value - reach, result.estimate.value + reach
    return important[0] <= low <= 0 <= high <= important[1]


def _clear_both_ways(results: Sequence[StudyResult]) -> bool:
    return {-1, 1} <= {result.sign for result in results if result.is_clear}


def _dissent(results: Sequence[StudyResult], weights: Sequence[float], verdict: Verdict, *, undirected: bool) -> float:
    """The share of the information from studies that clearly point the other way than the verdict."""
    signs = {word: sign for sign, word in _WORDS[undirected].items()}
    if verdict not in signs:
        return 0.0
    against = (w for r, w in zip(results, weights, strict=True) if r.is_clear and r.sign not in (signs[verdict], None))
    return sum(against)


def _pooled_words(pooled: PooledEffect, scale: str) -> str:
    shown = math.exp if not scale.startswith(("MD", "SMD", "RD")) else float
    values = ", ".join(f"{shown(value):.3g}" for value in (pooled.low, pooled.high))
    if pooled.n_studies == 1:
        return f"{scale} {shown(pooled.mean):.3g} (95% CI {values}) of one study"
    return (
        f"pooled {scale} {shown(pooled.mean):.3g} (95% CI {values}, {pooled.interval}) of {pooled.n_studies} studies, "
        f"I-squared {pooled.i2:.0f}%, tau-squared {pooled.tau2:.3g}"
    )
