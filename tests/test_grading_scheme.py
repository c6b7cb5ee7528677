"""A grading scheme is a file that a user can copy, change and trust to be checked."""

from pathlib import Path

import pytest
from grading_records import claim, source

from pipeline.grading import grade, load_scheme
from pipeline.grading.schemes import BUNDLED
from pipeline.vocabulary import STUDY_DESIGNS

TRIAL = source(
    "We randomised 60 women.",
    "Zinc lowered falls (RR 0.70, 95% CI 0.60-0.82).",
    title="Zinc: a randomised double-blind trial",
)


def test_a_copied_scheme_gives_the_same_grades(tmp_path: Path) -> None:
    copy = tmp_path / "mine.toml"
    copy.write_text((BUNDLED / "grade.toml").read_text(encoding="utf-8"), encoding="utf-8")
    given = [claim(TRIAL, "Zinc lowered", exposure="supplementation", relation="decreases_risk")]
    assert grade(TRIAL, given, scheme=load_scheme(copy)) == grade(TRIAL, given)


def test_a_scheme_may_hold_only_what_it_changes(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'extends = "grade"\nname = "mine"\n[imprecision]\nfew_participants = 50\nvery_few_participants = 10\n'
    )
    given = [claim(TRIAL, "Zinc lowered", exposure="supplementation", relation="decreases_risk")]
    (default,), (changed,) = grade(TRIAL, given), grade(TRIAL, given, scheme=load_scheme(mine))
    assert (default.certainty, changed.certainty) == ("Moderate", "High")


def test_a_scheme_may_extend_another_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('extends = "nutrigrade"\nname = "base"\n')
    (tmp_path / "top.toml").write_text('extends = "base.toml"\nname = "top"\n')
    scheme = load_scheme(tmp_path / "top.toml")
    assert (scheme.name, scheme.certainty.start["cohort"]) == ("top", "Moderate")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('extends = "grade"\n[imprecision]\nfew_participants = "many"\n', "imprecision.few_participants"),
        ('extends = "grade"\n[imprecision]\nfew = 3\n', "imprecision.few"),
        ('extends = "grade"\n[surrogate]\nimportant = "("\n', "surrogate.important"),
        ('name = "x"\n', "title"),
        ("name = \n", "not readable as TOML"),
        ('extends = "loop.toml"\n', "extends itself"),
        ('extends = "nowhere.toml"\n', "does not exist"),
    ],
)
def test_a_wrong_scheme_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=said) as error:
        load_scheme(file)
    assert "\n" not in str(error.value)


def test_a_missing_scheme_is_named() -> None:
    with pytest.raises(ValueError, match=r"nowhere\.toml does not exist"):
        load_scheme("nowhere.toml")


@pytest.mark.parametrize("name", ["grade", "nutrigrade"])
def test_every_design_has_a_start_and_a_level(name: str) -> None:
    scheme = load_scheme(name)
    tables = [scheme.certainty.start, scheme.level.benefit, scheme.level.harm, scheme.level.aetiology]
    assert all(set(table) == set(STUDY_DESIGNS) for table in tables)
    assert set(scheme.design.cues) == set(STUDY_DESIGNS) - {"unclear"}
