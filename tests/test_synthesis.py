"""What studies show together: the worked example of docs/grading.md, and what decides where."""

from typing import Any

from table_rows import row

from pipeline.comparison import compare
from pipeline.records import CitedReference, ComparisonRow, EvidenceRow, Flag, Reference

FALLS: dict[str, Any] = {
    "nutrient": "vitamin d",
    "nutrient_id": "CHEBI:27300",
    "condition": "falls",
    "condition_id": "HP:0002527",
    "exposure": "supplementation",
    "strength": "causal",
    "p_value": "",
    "flags": (),
    "citations": (),
}


def trial(pmid: str, ratio: tuple[float, float, float], size: int, **fields: Any) -> EvidenceRow:
    value, low, high = ratio
    given = FALLS | {
        "claim_id": f"{pmid:>016}",
        "source_id": f"PMID:{pmid}",
        "source_title": "",
        "evidence_basis": "own result",
        "study_design": "rct",
        "evidence_level": 2,
        "relation": "no_effect" if low < 1 < high else "decreases_risk",
        "effect_measure": "RR",
        "effect_value": value,
        "ci_low": low,
        "ci_high": high,
        "ci_level": 95.0,
        "sample_size": size,
        "certainty": "Moderate",
    }
    return row(**(given | fields))


def page(name: str, relation: str, entry: Reference | None = None) -> EvidenceRow:
    cited = (CitedReference("1", entry),) if entry else ()
    basis = "cited study" if entry else "uncited statement"
    empty = {"effect_measure": "", "effect_value": None, "ci_low": None, "ci_high": None, "statistics": ()}
    given = {"claim_id": f"{name:>016}", "source_id": name, "relation": relation, "evidence_basis": basis}
    return row(**(FALLS | empty | given | {"citations": cited, "certainty": "Very low", "sample_size": None}))


def body(*rows: EvidenceRow) -> ComparisonRow:
    (found,) = compare(rows)
    return found


TRIALS = (
    trial("1001", (0.80, 0.60, 1.07), 600),
    trial("1002", (0.78, 0.59, 1.03), 700),
    trial("1003", (0.82, 0.66, 1.02), 900),
)


def test_the_worked_example_of_the_handbook() -> None:
    citing = page("page-a", "decreases_risk", Reference("1", "", identifiers={"pmid": "1001"}))
    found = body(*TRIALS, citing, page("page-b", "no_effect"))
    assert (found.verdict, found.certainty, found.n_independent_studies) == ("beneficial", "Moderate", 3)
    assert found.pooled_effect is not None and round(found.pooled_effect, 2) == 0.80
    assert (round(found.pooled_ci_low or 0, 2), round(found.pooled_ci_high or 0, 2), found.i2) == (0.69, 0.93, 0.0)
    assert (found.told, found.told_gap, found.n_participants) == ("no effect", True, 2200)
    assert found.finding is not None
    assert found.finding.statement == "Vitamin D supplementation probably reduces falls."


def test_precise_nulls_are_no_effect_and_wide_ones_are_open() -> None:
    assert body(trial("1", (0.99, 0.92, 1.07), 5000)).verdict == "no effect"
    assert body(trial("1", (0.95, 0.60, 1.50), 90)).verdict == "insufficient"


def test_studies_that_are_clear_both_ways_are_mixed() -> None:
    found = body(trial("1", (0.5, 0.4, 0.63), 800), trial("2", (1.6, 1.3, 2.0), 800, relation="increases_risk"))
    assert found.verdict == "mixed" and found.certainty in ("Low", "Very low")


def test_a_review_stands_above_small_trials() -> None:
    review = trial("9", (1.0, 0.97, 1.03), 34000, study_design="meta-analysis", evidence_level=1)
    small = [trial(str(n), (0.7, 0.52, 0.95), 90) for n in range(1, 6)]
    found = body(review, *small)
    assert (found.verdict, found.best_evidence_level) == ("no effect", 1)


def test_a_ratio_above_one_for_a_good_event_is_a_benefit() -> None:
    found = body(trial("1", (1.8, 1.3, 2.5), 500, relation="improves"))
    assert found.verdict == "beneficial"


def test_odds_and_risk_ratios_are_never_pooled_together() -> None:
    found = body(trial("1", (0.8, 0.7, 0.9), 900), trial("2", (0.8, 0.7, 0.9), 900, effect_measure="OR"))
    assert (found.verdict, found.pooled_studies) == ("beneficial", 1)


def test_an_odds_ratio_joins_risk_ratios_by_the_stated_risk_of_its_comparison() -> None:
    sentence = (
        "Falls occurred in 120 of 500 women on vitamin D and in 200 of 500 on placebo (OR 0.47, 95% CI 0.36 to 0.62)."
    )
    odds = {"effect_measure": "OR", "sentence": sentence}
    found = body(trial("1", (0.7, 0.6, 0.82), 1000), trial("2", (0.47, 0.36, 0.62), 1000, **odds))
    assert (found.pooled_measure, found.pooled_studies) == ("RR", 2)
    assert any(
        "odds ratio 0.47 of PMID:2 is a risk ratio of 0.596 at the 40%" in why for why in found.certainty_reasons
    )
    adjusted = odds | {"sentence": sentence.replace("(OR", "(adjusted OR")}
    assert (
        body(trial("1", (0.7, 0.6, 0.82), 1000), trial("2", (0.47, 0.36, 0.62), 1000, **adjusted)).pooled_studies == 1
    )
    alone = body(trial("1", (0.47, 0.36, 0.62), 1000, **odds))
    assert alone.pooled_measure == "OR", "nothing is converted where no study gives a risk ratio"


def test_a_conclusion_that_the_results_do_not_bear_out_does_not_vote() -> None:
    told = trial("1", (0.99, 0.92, 1.07), 5000, claim_id="f" * 16, relation="improves", flags=(Flag("spin"),))
    assert body(trial("1", (0.99, 0.92, 1.07), 5000), told).verdict == "no effect"


def test_what_a_reviewer_rejected_is_out() -> None:
    gone = trial("2", (0.5, 0.4, 0.6), 9000, review_status="rejected")
    found = body(TRIALS[0], gone)
    assert found.n_independent_studies == 1 and found.verdict == "insufficient"
