"""What reviewers decide of studies and outcomes enters grading, studies and findings, and says who decided."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import read, run
from pipeline.comparison import Names, pairs_of
from pipeline.comparison.rules import load_rules
from pipeline.config import Settings
from pipeline.errors import RefusedError
from pipeline.extractor import Extractor
from pipeline.grading import load_scheme
from pipeline.grading.regrade import regraded, regraded_study
from pipeline.records import Document, EvidenceRow, Finding, Override, Study
from pipeline.review import Event, override_event, overrides_of
from pipeline.runs import decide
from pipeline.studies import corpus_of
from pipeline.synthesis import findings_of

TRIAL = """Vitamin D and falls in older women: a randomised, double-blind, placebo-controlled trial

Six hundred and forty women aged 70 years or older were randomly assigned to vitamin D or placebo for two years.
Allocation was concealed in sealed envelopes, and neither participants nor assessors knew it.
Vitamin D reduced falls (risk ratio 0.78, 95% CI 0.66 to 0.92).
"""
SURVEY = """Vitamin D and the rate of falls: a prospective cohort study

We followed 900 men for five years.
Vitamin D supplementation was associated with fewer falls (RR 0.85, 95% CI 0.74 to 0.98).
"""
ANN = {"reviewer": "Ann Lee", "said_at": "2026-03-01T10:00:00Z"}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[EvidenceRow, ...]:
    extractor = Extractor.load(Settings(model="fast"))
    return tuple(
        row
        for name, text in (("trial", TRIAL), ("survey", SURVEY))
        for row in extractor.rows(document(name, text, tmp_path_factory.mktemp("overrides")))
    )


def document(name: str, text: str, folder: Path) -> Document:
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    return read(path)[0]


def said(subject: str, field: str, value: str) -> Override:
    return Override(subject, field, value, **ANN)


def test_a_decision_that_changes_nothing_leaves_the_certainty(rows: tuple[EvidenceRow, ...]) -> None:
    scheme = load_scheme()
    own = [row for row in rows if row.evidence_basis == "own result" and row.factuality != "Unknown"]
    assert len({row.source_id for row in own}) == 2
    for row in own:
        same = (said("s", "study_design", row.study_design),)
        study = regraded_study(Study(study_id="s", study_design=row.study_design), same, scheme)
        again = regraded(row, study, (said("s", "sample_size", str(row.sample_size)),), scheme)
        assert again.certainty == row.certainty, (row.certainty_reasons, again.certainty_reasons)


def test_design_size_and_bias_are_graded_anew_with_who_decided(rows: tuple[EvidenceRow, ...]) -> None:
    scheme = load_scheme()
    row = next(row for row in rows if row.source_id == "trial.txt" and row.ci_low is not None)
    study = Study(study_id="trial", study_design="rct", sample_size=row.sample_size)

    def graded(*overrides: Override) -> EvidenceRow:
        return regraded(row, regraded_study(study, overrides, scheme), overrides, scheme)

    assert row.certainty == "High", row.certainty_reasons
    as_cohort = graded(said("trial", "study_design", "cohort"))
    assert (as_cohort.certainty, as_cohort.evidence_level, as_cohort.study_design) == ("Low", 3, "cohort")
    assert "study_design set to cohort by Ann Lee on 2026-03-01" in as_cohort.certainty_reasons
    small = graded(said("trial", "sample_size", "120"))
    assert small.certainty == "Moderate" and any("120 participants" in reason for reason in small.certainty_reasons)
    high_risk = graded(*(said("trial", d, "high") for d in ("randomisation", "attrition", "selective reporting")))
    assert high_risk.certainty == "Low"
    unknown = graded(
        *(
            said("trial", d, "no information")
            for d in ("randomisation", "allocation concealment", "blinding of participants")
        )
    )
    assert unknown.certainty == "Moderate" and any("Not judged: risk of bias" in r for r in unknown.certainty_reasons)


def test_an_association_at_baseline_keeps_its_design_whatever_is_decided_of_the_trial(
    rows: tuple[EvidenceRow, ...],
) -> None:
    scheme = load_scheme()
    row = next(row for row in rows if row.source_id == "trial.txt" and row.ci_low is not None)
    at_baseline = replace(row, study_design="cross-sectional", evidence_level=4)
    decided = (said("trial", "study_design", "cohort"),)
    study = regraded_study(Study(study_id="trial", study_design="rct"), decided, scheme)
    assert regraded(at_baseline, study, decided, scheme).study_design == "cross-sectional"
    assert regraded(row, study, decided, scheme).study_design == "cohort"


def test_domains_of_a_finding_are_decided_and_say_by_whom(rows: tuple[EvidenceRow, ...]) -> None:
    corpus = corpus_of(rows)
    resting = [corpus.rest(row) for row in rows if row.source_id == "trial.txt" and row.ci_low is not None]
    rules, pair = load_rules().synthesis, ("vitamin d", "falls")

    def finding(**decisions: str) -> Finding:
        decided = tuple(said(before.finding_id, domain, value) for domain, value in decisions.items())
        return findings_of(resting, replace(corpus, findings={before.finding_id: decided}), pair, rules)[0]

    before = findings_of(resting, corpus, pair, rules)[0]
    assert (before.certainty, before.overrides) == ("High", ())
    lower = finding(inconsistency="very serious")
    assert lower.certainty == "Low" and lower.inconsistency.startswith(
        "very serious: very serious by Ann Lee on 2026-03"
    )
    assert lower.overrides == ("inconsistency set to very serious by Ann Lee on 2026-03-01",)
    assert any("Down 2 (inconsistency)" in reason and "by Ann Lee" in reason for reason in lower.reasons)
    both = finding(risk_of_bias="serious", upgraded="up 1")
    assert both.certainty == "High" and "up 1" in both.upgraded
    kept = finding(imprecision="not serious")
    assert kept.certainty == "High" and any(reason.startswith("No step (imprecision)") for reason in kept.reasons)
    for field, value in (
        ("finding.imprecision", "dreadful"),
        ("finding.colour", "serious"),
        ("finding.upgraded", "serious"),
    ):
        with pytest.raises(RefusedError):
            override_event(before.finding_id, field, value, reviewer="Ann Lee")


def test_the_last_decision_counts_and_nonsense_is_refused_in_one_sentence() -> None:
    events = [
        replace(override_event("PMID:1", "study.study_design", design, reviewer="Ann Lee"), number=number)
        for number, design in enumerate(("rct", "cohort"), start=1)
    ]
    events.append(Event("claim", "review_status", "accepted", number=3))
    found = overrides_of(events)
    assert [override.value for override in found.studies["PMID:1"]] == ["cohort"]
    back = replace(override_event("PMID:1", "study.study_design", "", reviewer="Ann Lee"), number=4)
    assert not overrides_of([*events, back]).studies
    for field, value in (("study.study_design", "poem"), ("study.sample_size", "many"), ("study.colour", "red")):
        with pytest.raises(RefusedError):
            override_event("PMID:1", field, value, reviewer="Ann Lee")


def test_outcomes_of_several_names_are_one() -> None:
    falls, rate = Names("vitamin d", "", "falls", "HP:1"), Names("vitamin d", "", "rate of falls", "")
    assert len(set(pairs_of([falls, rate]).values())) == 2
    assert set(pairs_of([falls, rate], {"rate of falls": "falls"}).values()) == {("vitamin d", "HP:1")}
    assert set(pairs_of([falls, rate], {"falls": "rate of falls", "rate of falls": "falls"})) == {falls, rate}


def test_decisions_reach_the_tables(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "trial.txt").write_text(TRIAL, encoding="utf-8")
    (folder / "survey.txt").write_text(SURVEY, encoding="utf-8")
    settings = Settings(model="fast", figures=False, workers=1)

    def table(name: str) -> list[dict[str, str]]:
        run([folder], out=out, settings=settings)
        with (out / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    before = table("findings.csv")
    assert {row["condition"] for row in before} == {"falls"}
    studies = {row["own_sources"]: row["study_id"] for row in table("studies.csv")}
    decide(out, studies["trial.txt"], "study.study_design", "cohort", reviewer="Ann Lee")
    decide(out, studies["trial.txt"], "study.attrition", "high", reviewer="Ann Lee")
    decide(out, before[0]["finding_id"], "finding.indirectness", "serious", reviewer="Ann Lee")
    judged = next(row for row in table("findings.csv") if row["finding_id"] == before[0]["finding_id"])
    assert judged["indirectness"].startswith("serious: serious by Ann Lee") and "indirectness" in judged["overrides"]
    decide(out, "falls", "outcome.same_as", "tumbles", reviewer="Ann Lee")
    trial = next(row for row in table("studies.csv") if row["own_sources"] == "trial.txt")
    assert trial["study_design"] == "cohort" and trial["risk_of_bias"] == "high"
    assert "study_design set to cohort (read as rct) by Ann Lee on" in trial["overrides"]
    finding = next(row for row in table("findings.csv") if studies["trial.txt"] in row["study_ids"])
    assert "cohort" in finding["overrides"] and "same outcome as tumbles" in finding["overrides"]
    row = next(row for row in table("evidence.csv") if row["source_id"] == "trial.txt" and row["ci_low"])
    assert row["study_design"] == "cohort" and row["certainty"] == "Very low"
    decide(out, studies["trial.txt"], "study.same_as", studies["survey.txt"], reviewer="Ann Lee")
    assert len(table("studies.csv")) == 1
    assert {row["n_studies"] for row in table("findings.csv")} <= {"0", "1"}
