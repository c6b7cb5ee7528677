"""In: a sentence; out: its statistics in order, each number read once and by the reader that knows most about it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.claims.statistics.amounts import VERSUS, changes, doses, means, measured, spreads_in_brackets, two_sides
from pipeline.claims.statistics.effects import effects, effects_with_intervals, folds
from pipeline.claims.statistics.intervals import bare_intervals, intervals, with_values
from pipeline.claims.statistics.numerals import plain
from pipeline.claims.statistics.p_values import p_values
from pipeline.claims.statistics.shares import (
    counted_percentages,
    counts,
    first_of_two,
    parts,
    percentage_points,
    percentages,
    samples,
    shares,
)
from pipeline.records import Sentence, Statistic

_READERS: tuple[Callable[[str], Iterator[Statistic]], ...] = (
    effects_with_intervals,
    intervals,
    p_values,
    effects,
    counts,
    means,
    spreads_in_brackets,
    percentage_points,
    two_sides,
    counted_percentages,
    percentages,
    first_of_two,
    parts,
    shares,
    changes,
    folds,
    samples,
    measured,
    doses,
)


def statistics(sentence: Sentence) -> list[Statistic]:
    """Return the statistics of a sentence in order of offset; offsets are the document's."""
    text = plain(sentence.text)
    found: list[Statistic] = []
    for reader in _READERS:
        for statistic in reader(text):
            if not any(statistic.start < other.end and other.start < statistic.end for other in found):
                found.append(statistic)
    found.sort(key=lambda s: s.start)
    found = sorted([*found, *bare_intervals(text, found)], key=lambda s: s.start)
    return [_placed(statistic, sentence) for statistic in _compared(text, with_values(text, found))]


def _placed(statistic: Statistic, sentence: Sentence) -> Statistic:
    words = sentence.text[statistic.start : statistic.end]
    start = sentence.start + statistic.start + len(words) - len(words.lstrip())
    words = words.strip()
    return replace(statistic, start=start, end=start + len(words), text=words)


def _compared(text: str, found: list[Statistic]) -> list[Statistic]:
    """Join the two sides of a comparison ("5.2% vs 5.9%") into one statistic that keeps the first side's number."""
    joined: list[Statistic] = []
    for statistic in found:
        last = joined[-1] if joined else None
        if last and last.kind == statistic.kind and VERSUS.fullmatch(text[last.end : statistic.start]):
            joined[-1] = replace(last, end=statistic.end)
        else:
            joined.append(statistic)
    return joined
