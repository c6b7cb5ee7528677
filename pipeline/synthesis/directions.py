"""In: which way each study's effect points; out: the share that points one way, with its interval.

>>> share = share_of(7, 8)
>>> f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})"
'0.88 (0.53 to 0.98)'
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Share:
    """The share of studies whose effect points one way, 0 to 1, with its 95% interval and the counts behind it."""

    count: int
    total: int
    value: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """Return what share of `total` studies `count` is, with the interval of Wilson (1927, JASA 22:209).

    Effect directions are counted regardless of significance (Cochrane Handbook 12.2.1.3 and 12.2.2).
    """
    if not 0 <= count <= total or not total:
        raise ValueError("A share needs a count between none and all of at least one study.")
    value = count / total
    centre = (value + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    half = _Z / (1 + _Z**2 / total) * math.sqrt(value * (1 - value) / total + _Z**2 / (4 * total**2))
    return Share(count, total, value, max(0.0, centre - half), min(1.0, centre + half))
