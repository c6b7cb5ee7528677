"""In: the estimates of a forest plot. Out: the range of its axis, its ticks, and where values stand on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from pipeline.figures.estimate import Estimate
from pipeline.figures.style import Family

WIDEST = 2.5
"""Half-widths of the usual interval that the axis goes beyond the estimates; wider intervals end in an arrow."""
_NARROWEST_LOG, _WIDEST_LOG = math.log(1.1), math.log(1000)
_TICKS = (1, 2, 5)
_CLOSE_TICKS = (1, 1.2, 1.5, 2, 3, 4, 5, 7)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`, in the values that it shows."""

    family: Family
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies on the axis."""
        return self.low <= value <= self.high

    def nearest(self, value: float) -> float:
        """Return a value, or the end of the axis that it lies beyond."""
        return min(max(value, self.low), self.high)

    def share(self, value: float) -> float:
        """Return where a value stands between the ends of the axis, from 0 to 1; one beyond them stands at an end."""
        put = math.log if self.family.logarithmic else float
        low, high = put(self.low), put(self.high)
        return (put(self.nearest(value)) - low) / (high - low)

    def ticks(self) -> list[float]:
        """Return the values that the axis is labelled with; None of them lies outside it."""
        if not self.family.logarithmic:
            return _round_steps(self.low, self.high)
        for steps in (_TICKS, _CLOSE_TICKS):
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            ticks = [step * 10.0**decade for decade in decades for step in steps]
            ticks = [tick for tick in ticks if self.holds(tick)]
            if len(ticks) >= 4:
                break
        else:
            ticks = sorted({*_round_steps(self.low, self.high), 1.0})
        if len(ticks) > 9:
            ticks = [tick for tick in ticks if math.isclose(math.log10(tick) % 1, 0, abs_tol=1e-9)]
        return ticks


def scale_of(estimates: Sequence[Estimate], family: Family) -> Scale:
    """Return the axis that shows all estimates, no effect, and the intervals as far as they are of usual width."""
    put = math.log if family.logarithmic else float
    back = math.exp if family.logarithmic else float
    values = [put(family.no_effect), *(put(one.value) for one in estimates)]
    known = [(put(one.value), *bound) for one in estimates if (bound := _bounds(one, family))]
    widths = [(high - low) / 2 if math.isfinite(low) else abs(high - value) for value, low, high in known if high > low]
    reach = WIDEST * median_low(widths) if widths else 0.0
    low = min([*values, *(max(low, min(values) - reach) for _, low, _ in known)])
    high = max([*values, *(min(high, max(values) + reach) for _, _, high in known)])
    if family.logarithmic:
        low, high = min(low, -_NARROWEST_LOG), max(high, _NARROWEST_LOG)
        low, high = max(low, -_WIDEST_LOG), min(high, _WIDEST_LOG)
    elif low == high:
        low, high = low - 1, high + 1
    edge = 0.06 * (high - low)
    return Scale(family, back(low - edge), back(high + edge))


def _bounds(one: Estimate, family: Family) -> tuple[float, float] | None:
    """The interval where the axis measures it; a ratio's lower bound may be as good as nothing."""
    if one.low is None or one.high is None:
        return None
    if not family.logarithmic:
        return one.low, one.high
    return (math.log(one.low) if one.low > 0 else -math.inf, math.log(one.high)) if one.high > 0 else None


def _round_steps(low: float, high: float) -> list[float]:
    """Four to eight round numbers between two others."""
    size = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(size * step for step in (1, 2, 5, 10) if (high - low) / (size * step) <= 7)
    first = math.ceil(low / step)
    return [round(number * step, 12) for number in range(first, math.floor(high / step) + 1)]
