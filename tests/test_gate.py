"""No kind of case comes out right less often than its floor says (`tests/floors.toml`)."""

import pytest
from gate import floors, outcome

Outcome = tuple[dict[str, tuple[int, int]], list[str]]


@pytest.fixture(scope="module")
def came() -> Outcome:
    return outcome()


def test_no_kind_of_case_falls_below_its_floor(came: Outcome) -> None:
    kinds, wrong = came
    below = {kind: (right, floor) for kind, floor in floors()["cases"].items() if (right := kinds[kind][0]) < floor}
    told = [line for line in wrong if any(line.startswith(f"{kind}/") for kind in below)]
    short = [f"{kind}: {right} right, floor {floor}" for kind, (right, floor) in below.items()]
    assert not below, "\n".join([*short, *told])


def test_every_kind_of_case_has_a_floor(came: Outcome) -> None:
    assert came[0].keys() == floors()["cases"].keys()
