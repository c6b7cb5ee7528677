"""You accepted A, it now reads B: said for rows that were judged, until they are judged again."""

from dataclasses import replace

from table_rows import ROW

from pipeline.review import Decision, Event, carry
from pipeline.review.carrying import STALE_DECISION
from pipeline.review.decision import decisions_of
from pipeline.review.event import STATUS
from pipeline.tables import EVIDENCE
from pipeline.tables.cells import to_cell

CELLS = {column.name: to_cell(getattr(ROW, column.name), column) for column in EVIDENCE.columns}
NOW = replace(ROW, relation="no_effect")


def event(number: int, field: str, value: str, **row: str) -> Event:
    return Event(
        ROW.claim_id, field, value, reviewer="Ann", said_at="2026-03-01", source_id=ROW.source_id,
        sentence=ROW.sentence, row=CELLS | row, number=number,
    )  # fmt: skip


def decisions(*events: Event) -> dict[str, Decision]:
    return decisions_of(events)


def test_a_row_that_now_reads_otherwise_is_flagged_with_both_readings() -> None:
    carried = carry(decisions(event(1, STATUS, "accepted")), lambda _: [[NOW]])
    [row], [placed] = carried.rows, carried.placed
    [flag] = [flag for flag in row.flags if flag.code == STALE_DECISION]
    assert "accepted by Ann on 2026-03-01 as relation associated" in flag.reason and "relation no_effect" in flag.reason
    assert (placed.state, placed.reason, row.review_status) == ("stale", flag.reason, "accepted")


def test_it_is_settled_by_deciding_again_and_never_said_of_what_the_reviewer_corrected() -> None:
    again = decisions(event(1, STATUS, "accepted"), event(2, STATUS, "accepted", relation="no_effect"))
    corrected = decisions(event(1, STATUS, "accepted"), event(2, "relation", "worsens"))
    for said in (again, corrected):
        carried = carry(said, lambda _: [[NOW]])
        assert carried.placed[0].state == "in force"
        assert STALE_DECISION not in {flag.code for flag in carried.rows[0].flags}


def test_a_row_that_reads_the_same_or_was_not_judged_is_left_alone() -> None:
    for said, row in ((event(1, STATUS, "accepted"), ROW), (event(1, STATUS, ""), NOW)):
        carried = carry(decisions(replace(said, note="hm")), lambda _, row=row: [[row]])
        assert STALE_DECISION not in {flag.code for each in carried.rows for flag in each.flags}
