"""In: rows of the evidence table. Out: a CSV of their effects as R's metafor and RevMan take them."""

import csv
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import NormalDist

from pipeline.records import EvidenceRow
from pipeline.tables.cells import neutralise

HEADER = (
    "study", "nutrient", "exposure", "condition", "measure", "yi", "sei", "vi", "ci_low", "ci_high", "ci_level", "n",
    "study_design", "claim_id",
)  # fmt: skip
RATIOS = ("OR", "RR", "HR", "IRR")
"""Measures that are pooled as logarithms."""
DIFFERENCES = ("MD", "SMD", "beta")
DEFAULT_LEVEL = 95.0


def write_metafor(path: Path, rows: Iterable[EvidenceRow]) -> int:
    """Write an estimate a row; return how many.

    `yi` is the estimate, as its natural logarithm for ratios; `sei` its standard error, from the width of the interval;
    `vi` its square. In R: `rma(yi, vi, data = subset(d, condition == "falls"))`; in RevMan: generic inverse variance.
    Rows without an estimate and an interval around it, and rejected rows, are left out. Raises `OSError`.
    """
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADER)
        for cells in filter(None, map(_estimate, rows)):
            writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in cells])
            count += 1
    return count


def _estimate(row: EvidenceRow) -> list[str | float | int | None] | None:
    is_ratio = row.effect_measure in RATIOS
    if not (is_ratio or row.effect_measure in DIFFERENCES) or row.review_status == "rejected":
        return None
    if row.effect_value is None or row.ci_low is None or row.ci_high is None:
        return None
    values = row.effect_value, row.ci_low, row.ci_high
    if (
        not row.ci_low < row.ci_high
        or not row.ci_low <= row.effect_value <= row.ci_high
        or (is_ratio and min(values) <= 0)
    ):
        return None
    level = row.ci_level or DEFAULT_LEVEL
    estimate, low, high = (math.log(value) for value in values) if is_ratio else values
    error = (high - low) / (2 * NormalDist().inv_cdf(0.5 + level / 200))
    return [
        row.source_id,
        row.nutrient,
        row.exposure,
        row.condition,
        row.effect_measure,
        *_rounded(estimate, error, error**2),
        row.ci_low,
        row.ci_high,
        level,
        row.sample_size,
        row.study_design,
        row.claim_id,
    ]


def _rounded(*values: float) -> Iterator[float]:
    return (float(f"{value:.8g}") for value in values)
