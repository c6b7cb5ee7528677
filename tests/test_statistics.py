"""Numbers that back a claim, in the spellings people use."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.claims.attachment import attach
from pipeline.claims.statistics import statistics
from pipeline.records import Mention, Sentence, Statistic

NAMES = ("flu", "gout")


def found(text: str) -> list[Statistic]:
    return statistics(Sentence(0, 0, len(text), text))


def only(text: str, kind: str) -> Statistic:
    (statistic,) = [s for s in found(text) if s.kind == kind]
    return statistic


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("odds ratio 0.97,95% CI: 0.96-0.98", "OR", 0.97),
        ("(OR 0·38, 95 % CI 0·17, 0·87)", "OR", 0.38),
        ("adjusted odds ratio (OR) = 1.8", "OR", 1.8),
        ("RR, 0.81; 95% confidence interval, 0.71 to 0.92", "RR", 0.81),
        ("hazard ratio of 0.72", "HR", 0.72),
        ("the mean difference was −3.2 points", "MD", -3.2),
        ("(β = −0.21)", "beta", -0.21),
        ("(r = 0.35, p < 0.01)", "r", 0.35),
        ("SMD -0.45", "SMD", -0.45),
    ],
)
def test_effects_are_parsed_in_their_usual_spellings(text: str, measure: str, value: float) -> None:
    effect = only(text, "effect")
    assert (effect.measure, effect.value) == (measure, value)


@pytest.mark.parametrize(
    "text",
    [
        "OR 0.8 (95% CI 0.71-0.92)",
        "OR 0.8 (95% CI: 0.71 to 0.92)",
        "OR 0.8, 95 % CI 0·71–0·92",
        "OR 0.8 [0.71; 0.92]",
        "OR 0.8; 95% confidence interval (CI) 0.71, 0.92",
        "OR 0.8 (CI 95% 0.71‐0.92)",
    ],
)
def test_intervals_are_parsed_in_their_usual_spellings(text: str) -> None:
    interval = only(text, "interval")
    assert (interval.low, interval.high) == (0.71, 0.92)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p<0.05", "<0.05"),
        ("P = 0·021", "0.021"),
        ("p-value of <.001", "<.001"),
        ("p ≤ 0.01", "≤0.01"),
        ("(p = NS)", "NS"),
        ("P = 2 × 10−5", "2e-5"),
    ],
)
def test_p_values_keep_their_comparator(text: str, expected: str) -> None:
    assert only(text, "p-value").p_value == expected


def test_a_negative_interval_written_with_unicode_minus_keeps_its_signs() -> None:
    interval = only("mean difference −3.78 points (95% CI −6.25 to −1.31)", "interval")
    assert (interval.low, interval.high) == (-6.25, -1.31)


def test_counts_carry_their_total() -> None:
    count = only("improvement at week 4 in 7 out of 8 patients (p=0.029)", "count")
    assert (count.value, count.total) == (7, 8)


def test_thin_spaces_do_not_hide_a_number() -> None:
    assert only("odds ratio\u2009=\u20090.38", "effect").value == 0.38


def test_a_sentence_with_several_results_gives_each_condition_its_own() -> None:
    text = "Zinc reduced CRP (P = 0.03) and IL-6 (P = 0.006)."
    crp, il6 = Mention(13, 16, "CRP", "measure", "crp"), Mention(32, 36, "IL-6", "measure", "il-6")
    sentence = Sentence(0, 0, len(text), text, mentions=(crp, il6))
    assert [s.text for s in attach(sentence, statistics(sentence), crp)] == ["P = 0.03"]
    assert [s.text for s in attach(sentence, statistics(sentence), il6)] == ["P = 0.006"]


def test_a_list_of_conditions_shares_the_numbers_at_its_end() -> None:
    text = "Vitamin D reduced falls and fractures (RR 0.8)."
    falls, fractures = (
        Mention(18, 23, "falls", "condition", "falls"),
        Mention(28, 37, "fractures", "condition", "fractures"),
    )
    sentence = Sentence(0, 0, len(text), text, mentions=(falls, fractures))
    assert [s.value for s in attach(sentence, statistics(sentence), falls)] == [0.8]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Low D doubled the risk of flu, and iron overload was linked to a threefold risk of gout.", [2], [3]),
        ("Lack of zinc was tied to a twofold rate of flu and a fourfold incidence of gout.", [2], [4]),
        ("They were twice as likely to have flu and three times more likely to develop gout.", [2], [3]),
        ("It cut the risk of flu by 20% and the risk of gout by 10%.", [20], [10]),
        ("It was tied to a 20% drop in the rate of flu and a 30% drop in the rate of gout.", [20], [30]),
    ],
)
def test_numbers_stand_before_the_condition_that_they_lead_to(
    text: str, first: list[float], second: list[float]
) -> None:
    flu, gout = (Mention(text.index(name), text.index(name) + len(name), name, "condition", name) for name in NAMES)
    sentence = Sentence(0, 0, len(text), text, mentions=(flu, gout))
    assert [s.value for s in attach(sentence, statistics(sentence), flu)] == first
    assert [s.value for s in attach(sentence, statistics(sentence), gout)] == second


def test_respectively_hands_numbers_out_in_order() -> None:
    text = "Fasting glucose and insulin fell (P = 0.04, 0.02, respectively)."
    glucose, insulin = Mention(0, 15, "Fasting glucose", "measure", "a"), Mention(20, 27, "insulin", "measure", "b")
    sentence = Sentence(0, 0, len(text), text, mentions=(glucose, insulin))
    assert [s.p_value for s in attach(sentence, statistics(sentence), glucose)] == ["0.04"]
    assert [s.p_value for s in attach(sentence, statistics(sentence), insulin)] == ["0.02"]


def test_a_number_before_its_condition_belongs_to_it() -> None:
    text = "There was a decrease (p < 0.05) of pain and one (p = 0.2) of swelling."
    pain, swelling = Mention(35, 39, "pain", "condition", "pain"), Mention(61, 69, "swelling", "condition", "swelling")
    sentence = Sentence(0, 0, len(text), text, mentions=(pain, swelling))
    assert [s.text for s in attach(sentence, statistics(sentence), swelling)] == ["p = 0.2"]


def test_the_two_sides_of_a_comparison_are_one_statistic() -> None:
    assert [s.text for s in found("It was 5.2% vs 5.9% and (19.7 v 23.7 nmol/l).")] == [
        "5.2% vs 5.9%",
        "19.7 v 23.7 nmol/l",
    ]


@given(st.text(alphabet="0123456789.,·-−–()[]%=<>±/ pPORCInrto", max_size=60))
def test_no_string_of_digits_and_signs_breaks_the_reader(text: str) -> None:
    for statistic in found(text):
        assert text[statistic.start : statistic.end] == statistic.text


@pytest.mark.parametrize(
    ("text", "kind", "words", "value"),
    [
        ("triglycerides rose by 23.9 (7.03) mg/dL", "mean", "23.9 (7.03) mg/dL", 23.9),
        ("analgesia lasted 8 (5-11) h", "mean", "8 (5-11) h", 8),
        ("homocysteine 31.4 [19.5-43.3]", "mean", "31.4 [19.5-43.3]", 31.4),
        ("mortality was lower (12.5 vs. 41.7%)", "percentage", "12.5 vs. 41.7%", 12.5),
        ("zones involved 1.35 v/s 1.82", "mean", "1.35 v/s 1.82", 1.35),
        ("it reduces mortality by 23–30%", "percentage", "23–30%", 23),
        ("the risk was reduced by one third", "percentage", "one third", 33.3),
        ("insulin changed by - 5.25 mg/dL", "mean", "- 5.25 mg/dL", -5.25),
        ("iron was 0.89 microg/L in both", "mean", "0.89 microg/L", 0.89),
        ("a trial involving 135 patients", "sample size", "135 patients", 135),
        ("Mortality Rate Ratio 0.54", "effect", "Mortality Rate Ratio 0.54", 0.54),
        ("weight rose + 3.75, (3.16 – 4.34) in both", "mean", "+ 3.75, (3.16 – 4.34)", 3.75),
        ("weight rose by 2.61 kg (95% CI 1.99 – 3.23)", "mean", "2.61 kg (95% CI 1.99 – 3.23)", 2.61),
        ("in 54 (15.8%) of the babies", "percentage", "54 (15.8%)", 15.8),
        ("cavities fell in 106 (89.8%) v/s 111 (94.8%)", "percentage", "106 (89.8%) v/s 111 (94.8%)", 89.8),
        ("iron at 0.89 microg/L was low", "mean", "0.89 microg/L", 0.89),
        ("synthesis was faster (0.110 ± 0.009%/h)", "mean", "0.110 ± 0.009%/h", 0.110),
        ("a blood level 30 to 100 times greater", "effect", "30 to 100 times greater", 100),
        ("resting metabolism rose by 129 kcal", "mean", "129 kcal", 129),
        ("25.8% as opposed to 9.1%", "percentage", "25.8% as opposed to 9.1%", 25.8),
        ("a fall of 53 (SEM 20) in it", "mean", "53 (SEM 20)", 53),
        ("relief in 9 to 40 percent", "percentage", "9 to 40 percent", 9),
        ("fatigue (50/103, 48.5%)", "count", "50/103, 48.5%", 50),
        ("R 2 = 0.2", "effect", "R 2 = 0.2", 0.2),
    ],
)
def test_results_are_read_in_less_usual_spellings(text: str, kind: str, words: str, value: float) -> None:
    statistic = only(text, kind)
    assert (statistic.text, statistic.value) == (words, value)


@pytest.mark.parametrize(
    "text", ["as others found 12 (5-11).", "Smith et al. 4 (3-5) said so.", "aged 40 (the oldest) and 2 (of 3)"]
)
def test_a_citation_or_an_aside_in_brackets_is_no_result(text: str) -> None:
    assert [s for s in found(text) if s.kind == "mean"] == []


@pytest.mark.parametrize(
    ("text", "value"), [("(p 0.009)", "0.009"), ("P < or = 0.0001", "≤0.0001"), ("p < 0/001", "<0.001")]
)
def test_p_values_are_read_in_less_usual_spellings(text: str, value: str) -> None:
    assert only(text, "p-value").p_value == value


def test_an_odds_ratio_may_share_its_brackets_with_its_interval() -> None:
    text = "(OR, 95% CI = 0.25, 0.18-0.36)"
    effect, interval = only(text, "effect"), only(text, "interval")
    assert (effect.value, interval.low, interval.high, interval.level) == (0.25, 0.18, 0.36, 95)


def test_percentages_before_a_list_are_handed_out_in_turn() -> None:
    text = "The supplement had 16% and 5% reduction in days with severe illness and high fever respectively."
    sentence = Sentence(0, 0, len(text), text)
    places = [(text.index(words), text.index(words) + len(words)) for words in ("severe illness", "high fever")]
    conditions = [Mention(a, b, text[a:b], "condition", text[a:b]) for a, b in places]
    numbers = [attach(sentence, statistics(sentence), condition, conditions) for condition in conditions]
    assert [[s.value for s in given] for given in numbers] == [[16], [5]]


def test_a_p_value_before_a_list_of_outcomes_is_that_of_all() -> None:
    text = "The diet decreased (P < 0.01) libido (8.2 ± 0.7) and sperm count (265 ± 21)."
    places = [(text.index(words), text.index(words) + len(words)) for words in ("libido", "sperm count")]
    conditions = [Mention(a, b, text[a:b], "measure", text[a:b]) for a, b in places]
    sentence = Sentence(0, 0, len(text), text, mentions=tuple(conditions))
    numbers = [[s.text for s in attach(sentence, statistics(sentence), condition)] for condition in conditions]
    assert numbers == [["P < 0.01", "8.2 ± 0.7"], ["P < 0.01", "265 ± 21"]]


def test_an_outcome_that_is_named_twice_keeps_all_its_numbers() -> None:
    text = "69% had less pain, fewer had fever (2%), and 20% less pain (p = 0.01)."
    spots = [(m.start(), m.end()) for m in re.finditer("pain|fever", text)]
    conditions = [Mention(a, b, text[a:b], "condition", text[a:b]) for a, b in spots]
    sentence = Sentence(0, 0, len(text), text, mentions=tuple(conditions))
    assert "p = 0.01" in [s.text for s in attach(sentence, statistics(sentence), conditions[0])]
