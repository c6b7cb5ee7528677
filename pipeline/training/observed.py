"""In: articles read by eye (their designs in a CSV, the articles as JATS in a folder) and annotated documents. Out: the
weights of `grading/observed.toml`, by which papers that only observed the people of a trial are told from trials.

A logistic regression over the sources that the cues take for trials. Sources that two careful readers could take for
either are left out, and so are those whose design is unclear.

>>> python -m pipeline.training.observed ../shared/gold/train.jsonl benchmarks/articles_read.csv FOLDER
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pipeline.evaluation.gold import read_gold
from pipeline.grading import load_scheme, schemes
from pipeline.grading.design import study_design, weigh
from pipeline.grading.observed import signs
from pipeline.ingest import read
from pipeline.language import Reader
from pipeline.lexicons import load_lexicon
from pipeline.records import AnnotatedDocument
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


def read_by_eye(table: Path, folder: Path, chosen: str) -> Iterator[tuple[AnnotatedDocument, set[str]]]:
    """Yield the articles of one set of the table, annotated, with the designs that are right of each."""
    reader = Reader(load_lexicon())
    files = {path.stem: path for path in folder.rglob("*.nxml")}
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["set"] == chosen and row["pmcid"] in files:
                [document] = read(files[row["pmcid"]])
                yield reader.annotate(document), {row["design"], *filter(None, row["also"].split(";"))}


def annotated_by_hand(path: Path) -> Iterator[tuple[AnnotatedDocument, set[str]]]:
    """Yield annotated documents with their designs, but for those whose design is unclear."""
    reader = Reader(load_lexicon())
    for gold in read_gold(path):
        if gold.study_design != "unclear":
            yield reader.annotate(gold.document()), {gold.study_design}


def examples(sources: Iterator[tuple[AnnotatedDocument, set[str]]]) -> Iterator[tuple[list[float], bool]]:
    """Yield, of the sources with the cues of a trial, what each sign comes to and whether they only observed."""
    scheme = load_scheme()
    nothing = scheme.model_copy(update={"observed": scheme.observed.model_copy(update={"intercept": -1e9})})
    for annotated, designs in sources:
        is_trial = bool(designs & set(TRIALS))
        if is_trial and designs - set(TRIALS):
            continue
        if study_design(annotated, nothing).design in TRIALS:
            told = weigh(annotated, scheme)
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
