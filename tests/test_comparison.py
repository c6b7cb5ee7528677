"""Bodies of evidence: what counts once, what the verdict and its certainty are, and where sources disagree."""

import random
from typing import Any

import pytest
from table_rows import typed

from pipeline.comparison import compare
from pipeline.records import ComparisonRow, EvidenceRow
from pipeline.tables import EVIDENCE, joined

TRIAL = "1: Oral iron for restless legs syndrome in women with low ferritin"


def row(source_id: str = "a.txt", **fields: Any) -> EvidenceRow:
    given: dict[str, Any] = {
        "source_id": source_id,
        "source_title": "",
        "source_date": "",
        "source_type": "research article",
        "nutrient": "iron",
        "nutrient_id": "CHEBI:18248",
        "nutrient_text": "iron",
        "exposure": "deficiency",
        "condition": "restless legs syndrome",
        "condition_id": "MESH:D012148",
        "condition_text": "RLS",
        "condition_type": "condition",
        "relation": "increases_risk",
        "strength": "correlational",
        "factuality": "Factual",
        "study_design": "cohort",
        "evidence_basis": "own result",
        "sample_size": None,
        "population": "",
        "effect_measure": "",
        "effect_value": None,
        "ci_low": None,
        "ci_high": None,
        "ci_level": None,
        "p_value": "",
        "statistics": "",
        "citations": "",
        "evidence_level": 3,
        "certainty": "Low",
        "certainty_reasons": "",
        "flags": "",
        "sentence": f"Iron deficiency in {source_id}.",
        "section": "",
        "page": None,
        "sentence_start": 0,
        "sentence_end": 10,
        "nutrient_start": 0,
        "nutrient_end": 4,
        "condition_start": 5,
        "condition_end": 8,
        "confidence": 0.8,
        "model_version": "",
    } | fields
    given.setdefault("claim_id", f"{source_id}:{given['relation']}:{given['sentence_start']}")
    return EvidenceRow(**typed(EVIDENCE, given))


def cited(source_id: str, citations: str, **fields: Any) -> EvidenceRow:
    return row(source_id, evidence_basis="cited study", citations=citations, **fields)


def uncited(source_id: str, **fields: Any) -> EvidenceRow:
    page = {"study_design": "consumer health page", "certainty": "Very low", "evidence_level": 5}
    return row(source_id, evidence_basis="uncited statement", **(page | fields))


def only(rows: list[EvidenceRow]) -> ComparisonRow:
    (found,) = compare(rows)
    return found


@pytest.mark.parametrize(
    ("first", "second", "studies"),
    [
        ("1: Iron and legs PMID:123", "7: Something else PMID:123", 1),
        ("1: Iron and legs doi:10.1/AB", "7: Another wording doi:10.1/ab", 1),
        (f"{TRIAL} (2009)", "7: Oral Iron for Restless-Legs Syndrome in women with low ferritin. (2009)", 1),
        (f"{TRIAL} (2009)", TRIAL, 1),
        (f"{TRIAL} (2009)", f"{TRIAL} (2015)", 2),
        ("1: Iron and legs PMID:123", "7: Iron and legs PMID:124", 2),
        ("1", "1", 0),
        ("1: A PMID:5; 2: B PMID:6", "1: B PMID:6", 2),
    ],
)
def test_pages_that_cite_the_same_study_count_it_once(first: str, second: str, studies: int) -> None:
    body = only([cited("a.txt", first), cited("b.txt", second)])
    assert (body.n_sources, body.n_claims, body.n_independent_studies) == (2, 2, studies)


def test_a_paper_and_a_page_that_cites_it_are_one_study() -> None:
    assert only([row("PMID:4567890"), cited("page.txt", "3: Iron PMID:4567890")]).n_independent_studies == 1
    title = "Oral iron for restless legs syndrome in women with low ferritin"
    paper = row("trial.nxml", source_title=title, source_date="2009-05-01")
    body = only([paper, cited("page.txt", f"{TRIAL} (2009)")])
    assert body.n_independent_studies == 1
    assert "page.txt, trial.nxml rest on the same study, which counts once" in joined(body.certainty_reasons)


def test_the_own_results_of_a_source_are_one_study() -> None:
    body = only([row("a.txt", sentence_start=n) for n in range(4)])
    assert (body.n_claims, body.n_independent_studies) == (4, 1)


def test_statements_without_a_source_are_no_study_and_weigh_little() -> None:
    pages = [uncited(f"page{n}.txt") for n in range(5)]
    trial = row("trial.txt", relation="no_effect", study_design="rct", certainty="Moderate", evidence_level=2)
    body = only([*pages, trial])
    assert (body.verdict, body.n_sources, body.n_independent_studies) == ("no effect", 6, 1)
    assert "Told, not counted: 5 sources make statements without a study" in joined(body.certainty_reasons)
    assert (body.told, body.told_gap) == ("harmful", True)
    assert body.sources_harmful == 5 and body.sources_no_effect == 1


