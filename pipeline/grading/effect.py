"""In: the statistics of a claim; out: the effects they give, each with its interval and p-value."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from pipeline.grading.scheme import CheckRules
from pipeline.records import Statistic

_NORMAL = NormalDist()
_NOT_SIGNIFICANT = (0.05, 1.0)
_NEAR = 20  # characters between a count or mean and the interval that belongs to it
_SECOND_CHOICE = ("count", "percentage", "mean")


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: its measure and value, interval of `level` percent, p-value as written, and the words.

    `decimals` is how finely value and interval are written; `events` and `total` come from a count.
    """

    measure: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    p_value: str = ""
    words: str = ""
    decimals: int = 2
    events: int | None = None
    total: int | None = None

    @property
    def has_interval(self) -> bool:
        """Whether both bounds are known."""
        return self.low is not None and self.high is not None

    def is_ratio(self, rules: CheckRules) -> bool:
        """Whether no effect is at one."""
        return self.measure in rules.ratio_measures

    def is_difference(self, rules: CheckRules) -> bool:
        """Whether no effect is at zero."""
        return self.measure in (*rules.difference_measures, *rules.correlation_measures)

    def crosses_no_effect(self, rules: CheckRules) -> bool | None:
        """Whether the interval holds no effect; None without an interval or a known measure."""
        if self.low is None or self.high is None or not (self.is_ratio(rules) or self.is_difference(rules)):
            return None
        null = 1.0 if self.is_ratio(rules) else 0.0
        return self.low <= null <= self.high

    def significant(self, rules: CheckRules) -> bool | None:
        """Whether p-value or interval speak against no effect; None where neither is given."""
        bounds = p_bounds(self.p_value)
        if bounds is not None:
            if bounds[1] <= rules.alpha:
                return True
            if bounds[0] >= rules.alpha:
                return False
        crosses = self.crosses_no_effect(rules)
        return None if crosses is None else not crosses


def effects(statistics: Sequence[Statistic]) -> tuple[Effect, ...]:
    """Return every effect that the statistics give, in the order of the text; else the first count.

    An effect takes the interval and the p-value that follow it before the next effect; a p-value at the end
    belongs to the last effect before it.
    """
    ordered = sorted(statistics, key=lambda s: (s.start, s.end))
    heads = [s for s in ordered if s.kind == "effect" and s.value is not None]
    for kind in _SECOND_CHOICE:
        heads = heads or [s for s in ordered if s.kind == kind and s.value is not None][:1]
    if not heads:
        alone = Effect()
        for statistic in ordered:
            alone = _with(alone, statistic)
        return (alone,) if alone.p_value or alone.has_interval else ()
    found = []
    for number, head in enumerate(heads):
        until = heads[number + 1].start if number + 1 < len(heads) else math.inf
        effect = _headed(head)
        for statistic in ordered:
            far = statistic.kind == "interval" and head.kind != "effect" and statistic.start - head.end > _NEAR
            if statistic is not head and head.start <= statistic.start < until and not far:
                effect = _with(effect, statistic)
        if len(heads) == 1 and not effect.p_value:
            effect = replace(effect, p_value=next((s.p_value for s in ordered if s.p_value), ""))
        if len(heads) == 1 and head.kind == "effect" and not effect.has_interval:
            for statistic in ordered:
                effect = _with(effect, statistic) if statistic.kind == "interval" else effect
        found.append(effect)
    return tuple(found)


def p_bounds(p_value: str) -> tuple[float, float] | None:
    """Return the smallest and largest p that a reported p-value stands for, rounding included; NS is above 0.05.

    >>> p_bounds("<0.05"), p_bounds("0.5")
    ((0.0, 0.05), (0.45, 0.55))
    """
    if p_value == "NS":
        return _NOT_SIGNIFICANT
    match = re.fullmatch(r"\s*([<>=≤≥]*)\s*(\d*\.?\d+(?:[eE][-+]?\d+)?)\s*", p_value)
    if not match:
        return None
    comparator, digits = match.groups()
    p = float(digits)
    if comparator in ("<", "≤", "<="):
        return 0.0, p
    if comparator in (">", "≥", ">="):
        return p, 1.0
    decimals = len(digits.partition(".")[2].partition("e")[0])
    half = 0.0 if "e" in digits.lower() else 0.5 * 10**-decimals
    return max(0.0, p - half), min(1.0, p + half)


def p_from_interval(effect: Effect, rules: CheckRules) -> tuple[float, float] | None:
    """Return the smallest and largest two-sided p that value and interval allow, given how they are rounded.

    The standard error is the width of the interval over twice the normal quantile of its level, on the log
    scale for ratios (Altman and Bland 2011, BMJ 343:d2304). None where value, interval or measure is missing.
    """
    if effect.value is None or effect.low is None or effect.high is None or effect.low >= effect.high:
        return None
    ratio = effect.is_ratio(rules)
    if not ratio and not effect.is_difference(rules):
        return None
    level = effect.level or rules.default_level
    if not 50 <= level < 100:
        return None
    half = 0.5 * 10.0**-effect.decimals
    if ratio and min(effect.low, effect.value) <= half:
        return None
    scale = math.log if ratio else float
    widest = scale(effect.high + half) - scale(effect.low - half)
    narrowest = max(scale(effect.high - half) - scale(effect.low + half), 1e-9)
    null = 1.0 if ratio else 0.0
    distances = [abs(scale(v) - scale(null)) if ratio else abs(v) for v in (effect.value - half, effect.value + half)]
    nearest = 0.0 if effect.value - half <= null <= effect.value + half else min(distances)
    quantile = 2 * _NORMAL.inv_cdf(0.5 + level / 200)
    return (
        2 * _NORMAL.cdf(-max(distances) * quantile / narrowest),
        2 * _NORMAL.cdf(-nearest * quantile / widest),
    )


def _headed(head: Statistic) -> Effect:
    counted = head.kind == "count" and head.value is not None
    bounded = head.kind == "effect"  # the bounds of a mean are its spread, not an interval
    return Effect(
        measure=head.measure or {"count": "count", "percentage": "%", "mean": "mean"}.get(head.kind, ""),
        value=head.value,
        low=head.low if bounded else None,
        high=head.high if bounded else None,
        level=head.level if bounded else None,
        p_value=head.p_value,
        words=head.text,
        decimals=_decimals(head.text),
        events=int(head.value) if counted and head.value is not None else None,
        total=head.total,
    )


def _with(effect: Effect, statistic: Statistic) -> Effect:
    """The effect with the interval, p-value or counts that another statistic gives, where it lacks them."""
    if statistic.kind == "interval" and not effect.has_interval and statistic.low is not None:
        effect = replace(
            effect,
            low=statistic.low,
            high=statistic.high,
            level=statistic.level,
            decimals=max(effect.decimals, _decimals(statistic.text)),
            words=f"{effect.words}; {statistic.text}".strip("; "),
        )
    if statistic.p_value and not effect.p_value:
        effect = replace(effect, p_value=statistic.p_value)
    if statistic.kind == "count" and effect.total is None and statistic.total and statistic.value is not None:
        effect = replace(effect, events=int(statistic.value), total=statistic.total)
    return effect


def _decimals(text: str) -> int:
    """How many decimals the coarsest number in `text` that has any is written with."""
    found = [len(d) for d in re.findall(r"\d*[.·](\d+)", text)]
    return max(found, default=0)
