"""In: the rows of one study on one nutrient, exposure and outcome; out: its one result (`StudyResult`)."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from pipeline.records import EvidenceRow, Study
from pipeline.synthesis.pooling import Estimate
from pipeline.synthesis.rules import SynthesisRules
from pipeline.vocabulary import Direction, direction_of

Sign = Literal[-1, 0, 1]
"""-1: less risk, better or lower; 1: more risk, worse or higher; 0: none."""

_NORMAL = NormalDist()
_SIGNS: dict[Direction, Sign] = {
    "beneficial": -1,
    "lowers": -1,
    "harmful": 1,
    "raises": 1,
    "no effect": 0,
}


@dataclass(frozen=True, slots=True)
class StudyResult:
    """What one study shows: the row that tells it best, its estimate where there is one, and which way it points.

    `sign` is None where no direction is told; `scale` names what may be pooled with it ("RR", "MD points"), "" without
    an estimate; `is_clear` says that the study alone rules out no effect; `weight` is what its direction counts for.
    """

    study: Study
    row: EvidenceRow
    rows: tuple[EvidenceRow, ...]
    sign: Sign | None
    is_clear: bool
    estimate: Estimate | None = None
    scale: str = ""
    weight: float = 1.0

    @property
    def n(self) -> int | None:
        """Participants: of the result, else of the study."""
        return self.row.sample_size if self.row.sample_size is not None else self.study.sample_size


def result_of(study: Study, rows: Sequence[EvidenceRow], rules: SynthesisRules) -> StudyResult:
    """Return the one result of a study: its own source before those that cite it, the whole before a part of the
    participants, the adjusted before the unadjusted, an estimate with its interval before a word.
    """
    row = min(rows, key=lambda row: _rank(row, study, rules))
    direction = direction_of(row.relation, row.condition_type)
    sign, weight = _SIGNS.get(direction), 1.0
    if direction == "associated" and row.exposure in rules.directions.adverse:
        sign, weight = 1, rules.directions.association
    found = estimate_of(row, study.study_id, rules)
    if found is None:
        clear = sign not in (0, None) and direction != "associated"
        return StudyResult(study, row, tuple(rows), sign, clear, weight=weight)
    estimate, scale, is_clear = found
    if is_clear and sign not in (0, None) and (estimate.value > 0) != (sign == 1):
        # "Remission rose, RR 1.8": the words say that the event is a good one, or the score better when higher.
        estimate = Estimate(estimate.study_id, -estimate.value, estimate.error, estimate.by_p_value)
    pointing: Sign = 0 if estimate.value == 0 else 1 if estimate.value > 0 else -1
    return StudyResult(study, row, tuple(rows), pointing, is_clear, estimate, scale)


def estimate_of(row: EvidenceRow, study_id: str, rules: SynthesisRules) -> tuple[Estimate, str, bool] | None:
    """Return a row's estimate on the scale that is pooled, the name of that scale, and whether it rules out no effect.

    The standard error is the width of the interval over twice the normal quantile of its level; without an interval it
    follows from an exact p-value (Cochrane Handbook 6.3.1 and 6.3.2). None where the numbers give neither, or do not
    fit together. An event that is good counts with the opposite sign.
    """
    pooling = rules.pooling
    measure, value = row.effect_measure, row.effect_value
    ratio = measure in pooling.ratio_measures
    if value is None or not (ratio or measure in pooling.difference_measures):
        return None
    if (ratio and value <= 0) or any(flag.code in pooling.doubtful_flags for flag in row.flags):
        return None
    scale: Callable[[float], float] = math.log if ratio else float
    error, by_p = 0.0, False
    low, high = row.ci_low, row.ci_high
    if low is not None and high is not None and low < high and not (ratio and low <= 0):
        level = row.ci_level if row.ci_level and 50 <= row.ci_level < 100 else pooling.level
        error = (scale(high) - scale(low)) / (2 * _NORMAL.inv_cdf(0.5 + level / 200))
    elif (p := _exact(row.p_value)) is not None and pooling.smallest_p <= p <= pooling.largest_p:
        error, by_p = abs(scale(value)) / _NORMAL.inv_cdf(1 - p / 2), True
    if not error > 0:
        return None
    position = scale(value)
    if ratio and pooling.good_event.search(row.condition_text) and row.relation == "no_effect":
        position = -position
    name = measure if ratio or measure == "SMD" else f"{measure} {_unit(row, rules)}".strip()
    is_clear = abs(position) > _NORMAL.inv_cdf(0.975) * error
    return Estimate(study_id, position, error, by_p), name, is_clear


def votes(row: EvidenceRow) -> bool:
    """Whether a row may speak for a study: an assertion that no title or conclusion makes against its own results."""
    codes = {flag.code for flag in row.flags}
    return (
        row.factuality != "Unknown"
        and row.relation != "affected_by"
        and row.review_status != "rejected"
        and not codes & {"spin", "retracted-source", "rests-on-retracted"}
    )


def _rank(row: EvidenceRow, study: Study, rules: SynthesisRules) -> tuple[object, ...]:
    found = estimate_of(row, study.study_id, rules)
    return (
        row.source_id not in study.own_sources,
        any(flag.code == "preprint" for flag in row.flags),
        any(flag.code == "subgroup-result" for flag in row.flags),
        bool(rules.pooling.unadjusted.search(row.sentence)),
        found is None,
        found is not None and found[0].by_p_value,
        not row.statistics,
        row.factuality != "Factual",
        row.relation == "associated",
        row.source_id,
        row.sentence_start,
        row.claim_id,
    )


def _exact(p_value: str) -> float | None:
    return float(p_value) if re.fullmatch(r"0?\.\d+", p_value) else None


def _unit(row: EvidenceRow, rules: SynthesisRules) -> str:
    """The unit that follows the value of a difference in its sentence, "?" where none does: such are not pooled."""
    shown = f"{abs(row.effect_value or 0):g}"
    for match in re.finditer(rf"(?<![\d.]){re.escape(shown)}(?:\.?0+)?(?![\d.])", row.sentence):
        if unit := rules.pooling.unit.match(row.sentence, match.end()):
            return unit["unit"].lower()
    return f"? {row.claim_id}"
