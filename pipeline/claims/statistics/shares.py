"""In: the text of a sentence; out: its percentages, percentage points, shares ("1 in 5"), counts and sample sizes."""

import re
from collections.abc import Iterator

from pipeline.claims.statistics.numerals import SIGNED, number
from pipeline.records import Statistic

_PEOPLE = (
    r"(?:patients|participants|subjects|women|men|children|infants|people|individuals|cases|adults|mothers|girls|boys)"
)
_COUNT = re.compile(
    r"(?P<count>\d{1,3}(?:,\d{3})+|\d+)(?:\s?\(\d+(?:[.·]\d+)?\s?%\))?\s?(?:/\s?|(?:out\s)?of\s(?:the\s)?)(?P<total>\d{1,3}(?:,\d{3})+|\d+)(?![\d.·/])"
    rf"(?:\s(?:{_PEOPLE}|studies|trials))?"
    r"(?:\s?[(\[]\s?(?P<percent>\d+(?:[.·]\d+)?)\s?%\s?[)\]]|, \d+(?:[.·]\d+)?\s?%(?=[\s]?[)\]]))?"
)
_COUNTED = re.compile(  # "54 (15.8%)"
    r"(?<![\w.,·/])\d{1,3}(?:,\d{3})*\s?[(\[]\s?(?P<percent>\d+(?:[.·]\d+)?)\s?%\s?[)\]]"
)
_FIRST_OF_TWO = re.compile(r"(?<![\w.·,])(?P<value>\d+(?:[.·]\d+)?)(?=(?:,? and|,) \d+(?:[.·]\d+)?\s?%)")
_PERCENT = re.compile(
    rf"(?:(?<![\w.·])(?P<from>\d+(?:[.·]\d+)?)\s?%?(?:[-–]| to ))?"
    rf"(?P<value>{SIGNED})\s?(?:%|per ?cent)(?!\s?(?:confidence|credible|uncertainty|C\.?I|CrI|UI))"
)
_POINTS = re.compile(
    rf"(?P<value>{SIGNED})[- ](?:percentage|percent|%)[- ]points?\b|(?P<short>{SIGNED})\s?(?:pp|%-points?)\b"
)
_PREPARATION = (
    r"solution|syrup|cream|gel|ointment|lotion|drops|saline|dextrose|glucose|paste|varnish|rinse|mouthwash|shampoo|"
    r"suspension|emulsion|powder|infusion|spray|w/v|v/v|w/w"
)
_STRENGTH_AFTER = re.compile(rf"\)?\s(?:[\w-]+ ){{0,2}}?(?:{_PREPARATION})\b", re.IGNORECASE)
_STRENGTH_BEFORE = re.compile(rf"\b(?:{_PREPARATION})\s?[(\[]?\s?(?:(?:of|with|containing)\b ?)?$", re.IGNORECASE)
_OF_A_DOSE = re.compile(
    r"\s(?:of|below|above) (?:the |their |its |an? |daily )?(?:[\w-]+ ){0,3}?(?:doses?|dosage|intakes?|allowances?|"
    r"RD[AI]s?|requirements?|energy|calories|capacity)\b"
)  # "75% of the usual dose" is no result
_LIMIT_BEFORE = re.compile(
    r"\b(?:HbA1c|A1c|h(?:a)?emoglobin|saturation|TSAT|h(?:a)?ematocrit|fraction|LVEF|FEV1|FMD)(?: levels?| values?)?"
    r" (?:of )?(?:above|below|under|over|at least|greater than|less than|more than|>|<|≥|≤|exceeding)\s?$",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?<=\bby )(?:(?:about|approximately|almost|nearly|roughly) )?"
    r"(?P<part>one[- ]third|a third|two[- ]thirds|one[- ]half|half|one[- ]quarter|a quarter)\b"
)
_PARTS = {"third": 33.3, "thirds": 66.7, "half": 50.0, "quarter": 25.0}
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
          "twenty": 20, "hundred": 100, "a hundred": 100, "thousand": 1000, "a thousand": 1000}  # fmt: skip
