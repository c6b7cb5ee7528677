"""In: reviewed rows. Out: how many of them were right, by kind of row, with the interval that so few rows allow."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.records import EvidenceRow

RIGHT = "accepted"
WRONG = ("rejected", "corrected")
LEVEL = 0.95
BANDS = ((0.8, "0.8 and above"), (0.6, "0.6 to 0.8"), (0.4, "0.4 to 0.6"), (0.0, "below 0.4"))


@dataclass(frozen=True, slots=True)
class Precision:
    """Of `n` rows that were accepted, rejected or corrected, `right` were accepted; `low` and `high` are Wilson's.

    The interval is of 95 percent (Wilson 1927). Rows that a reviewer is unsure of do not count.
    """

    kind: str
    value: str
    right: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.n


def band(confidence: float) -> str:
    """Return the words for a range of confidences."""
    return next(words for least, words in BANDS if confidence >= least)


KINDS: Mapping[str, Callable[[EvidenceRow], str]] = {
    "all": lambda row: "all rows",
    "relation": lambda row: row.relation,
    "certainty": lambda row: row.certainty,
    "source_type": lambda row: row.source_type,
    "confidence": lambda row: band(row.confidence),
}


def precisions(rows: Iterable[EvidenceRow]) -> Iterator[Precision]:
    """Yield the precision of the reviewed rows of each kind, the most numerous first.

    A corrected row counts with the values that it has now.
    """
    counts: dict[str, Counter[tuple[str, bool]]] = {kind: Counter() for kind in KINDS}
    for row in rows:
        if row.review_status in (RIGHT, *WRONG):
            for kind, value_of in KINDS.items():
                counts[kind][value_of(row), row.review_status == RIGHT] += 1
    for kind, found in counts.items():
        totals = Counter({value: found[value, True] + found[value, False] for value, _ in found})
        for value, n in sorted(totals.items(), key=lambda item: (-item[1], item[0])):
            right = found[value, True]
            yield Precision(kind, value, right, n, *_interval(right, n))


def _interval(right: int, n: int) -> tuple[float, float]:
    # statsmodels takes a second to load, which runs without a reviewed row are spared
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(right, n, alpha=1 - LEVEL, method="wilson")
    return float(low), float(high)
