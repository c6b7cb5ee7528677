"""The lexicon tables: what they must hold, how a user's own folder takes their place, and what a faulty one says."""

import csv
import re
from collections import defaultdict
from importlib import resources
from pathlib import Path

import pytest

from pipeline.language.folding import fold
from pipeline.lexicons import TABLES, Entry, LexiconError, lexicon_version, load_lexicon
from pipeline.vocabulary import MentionKind
from tools.lexicon_identifiers import Ontologies, fill, read_ontologies, unknown_identifiers

FOLDER = Path(str(resources.files("pipeline.lexicons")))


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return load_lexicon().entries


def of_kind(entries: tuple[Entry, ...], kind: MentionKind) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


@pytest.mark.parametrize(
    "name",
    [
        *("vitamin a", "thiamine", "riboflavin", "niacin", "pantothenic acid", "vitamin b6", "biotin", "folate"),
        *("vitamin b12", "vitamin c", "vitamin d", "vitamin e", "vitamin k", "iron", "zinc", "calcium", "magnesium"),
        *("potassium", "sodium", "phosphorus", "iodine", "selenium", "copper", "omega-3 fatty acids", "protein"),
        *("dietary fiber", "probiotics", "prebiotics", "choline", "carnitine", "creatine", "coenzyme q10", "lutein"),
        *("lycopene", "flavonoids", "multivitamin", "micronutrients", "antioxidants", "arginine", "fish oil"),
    ],
)
def test_every_nutrient_that_the_guideline_names_has_a_row(entries: tuple[Entry, ...], name: str) -> None:
    assert name in {entry.name for entry in of_kind(entries, "nutrient")}


def test_the_tables_are_as_large_as_the_field(entries: tuple[Entry, ...]) -> None:
    assert len(of_kind(entries, "nutrient")) >= 200
    assert len(of_kind(entries, "condition")) >= 600
    assert len(of_kind(entries, "measure")) >= 300


def test_a_word_stands_for_one_concept_of_a_kind_and_never_for_a_condition_and_a_measure(
    entries: tuple[Entry, ...],
) -> None:
    meanings: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for entry in entries:
        for word in (entry.name, *entry.synonyms, *entry.biomarkers):
            meanings[entry.kind == "nutrient", fold(word).key].add(entry.name)
        for symbol in entry.symbols:
            meanings[entry.kind == "nutrient", fold(symbol).text + " as written"].add(entry.name)
    assert {word: names for word, names in meanings.items() if len(names) > 1} == {}


def test_names_are_in_lower_case_and_identifiers_are_curies_of_one_row_each(entries: tuple[Entry, ...]) -> None:
    assert [entry.name for entry in entries if entry.name != entry.name.lower()] == []
    seen: dict[tuple[str, str], str] = {}
    for entry in entries:
        if entry.identifier:
            assert entry.identifier.split(":")[0] in {"CHEBI", "CDNO", "MESH", "DOID", "HP"}, entry
            assert seen.setdefault((entry.kind, entry.identifier), entry.name) == entry.name


def test_a_measure_says_which_way_is_healthy_and_a_condition_is_better_less(entries: tuple[Entry, ...]) -> None:
    direction = {entry.name: entry.healthy_direction for entry in entries}
    assert direction["bone mineral density"] == direction["hemoglobin"] == "higher"
    assert direction["c-reactive protein"] == direction["blood pressure"] == "lower"
    assert direction["body weight"] == "unclear"
    assert {entry.healthy_direction for entry in of_kind(entries, "condition")} == {"lower"}


@pytest.fixture(scope="module")
def ontologies(shared: Path) -> Ontologies:
    return read_ontologies(shared / "ontologies")


def test_identifiers_exist_in_the_ontologies(ontologies: Ontologies) -> None:
    assert unknown_identifiers(ontologies) == []
    assert ontologies.condition("osteoporosis") == "MESH:D010024"
    assert ontologies.nutrient("zinc") == "CDNO:0000030"
    assert ontologies.condition("no such disease") == ""


def test_the_maker_fills_empty_identifiers_and_leaves_the_rest(ontologies: Ontologies, tmp_path: Path) -> None:
    for table, columns in zip(
        TABLES.values(),
        ("name,id\nzinc,\nmystery,\n", "name,id\nosteoporosis,X:1\nscurvy,\n", "name,id\n"),
        strict=True,
    ):
        (tmp_path / table).write_text(columns, encoding="utf-8")
    assert fill(ontologies, tmp_path) == 2
    assert (tmp_path / "nutrients.csv").read_text("utf-8") == "name,id\nzinc,CDNO:0000030\nmystery,\n"
    assert (tmp_path / "conditions.csv").read_text("utf-8").startswith("name,id\nosteoporosis,X:1\nscurvy,")


def test_the_version_changes_with_the_words_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "measures.csv").write_text("name,id,healthy_direction,synonyms,symbols\npulse,,unclear,,\n", "utf-8")
    first = lexicon_version(tmp_path)
    assert len(first) == 16
    assert first == lexicon_version(tmp_path) != lexicon_version()
    (tmp_path / "measures.csv").write_text("name,id,healthy_direction,synonyms,symbols\npulse,,lower,,\n", "utf-8")
    assert lexicon_version(tmp_path) != first


def test_a_users_table_takes_the_place_of_the_bundled_one_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "measures.csv").write_text("name,id,healthy_direction,synonyms,symbols\npulse,,lower,beat,\n", "utf-8")
    own = load_lexicon(tmp_path).entries
    assert [entry.name for entry in of_kind(own, "measure")] == ["pulse"]
    assert of_kind(own, "nutrient") == of_kind(load_lexicon().entries, "nutrient")


@pytest.mark.parametrize(
    ("table", "content", "message"),
    [
        ("measures.csv", "name,id,synonyms\npulse,,\n", "measures.csv: the column symbols is missing"),
        ("measures.csv", "name,id,healthy_direction,synonyms,symbols\na,,up,,\n", '"up" is not one of higher, lower'),
        ("nutrients.csv", "name,id,synonyms,symbols\na,,x,\nb,,x,\n", '"x" stands for both a and b; keep one'),
    ],
)
def test_a_faulty_table_is_named_in_one_sentence(tmp_path: Path, table: str, content: str, message: str) -> None:
    (tmp_path / table).write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=re.escape(message)):
        load_lexicon(tmp_path)


def test_a_missing_folder_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="does not exist; name a folder"):
        load_lexicon(tmp_path / "nowhere")


@pytest.mark.parametrize("table", [*TABLES.values(), "guards.csv", "spelling.csv"])
def test_the_tables_are_plain_csv_that_a_spreadsheet_keeps(table: str) -> None:
    content = (FOLDER / table).read_bytes()
    assert b"\r" not in content
    rows = list(csv.reader(content.decode("utf-8").splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
