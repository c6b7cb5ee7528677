"""In: rows of the evidence table and their comparison. Out: for each pair, the effects that one axis can show."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.figures.labels import number
from pipeline.figures.style import Family, Style
from pipeline.records import ComparisonRow, EvidenceRow, PooledSummary
from pipeline.vocabulary import (
    CERTAINTIES,
    EXPOSURES,
    Certainty,
    EvidenceBasis,
    Exposure,
    FlagCode,
    StudyDesign,
    pair_key,
)

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect that a source gives, its interval where both bounds are known, and what to know about it.

    `weight` is its share of the pooled effect in percent, None where it is no part of one.
    """

    source_id: str
    source_title: str
    year: str
    exposure: Exposure
    measure: str
    value: float
    low: float | None
    high: float | None
    level: float | None
    p_value: str
    certainty: Certainty
    design: StudyDesign
    basis: EvidenceBasis
    flags: tuple[FlagCode, ...]
    weight: float | None = None

    @property
    def has_interval(self) -> bool:
        """Whether both bounds are known."""
        return self.low is not None and self.high is not None

    @property
    def words(self) -> str:
        """The effect as a reader writes it: `OR 0.97 (95% CI 0.96 to 0.98)`."""
        effect = f"{self.measure} {number(self.value)}"
        if self.low is None or self.high is None:
            return effect
        level = f"{number(self.level)}% " if self.level else ""
        return f"{effect} ({level}CI {number(self.low)} to {number(self.high)})"


@dataclass(frozen=True, slots=True)
class Forest:
    """The estimates of one family for a nutrient and a condition, those of one exposure together.

    Of `n_estimates` from `n_sources` no more are kept than a plot holds, the most certain and newest. `pooled` is what
    studies show together, by exposure.
    """

    pair: Pair
    nutrient: str
    condition: str
    family: Family
    estimates: tuple[Estimate, ...]
    n_estimates: int
    n_sources: int
    pooled: Mapping[Exposure, PooledSummary] = field(default_factory=dict)

    @property
    def importance(self) -> tuple[int, int, str, str, str, Pair]:
        """Sorts what most sources give numbers for first."""
        return -self.n_sources, -self.n_estimates, self.nutrient, self.condition, self.family.name, self.pair


def estimate_of(row: EvidenceRow, families: Sequence[Family]) -> Estimate | None:
    """Return the effect of a row, None where it has none that a forest plot can show."""
    family = family_of(row.effect_measure, families)
    if family is None or row.effect_value is None or not math.isfinite(row.effect_value):
        return None
    if family.logarithmic and row.effect_value <= 0:
        return None
    bounded = all(bound is not None and math.isfinite(bound) for bound in (row.ci_low, row.ci_high))
    return Estimate(
        source_id=row.source_id,
        source_title=row.source_title,
        year=row.source_date[:4],
        exposure=row.exposure,
        measure=row.effect_measure,
        value=row.effect_value,
        low=row.ci_low if bounded else None,
        high=row.ci_high if bounded else None,
        level=row.ci_level,
        p_value=row.p_value,
        certainty=row.certainty,
        design=row.study_design,
        basis=row.evidence_basis,
        flags=tuple(flag.code for flag in row.flags),
    )


def family_of(measure: str, families: Sequence[Family]) -> Family | None:
    """Return the family that a measure belongs to."""
    return next((family for family in families if measure in family.measures), None)


def forests_of(rows: Iterable[EvidenceRow], bodies: Sequence[ComparisonRow], style: Style) -> list[Forest]:
    """Return what can be drawn of the rows of a pair: two estimates of a family, or one with an interval.

    `bodies` are the comparisons of the pair, one an exposure, with what was pooled. Numbers that a source repeats count
    once, with the flags of all claims that give them.
    """
    body = min(bodies, key=lambda body: (not body.nutrient_id, not body.condition_id))
    given: defaultdict[str, list[Estimate]] = defaultdict(list)
    for row in rows:
        if estimate := estimate_of(row, style.family):
            given[estimate.measure].append(estimate)
    drawn = []
    for family in style.family:
        once = _once(estimate for measure in family.measures for estimate in given[measure])
        if len(once) > 1 or any(estimate.has_interval for estimate in once):
            chosen = sorted(once, key=_preference)[: style.limits.forest_estimates]
            placed = sorted(chosen, key=lambda one: (EXPOSURES.index(one.exposure), _preference(one)))
            n_sources = len({one.source_id for one in once})
            pooled = _pooled(bodies, family)
            weighed = tuple(_weighed(one, pooled.get(one.exposure)) for one in placed)
            drawn.append(
                Forest(pair_key(body), body.nutrient, body.condition, family, weighed, len(once), n_sources, pooled)
            )
    return drawn


def _pooled(bodies: Iterable[ComparisonRow], family: Family) -> dict[Exposure, PooledSummary]:
    """What several studies show together on the axis of a family, by exposure."""
    found = {body.exposure: body.finding.pooled for body in bodies if body.finding}
    return {
        exposure: pooled
        for exposure, pooled in found.items()
        if pooled is not None and pooled.studies > 1 and pooled.measure in family.measures
    }


def _weighed(one: Estimate, pooled: PooledSummary | None) -> Estimate:
    """An estimate with its weight, where it is the one that its source brought to the pooled effect."""
    weights = pooled.weights if pooled else ()
    same = (
        w.weight for w in weights if w.source_id == one.source_id and math.isclose(w.effect, one.value, rel_tol=1e-6)
    )
    return replace(one, weight=next(same, None))


def _once(given: Iterable[Estimate]) -> list[Estimate]:
    flags: defaultdict[tuple[object, ...], list[FlagCode]] = defaultdict(list)
    first: dict[tuple[object, ...], Estimate] = {}
    for one in given:
        key = (one.source_id, one.exposure, one.measure, one.value, one.low, one.high)
        first.setdefault(key, one)
        flags[key] += one.flags
    return [replace(one, flags=tuple(dict.fromkeys(flags[key]))) for key, one in first.items()]


def _preference(estimate: Estimate) -> tuple[int, int, str, str, float, float]:
    """Sorts the most certain and newest first."""
    year = int(estimate.year) if estimate.year.isdecimal() else 0
    low = -math.inf if estimate.low is None else estimate.low
    return CERTAINTIES.index(estimate.certainty), -year, estimate.source_id, estimate.measure, estimate.value, low
