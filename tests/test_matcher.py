"""The matcher: spellings, lists, guards, what is inside what, and offsets that hold for any text."""

import pickle
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.folding import fold
from pipeline.language.matcher import LexiconMatch, Matcher
from pipeline.language.spellings import written_forms
from pipeline.lexicons import Guard, load_lexicon

MATCHER = Matcher.load()
LEXICON = load_lexicon()
UNGUARDED = Matcher(replace(LEXICON, guards=()))


def found(text: str, kind: str = "nutrient") -> list[tuple[str, str]]:
    return [(match.text, match.name) for match in MATCHER.find(text) if match.kind == kind]


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        *((s, "vitamin b12") for s in ("vitamin B12", "Vitamin B-12", "vitamin B 12", "vit. B12", "Vit B12", "VitB12")),
        *((s, "vitamin b12") for s in ("VITAMIN B12", "vitamin\u00a0B₁₂", "vitamin B\u201112", "cobalamins", "B12")),
        *((s, "omega-3 fatty acids") for s in ("omega-3", "omega 3", "ω-3 fatty acids", "n-3 PUFAs", "n −3 PUFA")),
        *((s, "vitamin e") for s in ("α-tocopherol", "alpha tocopherol", "Alpha-tocopherols", "ɑ-tocopherol")),
        *((s, "beta-carotene") for s in ("β-carotene", "ß-carotene", "beta carotene", "BETA-CAROTENE", "b-carotene")),
        *((s, "dietary fiber") for s in ("dietary fibre", "dietary fiber", "Fibres")),
        *((s, "magnesium") for s in ("magnesium sulphate", "magnesium sulfate", "Mg", "Mg²⁺", "mag\u00adnesium")),
        *((s, "vitamin d") for s in ("25(OH)D", "25-OH-D", "25-hydroxyvitamin D₃", "25(OH)D3", "cholecalciferol")),
        *((s, "coenzyme q10") for s in ("coenzyme Q10", "Co-enzyme Q 10", "CoQ10", "ubiquinol")),
        *((s, "probiotics") for s in ("Lactobacillus rhamnosus GG", "L. reuteri", "L.reuteri", "S boulardii")),
        ("folic acid", "folate"),
        ("ﬁsh oil", "fish oil"),
        ("vitamin\nC", "vitamin c"),
        ("vitamín C", "vitamin c"),
    ],
)
def test_a_nutrient_is_found_in_every_spelling(spelling: str, name: str) -> None:
    assert found(f"They took {spelling}, daily.") == [(spelling, name)]


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("anaemia", "anemia"),
        ("Iron-deficiency anaemias", "iron deficiency anemia"),
        ("diarrhoea", "diarrhea"),
        ("pre-eclampsia", "preeclampsia"),
        ("preeclampsia", "preeclampsia"),
        ("Crohns disease", "crohn's disease"),
        ("Crohn’s disease", "crohn's disease"),
        ("oesophageal cancer", "esophageal cancer"),
        ("neuropathies", "neuropathy"),
        ("restless legs", "restless legs syndrome"),
    ],
)
def test_a_condition_is_found_in_uk_and_us_spelling_and_plural(spelling: str, name: str) -> None:
    assert found(f"Cases of {spelling} were seen.", "condition") == [(spelling, name)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("vitamins A, C and E", [("vitamins A", "vitamin a"), ("C", "vitamin c"), ("E", "vitamin e")]),
        ("vitamin B6 and B12", [("vitamin B6", "vitamin b6"), ("B12", "vitamin b12")]),
        (
            "Vitamins B6, B-12, and folic acid",
            [("Vitamins B6", "vitamin b6"), ("B-12", "vitamin b12"), ("folic acid", "folate")],
        ),
        ("vitamins D2/D3", [("vitamins D2", "vitamin d"), ("D3", "vitamin d")]),
        ("vitamin C or vitamin E", [("vitamin C", "vitamin c"), ("vitamin E", "vitamin e")]),
        ("vitamin D and C-reactive protein", [("vitamin D", "vitamin d")]),
        ("vitamin A and B cells", [("vitamin A", "vitamin a")]),
        ("vitamin C, E. coli and a cough", [("vitamin C", "vitamin c")]),
    ],
)
def test_a_list_of_vitamins_gives_every_member_by_its_own_letters(text: str, names: list[tuple[str, str]]) -> None:
    assert found(text) == names


@pytest.mark.parametrize("guard", LEXICON.guards, ids=lambda guard: f"{guard.applies_to[0]}: {guard.example}")
def test_a_false_friend_that_the_words_alone_would_let_in_is_kept_out(guard: Guard) -> None:
    def concerned(match: LexiconMatch) -> bool:
        return bool({match.name, "=" + match.text.lower(), "*" + match.kind} & set(guard.applies_to))

    assert any(concerned(match) for match in UNGUARDED.find(guard.example))
    assert not any(concerned(match) for match in MATCHER.find(guard.example))


@pytest.mark.parametrize(
    "text",
    [
        "He takes calcium channel blockers and sodium valproate.",
        "Diclofenac potassium and heparin sodium were stopped.",
        "The zinc finger protein and protein kinase C were assayed; he lay in an iron lung.",
        "The US EPA and EPA regulations; the vitamin K antagonist; the folate receptor.",
        "C-reactive protein and retinol-binding protein rose.",
    ],
)
def test_well_known_false_friends_name_no_nutrient(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Calcium intake and blood pressure", [("Calcium", "calcium")]),
        ("EPA lowered triglycerides", [("EPA", "eicosapentaenoic acid")]),
        ("Protein intake was low", [("Protein intake", "protein")]),
        ("a diet rich in protein", [("protein", "protein")]),
        ("Sodium and potassium intake", [("Sodium", "sodium"), ("potassium", "potassium")]),
        ("lutein/zeaxanthin33–35 were", [("lutein", "lutein"), ("zeaxanthin", "zeaxanthin")]),
    ],
)
def test_guards_let_the_nutrient_itself_pass(text: str, names: list[tuple[str, str]]) -> None:
    assert found(text) == names


