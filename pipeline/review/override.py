"""In: events of the ledger on studies, outcomes and findings. Out: what is decided of them (`Overrides`).

Such an event has in `claim_id` the study_id, the finding_id or the outcome's name, and in `field` what is decided:

    study.study_design, study.sample_size, study.DOMAIN   the value of a study; DOMAIN is a domain of bias
    study.same_as                                         the study_id of the study that it is
    outcome.same_as                                       the name of the outcome that it is
    finding.DOMAIN                                        how a domain of GRADE moves a finding's certainty
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import get_args

from pipeline.errors import RefusedError
from pipeline.records import Override, Overrides
from pipeline.review.decision import effective, now
from pipeline.review.event import Event
from pipeline.vocabulary import GRADE_STEPS, RAISED_STEPS, BiasDomain, GradeDomain, RiskOfBias, StudyDesign

SAME = "same_as"
_VALUES: dict[str, tuple[str, ...]] = {"study_design": get_args(StudyDesign)} | dict.fromkeys(
    get_args(BiasDomain), get_args(RiskOfBias)
)
_GRADE: dict[str, tuple[str, ...]] = dict.fromkeys(get_args(GradeDomain), tuple(GRADE_STEPS)) | {
    "upgraded": tuple(RAISED_STEPS)
}


def override_event(subject: str, field: str, value: str, *, reviewer: str, note: str = "", origin: str = "") -> Event:
    """Return the event that decides of a study, an outcome or a finding; an empty value takes a decision back.

    Raises `RefusedError` where the field is none that can be decided, or the value none that it may have.
    """
    subject, value = subject.strip(), value.strip()
    if not subject:
        raise RefusedError(
            "Nothing is named that this decides on; give a study_id of studies.csv, a finding_id of findings.csv or an "
            "outcome's name."
        )
    if wrong := _wrong(field, value):
        raise RefusedError(wrong)
    return Event(subject, field, value, note=note, reviewer=reviewer, said_at=now(), origin=origin)


def overrides_of(events: Iterable[Event]) -> Overrides:
    """Return what is decided of studies, outcomes and findings; the later decision on a field counts."""
    latest: dict[tuple[str, str], Event] = {}
    for event in effective(events):
        if event.is_override:
            latest[(event.claim_id, event.field)] = event
    subjects: dict[str, defaultdict[str, list[Override]]] = {kind: defaultdict(list) for kind in ("study", "finding")}
    same: dict[str, list[Override]] = {"study": [], "outcome": []}
    for (subject, field), event in latest.items():
        if not event.value or _wrong(field, event.value):
            continue
        kind, _, name = field.partition(".")
        override = Override(subject, name, event.value, event.reviewer, event.said_at)
        (same[kind] if name == SAME else subjects[kind][subject]).append(override)
    known = {kind: {subject: tuple(said) for subject, said in found.items()} for kind, found in subjects.items()}
    return Overrides(known["study"], tuple(same["study"]), tuple(same["outcome"]), known["finding"])


def _wrong(field: str, value: str) -> str:
    """One sentence on why a decision says nothing, "" where it does."""
    kind, _, name = field.partition(".")
    if name == SAME and kind in ("study", "outcome"):
        return ""
    if kind == "study" and name == "sample_size":
        return "" if not value or value.isdigit() else f'A sample size is a whole number, not "{value}".'
    values = {"study": _VALUES, "finding": _GRADE}.get(kind, {}).get(name)
    if values is None:
        known = ", ".join(["study_design", "sample_size", SAME, *get_args(BiasDomain)])
        return (
            f'"{field}" cannot be decided; what can of a study is {known}, of an outcome {SAME}, '
            f"of a finding {', '.join(_GRADE)}."
        )
    if value and value not in values:
        return f'"{value}" is no value of {name}; it is one of {", ".join(values)}.'
    return ""
