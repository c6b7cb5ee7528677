"""In: estimates of one effect, one a study; out: their random-effects summary (`PooledEffect`).

>>> pooled = pool([Estimate("a", -0.22, 0.11), Estimate("b", -0.28, 0.14)])
>>> round(pooled.mean, 2), pooled.tau2, pooled.interval
(-0.24, 0.0, 'Wald')
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

Interval = Literal["Wald", "Hartung-Knapp"]

_ALPHA = 0.05
_Z = NormalDist().inv_cdf(1 - _ALPHA / 2)
_FEWEST_FOR_HARTUNG_KNAPP = 3
_FEWEST_FOR_PREDICTION = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """One study's effect on the scale that is pooled (the logarithm of a ratio, a difference as it is).

    `error` is its standard error, above zero; `by_p_value` says that it was worked out from a p-value.
    """

    study_id: str
    value: float
    error: float
    by_p_value: bool = False


@dataclass(frozen=True, slots=True)
class PooledEffect:
    """What studies show together: the mean effect with its 95% interval, on the scale of the estimates.

    `tau2` is the variance between studies (0 for one study), `i2` the share of the spread that is due to it, in
    percent, `prediction` the 95% interval for the effect in another study, None below three studies, `weights` each
    study's share in percent, in the order given.
    """

    mean: float
    error: float
    low: float
    high: float
    interval: Interval
    tau2: float
    i2: float
    prediction: tuple[float, float] | None
    weights: tuple[float, ...]

    @property
    def n_studies(self) -> int:
        """Studies that were pooled."""
        return len(self.weights)


def pool(estimates: Sequence[Estimate]) -> PooledEffect:
    """Return the random-effects summary of one estimate a study.

    The variance between studies is that of Paule and Mandel (1982), recommended by Veroniki and others (2016, Res
    Synth Methods 7:55). The interval is that of Hartung and Knapp (2001, Stat Med 20:3875) from three studies on
    where the studies differ, never narrower than the one by the normal distribution (Rover 2015, BMC Med Res Methodol
    15:99); else the normal one, as the Cochrane Handbook 10.10.4.4 has it. The prediction interval is that of Higgins,
    Thompson and Spiegelhalter (2009, JRSS A 172:137), by the t-distribution with two degrees of freedom less than
    there are studies.

    Raises `ValueError` where there is no estimate or an error is not above zero.
    """
    if not estimates or any(not estimate.error > 0 for estimate in estimates):
        raise ValueError("Pooling needs at least one estimate, each with a standard error above zero.")
    if len(estimates) == 1:
        one = estimates[0]
        low, high = one.value - _Z * one.error, one.value + _Z * one.error
        return PooledEffect(one.value, one.error, low, high, "Wald", 0.0, 0.0, None, (100.0,))
    import numpy as np
    from scipy import stats
    from statsmodels.stats.meta_analysis import combine_effects

    k = len(estimates)
    values = [estimate.value for estimate in estimates]
    variances = [estimate.error**2 for estimate in estimates]
    fixed = [1 / variance for variance in variances]
    fixed_mean = sum(w * y for w, y in zip(fixed, values, strict=True)) / sum(fixed)
    q = sum(w * (y - fixed_mean) ** 2 for w, y in zip(fixed, values, strict=True))
    # At or below its expectation Q leaves nothing between the studies, and the iteration has no root to find.
    found = combine_effects(np.array(values), np.array(variances), method_re="iterated") if q > k - 1 else None
    tau2 = max(0.0, float(found.tau2)) if found else 0.0
    weights = [1 / (variance + tau2) for variance in variances]
    mean = sum(w * y for w, y in zip(weights, values, strict=True)) / sum(weights)
    error = math.sqrt(1 / sum(weights))
    knapp = k >= _FEWEST_FOR_HARTUNG_KNAPP and tau2 > 0
    half = _Z * error
    if knapp:
        scale = sum(w * (y - mean) ** 2 for w, y in zip(weights, values, strict=True)) / (k - 1)
        half = float(stats.t.ppf(1 - _ALPHA / 2, k - 1)) * error * math.sqrt(max(1.0, scale))
    prediction = None
    if k >= _FEWEST_FOR_PREDICTION:
        reach = float(stats.t.ppf(1 - _ALPHA / 2, k - 2)) * math.sqrt(tau2 + error**2)
        prediction = (mean - reach, mean + reach)
    return PooledEffect(
        mean=mean,
        error=error,
        low=mean - half,
        high=mean + half,
        interval="Hartung-Knapp" if knapp else "Wald",
        tau2=tau2,
        i2=100 * max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        prediction=prediction,
        weights=tuple(100 * weight / sum(weights) for weight in weights),
    )


def small_study_p(estimates: Sequence[Estimate]) -> float:
    """Return the p-value of Egger's test: whether small studies show another effect (1997, BMJ 315:629).

    It regresses value over error on one over error; below about ten studies it tells little (Sterne 2011, BMJ
    343:d4002). Not a number where all errors are the same.
    """
    from scipy import stats

    precision = [1 / estimate.error for estimate in estimates]
    if len(estimates) < 3 or max(precision) - min(precision) < 1e-9 * max(precision):
        return math.nan
    fit = stats.linregress(precision, [estimate.value / estimate.error for estimate in estimates])
    if not fit.intercept_stderr > 0:
        return math.nan
    return float(2 * stats.t.sf(abs(fit.intercept / fit.intercept_stderr), len(estimates) - 2))
