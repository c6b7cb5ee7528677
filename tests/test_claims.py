"""Claims by rules: one row a nutrient and a condition, with exposure, relation, strength and factuality."""

import pytest
from reading import claims


def only(text: str, **options: str) -> tuple[str, str, str, str, str, str]:
    (claim,) = claims(text, **options)
    return (
        claim.nutrient.name,
        claim.exposure,
        claim.relation,
        claim.condition.name,
        claim.strength,
        claim.factuality,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Iron deficiency causes restless legs syndrome.",
            ("iron", "deficiency", "increases_risk", "restless legs syndrome", "causal", "Factual"),
        ),
        (
            "Vitamin D supplementation may reduce the risk of falls.",
            ("vitamin d", "supplementation", "decreases_risk", "falls", "causal", "Possible"),
        ),
        (
            "Vitamin C supplementation did not reduce mortality.",
            ("vitamin c", "supplementation", "no_effect", "mortality", "causal", "Factual"),
        ),
        (
            "Low vitamin B12 levels were associated with depression.",
            ("vitamin b12", "deficiency", "associated", "depression", "correlational", "Factual"),
        ),
        (
            "Pernicious anaemia leads to vitamin B12 deficiency.",
            ("vitamin b12", "deficiency", "affected_by", "pernicious anemia", "causal", "Factual"),
        ),
        (
            "Higher dietary fibre intake was inversely associated with colorectal cancer.",
            ("dietary fiber", "intake", "decreases_risk", "colorectal cancer", "correlational", "Factual"),
        ),
        (
            "Iron overload leads to heart failure.",
            ("iron", "excess", "increases_risk", "heart failure", "causal", "Factual"),
        ),
    ],
)
def test_a_plain_sentence_gives_the_claim_it_makes(text: str, expected: tuple[str, ...]) -> None:
    assert only(text) == expected


def test_lists_multiply() -> None:
    found = claims("Vitamin D and calcium supplementation reduced falls and fractures.")
    assert {(c.nutrient.name, c.condition.name) for c in found} == {
        ("vitamin d", "falls"), ("vitamin d", "fracture"), ("calcium", "falls"), ("calcium", "fracture"),
    }  # fmt: skip
    assert {c.exposure for c in found} == {"supplementation"}


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Potassium supplementation lowered blood pressure.", "improves"),
        ("Higher sodium intake increased systolic blood pressure.", "worsens"),
        ("Iron supplementation increased haemoglobin.", "improves"),
        ("Zinc supplementation had no effect on C-reactive protein.", "no_effect"),
    ],
)
def test_a_change_in_a_measure_is_judged_by_whether_it_is_healthy(text: str, relation: str) -> None:
    (claim,) = claims(text)
    assert (claim.condition.kind, claim.relation) == ("measure", relation)


@pytest.mark.parametrize(
    "text",
    [
        "Does vitamin D prevent falls?",
        "We aimed to determine the effect of zinc supplementation on diarrhoea.",
        "It is unclear whether iron supplementation improves fatigue.",
    ],
)
def test_questions_and_aims_assert_nothing(text: str) -> None:
    assert {claim.factuality for claim in claims(text)} <= {"Unknown"}


@pytest.mark.parametrize(
    "text",
    [
        "Patients with diabetes were randomly assigned to vitamin D or placebo.",
        "The supplement contained zinc and iron.",
        "Screen for B12 deficiency in patients with neuropathy.",
    ],
)
def test_methods_and_mere_mentions_make_no_claim(text: str) -> None:
    assert claims(text) == []


def test_the_disease_of_those_studied_is_no_outcome_beside_another() -> None:
    found = claims("Vitamin D supplementation reduced fatigue in patients with multiple sclerosis.")
    assert [c.condition.name for c in found] == ["fatigue"]


def test_the_exposure_nearest_to_the_condition_is_the_one_claimed() -> None:
    text = (
        "In patients with RLS and iron deficiency, iron supplementation led to RLS improvement in 7 out of 8 (p=0.029)."
    )
    (claim,) = claims(text)
    assert (claim.exposure, claim.relation) == ("supplementation", "improves")
    assert [s.text for s in claim.statistics] == ["7 out of 8", "p=0.029"]


def test_claim_identifiers_are_stable_and_tell_repetitions_apart() -> None:
    text = "Iron deficiency causes fatigue.\n\nIron deficiency causes fatigue."
    first, second = claims(text)
    assert first.claim_id != second.claim_id
    assert [c.claim_id for c in claims(text)] == [first.claim_id, second.claim_id]
    assert all(len(c.claim_id) == 16 and int(c.claim_id, 16) >= 0 for c in (first, second))


def test_no_sentence_gives_more_than_twelve_claims() -> None:
    text = (
        "Zinc, iron, copper and selenium supplementation reduced anaemia, diarrhoea, pneumonia, malaria and mortality."
    )
    assert len(claims(text)) == 12