_CARDINAL = "|".join(sorted(_WORDS, key=len, reverse=True))
_IN = re.compile(
    rf"(?<![\w.,·/-])(?P<part>\d{{1,3}}|one|two|three|four|five)(?: {_PEOPLE})? (?:in|out of)(?: every)? "
    rf"(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d+|{_CARDINAL})(?![\w.,·/-]*\d)"
    r"(?! (?:mm|weeks?|days?|years?|months?|hours?)\b)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\s(?:reductions?|increases?|decreases?|lower|higher|greater|improvements?|declines?|less|more)(?: risk)?\b"
)
_SAMPLE = re.compile(
    r"(?<![\w])[nN]\s?=\s?(?P<value>\d{1,3}(?:,\d{3})+|\d+)|"
    r"(?<=\binvolving )(?P<people>\d{1,3}(?:,\d{3})+|\d+)\s"
    r"(?:patients|participants|subjects|women|men|children|infants)\b|"
    rf"(?<![\w.,])(?P<pooled>\d{{1,3}}(?:,\d{{3}})+|\d+) {_PEOPLE}(?=[),;\]])"
)


def counts(text: str) -> Iterator[Statistic]:
    """Yield counts with their total ("7 of 8"); offsets are the sentence's."""
    for match in _COUNT.finditer(text):
        count, total = int(number(match["count"])), int(number(match["total"]))
        if total > 0 and count <= total and not re.match(r"\s?(?:mm|weeks?|days?|years?)\b", text[match.end() :]):
            yield Statistic(match.start(), match.end(), "", "count", "count", value=float(count), total=total)


def shares(text: str) -> Iterator[Statistic]:
    """Yield shares in words or small numbers ("1 in 5", "one in twenty") as percentages."""
    for match in _IN.finditer(text):
        part, whole = (_WORDS.get(match[name].lower()) or number(match[name]) for name in ("part", "whole"))
        if 0 < part < whole:
            value = round(100 * part / whole, 3)
            yield Statistic(match.start(), match.end(), "", "percentage", "%", value=value, unit="%")


def percentages(text: str) -> Iterator[Statistic]:
    """Yield percentages that tell a result, not the strength of a preparation or the limit of who took part."""
    for match in _PERCENT.finditer(text):
        before = text[: match.start()]
        if (
            _STRENGTH_BEFORE.search(before)
            or _STRENGTH_AFTER.match(text, match.end())
            or (_OF_A_DOSE.match(text, match.end()))
        ):
            yield Statistic(match.start(), match.end(), "", "dose", "dose", value=number(match["value"]), unit="%")
            continue
        if _LIMIT_BEFORE.search(before):
            continue
        change = _CHANGE.match(text, match.end())
        end = change.end() if change else match.end()
        value = number(match["from"] or match["value"])
        yield Statistic(match.start(), end, "", "percentage", "%", value=value, unit="%")


def counted_percentages(text: str) -> Iterator[Statistic]:
    """Yield numbers of people with their percentage in brackets ("54 (15.8%)")."""
    for match in _COUNTED.finditer(text):
        yield Statistic(match.start(), match.end(), "", "percentage", "%", value=number(match["percent"]), unit="%")


def first_of_two(text: str) -> Iterator[Statistic]:
    """Yield the first of two percentages that share a sign, handed out in turn ("24 and 31%, respectively")."""
    if "respectively" in text:
        for match in _FIRST_OF_TWO.finditer(text):
            yield Statistic(match.start(), match.end(), "", "percentage", "%", value=number(match["value"]), unit="%")


def percentage_points(text: str) -> Iterator[Statistic]:
    """Yield differences in percentage points, which are no percentages."""
    for match in _POINTS.finditer(text):
        value = number(match["value"] or match["short"])
        yield Statistic(match.start(), match.end(), "", "effect", "RD", value=value, unit="percentage points")


def parts(text: str) -> Iterator[Statistic]:
    """Yield changes by a part in words ("by one third") as percentages."""
    for match in _PART.finditer(text):
        value = _PARTS[re.split(r"[- ]", match["part"])[-1]]
        yield Statistic(match.start(), match.end(), "", "percentage", "%", value=value, unit="%")


def samples(text: str) -> Iterator[Statistic]:
    """Yield sample sizes ("n = 120", "involving 120 women")."""
    for match in _SAMPLE.finditer(text):
        if match["pooled"] and text.rfind("(", 0, match.start()) <= text.rfind(")", 0, match.start()):
            continue
        value = number(match["value"] or match["people"] or match["pooled"])
        yield Statistic(match.start(), match.end(), "", "sample size", "n", value=value)
