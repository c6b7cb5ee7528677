"""In: the text of a sentence and the statistics read in it; out: confidence, credible and uncertainty intervals."""

import re
from collections.abc import Iterator, Sequence

from pipeline.claims.statistics.numerals import MARKS, RANGE, bounds, number
from pipeline.records import Statistic

NAME = (
    r"(?:(?:confidence|credible|credibility|uncertainty|compatibility|highest (?:posterior )?density) "
    r"(?:intervals?|limits?)(?: [(\[](?:CI|CrI|UI|CL)s?[)\]])?|(?-i:C\.?[Iil]\.?s?|Cr\.?I|BCI|UI|HDI|HPDI?|CL))"
)
_INTERVAL = re.compile(
    rf"(?:(?P<level>\d{{2}}(?:[.·]\d)?)\s?%?\s?)?(?<![A-Za-z]){NAME}{MARKS}(?:\s?(?P<named>\d{{2}})\s?%?(?![\d.·]))?\s?[\])]?"
    rf"(?: (?:of|for) (?:the )?difference)?\s?(?:[=:,]|was|were|of|is)?\s?[(\[]?\s?(?:from\s)?{RANGE}\s?[)\]]?",
    re.IGNORECASE,
)
_BARE = re.compile(rf"{MARKS}\s?[(\[]\s?{RANGE}\s?[)\]]")
_BOUNDED = ("effect", "mean", "percentage")


def intervals(text: str) -> Iterator[Statistic]:
    """Yield the named intervals of a sentence; offsets are the sentence's."""
    for match in _INTERVAL.finditer(text):
        end = match.end()
        inside = match.group()
        if inside.count("(") + inside.count("[") < inside.count(")") + inside.count("]"):
            end -= len(inside) - len(inside.rstrip(")] "))
        low, high = bounds(match)
        level = match["level"] or match["named"]
        yield Statistic(
            match.start(), end, "", "interval", "CI", low=low, high=high, level=number(level) if level else None
        )


def bare_intervals(text: str, found: Sequence[Statistic]) -> Iterator[Statistic]:
    """Yield what stands in brackets straight after an effect ("[0.56-0.96]") as its interval."""
    for statistic in found:
        match = _BARE.match(text, statistic.end) if statistic.kind in _BOUNDED else None
        if match and not any(match.start() < other.end and other.start < match.end() for other in found):
            low, high = bounds(match)
            if low <= high:
                start = match.start() + len(match.group()) - len(match.group().lstrip(" *†‡§¶(["))
                yield Statistic(start, match.end() - 1, "", "interval", "CI", low=low, high=high)
