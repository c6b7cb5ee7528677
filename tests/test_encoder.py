"""The trained encoder: what it finds is stable, stands where it says, and is worth more than rules alone."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from reading import claims

from pipeline.claims.encoder import ClaimEncoder, MarkedSentence, cut
from pipeline.claims.learned import load_encoder
from pipeline.errors import RunError

TEXTS = [
    "Vitamin D supplementation reduced the risk of falls in older adults (RR 0.81, 95% CI 0.71 to 0.92).",
    "Iron deficiency was associated with restless legs syndrome.",
    "Participants were recruited from twelve clinics.",
]


@pytest.fixture(scope="module")
def encoder() -> ClaimEncoder:
    return load_encoder()


def test_words_that_take_part_are_marked_with_their_kind(encoder: ClaimEncoder) -> None:
    [found] = encoder.read([MarkedSentence(TEXTS[0])])
    sure = {TEXTS[0][s.start : s.end].lower(): s.kind for s in found.participants if s.score > 0.5}
    assert sure == {"vitamin d": "nutrient", "falls": "condition"}


def test_a_sentence_of_methods_is_not_taken_for_a_claim(encoder: ClaimEncoder) -> None:
    claiming, methods = (encoder.read([MarkedSentence(text)])[0].claiming for text in (TEXTS[0], TEXTS[2]))
    assert claiming > 0.5 > methods


def test_windows_hold_every_sentence_once_and_are_of_similar_size() -> None:
    assert cut([], 100) == []
    assert cut([30, 30, 30], 100) == [(0, 3)]
    assert cut([60, 60, 60, 60], 150) == [(0, 2), (2, 4)]
    assert cut([10, 400, 10], 100) == [(0, 1), (1, 2), (2, 3)]


def test_each_word_of_a_paragraph_is_read_once(encoder: ClaimEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    run = encoder._encoder.run
    spy = SimpleNamespace(run=lambda names, given: sizes.append(given["input_ids"].size) or run(names, given))
    monkeypatch.setattr(encoder, "_encoder", spy)
    found = encoder.read([MarkedSentence(text) for text in TEXTS * 10], title="Falls")
    assert len(found) == 30
    pieces = sum(len(encoder._tokenizer.encode(text, add_special_tokens=False).ids) + 1 for text in TEXTS * 10)
    assert pieces < sum(sizes) < 1.1 * pieces


def test_sentences_of_other_paragraphs_change_nothing(encoder: ClaimEncoder) -> None:
    alone = encoder.read([MarkedSentence(TEXTS[0])])
    encoder.read([MarkedSentence(text) for text in TEXTS])
    assert encoder.read([MarkedSentence(TEXTS[0])])[0].participants == alone[0].participants


def test_a_very_long_or_empty_sentence_is_no_fault(encoder: ClaimEncoder) -> None:
    empty, long = encoder.read([MarkedSentence(""), MarkedSentence("zinc reduces fever and " * 500)])
    assert empty.participants == ()
    assert all(span.end <= len("zinc reduces fever and " * 500) for span in long.participants)


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"has no encoder\.onnx"):
        ClaimEncoder.from_directory(tmp_path)


def test_shipped_weights_stay_under_thirty_megabytes() -> None:
    folder = Path(__file__).parent.parent / "pipeline" / "models"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 30_000_000


def test_claims_carry_a_confidence_and_the_attributes_the_words_state() -> None:
    [claim] = claims(TEXTS[0], model="default")
    assert (claim.nutrient.name, claim.exposure, claim.relation) == ("vitamin d", "supplementation", "decreases_risk")
    assert claim.factuality == "Factual" and 0.5 < claim.confidence <= 1
    assert [s.measure for s in claim.statistics] == ["RR", "CI"]


def test_a_question_asserts_nothing() -> None:
    assert {c.factuality for c in claims("Does vitamin D prevent falls?", model="default")} <= {"Unknown"}
