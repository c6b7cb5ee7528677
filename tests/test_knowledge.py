"""Every table can be replaced from the configuration, and a change re-reads or only re-grades what depends on it."""

import csv
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from pipeline.comparison import compare
from pipeline.config import Settings
from pipeline.extractor import Extractor
from pipeline.knowledge import comparison_of
from pipeline.lexicons import LexiconError
from pipeline.records import Block, Document, EvidenceRow
from pipeline.runs import run

BUNDLED = Path(str(resources.files("pipeline.lexicons")))
TEXTS = {
    "iron.txt": "Iron\n\nLow iron intake was associated with fatigue in adults (OR 1.8, 95% CI 1.2 to 2.6).\n",
    "trial.txt": "Zinc\n\nWe randomised 60 adults to zinc or placebo. Zinc supplementation reduced colds.\n",
}


def document(text: str) -> Document:
    return Document("doc.txt", "doc.txt", "text", "", len(text), text, blocks=(Block(0, len(text)),))


def rows(text: str, **settings: Path | None) -> list[EvidenceRow]:
    return list(Extractor.load(Settings(model="fast", **settings)).rows(document(text)))  # type: ignore[arg-type]


def described(found: list[EvidenceRow]) -> list[tuple[str, ...]]:
    return [(r.nutrient, r.exposure, r.relation, r.condition, r.factuality, r.sentence) for r in found]


def adding(line: str) -> Callable[[str], str]:
    """What puts a line before the rows of a table: of two cues the first one counts."""
    return lambda table: "\n".join([*(lines := table.splitlines())[:1], line, *lines[1:], ""])


def first_line(table: str) -> Callable[[str], str]:
    return lambda text: f"{table}\n{text}"


def _row(table: str, **cells: str) -> str:
    header = next(csv.reader(table.splitlines()))
    return ",".join(cells.get(column, "") for column in header)


TABLES = {
    "nutrients.csv": (
        lambda text: text.rstrip("\n") + "\n" + _row(text, name="unobtainium", id="X:1") + "\n",
        "Unobtainium deficiency causes anaemia.",
    ),
    "conditions.csv": (
        lambda text: text.rstrip("\n") + "\n" + _row(text, name="marsh twitch", id="X:2") + "\n",
        "Zinc deficiency causes marsh twitch.",
    ),
    "measures.csv": (
        lambda text: text.rstrip("\n") + "\n" + _row(text, name="florbing", id="X:3", healthy_direction="lower") + "\n",
        "Zinc supplementation reduced florbing.",
    ),
    "guards.csv": (
        lambda text: (
            text.rstrip("\n") + "\n" + _row(text, applies_to="zinc", mode="suppress", after="deficiency") + "\n"
        ),
        "Zinc deficiency causes anaemia.",
    ),
    "spelling.csv": (
        lambda text: text.rstrip("\n") + "\nzinc,tsinc\n",
        "Tsinc deficiency causes anaemia.",
    ),
    "relation_cues.csv": (
        adding("riskup,begets"),
        "Zinc deficiency begets the anaemia.",
    ),
    "exposure_cues.csv": (adding("deficiency,after,scarcity"), "Zinc scarcity causes anaemia."),
    "factuality_cues.csv": (adding("Possible,mayhap"), "Zinc deficiency mayhap causes anaemia."),
    "head_words.csv": (
        adding("condition,wobbles,no"),
        "Zinc deficiency causes marsh wobbles.",
    ),
    "head_word_stops.txt": (
        first_line("chronic"),
        "Zinc deficiency causes chronic kidney disease of unclear kind and chronic foot disease.",
    ),
    "back_references.csv": (
        adding("nutrient,this wondrous thing,last"),
        "Zinc is a metal. This wondrous thing prevents anaemia.",
    ),
    "sentence_bounds.toml": (
        lambda text: text.replace("abbreviations = [", 'abbreviations = ["anaemia",', 1),
        "Zinc deficiency causes anaemia. Iron deficiency causes fatigue.",
    ),
    "signs.toml": (
        lambda text: text.replace('lower = "', 'lower = "frobs|', 1),
        "Zinc frobs the risk of anaemia.",
    ),
    "stances.csv": (
        adding('rejected,"fiddlesticks that",denied'),
        "Fiddlesticks that zinc deficiency causes anaemia.",
    ),
    "event_conditions.txt": (first_line("migraine"), "Zinc supplementation lowered migraine."),
}


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_entry_of_a_lexicon_table_changes_the_row(table: str, tmp_path: Path) -> None:
    change, text = TABLES[table]
    (tmp_path / table).write_text(change((BUNDLED / table).read_text(encoding="utf-8")), encoding="utf-8")
    assert described(rows(text)) != described(rows(text, lexicons=tmp_path))


def test_every_lexicon_table_is_tried_here_or_below() -> None:
    found = {path.name for path in BUNDLED.iterdir() if path.suffix in (".csv", ".txt", ".toml")}
    assert found - TABLES.keys() == {"wordings.csv", "outcome_stops.txt", "table_cues.csv"}