def test_a_nutrient_inside_a_longer_condition_or_measure_is_no_mention() -> None:
    assert found("Iron deficiency anaemia and vitamin D-dependent rickets") == []
    assert found("Iron deficiency anaemia", "condition") == [("Iron deficiency anaemia", "iron deficiency anemia")]
    assert found("calcium absorption rose") == []
    assert found("iron deficiency causes anaemia") == [("iron", "iron")]


def test_the_longest_words_count() -> None:
    assert found("iron sucrose") == [("iron sucrose", "iron")]
    assert found("type 2 diabetes mellitus", "condition") == [("type 2 diabetes mellitus", "type 2 diabetes mellitus")]
    assert found("high-sensitivity CRP; IL-6; HbA1c", "measure")[-1] == ("HbA1c", "glycated hemoglobin")


def test_words_are_found_only_between_word_bounds() -> None:
    assert found("environmental zincite ironic saltation polyzinc") == []
    assert found("Seen in Cairo by Mgr. Kaye at naval base", "nutrient") == []


def test_symbols_count_only_as_written() -> None:
    assert found("se zn mg fe ca na epa dha") == []
    assert [name for _, name in found("Se, Zn and DHA")] == ["selenium", "zinc", "docosahexaenoic acid"]


def test_a_status_marker_is_told_from_the_nutrient_itself() -> None:
    matches = {match.text: match for match in MATCHER.find("Serum ferritin, transferrin saturation, 25(OH)D and iron.")}
    assert {text: (match.name, match.status_biomarker) for text, match in matches.items()} == {
        "Serum ferritin": ("iron", True),
        "transferrin saturation": ("iron", True),
        "25(OH)D": ("vitamin d", True),
        "iron": ("iron", False),
    }


def test_a_match_carries_identifier_and_healthy_direction() -> None:
    zinc, density = MATCHER.find("zinc and bone mineral density")
    assert zinc.identifier == "CDNO:0000030"
    assert (density.kind, density.healthy_direction) == ("measure", "higher")


def test_a_part_of_a_text_is_searched_with_offsets_into_the_whole() -> None:
    text = "Zinc first. Iron second. Copper third."
    assert [(m.start, m.text) for m in MATCHER.find(text, 12, 24)] == [(12, "Iron")]
    assert MATCHER.find(text, 30) == [m for m in MATCHER.find(text) if m.start >= 30]
    assert MATCHER.find("") == []


def test_a_matcher_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(MATCHER)).find("zinc") == MATCHER.find("zinc")


def test_a_users_folder_of_lexicons_is_used(tmp_path: Path) -> None:
    (tmp_path / "nutrients.csv").write_text("name,id,synonyms,symbols\nunobtainium,X:1,,Ub\n", encoding="utf-8")
    matches = Matcher.load(tmp_path).find("Unobtainium (Ub) and zinc for rickets")
    assert [(match.text, match.kind) for match in matches] == [
        ("Unobtainium", "nutrient"),
        ("Ub", "nutrient"),
        ("rickets", "condition"),
    ]


WORDS = sorted({word for entry in LEXICON.entries for word in (entry.name, *entry.synonyms[:2], *entry.symbols)})
ODDITIES = [
    "\u00ad",
    "\u200b",
    "\u2009",
    "\u2011",
    "\u2212",
    " ",
    "  ",
    "\n",
    "ﬁ",
    "İ",
    "é",
    "e\u0301",
    "µ",
    "₂",
    "\0",
    ".",
]


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(ODDITIES), st.text(max_size=4)), max_size=12))
def test_offsets_cut_out_the_matched_words_whatever_the_text(pieces: list[str]) -> None:
    text = " ".join(pieces)
    matches = MATCHER.find(text)
    assert matches == MATCHER.find(text)
    for match in matches:
        assert text[match.start : match.end] == match.text != ""
    for kind in ("nutrient", "condition", "measure"):
        spans = [(match.start, match.end) for match in matches if match.kind == kind]
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(st.sampled_from([e.name for e in LEXICON.entries if e.kind == "condition"]), st.data())
def test_a_name_is_found_with_look_alike_characters_in_it(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(name) - 1))
    dropped = data.draw(st.sampled_from(["\u00ad", "\u200b", ""]))
    blank = data.draw(st.sampled_from([" ", "\u2009", "\n", "  ", "\u00a0"]))
    written = (name[:place] + dropped + name[place:]).replace(" ", blank)
    text = f"\u2009… {written}; "
    assert written in [match.text for match in MATCHER.find(text) if match.name == name]


@given(st.text(max_size=40))
def test_folding_keeps_one_length_and_leads_back_to_the_raw_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.key)
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert 0 <= start < end <= len(text)


def test_written_forms_hold_hyphen_number_and_plural_variants() -> None:
    assert {"vitamin b 12", "vitb12", "vit b12"} <= written_forms("vitamin b12", LEXICON.spellings)
    assert {"preeclampsia", "pre eclampsia"} <= written_forms("pre-eclampsia", LEXICON.spellings)
    assert {"markers of inflammation", "marker of inflammation"} <= written_forms("marker of inflammation", ())
