"""In: events of the ledger on studies and outcomes. Out: what is decided of them (`Overrides`).

Such an event has in `claim_id` the study_id or the outcome's name, and in `field` what is decided:

    study.study_design, study.sample_size, study.DOMAIN   the value of a study; DOMAIN is a domain of bias
    study.same_as                                         the study_id of the study that it is
    outcome.same_as                                       the name of the outcome that it is
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import get_args

from pipeline.errors import RefusedError
from pipeline.records import Override, Overrides
from pipeline.review.decision import effective, now
from pipeline.review.event import Event
from pipeline.vocabulary import BiasDomain, RiskOfBias, StudyDesign

SAME = "same_as"
_VALUES: dict[str, tuple[str, ...]] = {"study_design": get_args(StudyDesign)} | dict.fromkeys(
    get_args(BiasDomain), get_args(RiskOfBias)
)


def override_event(subject: str, field: str, value: str, *, reviewer: str, note: str = "", origin: str = "") -> Event:
    """Return the event that decides of a study or an outcome; an empty value takes an earlier decision back.

    Raises `RefusedError` where the field is none that can be decided, or the value none that it may have.
    """
    subject, value = subject.strip(), value.strip()
    if not subject:
        raise RefusedError(
            "Nothing is named that this decides on; give a study_id of studies.csv or an outcome's name."
        )
    if wrong := _wrong(field, value):
        raise RefusedError(wrong)
    return Event(subject, field, value, note=note, reviewer=reviewer, said_at=now(), origin=origin)


def overrides_of(events: Iterable[Event]) -> Overrides:
    """Return what is decided of studies and outcomes: of two decisions on one field the later, of those that count."""
    latest: dict[tuple[str, str], Event] = {}
    for event in effective(events):
        if event.is_override:
            latest[(event.claim_id, event.field)] = event
    studies: defaultdict[str, list[Override]] = defaultdict(list)
    same: dict[str, list[Override]] = {"study": [], "outcome": []}
    for (subject, field), event in latest.items():
        if not event.value or _wrong(field, event.value):
            continue
        kind, _, name = field.partition(".")
        override = Override(subject, name, event.value, event.reviewer, event.said_at)
        (same[kind] if name == SAME else studies[subject]).append(override)
    known = {subject: tuple(found) for subject, found in studies.items()}
    return Overrides(known, tuple(same["study"]), tuple(same["outcome"]))


def _wrong(field: str, value: str) -> str:
    """One sentence on why a decision says nothing, "" where it does."""
    kind, _, name = field.partition(".")
    if name == SAME and kind in ("study", "outcome"):
        return ""
    if kind == "study" and name == "sample_size":
        return "" if not value or value.isdigit() else f'A sample size is a whole number, not "{value}".'
    if kind != "study" or name not in _VALUES:
        known = ", ".join(["study_design", "sample_size", SAME, *get_args(BiasDomain)])
        return f'"{field}" cannot be decided; what can of a study is {known}, of an outcome {SAME}.'
    if value and value not in _VALUES[name]:
        return f'"{value}" is no value of {name}; it is one of {", ".join(_VALUES[name])}.'
    return ""
