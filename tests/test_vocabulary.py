"""The closed sets: each has one definition, and every rule that rests on them covers all their words."""

import re
import tomllib
from pathlib import Path

import pytest

import pipeline
from pipeline.ingest.resources import rows
from pipeline.vocabulary import (
    FLAG_CODES,
    QUALITY_FLAGS,
    RELATIONS,
    concept_key,
    direction_of,
    one_of,
    words_for,
)

HOME = Path(pipeline.__file__).parent


def test_every_relation_has_words_and_a_direction_whatever_it_relates_to() -> None:
    assert len({words_for(relation) for relation in RELATIONS}) == len(RELATIONS)
    assert direction_of("decreases_risk", "condition") == "beneficial"
    assert direction_of("decreases_risk", "measure") == "lowers"
    assert all(direction_of(relation, "measure") for relation in RELATIONS)


def test_a_word_of_no_closed_set_is_named() -> None:
    assert one_of("hedged", FLAG_CODES) == "hedged"
    with pytest.raises(ValueError, match=r'"hedge" is not one of .*hedged'):
        one_of("hedge", FLAG_CODES)


def test_a_concept_goes_by_its_identifier_else_by_its_name() -> None:
    assert (concept_key("iron", "CHEBI:18248"), concept_key("iron", "")) == ("CHEBI:18248", "iron")


def test_every_flag_is_explained_and_every_notice_is_a_quality_flag() -> None:
    explained = tomllib.loads((HOME / "grading" / "flags.toml").read_text(encoding="utf-8"))
    assert set(explained) == set(FLAG_CODES)
    assert {row["flag"] for row in rows("notices")} <= set(QUALITY_FLAGS)


def test_only_the_tables_join_and_split_cells() -> None:
    found = [
        path.relative_to(HOME).as_posix()
        for path in HOME.rglob("*.py")
        if re.search(r"""split\(["']; ["']\)""", path.read_text(encoding="utf-8"))
    ]
    assert found == []
