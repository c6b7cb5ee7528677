"""Provender inside a spaCy pipeline, and another package's recogniser inside Provender."""

from pathlib import Path

import pytest
import spacy
from reading import claims, extractor


def test_a_spacy_pipeline_can_carry_the_claims() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("provender", config={"model": "fast"})
    doc = nlp("Vitamin D supplementation reduced falls.")
    [claim] = doc._.provender_claims
    assert (claim.nutrient.name, claim.relation, claim.condition.text) == ("vitamin d", "decreases_risk", "falls")
    assert {span.label_: span.text for span in doc.spans["provender"]} == {
        "nutrient": "Vitamin D",
        "condition": "falls",
    }


@pytest.fixture
def recogniser(tmp_path: Path) -> str:
    """A real spaCy model on disk that knows one disease no lexicon has."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "DISEASE", "pattern": "blue marsh twitch"}])
    nlp.to_disk(tmp_path / "twitch")
    return str(tmp_path / "twitch")


def test_an_installed_models_diseases_take_part_in_claims(recogniser: str) -> None:
    text = "Zinc deficiency causes blue marsh twitch."
    assert claims(text, model="fast") == []
    [claim] = claims(text, model=recogniser)
    assert (claim.condition.text, claim.relation) == ("blue marsh twitch", "increases_risk")
    assert recogniser in extractor(recogniser).model.version


def test_a_missing_model_is_told_in_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"The model en_not_here is not installed; .* --model default"):
        extractor("en_not_here")


def test_a_model_without_a_recogniser_is_told_in_one_sentence(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "bare")
    with pytest.raises(ValueError, match="recognises no entities"):
        claims("Zinc helps.", model=str(tmp_path / "bare"))
