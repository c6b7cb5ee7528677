"""In: a sentence that only gives the numbers of two arms; out: the direction that these and their test state.

"Diarrhoea occurred in 4.6% of the synbiotic group and 8.0% of the placebo group (P = 0.03)" has no word of direction:
the smaller share with the nutrient and the p-value say that diarrhoea was rarer; above 0.05 that it did not differ.
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.claims.clauses import masked
from pipeline.lexicons.cues import Sign
from pipeline.records import Mention, Sentence, Statistic

_SHARE = r"(?P<{0}>\d+(?:[.·]\d+)?)\s?%"
_CONTROL = (
    r"(?:placebo|controls?|unsupplemented|untreated|non-?supplemented|dummy|no treatment|"
    r"usual care|standard care)"
)
_LINK = r"[^%;]{0,50}?"
_TO = r"(?:and|versus|vs\.?|v|compared (?:with|to)|against|but|,)\s"
_GIVEN_FIRST = re.compile(
    rf"{_SHARE.format('given')}{_LINK}\bNUT\b{_LINK}{_TO}{_LINK}{_SHARE.format('control')}{_LINK}\b{_CONTROL}\b"
)
_CONTROL_FIRST = re.compile(
    rf"{_SHARE.format('control')}{_LINK}\b{_CONTROL}\b{_LINK}{_TO}{_LINK}{_SHARE.format('given')}{_LINK}\bNUT\b"
)
_DIRECTED = re.compile(
    r"\b(?:more|less|fewer|higher|lower|great\w*|small\w*|increas\w+|decreas\w+|reduc\w+|improv\w+|worse\w*|rose|fell|"
    r"prevent\w*|protect\w*|gain\w*|los[st]\w*|from)\b"
)
_SIGNIFICANT = 0.05
_DIGITS = re.compile(r"\d*\.?\d+(?:e-\d+)?")


def stated_by_arms(
    sentence: Sentence,
    nutrient: Mention,
    outcome: Mention,
    numbers: Sequence[Statistic],
    beside: Iterable[Mention] = (),
) -> Sign | None:
    """Return what the shares of the two arms and the one p-value of a sentence state, None where words direct it."""
    tests = [s for s in numbers if s.kind == "p-value" and s.p_value]
    text = masked(sentence, nutrient, outcome, beside)
    if len(tests) != 1 or _DIRECTED.search(text) or "OUT" not in text:
        return None
    shares = _GIVEN_FIRST.search(text) or _CONTROL_FIRST.search(text)
    if not _is_significant(tests[0].p_value):
        several = sum(s.kind in ("percentage", "count", "mean") for s in numbers) > 1
        return "none" if shares or several else None
    if shares is None or text.index("OUT") > shares.end():
        return None
    given, control = (float(shares[arm].replace("·", ".")) for arm in ("given", "control"))
    return None if given == control else ("lowers" if given < control else "raises")


def _is_significant(p_value: str) -> bool:
    digits = _DIGITS.search(p_value)
    if digits is None or p_value[0] in ">≥":
        return False
    return float(digits.group()) < _SIGNIFICANT or (p_value[0] in "<≤" and float(digits.group()) <= _SIGNIFICANT)
