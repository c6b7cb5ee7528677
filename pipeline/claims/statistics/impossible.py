"""In: a statistic; out: whether its value cannot be, whatever was measured (a misprint or a misreading)."""

from pipeline.records import Statistic

_RATIOS = {"OR", "HR", "IRR", "PR", "RR", "SIR", "SMR", "fold"}
_AT_MOST_ONE = {"r", "R2"}


def impossible(statistic: Statistic) -> bool:
    """Whether a p-value is outside 0 to 1, a ratio negative, a correlation beyond 1, or an interval upside down."""
    value, low, high = statistic.value, statistic.low, statistic.high
    if statistic.kind == "p-value":
        digits = statistic.p_value.lstrip("<>=≤≥ ")
        p = value if value is not None else (float(digits) if digits not in ("", "NS") else None)
        return p is not None and not 0 <= p <= 1
    if statistic.kind == "interval":
        return low is not None and high is not None and low > high
    if statistic.kind == "count":
        return value is not None and statistic.total is not None and value > statistic.total
    if statistic.kind != "effect" or value is None:
        return False
    if statistic.measure in _RATIOS:
        return value < 0
    return (statistic.measure in _AT_MOST_ONE and abs(value) > 1) or (statistic.measure == "R2" and value < 0)
