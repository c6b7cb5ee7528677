"""In: the words of a sentence and its effects; out: the numbers that cannot be, or that do not fit each other.

Each check gives the words that do not fit, "" where there are none or where it cannot tell.
"""

import math
import re
from collections.abc import Sequence

from pipeline.grading.effect import Effect
from pipeline.grading.scheme import CheckRules, PlausibilityRules

_ROUNDING = 0.5
_MOST_PERCENT = 100.0
_ARMS = 2


def impossible_value(text: str, effects: Sequence[Effect], rules: PlausibilityRules, checks: CheckRules) -> str:
    """Return a number that cannot be: p beyond 0 to 1, |r| above 1, a ratio below 0, more than all, swapped bounds."""
    for match in rules.p_value.finditer(text):
        if not 0 <= _number(match["p"]) <= 1:
            return match.group()
    for match in rules.correlation.finditer(text):
        if abs(_number(match["r"])) > 1:
            return match.group()
    for match in rules.share.finditer(text):
        if _number(match["share"] or match["rate"]) > _MOST_PERCENT:
            return match.group()
    for match in rules.events.finditer(text):
        around = text[max(0, match.start() - 30) : match.end() + 20]
        if _number(match["events"]) > _number(match["total"]) and not rules.not_people.search(around):
            return match.group()
    for effect in effects:
        values = [value for value in (effect.value, effect.low, effect.high) if value is not None]
        if effect.is_ratio(checks) and any(value < 0 for value in values):
            return effect.words
        if effect.measure == "r" and any(abs(value) > 1 for value in values):
            return effect.words
        if effect.low is not None and effect.high is not None and effect.low > effect.high:
            return effect.words
    return ""


def lopsided_interval(effect: Effect, rules: PlausibilityRules, checks: CheckRules) -> str:
    """Return an interval whose estimate lies far from its middle (of logs for a ratio), rounding allowed for."""
    value, low, high = effect.value, effect.low, effect.high
    if value is None or low is None or high is None or not low <= value <= high or low == high:
        return ""
    half_digit = _ROUNDING * 10.0**-effect.decimals
    if effect.is_ratio(checks):
        if low - half_digit <= 0:
            return ""
        value_log, low_log, high_log = math.log(value), math.log(low), math.log(high)
        rounding = half_digit / low + half_digit / value
    elif effect.is_difference(checks) and effect.measure not in ("r",):
        value_log, low_log, high_log, rounding = value, low, high, 2 * half_digit
    else:
        return ""
    off = abs(value_log - (low_log + high_log) / 2) - rounding
    return effect.words if off > rules.lopsided * (high_log - low_log) / 2 else ""


def groups_against_total(text: str, rules: PlausibilityRules) -> str:
    """Return groups of a sentence whose sizes do not add up to the number that it says was allocated."""
    total_match = rules.total.search(text)
    if not total_match or rules.not_all.search(text):
        return ""
    total = _number(next(size for size in total_match.groupdict().values() if size))
    groups = [m for m in rules.group.finditer(text) if m.start() > total_match.start()]
    sizes = [_number(m["n"] or m["m"]) for m in groups]
    sizes = [size for size in sizes if size != total]
    if len(sizes) < 2 or sum(sizes) == total or max(sizes) < total / 10:
        return ""
    return f"{total_match.group().strip()} but {' + '.join(str(int(size)) for size in sizes)}"


def subgroup_above_total(text: str, size: int | None, rules: PlausibilityRules) -> str:
    """Return a subgroup that is larger than the sample it is part of."""
    for match in rules.subgroup.finditer(text):
        number = _number(match["n"] or match["m"] or match["k"])
        if size is not None and number > size:
            return f"{match.group().strip()} of {size}"
    return ""


def arm_sizes(text: str, rules: PlausibilityRules) -> tuple[int, ...]:
    """Return the sizes of two groups that a sentence names, empty where it does not name just two."""
    sizes = tuple(int(_number(match["n"] or match["m"])) for match in rules.group.finditer(text))
    return sizes if len(sizes) == _ARMS else ()