def test_one_uncited_statement_alone_is_insufficient() -> None:
    body = only([uncited("page.txt")])
    assert (body.verdict, body.certainty) == ("insufficient", "Very low")


def test_aims_and_questions_do_not_count() -> None:
    question = row("trial.txt", factuality="Unknown", certainty="Very low")
    body = only([question])
    assert (body.verdict, body.n_independent_studies, body.sources_harmful) == ("insufficient", 0, 0)
    assert body.stances == {"trial.txt": ("asked, not answered", "Very low")}
    assert only([question, row("cohort.txt")]).verdict == "harmful"


def test_the_verdict_takes_the_certainty_of_the_best_study_for_it() -> None:
    trial = row("trial.txt", study_design="rct", certainty="Moderate", evidence_level=2)
    body = only([row("cohort.txt"), trial])
    assert (body.verdict, body.certainty, body.best_evidence_level) == ("harmful", "Moderate", 2)
    assert "Start High: 1 trials" in joined(body.certainty_reasons)


def test_opposite_directions_of_like_weight_are_mixed_and_less_certain() -> None:
    trials = {"study_design": "rct", "certainty": "Moderate", "sample_size": 900}
    body = only([row("a.txt", **trials), row("b.txt", relation="decreases_risk", **trials)])
    assert (body.verdict, body.certainty, body.disagreement) == ("mixed", "Low", True)
    assert "Down 1 (inconsistency): the studies point different ways" in joined(body.certainty_reasons)


def test_a_minority_against_the_verdict_lowers_its_certainty() -> None:
    trials = {"study_design": "rct", "certainty": "Moderate", "sample_size": 900}
    agreeing = [row(f"{n}.txt", **trials) for n in range(3)]
    body = only([*agreeing, row("no.txt", relation="decreases_risk", **trials)])
    assert (body.verdict, body.certainty) == ("harmful", "Low")
    assert "3 of 4 studies point to harmful (75%, 95% interval 30% to 95%)" in joined(body.certainty_reasons)


def test_ratios_that_differ_beyond_chance_lower_the_certainty() -> None:
    ratio = {
        "effect_measure": "OR",
        "ci_level": 95.0,
        "certainty": "Moderate",
        "study_design": "rct",
        "sample_size": 900,
    }
    small = row("a.txt", effect_value=1.2, ci_low=1.1, ci_high=1.3, **ratio)
    large = row("b.txt", effect_value=4.0, ci_low=3.0, ci_high=5.3, **ratio)
    alike = row("b.txt", effect_value=1.25, ci_low=1.1, ci_high=1.4, **ratio)
    assert only([small, large]).certainty == "Low"
    assert "Down 1 (inconsistency): I-squared" in joined(only([small, large]).certainty_reasons)
    assert only([small, alike]).certainty == "Moderate"


def test_an_association_of_a_deficiency_speaks_for_harm_and_one_of_a_status_for_nothing() -> None:
    assert only([row(relation="associated")]).verdict == "harmful"
    assert only([row(relation="associated")]).sources_associated == 1
    assert only([row(relation="associated", exposure="status")]).verdict == "insufficient"


def test_one_dissenting_aside_does_not_outweigh_what_a_source_says_throughout() -> None:
    links = [row("a.txt", relation="associated", sentence_start=n) for n in range(5)]
    aside = row("a.txt", relation="no_effect", evidence_basis="uncited statement", certainty="Very low")
    assert only([*links, aside]).stances["a.txt"][0] == "associated"
    assert only([*links, row("a.txt")]).stances["a.txt"][0] == "harmful"
    assert (
        only([aside, *(row("a.txt", relation="affected_by", sentence_start=n) for n in range(5))]).stances["a.txt"][0]
        == "no effect"
    )


def test_a_condition_that_depletes_the_nutrient_is_told_but_not_counted() -> None:
    body = only([row("a.txt", relation="affected_by"), row("b.txt")])
    assert (body.verdict, body.sources_harmful) == ("harmful", 1)
    assert "Not counted: a.txt tells that the condition affects the nutrient" in joined(body.certainty_reasons)


def test_a_measure_that_is_only_raised_is_neither_harm_nor_benefit() -> None:
    body = only([row(condition_type="measure", relation="increases_risk")])
    assert (body.verdict, body.stances["a.txt"][0]) == ("raises", "raises")
    assert only([row(condition_type="measure", relation="improves")]).verdict == "beneficial"


