"""In: a sentence that only gives numbers of two arms or their ratio; out: the direction that these state.

"Diarrhoea occurred in 4.6% of the synbiotic group and 8.0% of the placebo group (P = 0.03)" has no word of direction:
the smaller share with the nutrient and the p-value say that diarrhoea was rarer; above 0.05 that it did not differ.
Without any test shares say so where one is a quarter larger than the other. So does a ratio with its interval: "the
risk ratio for neural tube defects with folic acid was 0.31 (0.17 to 0.58)".
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.claims.clauses import masked
from pipeline.claims.statistics.effects import RATIOS
from pipeline.lexicons.cues import Sign
from pipeline.records import Mention, Sentence, Statistic
from pipeline.vocabulary import Exposure

_SHARE = (
    r"(?:(?P<{0}>\d+(?:[.·]\d+)?)\s?%|(?P<{0}_part>\d+) (?:of|out of|/) ?(?P<{0}_all>\d+)\b|"
    r"(?P<{0}_cases>\d+) (?=(?:OUT|cases|events)?\b ?(?:in|on|with|under|among) [\w -]{{0,40}}(?:arm|group)\b))"
)
_CONTROL = (
    r"(?:placebo|controls?|unsupplemented|untreated|non-?supplemented|dummy|no treatment|"
    r"usual care|standard care)"
)
_LINK = r"[^%;]{0,50}?"
_NAMED_LINK = r"(?: (?:arm|group|recipients?|users?|takers?))?(?:, | \(|: | )(?:only |about |some )?"
_TO = r"(?:and|versus|vs\.?|v|compared (?:with|to)|against|but|,)\s"
_GIVEN_FIRST = re.compile(
    rf"{_SHARE.format('given')}{_LINK}\bNUT\b{_LINK}{_TO}{_LINK}{_SHARE.format('control')}{_LINK}\b{_CONTROL}\b"
)
_CONTROL_FIRST = re.compile(
    rf"{_SHARE.format('control')}{_LINK}\b{_CONTROL}\b{_LINK}{_TO}{_LINK}{_SHARE.format('given')}{_LINK}\bNUT\b"
)
_GIVEN_NAMED_FIRST = re.compile(
    rf"\bNUT\b{_NAMED_LINK}{_SHARE.format('given')}[^%]{{0,60}}?\b{_CONTROL}\b{_NAMED_LINK}{_SHARE.format('control')}"
)
_CONTROL_NAMED_FIRST = re.compile(
    rf"\b{_CONTROL}\b{_NAMED_LINK}{_SHARE.format('control')}[^%]{{0,60}}?\bNUT\b{_NAMED_LINK}{_SHARE.format('given')}"
)  # "with placebo, 31% had OUT; with NUT, 19% did"
_DIRECTED = re.compile(
    r"\b(?:more|less|fewer|higher|lower|great\w*|small\w*|increas\w+|decreas\w+|reduc\w+|improv\w+|worse\w*|rose|fell|"
    r"prevent\w*|protect\w*|gain\w*|los[st]\w*|from)\b"
)
_REVERSED = re.compile(
    r"\b(?:lowest|low|bottom|deficien\w+|insufficien\w+|lack|without|placebo|controls?|no \w+|untreated|non-?users?)"
    r"(?: [\w-]+){0,4} (?:v|vs\.?|versus|compared (?:with|to)|against|relative to|than)\b|\bper\b|\bpredict\w*|\bNUT_"
)  # a ratio the other way round, or a model's
_GIVEN: tuple[Exposure, ...] = ("supplementation", "intake")
_SIGNIFICANT = 0.05
_LARGER = 1.25  # times; the least relative difference of shares that stand without a test
_ORDERS = (_GIVEN_FIRST, _CONTROL_FIRST, _GIVEN_NAMED_FIRST, _CONTROL_NAMED_FIRST)
_DIGITS = re.compile(r"\d*\.?\d+(?:e-\d+)?")


def stated_by_arms(
    sentence: Sentence,
    nutrient: Mention,
    outcome: Mention,
    numbers: Sequence[Statistic],
    beside: Iterable[Mention] = (),
    exposure: Exposure = "supplementation",
) -> Sign | None:
    """Return what the one ratio, or the arms' shares and one p-value, of a pair state, None where words direct it."""
    text = masked(sentence, nutrient, outcome, beside)
    if _DIRECTED.search(text) or "OUT" not in text:
        return None
    if exposure in _GIVEN and (said := _stated_by_ratio(text, outcome, numbers)):
        return said
    tests = [s for s in numbers if s.kind == "p-value" and s.p_value]
    if len(tests) > 1:
        return None
    shares = next(filter(None, (order.search(text) for order in _ORDERS)), None)
    if tests and not _is_significant(tests[0].p_value):
        several = sum(s.kind in ("percentage", "count", "mean") for s in numbers) > 1
        return "none" if shares or several else None
    if shares is None or text.index("OUT") > shares.end():
        return None
    given, control = (_share(shares, arm) for arm in ("given", "control"))
    if given is None or control is None or given[1] != control[1] or given == control:
        return None
    untested = not tests and not any(s.kind in ("effect", "interval") for s in numbers)
    if not tests and not (untested and given[1] != "cases" and _differ(given[0], control[0])):
        return None
    return "lowers" if given < control else "raises"


def _stated_by_ratio(text: str, outcome: Mention, numbers: Sequence[Statistic]) -> Sign | None:
    """Return what one ratio with its interval says of a condition; an interval around 1 leaves it open."""
    ratios = [s for s in numbers if s.kind == "effect" and s.measure in RATIOS]
    intervals = [s for s in numbers if s.kind == "interval"]
    if outcome.kind == "measure" or len(ratios) != 1 or len(intervals) != 1 or _REVERSED.search(text):
        return None
    ratio, low, high = ratios[0].value, intervals[0].low, intervals[0].high
    if ratio is None or low is None or high is None or not low <= ratio <= high:
        return None
    return "lowers" if high < 1 else ("raises" if low > 1 else None)


def _share(shares: re.Match[str], arm: str) -> tuple[float, str] | None:
    """Return what share of an arm had the outcome, and how it is written; arms with cases alone are taken as alike."""
    if shares[arm]:
        return float(shares[arm].replace("·", ".")), "share"
    if shares[f"{arm}_part"]:
        whole = float(shares[f"{arm}_all"])
        return (float(shares[f"{arm}_part"]) / whole, "part") if whole else None
    return float(shares[f"{arm}_cases"]), "cases"


def _differ(given: float, control: float) -> bool:
    """Whether one of two shares is so much larger that no reader takes them for alike."""
    return max(given, control) >= _LARGER * min(given, control)


def _is_significant(p_value: str) -> bool:
    digits = _DIGITS.search(p_value)
    if digits is None or p_value[0] in ">≥":
        return False
    return float(digits.group()) < _SIGNIFICANT or (p_value[0] in "<≤" and float(digits.group()) <= _SIGNIFICANT)