def relative_against_absolute(
    text: str, effects: Sequence[Effect], rules: PlausibilityRules, checks: CheckRules, arms: tuple[int, ...] = ()
) -> str:
    """Return an effect, relative or absolute, that the counts or rates of its sentence do not give.

    `arms` are the sizes of the two groups where the source gives them elsewhere, in the order of their naming.
    A ratio whose interval holds what they give, an adjusted one, and a change in percentage points are left alone.
    """
    found = _two_risks(text, rules, arms)
    if found is None:
        return ""
    first, second, ordered, words = found
    if difference := _other_difference(text, first, second, rules):
        return f"{difference}; {words}"
    ratios = [_implied(*pair) for pair in ([(first, second)] if ordered else [(first, second), (second, first)])]
    ratios = [ratio for ratio in ratios if ratio]
    if not ratios:
        return ""
    if not rules.adjusted.search(text):
        for effect in effects:
            if effect.value is None or effect.value <= 0 or effect.measure not in ("RR", "OR", "HR", "IRR", "PR"):
                continue
            slack = rules.hazard_slack if effect.measure in ("HR", "IRR") else rules.ratio_slack
            if not any(_fits(effect, ratio["OR" if effect.measure == "OR" else "RR"], slack) for ratio in ratios):
                return f"{effect.words}; {words}"
    for match in rules.relative.finditer(text):
        said, in_points = _said_ratio(match)
        points = abs(first[0] - second[0]) * 100
        if said is None or (in_points is not None and abs(points - in_points) <= 1):
            continue
        slack = 1.0 + 2 * (rules.ratio_slack - 1.0)
        if not any(low / slack <= said <= high * slack for low, high in (ratio["RR"] for ratio in ratios)):
            return f"{match.group()}; {words}"
    return ""


def baseline_risk(text: str, rules: PlausibilityRules) -> float | None:
    """Return the risk in the comparison group that a sentence states, None where it states none."""
    found = _two_risks(text, rules)
    return found[1][0] if found is not None and found[2] else None


def words_against_means(text: str, rules: PlausibilityRules) -> str:
    """Return two means or percentages that stand in the other order than the word that compares them says."""
    for pattern, rising in ((rules.rose, True), (rules.fell, False)):
        for match in pattern.finditer(text):
            first, second = _number(match["first"]), _number(match["second"])
            if first != second and (second > first) is not rising:
                return match.group()
    comparatives = [*rules.higher.finditer(text), *rules.lower.finditer(text)]
    if len(comparatives) != 1:
        return ""
    word = comparatives[0]
    than = rules.than.search(text, word.end())
    numbers = [m for m in rules.means.finditer(text, than.end() if than else len(text)) if _same_unit(m)]
    if than is None or len(numbers) != 1:
        return ""
    first, second = _number(numbers[0]["first"]), _number(numbers[0]["second"])
    is_higher = rules.higher.fullmatch(word.group()) is not None
    if first == second or (first > second) is is_higher:
        return ""
    return f"{word.group()}: {numbers[0].group()}"


