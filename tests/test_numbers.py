"""Numbers are read as they are meant: each form in several wordings, and its look-alikes left alone."""

import pytest

from pipeline.claims.statistics import impossible, statistics
from pipeline.records import Sentence, Statistic


def found(text: str) -> list[Statistic]:
    return statistics(Sentence(0, 0, len(text), text))


def said(text: str, kind: str) -> list[tuple[str, float | None]]:
    return [(s.measure, s.value) for s in found(text) if s.kind == kind]


@pytest.mark.parametrize(
    ("text", "p"),
    [
        ("P = 3 × 10^-5", "3e-5"),
        ("p=4.1×10⁻⁷", "4.1e-7"),
        ("P = 6 × 10−9", "6e-9"),
        ("p = 1.2x10-4", "1.2e-4"),
        ("P<5·10^{-8}", "<5e-8"),
        ("P = 2 * 10^(-6)", "2e-6"),
        ("P < 10⁻⁴", "<1e-4"),
        ("p<10^-10", "<1e-10"),
        ("P=7.5E-11", "7.5e-11"),
        ("p = 8.8e−3", "8.8e-3"),
        ("P value less than 0.001", "<0.001"),
        ("P >= 0.05", "≥0.05"),
        ("p = 0,03", "0.03"),
        ("P = .2", ".2"),
    ],
)
def test_p_values_in_every_spelling(text: str, p: str) -> None:
    assert [s.p_value for s in found(text) if s.kind == "p-value"] == [p]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("P for trend = 0.04", "trend"),
        ("(P-trend 0.02)", "trend"),
        ("Ptrend < 0.001", "trend"),
        ("p for linear trend = 0.31", "trend"),
        ("p value for interaction = 0.62", "interaction"),
        ("P-interaction=0.3", "interaction"),
        ("Pinteraction = 0.12", "interaction"),
        ("P = 0.2 for interaction", "interaction"),
        ("the interaction by sex (interaction P = 0.7)", "interaction"),
        ("P for effect modification = 0.5", "interaction"),
        ("P for heterogeneity = 0.01", "heterogeneity"),
        ("Phet = 0.4", "heterogeneity"),
        ("I² = 62%, P = 0.003", "heterogeneity"),
        ("P for non-linearity = 0.6", "non-linearity"),
        ("P-nonlinearity 0.03", "non-linearity"),
        ("Egger's test P = 0.8", "publication bias"),
    ],
)
def test_p_values_of_side_questions_are_kept_apart(text: str, name: str) -> None:
    [p] = [s for s in found(text) if s.kind == "p-value"]
    assert (p.measure, p.p_value) == ((f"p for {name}" if "Egger" not in text else p.measure), "")


