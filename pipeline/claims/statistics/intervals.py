"""In: the text of a sentence and the statistics read in it; out: confidence, credible and uncertainty intervals."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.claims.statistics.numerals import MARKS, RANGE, SIGNED, bounds, number
from pipeline.records import Statistic

NAME = (
    r"(?:(?:confidence|credible|credibility|uncertainty|compatibility|highest (?:posterior )?density) "
    r"(?:intervals?|limits?)(?: [(\[](?:CI|CrI|UI|CL)s?[)\]])?|(?-i:C\.?[Iil]\.?s?|Cr\.?I|BCI|IC|UI|HDI|HPDI?|CL))"
)
_INTERVAL = re.compile(
    rf"(?:(?P<level>\d{{2}}(?:[.·]\d)?)\s?%?\s?)?(?<![A-Za-z]){NAME}{MARKS}(?:\s?(?P<named>\d{{2}})\s?%?(?![\d.·]))?\s?[\])]?"
    rf"(?: (?:of|for) (?:the )?difference)?\s?(?:[=:,]|was|were|of|is)?\s?[(\[]?\s?(?:from\s)?{RANGE}\s?[)\]]?",
    re.IGNORECASE,
)
_BARE = re.compile(rf"{MARKS}\s?[(\[]\s?{RANGE}\s?[)\]]")
_BESIDE = re.compile(rf"{MARKS}[,;:]?\s{RANGE}(?=\s?[)\],;])")  # "(HR 1.05, 0.88-1.25)"
_VALUE_BEFORE = re.compile(
    rf"(?<![\w.·±])(?P<value>{SIGNED})"
    r"(?:\s?(?P<unit>%|mm ?Hg|[\wµμ]+/[\w²³]+|points?|k?g|cm|days?|hours?|kcal))?,?\s?[(\[]?\s?$"
)
_OPENED = re.compile(r",?\s?[(\[]?\s?")
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


def with_values(text: str, found: Sequence[Statistic]) -> list[Statistic]:
    """Join an interval with the nameless amount straight before it ("2.61 (95% CI 1.99 to 3.23)")."""
    joined: list[Statistic] = []
    for statistic in found:
        last = joined[-1] if joined else None
        between = text[last.end if last else 0 : statistic.start]
        if statistic.kind != "interval" or (last and last.kind in ("effect", "percentage")):
            joined.append(statistic)
        elif last and last.kind == "mean" and last.low is None and _OPENED.fullmatch(between):
            joined[-1] = replace(last, end=_closed(text, statistic), low=statistic.low, high=statistic.high)
        elif (match := _VALUE_BEFORE.search(between)) and _within(number(match["value"]), statistic):
            start = statistic.start - len(between) + match.start("value")
            joined.append(replace(statistic, start=start, end=_closed(text, statistic), kind="mean", measure="mean",
                                  value=number(match["value"]), unit=match["unit"] or ""))  # fmt: skip
        else:
            joined.append(statistic)
    return joined


def _closed(text: str, statistic: Statistic) -> int:
    """Return the end of a statistic with the bracket that closes after it."""
    return statistic.end + (text[statistic.end : statistic.end + 1] in (")", "]"))


def _within(value: float, interval: Statistic) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= value <= interval.high


def bare_intervals(text: str, found: Sequence[Statistic]) -> Iterator[Statistic]:
    """Yield what stands in brackets straight after an effect ("[0.56-0.96]") as its interval.

    So is a range that follows a ratio within its brackets, if it holds the ratio.
    """
    for statistic in found:
        match = _BARE.match(text, statistic.end) if statistic.kind in _BOUNDED else None
        beside = _BESIDE.match(text, statistic.end) if statistic.kind == "effect" and match is None else None
        taken = match or beside
        if taken and not any(taken.start() < other.end and other.start < taken.end() for other in found):
            low, high = bounds(taken)
            holds = statistic.value is not None and low < statistic.value < high
            if low <= high and (match or holds):
                start = taken.start() + len(taken.group()) - len(taken.group().lstrip(" *†‡§¶([,;:"))
                yield Statistic(start, taken.end() - (match is not None), "", "interval", "CI", low=low, high=high)