def _two_risks(
    text: str, rules: PlausibilityRules, arms: tuple[int, ...] = ()
) -> tuple[tuple[float, float], tuple[float, float], bool, str] | None:
    """Two risks as (share, half a digit), whether the second is the comparison's, and their words."""
    if match := rules.counts.search(text):
        e1, n1, e2, n2 = (_number(match[name]) for name in ("e1", "n1", "e2", "n2"))
        if not (0 < e1 <= n1 and 0 < e2 <= n2):
            return None
        first, second = (e1 / n1, 0.0), (e2 / n2, 0.0)
    elif match := rules.change.search(text):
        first, second = _share(match["second"]), _share(match["first"])
        return (first, second, True, match.group()) if first[0] > 0 < second[0] else None
    elif match := rules.rates.search(text):
        first, second = _share(match["first"]), _share(match["second"])
        if not (first[0] > 0 < second[0]):
            return None
    elif arms and (match := rules.events_alone.search(text)):
        events = [_number(match[name]) for name in ("e1", "e2")]
        if not all(0 < count < size for count, size in zip(events, arms, strict=True)):
            return None
        first, second = ((count / size, 0.0) for count, size in zip(events, arms, strict=True))
        return (
            first,
            second,
            rules.control.search(match.group(), match.end("e1") - match.start()) is not None,
            match.group(),
        )
    else:
        return None
    name = match.lastgroup and ("n1" if "n1" in match.groupdict() else "first")
    middle = match.end(name or "first")
    tail = text[middle : match.end() + 40]
    split = tail.find(match["n2"] if "n2" in match.groupdict() else match["second"])
    before, after = tail[:split], tail[split:]
    first_is_control, second_is_control = rules.control.search(before), rules.control.search(after)
    if first_is_control and not second_is_control:
        return second, first, True, match.group()
    return first, second, bool(second_is_control and not first_is_control), match.group()


def _other_difference(
    text: str, first: tuple[float, float], second: tuple[float, float], rules: PlausibilityRules
) -> str:
    """A stated difference of two risks, or number needed to treat, that the risks do not give."""
    points = 100 * abs(first[0] - second[0])
    rounding = 100 * (first[1] + second[1])
    for match in rules.absolute.finditer(text):
        said = match["points"] or match["more"]
        if said and abs(_number(said) - points) > rules.points_slack + rounding:
            return match.group()
        if match["needed"] and points:
            least, most = 100 / (points + rounding), 100 / max(points - rounding, 1e-9)
            if not least / rules.needed_slack - 1 <= _number(match["needed"]) <= most * rules.needed_slack + 1:
                return match.group()
    return ""


def _implied(first: tuple[float, float], second: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """The lowest and highest risk ratio and odds ratio that two rounded risks allow."""
    lows, highs = ([min(max(r + s * d, 1e-9), 1 - 1e-9) for r, d in (first, second)] for s in (-1, 1))
    return {
        "RR": (lows[0] / highs[1], highs[0] / lows[1]),
        "OR": (_odds(lows[0]) / _odds(highs[1]), _odds(highs[0]) / _odds(lows[1])),
    }


def _odds(risk: float) -> float:
    return risk / (1 - risk)


def _fits(effect: Effect, implied: tuple[float, float], slack: float) -> bool:
    value, half_digit = effect.value or 0.0, _ROUNDING * 10.0**-effect.decimals
    if effect.low is not None and effect.high is not None and effect.low <= implied[1] and implied[0] <= effect.high:
        return True
    return (value - half_digit) / slack <= implied[1] and implied[0] <= (value + half_digit) * slack


def _said_ratio(match: re.Match[str]) -> tuple[float | None, float | None]:
    """The ratio that words of relative change give, and the change in percent where they give one."""
    if match["halved"]:
        return 0.5, None
    if match["doubled"]:
        return 2.0, None
    down, up = match["share"] or match["less"] or match["cut"], match["more"]
    percent = _number(down or up)
    ratio = 1 - percent / 100 if down else 1 + percent / 100
    return (ratio if ratio > 0 else None), percent


def _share(percent: str) -> tuple[float, float]:
    decimals = len(percent.partition(".")[2])
    return float(percent) / 100, _ROUNDING * 10.0**-decimals / 100


def _same_unit(match: re.Match[str]) -> bool:
    first, second = match["unit1"], match["unit2"]
    return second is not None and (first is None or first == second)


def _number(digits: str) -> float:
    cleaned = re.sub(r"[,\u2009\u202f ](?=\d{3})", "", digits).replace("−", "-").replace("·", ".")
    return float(cleaned)
