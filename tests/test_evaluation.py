"""Figures on annotated documents: what counts as found, and agreement with the reference scorer."""

import csv
import importlib.util
import json
from pathlib import Path

import pytest
from reading import extractor
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import SourceError
from pipeline.evaluation import evaluate_claims, read_gold
from pipeline.evaluation.errors import errors_by_cause
from pipeline.evaluation.measures import calibration_error
from pipeline.evaluation.recognition import tagged_spans


def gold_line(sentences: list[str], claims: list[dict[str, object]]) -> str:
    common = {"strength": "causal", "factuality": "Factual", "stats": [], "condition_type": "condition"}
    document = {
        "doc_id": "one", "kind": "abstract", "title": sentences[0], "study_design": "rct", "sample_size": 40,
        "sentences": [{"sid": i, "text": text} for i, text in enumerate(sentences)],
        "claims": [common | claim for claim in claims],
    }  # fmt: skip
    return json.dumps(document) + "\n"


@pytest.fixture
def gold_file(tmp_path: Path) -> Path:
    claims = [
        {"sid": 1, "nutrient": "Zinc", "nutrient_name": "zinc", "exposure": "supplementation", "condition": "diarrhoea",
         "condition_name": "diarrhea", "relation": "decreases_risk"},
        {"sid": 2, "nutrient": "Zinc", "nutrient_name": "zinc", "exposure": "unspecified", "condition": "unicorn horns",
         "condition_name": "unicorn horns", "relation": "improves"},
    ]  # fmt: skip
    sentences = ["A trial", "Zinc supplementation prevented diarrhoea.", "Zinc straightens unicorn horns."]
    path = tmp_path / "gold.jsonl"
    path.write_text(gold_line(sentences, claims), encoding="utf-8")
    return path


def test_a_claim_is_found_by_its_words_and_missed_where_they_are_unknown(gold_file: Path) -> None:
    [document] = read_gold(gold_file)
    reading = extractor().annotate(document.document())
    scores = evaluate_claims([(document, extractor().extract(reading))])
    assert (scores.claims.tp, scores.claims.fp, scores.claims.fn) == (1, 0, 1)
    assert scores.relation.tp == 1
    groups = errors_by_cause(scores.matched, {"one": reading})
    assert {cause: len(found) for cause, found in groups.items()} == {"missed: condition not recognised": 1}


def test_what_is_turned_between_harm_and_benefit_is_counted(tmp_path: Path) -> None:
    common = {"sid": 1, "nutrient": "Zinc", "nutrient_name": "zinc", "exposure": "unspecified"}
    claims = [
        common | {"condition": "diarrhoea", "condition_name": "diarrhea", "relation": "increases_risk"},
        common | {"condition": "pneumonia", "condition_name": "pneumonia", "relation": "increases_risk",
                  "relation_also": ["decreases_risk"]},
    ]  # fmt: skip
    path = tmp_path / "gold.jsonl"
    path.write_text(gold_line(["A trial", "Zinc prevents diarrhoea and pneumonia."], claims), encoding="utf-8")
    [document] = read_gold(path)
    reading = extractor().annotate(document.document())
    scores = evaluate_claims([(document, extractor().extract(reading))])
    assert (scores.turned.conditions, scores.turned.of_conditions) == (1, 2)
    assert "turned: increases_risk read as decreases_risk" in errors_by_cause(scores.matched, {"one": reading})


def test_what_nobody_claimed_is_grouped_by_the_side_that_takes_no_part(tmp_path: Path) -> None:
    claim = {"sid": 1, "nutrient": "Zinc", "nutrient_name": "zinc", "exposure": "unspecified",
             "condition": "diarrhoea", "condition_name": "diarrhea", "relation": "decreases_risk"}  # fmt: skip
    path = tmp_path / "gold.jsonl"
    sentences = ["A trial", "Zinc and iron prevent diarrhoea and pneumonia.", "Calcium prevents fractures."]
    path.write_text(gold_line(sentences, [claim]), encoding="utf-8")
    [document] = read_gold(path)
    reading = extractor().annotate(document.document())
    groups = errors_by_cause(evaluate_claims([(document, extractor().extract(reading))]).matched, {"one": reading})
    assert {cause: len(found) for cause, found in groups.items()} == {
        "extra: neither side takes part in a claim": 1,
        "extra: sentence without claims": 1,
        "extra: the nutrient takes part in no claim": 1,
        "extra: the outcome takes part in no claim": 1,
    }


def test_the_command_prints_the_same_figures_for_people_and_machines(gold_file: Path) -> None:
    runner = CliRunner()
    told = runner.invoke(app, ["evaluate", "claims", str(gold_file), "--model", "fast", "--json"])
    assert json.loads(told.stdout)["claims"]["recall"] == 0.5
    printed = runner.invoke(app, ["evaluate", "claims", str(gold_file), "--model", "fast", "--errors", "1"])
    assert "0.500" in printed.stdout and "unicorn horns" in printed.stdout


def test_a_line_that_is_no_annotated_document_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"doc_id": "x"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="Line 1 of"):
        read_gold(path)


def test_confidence_that_says_what_happens_has_no_calibration_error() -> None:
    assert calibration_error([(0.5, True), (0.5, False)]) == 0
    assert calibration_error([(0.9, False), (0.9, False)]) == pytest.approx(0.9)


def test_iob_tags_give_spans_also_where_a_mention_follows_another() -> None:
    tags = ["B-Disease", "I-Disease", "B-Disease", "O", "I-Chemical"]
    assert list(tagged_spans(tags)) == [(0, 2, "Disease"), (2, 3, "Disease"), (4, 5, "Chemical")]


def test_figures_agree_with_the_reference_scorer(shared: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("score", shared / "gold" / "score.py")
    assert spec is not None and spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    documents = read_gold(shared / "gold" / "dev.jsonl")
    found = {d.doc_id: extractor().claims_of(d.document())[1] for d in documents}
    table = tmp_path / "evidence.csv"
    columns = ["source_id", "nutrient", "condition", "condition_type", "exposure", "relation", "strength", "factuality",
               "statistics", "sentence_start", "sentence_end", "nutrient_start", "nutrient_end", "condition_start",
               "condition_end"]  # fmt: skip
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for document in documents:
            for c in found[document.doc_id]:
                writer.writerow([document.document().source_id, c.nutrient.name, c.condition.name, c.condition.kind,
                                 c.exposure, c.relation, c.strength, c.factuality,
                                 "; ".join(s.text for s in c.statistics), c.sentence.start, c.sentence.end,
                                 c.nutrient.start, c.nutrient.end, c.condition.start, c.condition.end])  # fmt: skip
    gold = [json.loads(line) for line in (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    theirs, _ = scorer.score(gold, scorer.read_predictions(table))
    ours = evaluate_claims((d, found[d.doc_id]) for d in documents).as_dict()
    for name in ("claims", "direction", "relation", "measure_claims", "accuracy_on_matched", "statistics_recall"):
        assert ours[name] == theirs[name], name
    assert theirs["claims"]["f1"] >= 0.42 and theirs["relation"]["f1"] >= 0.27
