"""Pooling against published results, and what a pooled effect keeps whatever goes in."""

import math
import sys
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis.directions import share_of
from pipeline.synthesis.pooling import Estimate, pool, small_study_p

# Tuberculosis and BCG vaccine (Colditz and others 1994, JAMA 271:698): vaccinated ill and not, controls ill and not
BCG = (
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
)
# Nine laboratories' means and variances (Kacker 2004, Metrologia 41:132); metafor 2.4 gives the same by method = "PM"
LABORATORIES = (
    (61.00, 0.2025),
    (61.40, 1.2100),
    (62.21, 0.0900),
    (62.30, 0.2025),
    (62.34, 0.3844),
    (62.60, 0.5625),
    (62.70, 0.0676),
    (62.84, 0.0225),
    (65.90, 1.8225),
)


def log_risk_ratios() -> list[Estimate]:
    return [
        Estimate(str(i), math.log(a / (a + b) / (c / (c + d))), math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))
        for i, (a, b, c, d) in enumerate(BCG)
    ]


def test_bcg_trials_give_the_published_summary():
    pooled = pool(log_risk_ratios())
    assert pooled.mean == pytest.approx(-0.715, abs=5e-4)
    assert pooled.tau2 == pytest.approx(0.318, abs=5e-4)
    assert pooled.error == pytest.approx(0.181, abs=5e-4)
    assert pooled.i2 == pytest.approx(92.1, abs=0.05)
    assert pooled.interval == "Hartung-Knapp"
    assert sum(pooled.weights) == pytest.approx(100)
    assert pooled.prediction is not None
    assert math.exp(pooled.prediction[0]) < 0.2 and math.exp(pooled.prediction[1]) > 1.5


def test_laboratories_give_the_published_paule_mandel_variance():
    pooled = pool([Estimate(str(i), mean, math.sqrt(v)) for i, (mean, v) in enumerate(LABORATORIES)])
    assert math.sqrt(pooled.tau2) == pytest.approx(0.8399, abs=6e-5)
    assert pooled.mean == pytest.approx(62.4076199, abs=1e-6)
    assert pooled.error == pytest.approx(0.3380306, abs=1e-6)


def test_two_studies_and_like_studies_get_the_normal_interval():
    two = pool([Estimate("a", -0.9, 0.15), Estimate("b", -0.1, 0.04)])
    assert two.interval == "Wald" and two.tau2 > 0 and two.prediction is None
    like = pool([Estimate(str(i), -0.223, 0.148) for i in range(6)])
    assert like.tau2 == 0 and like.interval == "Wald" and like.high < 0


def test_one_study_is_its_own_summary():
    assert pool([Estimate("a", 0.5, 0.2)]).low == pytest.approx(0.5 - 1.96 * 0.2, abs=1e-3)
    with pytest.raises(ValueError, match="at least one estimate"):
        pool([])


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=1, max_size=12))
def test_a_pooled_effect_lies_within_the_studies_and_its_intervals_hold_it(pairs):
    pooled = pool([Estimate(str(i), value, error) for i, (value, error) in enumerate(pairs)])
    values = [value for value, _ in pairs]
    assert min(values) - 1e-9 <= pooled.mean <= max(values) + 1e-9
    assert pooled.low <= pooled.mean <= pooled.high
    assert pooled.tau2 >= 0 and 0 <= pooled.i2 <= 100
    if pooled.prediction:
        assert pooled.prediction[0] <= pooled.mean <= pooled.prediction[1]


def test_small_studies_with_larger_effects_are_seen():
    lopsided = [Estimate(str(i), -0.1 - 1.5 * e, e) for i, e in enumerate([0.05 + 0.05 * j for j in range(12)])]
    wobble = [0.01, -0.02, 0.015, -0.01, 0.02, -0.015, 0.01, -0.01, 0.02, -0.02, 0.01, -0.005]
    noisy = [Estimate(e.study_id, e.value + w, e.error) for e, w in zip(lopsided, wobble, strict=True)]
    assert small_study_p(noisy) < 0.01
    even = [Estimate(str(i), -0.1 + w * 5, 0.05 + 0.05 * i) for i, w in enumerate(wobble)]
    assert small_study_p(even) > 0.1
    assert math.isnan(small_study_p([Estimate("a", 1, 1)] * 12))


def test_shares_have_an_interval():
    assert share_of(0, 3).low == 0 and share_of(3, 3).high == 1
    with pytest.raises(ValueError, match="share"):
        share_of(2, 0)


def test_statsmodels_is_loaded_only_where_something_is_pooled():
    code = (
        "import sys, pipeline.synthesis.pooling as p; p.pool([p.Estimate('a', 1.0, 0.5)]);"
        "assert 'statsmodels' not in sys.modules; p.pool([p.Estimate('a', 1, 0.5), p.Estimate('b', 3, 0.1)]);"
        "assert 'statsmodels' in sys.modules"
    )
    run([sys.executable, "-c", code], check=True, timeout=120)
