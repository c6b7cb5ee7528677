"""How encoder and rules are weighed: probabilities, one claim for one statement, and weights that are there."""

from pathlib import Path

import pytest
from reading import extractor, read

from pipeline.claims.calibration import ATTRIBUTES, Calibration
from pipeline.claims.candidates import Candidate
from pipeline.claims.learned import bundled, candidates_of, chosen_of, load_calibration, load_encoder
from pipeline.claims.naming import Namer
from pipeline.errors import RunError

TEXT = "Vitamin D supplementation reduced the risk of falls and hip fractures in older adults (RR 0.81)."


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return load_calibration(load_encoder())


@pytest.fixture(scope="module")
def candidates() -> list[Candidate]:
    document = read(TEXT)
    [(_, found)] = candidates_of(document, load_encoder(), Namer(document, extractor().reader))
    return found


def test_every_candidate_gets_a_probability_and_what_the_sentence_says_the_highest(
    candidates: list[Candidate], calibration: Calibration
) -> None:
    confidence = calibration.confidences(candidates)
    assert len(confidence) == len(candidates) and all(0 <= p <= 1 for p in confidence)
    best = max(zip(confidence, candidates, strict=True), key=lambda item: item[0])[1]
    assert best.nutrient.name == "vitamin d"
    assert "fall" in best.condition.name or "fracture" in best.condition.name


def test_the_labels_of_an_attribute_share_one_probability(
    candidates: list[Candidate], calibration: Calibration
) -> None:
    for attribute, odds in calibration.attributes(candidates[0]).items():
        assert tuple(odds) == ATTRIBUTES[attribute]
        assert sum(odds.values()) == pytest.approx(1, abs=1e-5)


def test_a_statement_found_twice_is_one_claim(candidates: list[Candidate]) -> None:
    weighed = [(0.9, candidate) for candidate in candidates] + [(0.8, candidate) for candidate in candidates]
    chosen = [c for _, c in chosen_of(weighed, 0.5)]
    assert len({(c.nutrient.name, c.condition.name) for c in chosen}) == len(chosen)
    assert {p for p, _ in chosen_of(weighed, 0.5)} == {0.9}
    assert chosen_of(weighed, 0.95) == []


def test_no_candidates_have_no_probabilities(calibration: Calibration) -> None:
    assert calibration.confidences([]) == []


def test_a_folder_without_the_calibration_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"has no calibration\.onnx"):
        Calibration.from_directory(tmp_path, load_encoder(bundled()).settings)
