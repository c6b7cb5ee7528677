"""In: the text of a sentence; out: its p-values, those of side questions (trend, interaction ...) named as such.

Only a p-value of the effect itself fills `p_value`, with its comparator; that of a trend, an interaction, of
heterogeneity or of publication bias is a `value` under its own name.
"""

import re
from collections.abc import Iterator

from pipeline.claims.statistics.numerals import POSITIVE
from pipeline.records import Statistic

_POWER = r"10\s?(?:\^|\*\*)?\s?[({]?\s?[-−–⁻]\s?[\d⁰¹²³⁴-⁹]+[)}]?"
_SIGNS = {
    "< or =": "≤",
    "> or =": "≥",
    "less than or equal to": "≤",
    "greater than or equal to": "≥",
    "less than": "<",
    "greater than": ">",
    "below": "<",
    "above": ">",
    "<=": "≤",
    ">=": "≥",
    "&lt;": "<",
    "&gt;": ">",
    "＜": "<",
    "＞": ">",
    "⩽": "≤",
    "⩾": "≥",
    "=": "",
    ":": "",
}
_SIGN = (
    r"(?P<sign>(?:[<>]|less than|greater than) or (?:=|equal to)|[<>]=|[=<>≤≥⩽⩾＜＞:]|(?:less|greater) than|below|"
    r"above|&lt;|&gt;|(?=[01]?[.·]\d\d))"
)
_VALUE = (
    rf"(?P<value>0/\d+|[-−–]?\d+(?:\.\d+)?\s?[×x*·∙⋅]\s?{_POWER}|{_POWER}|[-−–]?{POSITIVE}[eE][-−–]?\d+|"
    rf"[-−–]?{POSITIVE})"
)
_SIDE = (
    r"(?:linear |non-?linear |quadratic |dose[- ])?trends?|inter(?:action)?|het(?:erogeneity)?|non-?linear(?:ity)?|"
    r"linearity|(?:effect )?modification|publication bias|bias|subgroup differences?"
)
_P_VALUE = re.compile(
    rf"(?<![\w-])p(?:s(?=\s?[<>=≤])|[- ]?values?)?(?:[- _]?(?:for[- ]|of |of the )?(?P<side>{_SIDE})\b"
    r"(?: (?:by|with|test|between)(?: \w+){1,3}?)?"
    r"|(?-i:(?<=P)(?: [a-z0-9-]+){1,2}))?\s?[)\]]?\s?(?:were|was|of|is)?\s?"
    rf"{_SIGN}\s?{_VALUE}",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(rf"\s?[,(\[]?\s?(?:for|of) (?:the )?(?P<side>{_SIDE})\b", re.IGNORECASE)
_NAMED_BEFORE = re.compile(
    rf"\b(?:(?P<side>{_SIDE})|(?:Egger|Begg)(?:['’]s)?(?: test)?|I[²2]\s?=\s?\d+(?:[.·]\d+)?\s?%|Q\s?=\s?[\d.·]+)"
    r"(?: (?:with|by|of|between|across) (?:[\w-]+ ){0,3}[\w-]+)?(?: tests?)?[\s,:;(\[]*$",
    re.IGNORECASE,
)
_FURTHER = re.compile(r"(?:,?\s?and|,)\s?(?P<value>[01]?[.·]\d+)(?![\d%–-])")
_BRACKETED = re.compile(r"\(\s?(?P<sign>[<>]?)\s?(?P<value>0[.·]\d{2,4})\s?\)")
_NOT_SIGNIFICANT = re.compile(r"(?<![\w-])(?:p\s?=\s?)?(?:NS|n\.s\.)(?!\w)")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–", "0123456789---")
_NAMES = {
    "int": "interaction",
    "mod": "interaction",
    "eff": "interaction",
    "sub": "interaction",
    "het": "heterogeneity",
    "non": "non-linearity",
    "lin": "trend",
    "pub": "publication bias",
    "bia": "publication bias",
}


def p_values(text: str) -> Iterator[Statistic]:
    """Yield the p-values of a sentence; offsets are the sentence's."""
    for match in _P_VALUE.finditer(text):
        after, before = _NAMED_AFTER.match(text, match.end()), _NAMED_BEFORE.search(text[: match.start()])
        side = match["side"] or (after["side"] if after else (before["side"] or before.group() if before else ""))
        sign = _SIGNS.get(match["sign"].lower(), match["sign"])
        yield _p_value(match.start(), match.end(), sign, match["value"], side)
        end = match.end()
        while further := _FURTHER.match(text, end):  # "P = 0.04, 0.02 and 0.007, respectively"
            yield _p_value(further.start("value"), further.end(), "", further["value"], side)
            end = further.end()
    if re.search(r"\bsignifican", text):
        for match in _BRACKETED.finditer(text):
            yield _p_value(match.start() + 1, match.end() - 1, match["sign"], match["value"], "")
    for match in _NOT_SIGNIFICANT.finditer(text):
        yield Statistic(match.start(), match.end(), "", "p-value", "p", p_value="NS")


def _p_value(start: int, end: int, sign: str, written: str, side: str) -> Statistic:
    value = scientific(written)
    if side:
        name = _NAMES.get(
            re.sub(r"[^a-z]", "", side.lower())[:3], "trend" if "trend" in side.lower() else "heterogeneity"
        )
        return Statistic(start, end, "", "p-value", f"p for {name}", value=float(value))
    return Statistic(start, end, "", "p-value", "p", p_value=sign + value)


def scientific(written: str) -> str:
    """Return a p-value's digits in one spelling, powers of ten as an exponent.

    >>> scientific("3 × 10⁻⁵"), scientific("10^-8"), scientific("0·04")
    ('3e-5', '1e-8', '0.04')
    """
    digits = re.sub(r"[\s^{}()*]", "", written.translate(_RAISED)).replace("/", ".")
    power = re.fullmatch(r"(?:(?P<head>-?[\d.·]+?)[×x·∙⋅]?)??10(?P<exponent>-\d+)", digits)
    if power and (power["head"] is None or re.search(r"[×x*·∙⋅]\s?10", written)):
        return f"{(power['head'] or '1').replace('·', '.')}e{power['exponent']}"
    return digits.replace("·", ".").replace("E", "e")