@pytest.mark.parametrize(
    ("text", "low", "high", "level"),
    [
        ("HR 0,81 (95% CI 0,70 à 0,93)", None, None, None),
        ("HR 0,81 (IC 95%)", None, None, None),
        ("RR 0,85; 95% CI 0,71–1,02", 0.71, 1.02, 95),
        ("OR 1,24 (95% CI 1,03 to 1,49)", 1.03, 1.49, 95),
        ("OR 1.4 (95% CrI 1.1 to 1.9)", 1.1, 1.9, 95),
        ("RR 1.4, 95% credible interval 1.1–1.9", 1.1, 1.9, 95),
        ("RR 1.4 (95% uncertainty interval [UI] 1.1 to 1.9)", 1.1, 1.9, 95),
        ("RR 1.4 (95% UI 1.1–1.9)", 1.1, 1.9, 95),
        ("OR 1.4 (95% confidence limits: 1.1, 1.9)", 1.1, 1.9, 95),
        ("OR 1.4 (95% CL 1.1-1.9)", 1.1, 1.9, 95),
        ("OR 1.4 (CI95: 1.1-1.9)", 1.1, 1.9, 95),
        ("OR 1.4, CI95% [1.1; 1.9]", 1.1, 1.9, 95),
        ("OR 1.4 (CI 90% 1.1 to 1.9)", 1.1, 1.9, 90),
        ("RR 0.9 (99% CI = 0.8, 1.1)", 0.8, 1.1, 99),
        ("HR 0.9* (95% CI‡ 0.8–1.1)", 0.8, 1.1, 95),
        ("HR 0.9 (95% CI, 1.1 to 0.8)", 1.1, 0.8, 95),
    ],
)
def test_intervals_of_every_name(text: str, low: float | None, high: float | None, level: float | None) -> None:
    intervals = [s for s in found(text) if s.kind == "interval"]
    assert [(s.low, s.high, s.level) for s in intervals] == ([(low, high, level)] if level else [])


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("NNT 14", "NNT", 14),
        ("the number needed to treat was 33", "NNT", 33),
        ("number needed to treat (NNT) = 8", "NNT", 8),
        ("NNTB 25", "NNT", 25),
        ("NNH of 120", "NNH", 120),
        ("number needed to harm 60", "NNH", 60),
        ("a 1.8-fold higher risk of asthma", "fold", 1.8),
        ("a threefold rise in falls", "fold", 3),
        ("a two-fold increase", "fold", 2),
        ("it nearly doubled the risk of stroke", "fold", 2),
        ("the risk of gout had almost tripled", "fold", 3),
        ("it halved the incidence of rickets", "fold", 0.5),
        ("they were twice as likely to fall", "fold", 2),
        ("2.7 times more likely", "fold", 2.7),
        ("five times the odds of anaemia", "fold", 5),
        ("log OR = -0.29", "log OR", -0.29),
        ("lnHR 0.18", "log HR", 0.18),
        ("log-odds ratio of 0.4", "log OR", 0.4),
        ("ln(RR) −0.12", "log RR", -0.12),
        ("log hazard ratio 0.2", "log HR", 0.2),
        ("standardized β = 0.21", "std beta", 0.21),
        ("standardised beta coefficient 0.3", "std beta", 0.3),
        ("Hedges' g = 0.4", "SMD", 0.4),
        ("Cohen's d 0.52", "SMD", 0.52),
        ("a fall of 4 percentage points", "RD", 4),
        ("a 2.5 percentage-point difference", "RD", 2.5),
        ("risk difference −1.2 percentage points", "RD", -1.2),
        ("absolute risk reduction 3.1%", "RD", 3.1),
        ("r = −0.41", "r", -0.41),
        ("r 0.3", "r", 0.3),
        ("rs = 0.22", "r", 0.22),
        ("standardised mortality ratio 1.4", "SMR", 1.4),
        ("subdistribution hazard ratio 0.7", "HR", 0.7),
        ("aOR 2.1", "OR", 2.1),
        ("OR per 10 nmol/L, 0.93", "OR", 0.93),
    ],
)
def test_effects_of_every_measure(text: str, measure: str, value: float) -> None:
    assert said(text, "effect") == [(measure, value)]


@pytest.mark.parametrize(
    "text",
    [
        "the heart rate settled (HR 72 bpm)",
        "HR was 88 beats per minute",
        "breathing eased (RR 18 breaths/min)",
        "with an RR of 22/min",
        "RR 24 per minute",
        "HR 110 min-1",
        "PR 160 ms",
        "carriers of rs1801133",
        "the variant rs 429358",
        "the doses were doubled in the second week",
        "taken twice daily",
        "three times a day",
        "the OR was cleaned",
        "a log of 12 meals",
    ],
)
def test_vital_signs_doses_and_variants_are_no_effects(text: str) -> None:
    assert said(text, "effect") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 in 5 adults", 20), ("one in twenty women", 5), ("2 out of every 3 children", 66.667), ("one in ten", 10)],
)
def test_shares_in_words_are_percentages(text: str, value: float) -> None:
    assert said(text, "percentage") == [("%", value)]


@pytest.mark.parametrize(
    "text",
    ["zinc syrup (10%)", "a 2% zinc lotion", "0.9% saline", "5% dextrose solution", "HbA1c above 7%",
     "transferrin saturation below 20%", "95% CI", "one in the morning"],
)  # fmt: skip
def test_strengths_and_limits_are_no_percentages(text: str) -> None:
    assert said(text, "percentage") == []


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("p = 1.4", True),
        ("p = -0.3", True),
        ("OR −0.8", True),
        ("hazard ratio of -1.2", True),
        ("r = 1.3", True),
        ("r = −1.1", True),
        ("95% CI 1.4 to 0.9", True),
        ("p = 1.0", False),
        ("OR 0.8", False),
        ("log OR −0.8", False),
        ("r = −0.9", False),
        ("beta = −2.3", False),
        ("MD −4.1 (95% CI −6.0 to −2.2)", False),
        ("P < 0.001", False),
        ("R2 = 0.98", False),
    ],
)
def test_values_that_cannot_be(text: str, bad: bool) -> None:
    assert any(impossible(s) for s in found(text)) is bad


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("in 1,250 of 5,000 women", [1250]),
        ("intakes of 12,5 and 25 g, P = 0,04", []),
        ("P = 0.04,0.02", []),
    ],
)
def test_thousands_and_lists_are_no_decimal_commas(text: str, values: list[float]) -> None:
    assert [s.value for s in found(text) if s.kind == "count"] == values
