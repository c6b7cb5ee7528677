"""In: articles read by eye and annotated documents; out: the weights of `[sample.weights]` in `population.toml`.

A conditional logit: of the numbers of people in a source, and the choice to give none, the right ones should weigh
most. Annotated documents, mostly abstracts, count half.

>>> python -m pipeline.training.sizes ../shared/gold/train.jsonl benchmarks/articles_read.csv FOLDER
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pipeline.grading import load_scheme, schemes
from pipeline.grading.design import weigh
from pipeline.grading.size import mentions, signs_of
from pipeline.training.read_sources import ReadSource, annotated_by_hand, read_by_eye

Array = npt.NDArray[np.float64]
RIDGE = 10.0
OF_ANNOTATED = 0.5
TABLE = schemes.BUNDLED / "population.toml"


class Choices:
    """Sources with a number of people: what each number comes to, by the names of the weights, and which are right."""

    def __init__(self, sources: Iterable[ReadSource], names: Sequence[str]) -> None:
        """Read the signs; sources of which no choice is right are left out."""
        scheme = load_scheme()
        rows: list[list[float]] = []
        right: list[bool] = []
        self.starts: list[int] = []
        self.shares: list[float] = []
        for source in sources:
            own = weigh(source.annotated, scheme).own
            signs = signs_of(mentions(own, scheme.population), own, scheme.population)
            told = [size in source.sizes for size in signs]
            none_is_right = source.no_size and not any(told)
            if not signs or not (any(told) or none_is_right):
                continue
            self.starts.append(len(rows))
            self.shares.append(1.0 if source.by_eye else OF_ANNOTATED)
            rows += [[float(found.get(name, 0.0)) for name in names] for found in signs.values()]
            rows.append([float(name == "none") for name in names])
            right += [*told, none_is_right]
        self.values, self.right = np.array(rows), np.array(right, float)

    def fitted(self) -> Array:
        """Return the weights, with a ridge on those of signs brought to one scale."""
        scale = self.values.std(0) + 1e-6
        given, starts = self.values / scale, np.array(self.starts)
        of = np.repeat(np.arange(len(starts)), np.diff([*starts, len(given)]))
        share = np.array(self.shares)

        def loss(weights: Array) -> tuple[float, Array]:
            powers = given @ weights
            powers = np.exp(powers - np.maximum.reduceat(powers, starts)[of])
            every = np.add.reduceat(powers, starts)
            good = np.add.reduceat(powers * self.right, starts)
            slope = (powers * self.right / good[of] - powers / every[of]) * share[of]
            cost = -(share * np.log(good / every)).sum() + 0.5 * RIDGE * (weights**2).sum()
            return float(cost), RIDGE * weights - given.T @ slope

        result: Array = minimize(loss, np.zeros(given.shape[1]), jac=True, method="L-BFGS-B").x
        return result / scale


def main(gold: str, table: str, folder: str) -> None:
    """Fit the weights on both kinds of sources and write them."""
    names = list(load_scheme().population["sample"]["weights"])
    sources = [*read_by_eye(Path(table), Path(folder), "fit"), *annotated_by_hand(Path(gold))]
    choices = Choices(sources, names)
    text = TABLE.read_text(encoding="utf-8")
    head, tail = text.split("[sample.weights]\n", 1)
    for name, weight in zip(names, choices.fitted(), strict=True):
        tail = re.sub(rf"(?m)^{name} = .*$", f"{name} = {weight:.3f}", tail, count=1)
        print(f"{weight:7.3f}  {name}")
    TABLE.write_text(f"{head}[sample.weights]\n{tail}", encoding="utf-8")
    print(f"{len(choices.starts)} sources, {len(choices.values)} choices")


if __name__ == "__main__":
    main(*sys.argv[1:])
