"""Copies of annotated sentences with the sign turned: one word changes, and every claim of the sentence with it."""

import random

import pytest

from pipeline.training.turning import turned


def turn(text: str, *relations: str) -> tuple[str, list[str]]:
    claims = [
        {"sid": 1, "nutrient": "zinc", "condition": name, "relation": relation}
        for name, relation in zip(("diarrhoea", "fever"), relations, strict=False)
    ]
    document = {"doc_id": "d", "sentences": [{"sid": 1, "text": text}], "claims": claims}
    found = turned(document, 1.0, random.Random(1))
    return found["sentences"][0]["text"], [c["relation"] for c in found["claims"]]


def test_the_one_word_of_sign_and_all_claims_turn_together() -> None:
    assert turn("Zinc reduced diarrhoea and fever.", "decreases_risk", "improves") == (
        "Zinc increased diarrhoea and fever.",
        ["increases_risk", "worsens"],
    )


def test_more_of_the_nutrient_is_the_exposure_and_stays() -> None:
    assert turn("A higher zinc intake prevents diarrhoea.", "decreases_risk") == (
        "A higher zinc intake causes diarrhoea.",
        ["increases_risk"],
    )


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("Zinc did not reduce diarrhoea.", ["no_effect"]),
        ("Zinc reduced diarrhoea but increased fever.", ["decreases_risk", "increases_risk"]),
        ("Zinc reduced diarrhoea and improved fever.", ["decreases_risk", "improves"]),
        ("Zinc was linked to diarrhoea.", ["associated"]),
    ],
)
def test_a_sentence_with_two_signs_a_denial_or_none_stays_as_it_is(text: str, relations: list[str]) -> None:
    assert turn(text, *relations) == (text, relations)
