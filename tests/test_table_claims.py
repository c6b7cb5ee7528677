"""A row of a results table that names nutrient, outcome and an estimate with its interval is a claim, no other row."""

from pathlib import Path

import pytest
from reading import extractor
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.ingest import read
from pipeline.records import Claim, Document
from pipeline.tables.csv_files import read_evidence

TITLE = "Effect of vitamin D supplementation on falls: a randomised trial"


def table(caption: str, header: list[str], *rows: list[str], note: str = "") -> str:
    def line(cells: list[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"

    foot = f"<table-wrap-foot><p>{note}</p></table-wrap-foot>" if note else ""
    body = "".join(line(cells, "td") for cells in rows)
    return (
        (
            f"<table-wrap><label>Table 2</label><caption><p>{caption}</p></caption>"
            f"<table><thead>{line(header, 'th')}</thead><tbody>{body}</tbody></table>{foot}</table-wrap>"
        )
        .replace("< ", "&lt; ")
        .replace("≪", "&lt;")
    )


def article(tmp_path: Path, markup: str, title: str = TITLE) -> Document:
    path = tmp_path / "a.nxml"
    path.write_text(
        f"<article><front><article-meta><title-group><article-title>{title}</article-title></title-group>"
        f"</article-meta></front><body><sec><title>Results</title><p>See table 2.</p>{markup}</sec></body></article>",
        encoding="utf-8",
    )
    (document,) = read(path)
    return document


def claims(document: Document) -> list[Claim]:
    annotated = extractor().annotate(document)
    return [claim for claim in extractor().extract(annotated) if claim.sentence.kind == "table"]


def said(found: list[Claim]) -> list[tuple[str, str, str, str]]:
    return [(claim.nutrient.name, claim.exposure, claim.condition.name, claim.relation) for claim in found]


ARMS = ["", "Vitamin D (n = 100)", "Placebo (n = 98)", "RR (95% CI)", "P value"]


def test_a_row_of_a_trial_gives_the_estimate_between_its_arms_with_words_and_places(tmp_path: Path) -> None:
    rows = (["Women", "", "", "", ""], ["Hip fracture", "12 (12.0)", "24 (24.5)", "0.49 (0.26 to 0.92)", "0.03"])
    document = article(tmp_path, table("Outcomes at 2 years.", ARMS, *rows))
    (claim,) = claims(document)
    assert said([claim]) == [("vitamin d", "supplementation", "hip fracture", "decreases_risk")]
    assert (claim.sentence.section, claim.strength, claim.factuality) == ("table", "causal", "Factual")
    effect, interval, p_value = claim.statistics
    assert (effect.measure, effect.value, interval.low, interval.high, interval.level) == ("RR", 0.49, 0.26, 0.92, 95)
    assert p_value.p_value == "0.03"
    for words in (claim.sentence, claim.nutrient, claim.condition, *claim.statistics):
        assert document.text[words.start : words.end] == words.text
    assert claim.sentence.text.startswith("Table 2. Outcomes at 2 years; Women; Hip fracture; Vitamin D (n = 100): 12")


@pytest.mark.parametrize(
    ("header", "row", "relation"),
    [
        (ARMS, ["Falls", "30 (30)", "32 (33)", "0.92 (0.61 to 1.38)", "0.70"], "no_effect"),
        (["", "Iron", "Control", "Difference (95% CI)"], ["Fatigue", "3.1", "4.0", "-0.9 (-1.4, 0)"], "no_effect"),
        (["", "Iron", "Control", "Difference (95% CI)"], ["Haemoglobin", "131", "125", "6.1 (2.0, 10.2)"], "improves"),
        # The arms' own numbers say the reverse, or nothing: which arm comes first is not known.
        (["", "Iron", "Control", "Difference (95% CI)"], ["Haemoglobin", "131", "125", "-6 (-10, -2)"], "associated"),
        (["", "Iron", "Control", "Difference (95% CI)"], ["Haemoglobin", "", "", "6.1 (2.0, 10.2)"], None),
    ],
)  # fmt: skip
def test_direction_is_told_where_the_comparison_is_known(tmp_path: Path, header, row, relation) -> None:
    found = claims(article(tmp_path, table("Outcomes.", header, row), "Iron in women: a trial"))
    assert [claim.relation for claim in found] == ([relation] if relation else [])


def test_an_arm_named_by_its_part_is_what_the_title_gave(tmp_path: Path) -> None:
    header = ["Outcome", "Intervention", "Control", "Unadjusted RR (95% CI)", "Adjusted RR (95% CI)"]
    row = ["Incidence of falls", "20 (20)", "31 (31)", "0.65 (0.40–1.04)", "0.62 (0.41–0.94)"]
    (claim,) = claims(article(tmp_path, table("Primary outcome.", header, row)))
    assert (claim.nutrient.name, claim.nutrient.text, claim.flags) == (
        "vitamin d",
        "Intervention",
        ("anaphora-resolved",),
    )
    assert (claim.relation, claim.statistics[0].text) == ("decreases_risk", "0.62")


def test_rows_of_associations(tmp_path: Path) -> None:
    risks = table(
        "Odds ratios for preeclampsia by maternal status.",
        ["Exposure", "Crude OR (95% CI)", "Adjusted OR", "95% CI"],
        ["Vitamin D deficiency", "2.4 (1.5, 3.8)", "2.1", "1.3, 3.4"],
        ["Zinc (µmol/L)", "0.90 (0.80, 0.99)", "0.91", "0.81, 0.98"],
        ["Maternal age", "1.1 (1.0, 1.2)", "1.1", "1.0, 1.2"],
    )
    levels = table(
        "RRs (95% CIs) of colorectal cancer by quintile of intake.",
        ["", "Q1", "Q3", "Q5"],
        ["Calcium", "", "", ""],
        ["Multivariable", "1 (reference)", "0.92 (0.75, 1.13)", "0.78 (0.63, 0.96)"],
    )
    found = claims(article(tmp_path, risks + levels, "Nutrition and health: a cohort study"))
    assert said(found) == [
        ("vitamin d", "deficiency", "preeclampsia", "increases_risk"),
        ("zinc", "unspecified", "preeclampsia", "associated"),
        ("calcium", "unspecified", "colorectal cancer", "decreases_risk"),
    ]
    assert [claim.statistics[0].text for claim in found] == ["2.1", "0.91", "0.78"]
    assert {claim.strength for claim in found} == {"correlational"}


@pytest.mark.parametrize(
    ("caption", "header", "row"),
    [
        ("Values are mean (95% CI).", ["", "Vitamin D", "Placebo"], ["Falls", "1.1 (0.8, 1.4)", "1.3 (1.0, 1.6)"]),
        ("Outcomes.", ["", "Vitamin D, change", "Placebo, change (95% CI)"], ["Falls", "1 (0, 2)", "3 (2, 4)"]),
        ("Outcomes.", ARMS, ["Recovery from infection", "50 (50)", "30 (31)", "1.63 (1.15, 2.31)", "0.01"]),
        ("Outcomes.", ARMS, ["Falls and fractures", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.01"]),
        ("Outcomes.", ARMS, ["Serum 25(OH)D", "80", "50", "1.6 (1.2, 2.1)", "0.01"]),
        ("Outcomes.", ARMS, ["Haemoglobin < 110 g/L", "10 (10)", "20 (20)", "0.49 (0.24, 0.99)", "0.04"]),
        ("Outcomes.", ["", "Vitamin D", "Iron", "Control", "RR (95% CI)"], ["Falls", "9", "8", "20", "0.5 (0.2, 0.9)"]),
        ("Cox regression: predictors of death.", ["", "HR (95% CI)"], ["Diabetes", "1.59 (1.09–2.32)"]),
        ("Risk of death.", ["", "HR (95% CI)"], ["Vitamin D × sex interaction", "1.59 (1.09–2.32)"]),
        # Each arm against its own beginning.
        ("Falls.",
         ["", "Vitamin D, OR (95% CI)", "Placebo, OR (95% CI)"], ["Falls", "0.5 (0.3, 0.8)", "0.9 (0.6, 1.2)"]),
        # Two outcomes counted as one, money, care, another drug, parts of the participants, two doses, two nutrients.
        ("Outcomes.", ARMS, ["Hip fracture or MI", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.01"]),
        ("Outcomes.", ARMS, ["Costs of falls", "30", "50", "0.59 (0.41, 0.84)", "0.01"]),
        ("Management of osteoporosis.", ARMS, ["Year 1", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.01"]),
        ("Falls: subgroup analysis.", ARMS, ["Aged 80 and over", "3 (30)", "5 (51)", "0.59 (0.41, 0.84)", "0.01"]),
        ("Falls.",
         ["", "Vitamin D 5 g", "Vitamin D 9 µg", "Placebo", "RR, 95% CI"], ["Falls", "9", "7", "20", "0.5 (0.2, 0.9)"]),
        ("Falls.", ["", "Vitamin D and calcium", "Placebo", "RR (95% CI)"], ["Falls", "9", "20", "0.5 (0.2, 0.9)"]),
        ("Vitamin D versus risedronate.", ["", "OR (95% CI)"], ["Vitamin D", "0.59 (0.41, 0.84)"]),
        # Numbers of the row that deny its estimate: the column holds another scale.
        ("Outcomes.", ARMS, ["Falls", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.85"]),
        ("Outcomes.",
         ["", "Vitamin D", "Placebo", "Mean difference (95% CI)"], ["Falls", "3/20", "9/18", "1.3 (0.3, 6.8)"]),
        # A ratio of a measure is of those beyond some value of it.
        ("Outcomes.", ARMS, ["Bone mineral density", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.01"]),
        # What ends, and who is free of it.
        ("Time to relief of pain.", ARMS, ["Week 4", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.01"]),
        ("Outcomes.", ARMS, ["Fall-free participants", "30 (30)", "50 (51)", "0.59 (0.41, 0.84)", "0.01"]),
    ],
)  # fmt: skip
def test_what_compares_nothing_or_can_be_read_in_two_ways_makes_no_claim(tmp_path: Path, caption, header, row) -> None:
    assert claims(article(tmp_path, table(caption, header, row))) == []


@pytest.mark.parametrize(
    ("header", "row"),
    [
        # A condition that is told in points may be a part of a scale on which more is better.
        (["", "Vitamin D", "Placebo", "Mean difference (95% CI)"], ["Pain", "40", "30", "10.1 (4.0, 16.2)"]),
        # Whether a fall is counted as more is not told where the arms' own numbers are not shown.
        (["", "Mean difference (95% CI)"], ["Body mass index", "0.9 (0.5, 1.2)"]),
    ],
)
def test_a_difference_whose_sense_is_not_known_has_no_direction(tmp_path: Path, header, row) -> None:
    caption = "Effect of vitamin D supplementation vs. placebo."
    assert [claim.relation for claim in claims(article(tmp_path, table(caption, header, row)))] == ["associated"]


def test_a_title_gives_no_nutrient_that_something_else_lowers(tmp_path: Path) -> None:
    header = ["", "Intervention", "Control", "RR (95% CI)"]
    markup = table("Outcomes.", header, ["Hip fracture", "12 (12%)", "24 (24%)", "0.49 (0.26 to 0.92)"])
    title = "Adherence to iron lowering medication: a randomised trial of an intervention with text messages"
    assert claims(article(tmp_path, markup, title)) == []


def test_rows_keep_the_names_that_stand_above_them_and_none_of_other_parts(tmp_path: Path) -> None:
    rows = (
        ["Calcium", "", ""], ["Colon", "", ""], ["All", "1 (ref)", "0.8 (0.6, 0.9)"],
        ["Folate", "", ""], ["Rectum", "", ""], ["Falls", "1 (ref)", "0.9 (0.7, 1.1)"],
        ["", "1 (ref)", "0.7 (0.5, 0.9)"],
    )  # fmt: skip
    document = article(tmp_path, table("RRs (95% CIs).", ["", "Q1", "Q5"], *rows))
    (found,) = document.tables
    groups = [
        [document.text[line.start + p.start : line.start + p.end] for p in line.parts if p.role == "group"]
        for line in found.lines
    ]
    assert groups == [["Calcium", "Colon"], ["Folate", "Rectum"], ["Folate", "Rectum", "Falls"]]


def test_a_run_tells_the_rows_and_stores_their_words(tmp_path: Path) -> None:
    row = ["Hip fracture", "12 (12.0)", "24 (24.5)", "0.49 (0.26 to 0.92)", "0.03"]
    article(tmp_path, table("Outcomes.", ARMS, row))
    out = tmp_path / "out"
    assert (
        CliRunner().invoke(app, ["run", str(tmp_path / "a.nxml"), "--out", str(out), "--model", "fast"]).exit_code == 0
    )
    (told,) = [row for row in read_evidence(out / "evidence.csv") if row.section == "table"]
    assert (told.effect_measure, told.effect_value, told.ci_low, told.ci_high) == ("RR", 0.49, 0.26, 0.92)
    assert told.evidence_basis == "own result"
    (stored,) = (out / "texts").rglob("*.txt")
    assert stored.read_text(encoding="utf-8")[told.sentence_start : told.sentence_end] == told.sentence
