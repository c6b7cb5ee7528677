"""Independent studies come in; the verdict over them, its certainty and the reasons go out."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from pipeline.comparison.rules import ComparisonRules
from pipeline.comparison.stance import votes, weights_by_direction
from pipeline.comparison.study import Study
from pipeline.records import CERTAINTIES, Certainty, EvidenceRow, Verdict
from pipeline.vocabulary import SIDES, direction_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its certainty and every reason, in order; `shares` of the weight by direction."""

    verdict: Verdict
    certainty: Certainty
    reasons: tuple[str, ...]
    shares: dict[str, float]


def judge(studies: Sequence[Study], rules: ComparisonRules) -> Judgement:
    """Return the verdict over independent studies: the direction that holds enough of their weight.

    Each study votes once. The certainty is that of the best study for the verdict, lowered for inconsistency
    of directions or of effect sizes (GRADE guidelines 7, Guyatt 2011); a body of evidence is not surer than
    its best study.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    for study in studies:
        by_direction = weights_by_direction(study.rows, rules)
        if by_direction:
            heaviest = max(SIDES, key=lambda d: by_direction.get(d, 0.0))
            weights[heaviest] += by_direction[heaviest]
    total = sum(weights.values())
    shares = {d: w / total for d, w in weights.items()} if total else {}
    reasons = list(_counting(studies))
    if total < rules.verdict.enough:
        undirected = any(votes(row) for study in studies for row in study.rows)
        why = "too little weight of directed evidence" if undirected else "nothing is asserted"
        return Judgement("insufficient", "Very low", (*reasons, f"Insufficient: {why}"), shares)
    leading = max(SIDES, key=lambda d: shares.get(d, 0.0))
    agreed = shares[leading] >= rules.verdict.agreement
    verdict: Verdict = leading if agreed else "mixed"
    supporting = [
        row
        for study in studies
        for row in study.rows
        if votes(row) and (not agreed or _supports(row, leading, rules)) and _directed(row, rules)
    ]
    best = min(supporting, key=lambda row: (CERTAINTIES.index(row.certainty), row.evidence_level, row.claim_id))
    reasons.append(f"Start {best.certainty}: the best evidence for it, {best.study_design} in {best.source_id}")
    score = CERTAINTIES.index(best.certainty)
    dissent = 1 - shares[leading]
    if dissent >= rules.verdict.dissent:
        said = ", ".join(f"{d} {share:.0%}" for d, share in sorted(shares.items(), key=lambda kv: (-kv[1], kv[0])))
        reasons.append(f"Down 1 (inconsistency): the studies point different ways, by weight {said}")
        score += 1
    elif spread := heterogeneity(studies, rules):
        reasons.append(f"Down 1 (inconsistency): {spread}")
        score += 1
    certainty = CERTAINTIES[min(score, len(CERTAINTIES) - 1)]
    return Judgement(verdict, certainty, (*reasons, f"Result {certainty}"), shares)


def heterogeneity(studies: Sequence[Study], rules: ComparisonRules) -> str:
    """Return in words how much the ratios of independent studies differ, "" where they do not or are too few.

    I-squared from Cochran's Q over log ratios with inverse-variance weights (Higgins 2003, BMJ 327:557).
    """
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for study in studies:
        for row in study.rows:
            estimate = _log_ratio(row, rules)
            if estimate:
                found[row.effect_measure].append(estimate)
                break
    for measure, estimates in sorted(found.items()):
        if len(estimates) < 2:
            continue
        weights = [1 / error**2 for _, error in estimates]
        mean = sum(w * value for w, (value, _) in zip(weights, estimates, strict=True)) / sum(weights)
        q = sum(w * (value - mean) ** 2 for w, (value, _) in zip(weights, estimates, strict=True))
        i_squared = max(0.0, 100 * (q - (len(estimates) - 1)) / q) if q else 0.0
        if i_squared >= rules.heterogeneity.i_squared:
            return f"the {measure}s of {len(estimates)} studies differ (I-squared {i_squared:.0f}%)"
    return ""


def _log_ratio(row: EvidenceRow, rules: ComparisonRules) -> tuple[float, float] | None:
    """The log of a row's ratio and its standard error."""
    if row.effect_measure not in rules.heterogeneity.ratio_measures or not votes(row):
        return None
    value, low, high = row.effect_value, row.ci_low, row.ci_high
    if value is None or low is None or high is None or min(value, low) <= 0 or high <= low:
        return None
    quantile = NormalDist().inv_cdf(0.5 + (row.ci_level or 95.0) / 200)
    return math.log(value), (math.log(high) - math.log(low)) / (2 * quantile)


def _counting(studies: Sequence[Study]) -> list[str]:
    real = [study for study in studies if study.is_study and any(votes(row) for row in study.rows)]
    bare = [study for study in studies if not study.is_study and any(votes(row) for row in study.rows)]
    reasons = [f"{len(real)} independent {'study' if len(real) == 1 else 'studies'}"]
    if bare:
        reasons.append(f"{len(bare)} uncited {'statement' if len(bare) == 1 else 'statements'} of little weight")
    for study in real:
        if len(study.sources) > 1:
            reasons.append(f"{', '.join(study.sources)} rest on the same study, which counts once")
    return reasons


def _directed(row: EvidenceRow, rules: ComparisonRules) -> bool:
    return bool(weights_by_direction((row,), rules))


def _supports(row: EvidenceRow, direction: str, rules: ComparisonRules) -> bool:
    return (
        direction in weights_by_direction((row,), rules) or direction_of(row.relation, row.condition_type) == direction
    )