def test_tables_that_the_words_of_a_text_file_do_not_ask_for_are_replaced_too(tmp_path: Path) -> None:
    (tmp_path / "wordings.csv").write_text("name,pattern\nsymptoms,anaemia\n", encoding="utf-8")
    (tmp_path / "outcome_stops.txt").write_text("anaemia\n", encoding="utf-8")
    (tmp_path / "table_cues.csv").write_text("kind,measure,pattern\ncontrol,,chalk\n", encoding="utf-8")
    cues = Extractor.load(Settings(model="fast", lexicons=tmp_path)).reader.cues
    assert cues.wordings["symptoms"].search("Anaemia") and cues.outcome_stops == {"anaemia"}
    assert [cue.kind for cue in cues.tables] == ["control"] and cues.tables[0].pattern.search("Chalk")


@pytest.mark.parametrize(
    ("scheme", "column"),
    [
        ("[checks]\nsmall_sample = 50", "flags"),
        ("[imprecision]\nvery_few_participants = 100\nfew_participants = 200", "certainty"),
        ("[level.benefit]\nrct = 5", "evidence_level"),
        ("[population.sample]\nlargest = 3", "sample_size"),
    ],
)
def test_a_changed_entry_of_the_grading_scheme_changes_the_row(scheme: str, column: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "grade"\n{scheme}\n', encoding="utf-8")
    (plain,), (changed,) = rows(TEXTS["trial.txt"]), rows(TEXTS["trial.txt"], scheme=path)
    assert getattr(plain, column) != getattr(changed, column)


TRIAL = (
    "Zinc\n\nWe randomised 600 adults to zinc or placebo. Allocation was concealed. Zinc supplementation reduced the "
    "risk of colds (120 of 300 with zinc against 150 of 300 with placebo; RR 0.50, 95% CI 0.40 to 0.62).\n"
)
COUNTERPART = "Zinc\n\nZinc supplementation reduces colds. Zinc supplementation possibly increases the risk of colds.\n"


@pytest.mark.parametrize(
    ("scheme", "column"),
    [
        ("[bias.key]\ntrial = ['attrition']", "certainty_reasons"),
        ("[plausibility]\nratio_slack = 9", "flags"),
    ],
)
def test_a_changed_entry_of_what_stands_beside_the_scheme_changes_the_row(
    scheme: str, column: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "grade"\n{scheme}\n', encoding="utf-8")
    plain, changed = ([getattr(row, column) for row in rows(TRIAL, scheme=given)] for given in (None, path))
    assert plain != changed


@pytest.mark.parametrize(
    ("scheme", "column"),
    [
        ("[comparison.assertion]\nhedged = ['Factual']", "disagreement_note"),
        ("[comparison.weight.factuality]\nPossible = 9.0", "stances"),
        ("[comparison.reasons]\nnamed_flags = ['relative-risk-mismatch']", "certainty_reasons"),
        ("[[comparison.synthesis.bodies]]\nname = 'trials'\ndesigns = ['rct']\nstart = 'Very low'", "certainty"),
        ("[plausibility]\ncounts = '(?!)'", "finding"),
    ],
)
def test_a_changed_entry_of_the_comparison_changes_its_row(scheme: str, column: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "grade"\n{scheme}\n', encoding="utf-8")
    given = [*rows(TRIAL), *(replace(row, source_id="other.txt") for row in rows(COUNTERPART))]
    plain, changed = (
        [getattr(body, column) for body in compare(given, comparison_of(Settings(scheme=one)))] for one in (None, path)
    )
    assert plain != changed


def test_a_changed_explanation_is_the_reason_of_the_flag(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "grade"\n[flags]\nsmall-sample = "Only {sample_size}."\n', encoding="utf-8")
    (row,) = rows(TEXTS["trial.txt"], scheme=path)
    assert "Only 60." in {flag.reason for flag in row.flags}


def test_the_scheme_gives_the_rules_of_the_comparison(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "grade"\n[comparison.weight]\nuncited = 0.125\n', encoding="utf-8")
    assert comparison_of(Settings(scheme=path)).weight.uncited == 0.125
    path.write_text('extends = "grade"\n[comparison.weight]\nuncited = "much"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong or missing entry at comparison\.weight\.uncited"):
        comparison_of(Settings(scheme=path))


def test_a_table_that_is_wrong_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "relation_cues.csv").write_text("sense,pattern\nup,(rose\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"relation_cues\.csv: .* is no regular expression"):
        Extractor.load(Settings(model="fast", lexicons=tmp_path))


def test_a_changed_scheme_grades_again_and_reads_no_source(tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    sources.mkdir()
    for name, text in TEXTS.items():
        (sources / name).write_text(text, encoding="utf-8")
    scheme = tmp_path / "mine.toml"
    scheme.write_text('extends = "grade"\n[level.benefit]\nrct = 5\n', encoding="utf-8")
    usual = Settings(model="fast", workers=1, figures=False)
    first = run([sources], out, settings=usual)
    before = (out / "evidence.csv").read_text(encoding="utf-8-sig")
    again = run([sources], out, settings=usual.model_copy(update={"scheme": scheme}))
    after = (out / "evidence.csv").read_text(encoding="utf-8-sig")
    assert (again.n_claims, again.n_unchanged) == (first.n_claims, 2)
    assert before != after
    fresh = run([sources], tmp_path / "fresh", settings=usual.model_copy(update={"scheme": scheme}))
    assert (fresh.out / "evidence.csv").read_text(encoding="utf-8-sig") == after
    back = run([sources], out, settings=usual)
    assert back.n_unchanged == 2
    assert (out / "evidence.csv").read_text(encoding="utf-8-sig") == before
