"""In: results on different scales; out: risk ratios in place of odds ratios whose comparison's risk is stated.

RR = OR / (1 - p + p OR), of the estimate and both ends of its interval, where p is the risk in the comparison group
(Cochrane Handbook 15.4.4.4; Zhang and Yu 1998, JAMA 280:1690). An adjusted odds ratio is left as it is: converted,
it is biased and its interval too narrow (McNutt and others 2003, Am J Epidemiol 157:940).
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

from pipeline.grading.plausibility import baseline_risk
from pipeline.synthesis.pooling import Estimate
from pipeline.synthesis.result import StudyResult
from pipeline.synthesis.rules import SynthesisRules

_Z = NormalDist().inv_cdf(0.975)
_SAME = 1e-9


def risk_ratio(odds_ratio: float, risk: float) -> float:
    """Return the risk ratio of an odds ratio, given the risk (0 to 1) in the comparison group.

    >>> round(risk_ratio(0.5, 0.4), 3)
    0.625
    """
    return odds_ratio / (1 - risk + risk * odds_ratio)


def on_one_scale(results: Sequence[StudyResult], rules: SynthesisRules) -> tuple[list[StudyResult], list[str]]:
    """Return results with odds ratios as risk ratios where others give risk ratios, and what was converted, in words.

    Nothing is converted without a stated risk of the comparison, or where no study gives a risk ratio.
    """
    if "RR" not in {result.scale for result in results}:
        return list(results), []
    kept, said = [], []
    for result in results:
        converted = _converted(result, rules) if result.scale == "OR" else None
        if converted is not None:
            result, risk = converted
            said.append(
                f"the odds ratio {result.row.effect_value:g} of {result.row.source_id} is a risk ratio of "
                f"{math.exp(result.estimate.value if result.estimate else 0):.3g} at the {risk:.0%} of its comparison"
            )
        kept.append(result)
    return kept, said


def _converted(result: StudyResult, rules: SynthesisRules) -> tuple[StudyResult, float] | None:
    row, estimate = result.row, result.estimate
    risk = baseline_risk(row.sentence, rules.plausibility)
    if estimate is None or row.effect_value is None or risk is None or not 0 < risk < 1:
        return None
    if rules.pooling.adjusted.search(row.sentence) or abs(estimate.value - math.log(row.effect_value)) > _SAME:
        return None
    value, low, high = (
        math.log(risk_ratio(math.exp(log), risk))
        for log in (estimate.value, estimate.value - _Z * estimate.error, estimate.value + _Z * estimate.error)
    )
    converted = Estimate(estimate.study_id, value, (high - low) / (2 * _Z), estimate.by_p_value)
    return replace(result, estimate=converted, scale="RR"), risk
