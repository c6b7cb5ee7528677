"""How a study guards against bias is read from its sentences, with quotes; words that deny do not count against it."""

import re

import pytest
from grading_records import claim, sentence, source

from pipeline.grading import grade, grade_source, load_scheme
from pipeline.grading.bias import judge_bias, overall
from pipeline.vocabulary import StudyDesign

SCHEME = load_scheme()
ZINC = {"exposure": "supplementation", "relation": "decreases_risk", "condition": "pneumonia"}


def judged(text: str, design: StudyDesign = "rct") -> dict[str, str]:
    parts = [sentence(part) for part in re.split(r"(?<=\.)\s", text)]
    found = judge_bias(parts, design, SCHEME.bias, SCHEME.design.about_others)
    return {judgement.domain: judgement.judgement for judgement in found if judgement.quote}


@pytest.mark.parametrize(
    ("text", "domain", "says"),
    [
        ("Patients were allotted by odd or even file number.", "randomisation", "high"),
        ("The sequence was computer generated in blocks of four.", "randomisation", "low"),
        ("Assignments were kept in sealed opaque envelopes.", "allocation concealment", "low"),
        ("The allocation was not concealed.", "allocation concealment", "high"),
        ("Neither the nurses nor the mothers were blinded.", "blinding of participants", "high"),
        ("Patients were unaware of their group.", "blinding of participants", "low"),
        ("Doctors knew which syrup was given.", "blinding of participants", "high"),
        ("Outcome assessors were masked.", "blinding of assessors", "low"),
        ("Of 400 women, 250 finished the trial.", "attrition", "high"),
        ("In all, 96% of the men completed the study.", "attrition", "low"),
        ("Nobody was lost to follow-up.", "attrition", "low"),
        ("Only those who swallowed every tablet were included in the analysis.", "attrition", "high"),
        ("The primary endpoint was replaced half way.", "selective reporting", "high"),
        ("The trial was halted prematurely.", "early stopping", "high"),
        ("The authors have no competing interests.", "funding and interests", "low"),
        ("Two authors are employed by the manufacturer.", "funding and interests", "some concerns"),
    ],
)  # fmt: skip
def test_trials_are_judged_by_their_words(text: str, domain: str, says: str) -> None:
    assert judged(text)[domain] == says


def test_observational_studies_and_reviews_have_domains_of_their_own() -> None:
    cohort = judged("Hazard ratios were adjusted for age. Serum was drawn after diagnosis.", "cohort")
    assert (cohort["confounding"], cohort["exposure measurement"]) == ("low", "high")
    assert judged("The crude odds ratio was 3.", "case-control")["confounding"] == "high"
    review = judged("Most trials had a high risk of bias. Two authors extracted data independently.", "meta-analysis")
    assert review == {"review methods": "low", "risk of bias in the studies": "high"}
    assert judged("We report a double-blind case.", "case report") == {}


def test_what_is_said_of_earlier_studies_does_not_count() -> None:
    assert judged("Previous trials were not blinded and stopped early.") == {}


def test_no_information_is_neither_low_nor_high() -> None:
    found = judge_bias([sentence("Zinc was given.")], "rct", SCHEME.bias, SCHEME.design.about_others)
    assert {judgement.judgement for judgement in found} == {"no information"}
    assert overall(found, "rct", SCHEME.bias) == "no information"


def test_a_judgement_points_into_the_text() -> None:
    trial = source(
        "We randomised 900 children.",
        "Nobody was blinded.",
        "Zinc lowered pneumonia.",
        title="Zinc: a randomised trial",
    )
    study = grade_source(trial, [claim(trial, "Zinc lowered", **ZINC)]).study  # fmt: skip
    assert study is not None
    blinding = next(j for j in study.judgements if j.domain == "blinding of participants")
    assert trial.document.text[blinding.start : blinding.end] == blinding.quote == "Nobody was blinded."


@pytest.mark.parametrize(
    ("methods", "result", "certainty"),
    [
        ("In a double-blind trial we randomised 900 children.", "(RR 0.80, 95% CI 0.70-0.91)", "High"),
        ("In a double-blind trial we randomised children.", "(RR 0.80, 95% CI 0.70-0.91)", "Moderate"),
        ("In a double-blind trial we randomised 900 children.", "(p=0.001)", "Moderate"),
        ("We randomised 900 children.", "(RR 0.80, 95% CI 0.70-0.91)", "Moderate"),
    ],
)
def test_size_interval_and_bias_must_be_known_for_high(methods: str, result: str, certainty: str) -> None:
    trial = source(methods, f"Zinc lowered the risk of pneumonia {result}.", title="Zinc: a randomised trial")
    (row,) = grade(trial, [claim(trial, "Zinc lowered", **ZINC)])
    assert row.certainty == certainty
    assert ("not-judged" in {flag.code for flag in row.flags}) is (certainty != "High")


def test_a_title_that_the_results_do_not_bear_out_is_spin() -> None:
    trial = source(
        "We randomised 900 children.",
        "Zinc had no effect on pneumonia (RR 0.99, 95% CI 0.90-1.09).",
        "We conclude that zinc prevents pneumonia.",
        title="Zinc: a double-blind randomised trial",
    )
    result = claim(trial, "no effect", **(ZINC | {"relation": "no_effect"}))
    told = claim(trial, "We conclude", **ZINC)
    rows = grade(trial, [result, told])
    assert [("spin" in {flag.code for flag in row.flags}) for row in rows] == [False, True]
