"""In: the rows of a run as they pass by. Out: its pictures, as files and as records."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.figures.certainty import SourceCount, draw_certainty
from pipeline.figures.estimate import Forest, Pair, forests_of
from pipeline.figures.forest import draw_forest
from pipeline.figures.labels import FileNames, counted
from pipeline.figures.matrix import draw_matrix, importance
from pipeline.figures.style import STYLE
from pipeline.figures.top_k import TopK
from pipeline.records import ComparisonRow, EvidenceRow, Figure
from pipeline.vocabulary import pair_key


class Gallery:
    """Sees every row once and keeps what pictures need of it, however many rows there are; then draws."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._style = STYLE
        limits = self._style.limits
        self._sources: TopK[SourceCount] = TopK(limits.bars, lambda source: source.importance)
        self._comparisons: TopK[ComparisonRow] = TopK(limits.matrix_considered, importance)
        self._forests: TopK[Forest] = TopK(limits.forest_plots, lambda forest: forest.importance)
        self._current = SourceCount("", "", Counter())
        self._n_claims = 0

    def see(self, row: EvidenceRow) -> None:
        """Take a row into account; rows come in the order of evidence.csv, those of a source together."""
        if row.source_id != self._current.source_id:
            self._finish_source()
            self._current = SourceCount(row.source_id, row.source_title, Counter())
        self._current.counts[row.certainty] += 1
        self._n_claims += 1

    def see_pair(self, rows: Iterable[EvidenceRow], comparisons: Sequence[ComparisonRow]) -> None:
        """Take all rows of a nutrient and a condition into account, and their comparison, a row an exposure."""
        for comparison in comparisons:
            self._comparisons.add(comparison)
        for forest in forests_of(rows, comparisons, self._style):
            self._forests.add(forest)

    def draw(self, folder: Path) -> tuple[Figure, ...]:
        """Draw an evidence matrix, the certainty of each source, and a forest plot of each pair that has numbers.

        Each becomes an SVG and a PNG in `folder`, which is made where it is missing; `Figure.note` says what a picture
        leaves out. Nothing is drawn where nothing was seen. Raises `OSError`.
        """
        self._finish_source()
        if not self._n_claims:
            return ()
        folder.mkdir(parents=True, exist_ok=True)
        names = FileNames()
        figures = draw_matrix(self._comparisons.in_order(), self._comparisons.seen, folder)
        shown = self._sources.in_order()
        figures += draw_certainty(shown, n_sources=self._sources.seen, n_claims=self._n_claims, folder=folder)
        plots = [
            draw_forest(plot, names.take("forest", plot.nutrient, plot.condition, plot.family.plural), folder)
            for plot in self._forests.in_order()
        ]
        if left := self._forests.seen - len(plots):
            more = (
                f"{counted(left, 'more forest plot')} of pairs that fewer sources give numbers for "
                f"{'was' if left == 1 else 'were'} not drawn; the numbers are in evidence.csv."
            )
            plots[-1] = replace(plots[-1], note=" ".join(filter(None, (plots[-1].note, more))))
        return (*figures, *plots)

    def _finish_source(self) -> None:
        if self._current.counts:
            self._sources.add(self._current)
        self._current = SourceCount("", "", Counter())


def draw(rows: Iterable[EvidenceRow], comparisons: Iterable[ComparisonRow], folder: Path) -> tuple[Figure, ...]:
    """Draw the pictures of rows in the order of evidence.csv and of what `compare` makes of them.

    What `Gallery` does, for rows that memory holds.

    >>> from pipeline.tables import read_comparison, read_evidence
    >>> rows, bodies = read_evidence("evidence.csv"), read_comparison("comparison.csv")     # doctest: +SKIP
    >>> draw(rows, bodies, Path("figures"))                                                 # doctest: +SKIP
    """
    gallery = Gallery()
    by_claim: dict[str, EvidenceRow] = {}
    for row in rows:
        gallery.see(row)
        by_claim[row.claim_id] = row
    pairs: defaultdict[Pair, list[ComparisonRow]] = defaultdict(list)
    for comparison in comparisons:
        pairs[pair_key(comparison)].append(comparison)
    for bodies in pairs.values():
        claims = (by_claim.get(claim_id) for body in bodies for claim_id in body.claim_ids)
        gallery.see_pair([claim for claim in claims if claim], bodies)
    return gallery.draw(folder)
