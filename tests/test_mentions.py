"""What a document mentions: names, abbreviations, head words, and words that refer back."""

from reading import mentions, read


def names(text: str, kind: str, **options: str) -> list[str]:
    return [mention.name for mention in mentions(text, **options) if mention.kind == kind]


def test_an_abbreviation_means_what_the_document_says_it_means() -> None:
    text = "Restless legs syndrome (RLS) is common.\n\nIron eased RLS."
    last = read(text).sentences[-1]
    assert [(m.text, m.name) for m in last.mentions] == [("Iron", "iron"), ("RLS", "restless legs syndrome")]


def test_an_abbreviation_defined_otherwise_is_no_nutrient() -> None:
    assert "docosahexaenoic acid" in names("DHA lowered triglycerides.", "nutrient")
    defined = "Dihydroartemisinin (DHA) was given.\n\nDHA lowered parasitaemia."
    assert names(defined, "nutrient") == []


def test_a_short_form_beside_its_long_form_is_not_a_second_mention() -> None:
    assert names("Restless legs syndrome (RLS) is common.", "condition") == ["restless legs syndrome"]


def test_conditions_outside_the_lexicon_are_found_by_their_head_word() -> None:
    assert "bullous marsh disease" in names("Zinc eased bullous marsh disease.", "condition")


def test_a_measure_by_head_word_never_swallows_a_nutrient() -> None:
    assert names("Serum zinc levels rose.", "measure") == []


def test_this_vitamin_is_the_one_named_last() -> None:
    text = "Vitamin D is made in the skin.\n\nA lack of this vitamin causes rickets."
    (reference,) = [m for m in mentions(text) if m.anaphoric]
    assert (reference.text, reference.name, reference.kind) == ("this vitamin", "vitamin d", "nutrient")


def test_the_arms_of_a_trial_received_what_the_title_says() -> None:
    found = mentions("The intervention group had fewer falls.", title="Vitamin D and falls: a randomised trial")
    (reference,) = [m for m in found if m.anaphoric]
    assert (reference.text, reference.name) == ("The intervention group", "vitamin d")


def test_a_reference_is_not_resolved_where_the_sentence_names_a_nutrient_itself() -> None:
    text = "Zinc is a metal.\n\nIron supplementation helped; the supplement was cheap."
    assert not any(m.anaphoric for m in mentions(text))


def test_a_reference_may_point_to_what_its_own_sentence_named_before_it() -> None:
    text = "Scurvy is rare, and a lack of vitamin C is the only cause of this condition."
    (reference,) = [m for m in mentions(text) if m.anaphoric]
    assert (reference.text, reference.name) == ("this condition", "scurvy")


def test_this_condition_is_the_one_named_last() -> None:
    text = "Scurvy is rare today.\n\nVitamin C cures this condition."
    (reference,) = [m for m in mentions(text) if m.anaphoric]
    assert (reference.text, reference.name) == ("this condition", "scurvy")


def test_every_mention_stands_where_its_offsets_say() -> None:
    text = "Low 25(OH)D and ferritin were linked to RLS, falls and poor sleep in adults with coeliac disease."
    reading = read(text)
    for mention in mentions(text):
        assert reading.document.text[mention.start : mention.end] == mention.text


def test_an_abbreviation_means_what_was_defined_last() -> None:
    text = (
        "Metabolic syndrome (MS) is common. MS was seen in men.\n\nIn multiple sclerosis (MS) zinc was low. "
        "MS began early.\n\nThe metabolic syndrome (MS) came back. MS stayed."
    )
    named = [m.name for m in mentions(text) if m.text == "MS"]
    assert named == ["metabolic syndrome", "multiple sclerosis", "metabolic syndrome"]