def test_deficiency_that_harms_and_supplements_that_help_point_the_same_way() -> None:
    supplement = row("b.txt", exposure="supplementation", relation="improves")
    deficiency, given = compare([row("a.txt"), supplement])
    assert (deficiency.exposure, given.exposure) == ("deficiency", "supplementation")
    for body in (deficiency, given):
        assert body.nutrient_role == "protective (deficiency, supplementation agree)"
        assert "Exposure:" not in joined(body.disagreement_note)


def test_exposures_that_point_different_ways_are_noted() -> None:
    deficiency, given = compare([row("a.txt"), row("b.txt", exposure="supplementation", relation="no_effect")])
    assert deficiency.nutrient_role == "protective" and given.nutrient_role == "neutral"
    assert "Exposure: for the same pair, supplementation is no effect (Low)" in joined(deficiency.disagreement_note)


def test_harm_of_an_excess_is_said_to_be_harm_in_excess() -> None:
    assert only([row(exposure="excess")]).nutrient_role == "harmful in excess"


def test_a_disagreement_names_the_sides_and_what_differs_between_them() -> None:
    women = row("a.txt", population="60 pregnant women; India; dose 60 mg daily", study_design="rct")
    men = row("b.txt", relation="no_effect", population="elderly men; Japan; dose 10 mg daily", study_design="cohort")
    body = only([women, men])
    assert body.disagreement
    note = joined(body.disagreement_note)
    assert note.startswith("Direction: a.txt says harmful but b.txt says no effect")
    assert "design (rct against cohort)" in note
    assert "dose (dose 60 mg daily against dose 10 mg daily)" in note
    assert "population (60 pregnant women, India against elderly men, Japan)" in note


def test_a_plain_and_a_hedged_statement_of_the_same_thing_differ() -> None:
    body = only([row("a.txt"), row("b.txt", factuality="Possible")])
    assert body.disagreement
    assert joined(body.disagreement_note) == "Assertion (harmful): a.txt asserts it, b.txt holds it only possible"
    assert body.stances["b.txt"] == ("possibly harmful", "Low")


def test_a_mere_link_beside_an_assertion_is_noted() -> None:
    body = only([row("a.txt"), row("b.txt", relation="associated")])
    assert joined(body.disagreement_note) == "Assertion (harmful): a.txt asserts it, b.txt only speaks of a link"


def test_sources_that_agree_do_not_disagree() -> None:
    body = only([row("a.txt"), row("b.txt")])
    assert (body.disagreement, body.disagreement_note) == (False, ())


def test_two_numbers_for_the_same_study_are_noted() -> None:
    first = cited("a.txt", "1: Iron PMID:9", effect_measure="OR", effect_value=0.97)
    second = cited("b.txt", "4: Iron PMID:9", effect_measure="OR", effect_value=1.97)
    body = only([first, second])
    assert body.disagreement
    assert "for the same study, OR is a.txt 0.97, b.txt 1.97" in joined(body.disagreement_note)
    other = cited("b.txt", "4: Iron PMID:10", effect_measure="OR", effect_value=1.97)
    assert not only([first, other]).disagreement


def test_sources_awaiting_review_weigh_less() -> None:
    reviewed = row("a.txt")
    unreviewed = [row(f"{n}.txt", relation="no_effect", flags="unreviewed-source") for n in range(2)]
    body = only([reviewed, *unreviewed])
    assert body.stances["0.txt"][1] == "Low" and body.verdict == "mixed"


def test_a_retracted_source_does_not_vote() -> None:
    body = only([row("a.txt"), row("b.txt", relation="no_effect", flags="retracted-source")])
    assert body.verdict == "harmful" and "inconsistency" not in joined(body.certainty_reasons)


def test_numbers_that_do_not_fit_are_named_in_the_reasons() -> None:
    body = only([row("a.txt", flags="effect-direction-mismatch; small-sample")])
    assert "Look at: effect-direction-mismatch in a.txt" in joined(body.certainty_reasons)


def test_rows_belong_together_by_identifier_else_by_name() -> None:
    spelled = row("b.txt", condition="willis-ekbom disease")
    unlinked = row("c.txt", condition_id="", nutrient_id="")
    body = only([row("a.txt"), spelled, unlinked])
    assert (body.n_sources, body.condition, body.condition_id) == (3, "restless legs syndrome", "MESH:D012148")
    assert len(compare([row("a.txt"), row("b.txt", condition="fatigue", condition_id="")])) == 2


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [
        *(row(f"{n}.txt", relation=r) for n, r in enumerate(["increases_risk", "no_effect", "decreases_risk"])),
        *(cited(f"c{n}.txt", f"{n}: Trial PMID:77", certainty="Moderate") for n in range(3)),
        uncited("u.txt", exposure="supplementation", relation="improves"),
    ]
    expected = compare(rows)
    for seed in range(5):
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert compare(shuffled) == expected


def test_no_rows_give_no_bodies() -> None:
    assert compare([]) == ()
