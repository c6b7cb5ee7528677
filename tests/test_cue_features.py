"""Where cue words stand around a pair, as the regressions of the attributes are told."""

from reading import extractor, read

from pipeline.claims.cue_features import SENSES, WORDINGS, cue_features, wordings
from pipeline.claims.relation import find_cues
from pipeline.records import Mention, Sentence


def said(text: str) -> dict[str, bool]:
    """Return the numbers by name of the first nutrient and the first condition or measure of a text."""
    [sentence] = read(text).sentences
    nutrient, outcome = first(sentence, True), first(sentence, False)
    places = [f"{sense} {place}" for place in ("before", "between", "behind", "nearest") for sense in SENSES]
    known = extractor().reader.cues
    has = wordings(sentence.text, known)
    values = cue_features(sentence, find_cues(sentence.text, known), has, nutrient, outcome)
    return dict(zip([*places, *WORDINGS, "nutrient first"], values, strict=True))


def first(sentence: Sentence, nutrient: bool) -> Mention:
    return next(m for m in sentence.mentions if (m.kind == "nutrient") == nutrient)


def test_a_cue_is_told_by_where_it_stands() -> None:
    found = said("Vitamin D supplementation reduced the risk of falls and was linked with better balance.")
    assert found["riskdown between"] and found["riskdown nearest"] and not found["riskdown before"]
    assert found["assoc behind"] and not found["assoc between"]
    assert found["occurrence"] and found["nutrient first"]
    assert not found["denial"]


def test_a_difference_between_groups_has_its_direction() -> None:
    found = said("Anaemia went with a zinc intake that was lower in patients than in controls.")
    assert found["lower_than"] and not found["higher_than"] and not found["nutrient first"]


def test_a_sentence_without_cues_says_so() -> None:
    found = said("Zinc, diarrhoea.")
    assert not any(value for name, value in found.items() if name != "nutrient first")
