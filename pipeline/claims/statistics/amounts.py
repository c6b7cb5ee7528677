"""In: the text of a sentence; out: measured amounts: means with their spread, changes, results with a unit, doses."""

import re
from collections.abc import Iterator

from pipeline.claims.statistics.numerals import POSITIVE, RANGE, SIGNED, bounds, number
from pipeline.records import Statistic
from pipeline.vocabulary import StatisticKind

_MEAN = re.compile(
    rf"(?P<value>{SIGNED})\s?(?:±|\+/[-−])\s?(?P<spread>{POSITIVE})"
    r"(?:\s?(?!to\b|vs\b|versus\b|v\b|and\b|in\b|than\b|compared\b|for\b|at\b)(?P<unit>%(?:/[a-z]+)?|[µμ]?[A-Za-z][\w/²³·^]*(?:/[\w²³]+)?))?"
)
_UNIT = (
    r"mm ?Hg|[mµμ]?g/d[lL]|g/[lL]|k?cal(?:/(?:d|day))?|kJ|micro(?:g|mol)/[lL]|"
    r"[nmµμp]mol/[lL]|[nmpµμ]g/m?[lL]|kg(?:/m2)?|cm ?2|cm|mm|points?|pt|days?|h|hours?|min|"
    r"beats/min|SD|z-?scores?|U/[lL]|mU/[lL]|IU/[lL]|ml/min"
)
_MEASURED = re.compile(rf"(?<![\w.])(?P<value>{SIGNED})\s?(?P<unit>{_UNIT}|(?:mg|µg|μg|g|IU)/d(?:ay)?)(?![\w/])")
_OF_A_RESULT = re.compile(r"\b(?:was|were|than|averaged|reached|compared (?:with|to)|v/?s\.?|versus)\s$")
_AT = re.compile(r"\b(?:at|of|to)\s$")  # before an amount that no dose has
_OF_BLOOD = re.compile(r"(?:mm ?Hg|.*/(?:d?[lL]|m[lL]))$")
VERSUS = re.compile(r"\s*(?:v/?s\.?|versus|(?:as )?compared (?:to|with)|as opposed to|v\.?|to)\s*", re.IGNORECASE)
_TWO_SIDES = re.compile(
    rf"(?<![\w.·])(?P<value>{SIGNED})\s?%?\s?(?:v/?s\.?|versus|v\.?)\s?{SIGNED}(?:\s?(?P<unit>{_UNIT}|%))?(?![\w.·±])"
)
_SPREAD_IN_BRACKETS = re.compile(  # mean (SD), and median (range) where a unit or a decimal tells it from a citation
    rf"(?<![\w.·])(?:(?P<value>\d+[.·]\d+)\s?[(\[](?P<spread>\d+[.·]\d+)[)\]]|"
    rf"(?P<mean>{POSITIVE})\s?%?\s?[(\[](?:SD|SEM?|s\.d\.|s\.e\.(?:m\.)?)[\s=:]*(?P<error>{POSITIVE})\s?%?[)\]]|"
    rf"(?P<median>{SIGNED}),?(?:\s(?:{_UNIT}))?\s?[(\[](?:IQR:?\s?|range:?\s?)?{RANGE}[)\]])(?:\s?(?P<unit>{_UNIT}|%)(?!\w))?"
)
_CHANGED_BY = re.compile(
    rf"(?<=\bby )(?:(?P<value>[-−–+]\s?{POSITIVE})(?:\s?(?P<unit>{_UNIT}))?|(?P<amount>{POSITIVE})\s?(?P<of>{_UNIT}))"
    rf"(?![\w.·%])"
)
_DOSE = re.compile(
    rf"(?P<value>{POSITIVE})\s?(?P<unit>(?:mg|µg|μg|mcg|IU|g|kg|ng|mmol|µmol|μmol|CFU)(?:/(?:d|day|kg|wk|week|dL|L|mL|ml))*)\b",
)

_VITAL_SIGN = re.compile(r"\b(?:HR|RR|BP|SpO2|pulse|temperature)\s?[=:]?\s?$")  # of one patient, beside what happened


def means(text: str) -> Iterator[Statistic]:
    """Yield means with a spread ("4.3 ± 1.2 mmHg"); offsets are the sentence's."""
    for match in _MEAN.finditer(text):
        spread = number(match["spread"])
        value = number(match["value"])
        low, high = round(value - spread, 9), round(value + spread, 9)
        unit = match["unit"] or ""
        yield Statistic(match.start(), match.end(), "", "mean", "mean", value=value, low=low, high=high, unit=unit)


def two_sides(text: str) -> Iterator[Statistic]:
    """Yield two sides of a comparison that share a unit ("12.5 vs. 41.7%")."""
    for match in _TWO_SIDES.finditer(text):
        kind: StatisticKind = "percentage" if match["unit"] == "%" else "mean"
        measure = "%" if kind == "percentage" else "mean"
        value, unit = number(match["value"]), match["unit"] or ""
        yield Statistic(match.start(), match.end(), "", kind, measure, value=value, unit=unit)


def spreads_in_brackets(text: str) -> Iterator[Statistic]:
    """Yield means with SD and medians with a range in brackets."""
    for match in _SPREAD_IN_BRACKETS.finditer(text):
        unit = match["unit"] or ""
        if match["value"] or match["mean"]:
            value, spread = number(match["value"] or match["mean"]), number(match["spread"] or match["error"])
            low, high = round(value - spread, 9), round(value + spread, 9)
        elif unit or re.search(r"\d[.·]\d", match.group()):
            value = number(match["median"])
            low, high = bounds(match)
        else:
            continue
        if low <= value <= high:
            yield Statistic(match.start(), match.end(), "", "mean", "mean", value=value, low=low, high=high, unit=unit)


def changes(text: str) -> Iterator[Statistic]:
    """Yield signed changes ("by −5.25 mg/dL")."""
    for match in _CHANGED_BY.finditer(text):
        value, unit = number(match["value"] or match["amount"]), match["unit"] or match["of"] or ""
        yield Statistic(match.start(), match.end(), "", "mean", "MD", value=value, unit=unit)


def measured(text: str) -> Iterator[Statistic]:
    """Yield the results written as a number with its unit in brackets or beside "versus"."""
    for match in _MEASURED.finditer(text):
        opened = text.rfind("(", 0, match.start()), text.rfind("[", 0, match.start())
        closed = text.rfind(")", 0, match.start()), text.rfind("]", 0, match.start())
        before = text[max(0, match.start() - 30) : match.start()]
        in_blood = _OF_BLOOD.match(match["unit"]) and _AT.search(before)
        beside = VERSUS.match(text, match.end()) or _OF_A_RESULT.search(before) or in_blood
        if _VITAL_SIGN.search(before):
            continue
        if max(opened) > max(closed) or beside:
            value, unit = number(match["value"]), match["unit"]
            yield Statistic(match.start(), match.end(), "", "mean", "mean", value=value, unit=unit)


def doses(text: str) -> Iterator[Statistic]:
    """Yield what was given or taken ("800 IU/d"); it backs no claim."""
    for match in _DOSE.finditer(text):
        yield Statistic(
            match.start(), match.end(), "", "dose", "dose", value=number(match["value"]), unit=match["unit"]
        )
