"""Several readers of the same claims: where they differ, who may see what, how well they agree."""

import pytest
from table_rows import ROW

from pipeline.review import Event
from pipeline.review.event import STATUS
from pipeline.review.readers import ADJUDICATION, agreements, conflicts, readings, visible


def event(
    number: int, claim: str, value: str, reader: str, *, origin: str = "desk", reverses: int | None = None
) -> Event:
    return Event(
        claim, STATUS, value, reviewer=reader, said_at=f"2026-03-01T00:00:{number:02}Z", source_id=ROW.source_id,
        sentence=ROW.sentence, origin=origin, reverses=reverses, number=number,
    )  # fmt: skip


def both(pairs: list[tuple[str, str]]) -> list[Event]:
    events = []
    for place, (one, other) in enumerate(pairs):
        events += [event(2 * place + 1, f"{place:04}", one, "Ann"), event(2 * place + 2, f"{place:04}", other, "Bo")]
    return events


def test_readers_who_differ_are_a_conflict_until_somebody_settles_it_and_again_after_a_new_reading() -> None:
    said = [event(1, "c", "accepted", "Ann"), event(2, "c", "rejected", "Bo"), event(3, "d", "accepted", "Ann")]
    assert list(conflicts(said)) == ["c"]
    settled = [*said, event(4, "c", "accepted", "Cy", origin=ADJUDICATION)]
    assert not conflicts(settled) and set(readings(settled)["c"]) == {"Ann", "Bo"}
    assert list(conflicts([*settled, event(5, "c", "unsure", "Bo")])) == ["c"]


def test_a_reading_that_was_taken_back_counts_no_longer() -> None:
    said = [event(1, "c", "accepted", "Ann"), event(2, "c", "rejected", "Bo")]
    assert not conflicts([*said, event(3, "c", "", "Bo", reverses=2)])


def test_a_blind_reader_sees_others_only_where_both_have_decided() -> None:
    said = [event(1, "c", "accepted", "Ann"), event(2, "d", "accepted", "Ann"), event(3, "d", "rejected", "Bo")]
    assert {claim: set(others) for claim, others in visible(said, "Bo", blind=True).items()} == {"d": {"Ann"}}
    assert set(visible(said, "Bo", blind=False)) == {"c", "d"}


def test_agreement_is_as_in_the_textbook() -> None:
    """The 2 x 2 table of Cohen's kappa of 0.40 (20, 5, 10, 15); Gwet's AC1 by hand, for four possible answers."""
    pairs = [("accepted", "accepted")] * 20 + [("accepted", "rejected")] * 5
    pairs += [("rejected", "accepted")] * 10 + [("rejected", "rejected")] * 15
    [found] = agreements(both(pairs))
    assert (found.first, found.second, found.n) == ("Ann", "Bo", 50)
    assert found.share == pytest.approx(0.7) and found.kappa == pytest.approx(0.4)
    assert found.ac1 == pytest.approx((0.7 - 0.165) / (1 - 0.165))


def test_where_both_always_say_the_same_kappa_says_nothing() -> None:
    [found] = agreements(both([("accepted", "accepted")] * 3))
    assert (found.kappa, found.ac1) == (None, 1.0)
