"""Planted errors in numbers are found, and consistent numbers raise nothing."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import pytest
from grading_records import claim, source
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.grading import explain_flag, grade, load_scheme
from pipeline.grading.effect import effects, p_bounds
from pipeline.records import EvidenceRow, Statistic

NUMBER_FLAGS = {
    "effect-direction-mismatch",
    "ci-p-mismatch",
    "estimate-outside-ci",
    "percent-count-mismatch",
    "significance-mismatch",
}
SCHEME = load_scheme()
MANY = settings(max_examples=200, deadline=None)
TITLE = "Vitamin D and falls: a case-control study"


@dataclass(frozen=True)
class Numbers:
    """An effect with its interval and exact p-value, before rounding."""

    measure: str
    value: float
    low: float
    high: float
    level: int
    p: float
    decimals: int

    def words(self, p_value: str) -> str:
        v, low, high = (f"{x:.{self.decimals}f}" for x in (self.value, self.low, self.high))
        return f"{self.measure} {v}, {self.level}% CI {low} to {high}, {p_value}"


@st.composite
def ratios(draw: st.DrawFn) -> Numbers:
    log, error = draw(st.floats(-1.5, 1.5)), draw(st.floats(0.03, 0.7))
    level, decimals = draw(st.sampled_from([90, 95, 99])), draw(st.sampled_from([2, 3]))
    half = NormalDist().inv_cdf(0.5 + level / 200) * error
    low, high = math.exp(log - half), math.exp(log + half)
    assume(low > 0.05)
    p = 2 * NormalDist().cdf(-abs(log / error))
    measure = draw(st.sampled_from(["OR", "RR", "HR"]))
    return Numbers(measure, math.exp(log), low, high, level, p, decimals)


@st.composite
def differences(draw: st.DrawFn) -> Numbers:
    value, error = draw(st.floats(-20, 20)), draw(st.floats(0.2, 8))
    level = draw(st.sampled_from([90, 95, 99]))
    half = NormalDist().inv_cdf(0.5 + level / 200) * error
    p = 2 * NormalDist().cdf(-abs(value / error))
    return Numbers("MD", value, value - half, value + half, level, p, draw(st.sampled_from([1, 2])))


def reported(p: float) -> list[str]:
    """The ways in which a paper may write this p-value."""
    ways = [f"p={p:.3f}" if p >= 0.0005 else "p<0.001"]
    if p >= 0.005:
        ways.append(f"p={p:.2f}")
    ways.append("p<0.05" if p < 0.05 else "p>0.05")
    return ways


def row(text: str, **fields: Any) -> EvidenceRow:
    annotated = source(text, title=TITLE, role="results", source_type="research article")
    given = {"condition": "falls", "exposure": "deficiency", "strength": "correlational"} | fields
    return grade(annotated, [claim(annotated, text, **given)], scheme=SCHEME)[0]


def flags(text: str, **fields: Any) -> set[str]:
    return {flag.code for flag in row(text, **fields).flags}


@MANY
@given(numbers=st.one_of(ratios(), differences()), data=st.data())
def test_consistent_numbers_raise_no_flag(numbers: Numbers, data: st.DataObject) -> None:
    p_value = data.draw(st.sampled_from(reported(numbers.p)))
    significant = numbers.p < 0.05
    higher = numbers.value > (1 if numbers.measure != "MD" else 0)
    relation = ("increases_risk" if higher else "decreases_risk") if significant else "no_effect"
    said = "was significantly associated with" if significant else "was not significantly associated with"
    text = f"Deficiency {said} falls ({numbers.words(p_value)})."
    assert not flags(text, relation=relation) & NUMBER_FLAGS


@MANY
@given(numbers=st.one_of(ratios(), differences()))
def test_a_p_value_that_the_interval_cannot_give_is_flagged(numbers: Numbers) -> None:
    assume(numbers.p < 0.001 or numbers.p > 0.3)
    wrong = "p=0.41" if numbers.p < 0.001 else "p=0.001"
    # a coarsely rounded interval may hardly say anything about p; such numbers are not judged
    assume((numbers.high - numbers.low) * 10**numbers.decimals > 20)
    assert "ci-p-mismatch" in flags(f"Deficiency was related to falls ({numbers.words(wrong)}).")


@MANY
@given(numbers=ratios(), beyond=st.floats(0.06, 2.0), above=st.booleans())
def test_an_estimate_outside_its_interval_is_flagged(numbers: Numbers, beyond: float, above: bool) -> None:
    value = numbers.high + beyond if above else numbers.low - beyond
    assume(value > 0.02)
    moved = Numbers(numbers.measure, value, numbers.low, numbers.high, numbers.level, numbers.p, numbers.decimals)
    assert "estimate-outside-ci" in flags(f"Deficiency was related to falls ({moved.words('p<0.05')}).")


@MANY
@given(numbers=ratios(), exposure=st.sampled_from(["deficiency", "excess", "intake", "supplementation"]))
def test_a_ratio_that_points_the_other_way_than_the_words_is_flagged(numbers: Numbers, exposure: str) -> None:
    assume(numbers.p < 0.01 and round(numbers.value, 2) != 1)
    wrong = "decreases_risk" if numbers.value > 1 else "increases_risk"
    right = "increases_risk" if numbers.value > 1 else "decreases_risk"
    text = f"It was related to falls ({numbers.words('p<0.05')})."
    assert "effect-direction-mismatch" in flags(text, exposure=exposure, relation=wrong)
    assert "effect-direction-mismatch" not in flags(text, exposure=exposure, relation=right)


@MANY
@given(
    total=st.integers(8, 2000),
    share=st.floats(0, 1),
    decimals=st.integers(0, 2),
    form=st.sampled_from(["{e} of {t} ({p}%)", "{p}% ({e}/{t})", "{e}/{t} women ({p}%)", "{p}% ({e} of {t})"]),
    off=st.sampled_from([0.0, 3.0, -3.0, 12.0]),
)
def test_a_percentage_is_flagged_only_where_the_counts_give_another(
    total: int, share: float, decimals: int, form: str, off: float
) -> None:
    events = round(share * total)
    percent = 100 * events / total + off
    assume(0 <= percent <= 100)
    words = form.format(e=events, t=total, p=f"{percent:.{decimals}f}")
    assert ("percent-count-mismatch" in flags(f"Falls occurred in {words}.")) is (off != 0)


@pytest.mark.parametrize(
    ("text", "relation", "expected"),
    [
        ("Zinc significantly reduced falls (p=0.2).", "decreases_risk", True),
        ("Zinc significantly reduced falls (p=0.02).", "decreases_risk", False),
        ("Zinc did not significantly reduce falls (p=0.2).", "no_effect", False),
        ("Zinc did not significantly reduce falls (p=0.01).", "no_effect", True),
        ("Falls were not significantly different, p>0.05.", "no_effect", False),
        ("Zinc reduced falls (p=0.2).", "decreases_risk", False),
    ],
)
def test_the_word_significant_is_held_against_the_p_value(text: str, relation: str, expected: bool) -> None:
    assert ("significance-mismatch" in flags(text, relation=relation)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ferritin was negatively correlated with severity (r=0.45, p<0.001).", True),
        ("Ferritin was negatively correlated with severity (r=-0.45, p<0.001).", False),
        ("Ferritin was positively correlated with severity (r=0.45, p<0.001).", False),
    ],
)
def test_the_sign_of_a_correlation_is_held_against_the_words(text: str, expected: bool) -> None:
    found = flags(text, exposure="status", relation="associated", condition_type="measure")
    assert ("effect-direction-mismatch" in found) is expected


def test_a_ratio_that_is_not_significant_is_not_judged_for_direction() -> None:
    text = "Deficiency was related to falls (OR 0.97, 95% CI 0.80-1.18, p=0.76)."
    assert "effect-direction-mismatch" not in flags(text, relation="increases_risk")


def test_the_spread_of_a_mean_is_not_an_interval() -> None:
    mean = Statistic(0, 9, "5.0 ± 1.0", "mean", "mean", value=5.0, low=4.0, high=6.0)
    (effect,) = effects([mean])
    assert (effect.measure, effect.value, effect.low, effect.high) == ("mean", 5.0, None, None)


def test_each_effect_takes_the_interval_and_p_value_that_follow_it() -> None:
    text = "Iron (OR 2.0, 95% CI 1.5-2.7, p<0.001) and zinc (OR 0.9, 95% CI 0.6-1.4, p=0.64) were studied."
    annotated = source(text)
    first, second = effects(claim(annotated, "Iron").statistics)
    assert (first.value, first.low, first.high, first.p_value) == (2.0, 1.5, 2.7, "<0.001")
    assert (second.value, second.low, second.high, second.p_value) == (0.9, 0.6, 1.4, "0.64")


def test_reported_p_values_stand_for_a_range() -> None:
    assert p_bounds("<0.05") == (0.0, 0.05)
    assert p_bounds(">0.05") == (0.05, 1.0)
    assert p_bounds("NS") == (0.05, 1.0)
    assert p_bounds("1e-6") == (1e-6, 1e-6)
    assert p_bounds("about 0.1") is None


def test_every_flag_is_explained_in_one_sentence_with_the_rows_own_numbers() -> None:
    given = row("Deficiency was related to falls (OR 0.80, 95% CI 0.70-0.91, p=0.40).", relation="increases_risk")
    for code in SCHEME.flags:
        sentence = explain_flag(code, given, SCHEME)
        assert sentence.endswith(".") and "{" not in sentence and "\n" not in sentence
    assert "OR 0.8 (0.7 to 0.91)" in explain_flag("effect-direction-mismatch", given, SCHEME)
    assert "0.40" in explain_flag("ci-p-mismatch", given, SCHEME) and "p b" in explain_flag(
        "ci-p-mismatch", given, SCHEME
    )
    assert "unheard-of" in explain_flag("unheard-of", given, SCHEME)
