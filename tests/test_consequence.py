"""Which claims a verdict hangs on: those whose rejection would move it."""

from dataclasses import replace

from table_rows import ROW

from pipeline.comparison import ComparisonRules, compare_pair, load_rules
from pipeline.comparison.consequence import consequences
from pipeline.records import EvidenceRow
from pipeline.studies import corpus_of

RULES: ComparisonRules = load_rules()


def said(*rows: EvidenceRow) -> dict[str, str]:
    return dict(consequences(rows, compare_pair(rows, RULES), RULES, corpus_of(rows)))


def claim(number: int, relation: str, **more: object) -> EvidenceRow:
    source = f"{number}.txt"
    given = {"evidence_basis": "own result", "citations": (), "study_design": "cohort", "flags": (), "certainty": "Low"}
    return replace(ROW, claim_id=f"{number:016x}", source_id=source, relation=relation, **(given | more))  # type: ignore[arg-type]


def test_a_verdict_hangs_on_its_only_claim_and_not_on_one_of_three_that_agree() -> None:
    assert said(claim(1, "increases_risk")) == {f"{1:016x}": "verdict"}
    assert "verdict" not in said(*(claim(number, "increases_risk") for number in (1, 2, 3))).values()


def test_the_claim_that_makes_it_mixed_is_the_one_to_look_at() -> None:
    rows = [claim(1, "increases_risk"), claim(2, "increases_risk"), claim(3, "decreases_risk")]
    [body] = compare_pair(rows, RULES)
    without = [compare_pair([row for row in rows if row is not left], RULES)[0].verdict for left in rows]
    expected = {row.claim_id for row, verdict in zip(rows, without, strict=True) if verdict != body.verdict}
    assert {claim_id for claim_id, what in said(*rows).items() if what == "verdict"} == expected != set()


def test_a_question_moves_nothing() -> None:
    rows = [claim(1, "increases_risk"), claim(2, "increases_risk", factuality="Unknown")]
    assert f"{2:016x}" not in said(*rows)
