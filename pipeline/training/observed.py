"""In: articles read by eye (their designs in a CSV, the articles as JATS in a folder) and annotated documents. Out: the
weights of `grading/observed.toml`, by which papers that only observed the people of a trial are told from trials.

A logistic regression over the sources that the cues take for trials. Sources that two careful readers could take for
either are left out, and so are those whose design is unclear.

>>> python -m pipeline.training.observed ../shared/gold/train.jsonl benchmarks/articles_read.csv FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pipeline.grading import load_scheme, schemes
from pipeline.grading.design import study_design, weigh
from pipeline.grading.observed import signs
from pipeline.training.read_sources import ReadSource, annotated_by_hand, read_by_eye
from pipeline.vocabulary import TRIALS

Array = npt.NDArray[np.float64]
RIDGE = 1.0
"""Strength of the penalty on squared weights."""
TABLE = schemes.BUNDLED / "observed.toml"


def fitted(values: Array, is_observed: Array) -> Array:
    """Return the weights of a logistic regression, the intercept last, with a ridge on all but it."""
    given = np.column_stack([values, np.ones(len(values))])
    ridge = np.append(np.full(values.shape[1], RIDGE), 0.0)

    def loss(weights: Array) -> tuple[float, Array]:
        odds = given @ weights
        cost = (np.logaddexp(0, odds) - is_observed * odds).sum() + 0.5 * (ridge * weights**2).sum()
        return float(cost), given.T @ (1 / (1 + np.exp(-odds)) - is_observed) + ridge * weights

    result: Array = minimize(loss, np.zeros(given.shape[1]), jac=True, method="L-BFGS-B").x
    return result


def examples(sources: Iterable[ReadSource]) -> Iterator[tuple[list[float], bool]]:
    """Yield, of the sources with the cues of a trial, what each sign comes to and whether they only observed."""
    scheme = load_scheme()
    nothing = scheme.model_copy(update={"observed": scheme.observed.model_copy(update={"intercept": -1e9})})
    for source in sources:
        is_trial = bool(source.designs & set(TRIALS))
        if is_trial and source.designs - set(TRIALS):
            continue
        if study_design(source.annotated, nothing).design in TRIALS:
            told = weigh(source.annotated, scheme)
            yield [value for value, _ in signs(told.title, told.front, told.points, scheme.observed)], not is_trial


def write_weights(weights: Sequence[float], intercept: float) -> None:
    """Put weights into the table in the order of its cues, then of its counts of points, which stand before them."""
    rules = load_scheme().observed
    counts, cues = weights[len(rules.cues) :], weights[: len(rules.cues)]
    new = iter([*counts, *cues])
    lines = []
    for line in TABLE.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("weight ="):
            line = f"weight = {next(new):.2f}\n"
        elif line.startswith("intercept ="):
            line = f"intercept = {intercept:.2f}\n"
        lines.append(line)
    TABLE.write_text("".join(lines), encoding="utf-8")


def main(gold: str, table: str, folder: str) -> None:
    """Fit the weights on both kinds of sources, write and print them."""
    found = [*examples(read_by_eye(Path(table), Path(folder), "fit")), *examples(annotated_by_hand(Path(gold)))]
    weights = fitted(np.array([values for values, _ in found]), np.array([seen for _, seen in found], float))
    write_weights(weights[:-1].tolist(), float(weights[-1]))
    print(f"{len(found)} sources with the cues of a trial, {sum(seen for _, seen in found)} of which only observed")
    for cue, weight in zip(load_scheme().observed.cues, weights, strict=False):
        print(f"{weight:6.2f}  {cue.where}: {cue.label}")


if __name__ == "__main__":
    main(*sys.argv[1:])
