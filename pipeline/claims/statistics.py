"""In: a sentence; out: the numbers in it that can back a claim, verbatim and parsed.

Effect measures (OR, RR, HR, mean difference, beta, r ...), confidence intervals and p-values in their usual spellings,
percentages, counts ("7 of 8"), means with SD or SE, sample sizes. Unicode minus, middle-dot decimals and thin spaces
are read as what they stand for.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.records import Sentence, Statistic

_POSITIVE = r"(?:\d{1,3}(?:,\d{3})+(?:[.·]\d+)?|\d+(?:[.·]\d+)?|[.·]\d+)"
_SIGNED = rf"[-−–+]?\s?{_POSITIVE}"
_TO = r"\s*(?:-|−|–|—|‐|‑|to|,|;|and)\s*"
_RANGE = rf"(?P<low>{_SIGNED})\s?%?{_TO}\(?(?P<high>{_SIGNED})\s?%?\)?"

_EFFECT_NAMES: tuple[tuple[str, str], ...] = (
    ("OR", r"(?:adjusted |crude |pooled )?odds ratios?|[ac]?ORs?"),
    ("HR", r"(?:adjusted |crude |pooled )?hazards? ratios?|[ac]?HRs?"),
    ("RR", r"(?:adjusted |crude |pooled )?(?:relative risks?|risk ratios?|rate ratios?)|[ac]?RRs?"),
    ("IRR", r"incidence rate ratios?|[ac]?IRRs?"),
    ("PR", r"prevalence ratios?|[ac]?PRs?"),
    ("SMD", r"standardi[sz]ed mean differences?|SMD|Cohen['’]?s d|Hedges['’]? g|effect size"),
    ("MD", r"(?:weighted |adjusted )?mean differences?|WMD|MD|mean change"),
    ("RD", r"risk differences?|RD|ARR"),
    ("beta", r"β|beta(?: coefficients?)?|regression coefficients?"),
    ("r", r"(?:Pearson['’]?s |Spearman['’]?s )?(?:correlation coefficients?|rho)|ρ|rs?"),
    ("R2", r"[Rr]²|[Rr]2"),
)
_EFFECT = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(f"(?P<m{i}>{names})" for i, (_, names) in enumerate(_EFFECT_NAMES))
    + rf")(?:\s?[(\[](?:[A-Za-z]+)[)\]])?\s?(?:[=:≈]|of|was|were|is|,)?\s?(?P<value>{_SIGNED})(?!\d|\s?%?\s?CI)"
)
_INTERVAL = re.compile(
    r"(?:(?P<level>\d{2}(?:[.·]\d)?)\s?%?\s?)?"
    r"(?:confidence intervals?(?: [(\[]CI[)\]])?|C\.?[Il]\.?s?)(?:\s?\d{2}\s?%)?"
    rf"\s?[\])]?(?: (?:of|for) (?:the )?difference)?\s?[=:,]?\s?[(\[]?\s?(?:from\s)?{_RANGE}\s?[)\]]?",
    re.IGNORECASE,
)
_BARE_INTERVAL = re.compile(rf"[(\[]\s?{_RANGE}\s?[)\]]")
_P_VALUE = re.compile(
    rf"(?<![\w-])p(?:[- ]?values?)?(?:[- ](?:for )?(?:trend|interaction)|(?-i:(?<=P)(?: [a-z0-9-]+){{1,2}}))?\s?"
    r"(?:were|was|of|is)?\s?(?P<sign>[=<>≤≥＜＞:]|less than|&lt;|&gt;)\s?"
    rf"(?P<value>{_POSITIVE}(?:\s?[×x]\s?10\s?[-−–]\s?\d+)?)",
    re.IGNORECASE,
)
_FURTHER_P = re.compile(r"(?:,?\s?and|,)\s?(?P<value>[01]?[.·]\d+)(?![\d%–-])")
_BRACKETED_P = re.compile(r"\(\s?(?P<sign>[<>]?)\s?(?P<value>0[.·]\d{2,4})\s?\)")
_NOT_SIGNIFICANT = re.compile(r"(?<![\w-])(?:p\s?=\s?)?(?:NS|n\.s\.)(?!\w)")
_COUNT = re.compile(
    r"(?P<count>\d{1,3}(?:,\d{3})+|\d+)(?:\s?\(\d+(?:[.·]\d+)?\s?%\))?\s?(?:/\s?|(?:out\s)?of\s(?:the\s)?)(?P<total>\d{1,3}(?:,\d{3})+|\d+)(?![\d.·/])"
    r"(?:\s(?:patients|participants|subjects|women|men|children|infants|people|individuals|cases|studies|trials))?"
    r"(?:\s?[(\[]\s?(?P<percent>\d+(?:[.·]\d+)?)\s?%\s?[)\]])?"
)
_MEAN = re.compile(
    rf"(?P<value>{_SIGNED})\s?(?:±|\+/[-−])\s?(?P<spread>{_POSITIVE})"
    r"(?:\s?(?!to\b|vs\b|v\b|and\b|in\b)(?P<unit>[%µμ]?[A-Za-z][\w/²³·^]*(?:/[\w²³]+)?))?"
)
_UNIT = (
    r"mm ?Hg|[gm]g/d[lL]|g/[lL]|[nmµμp]mol/[lL]|[nmpµμ]g/m?[lL]|kg(?:/m2)?|cm ?2|cm|mm|points?|pt|days?|h|hours?|min|"
    r"beats/min|SD|z-?scores?|U/[lL]|mU/[lL]|IU/[lL]|ml/min"
)
_MEASURED = re.compile(rf"(?<![\w.])(?P<value>{_SIGNED})\s?(?P<unit>{_UNIT})(?![\w/])")
_VERSUS = re.compile(r"\s*(?:vs\.?|versus|compared (?:to|with)|v\.?|to)\s*", re.IGNORECASE)
_TWO_SIDES = re.compile(
    rf"(?<![\w.·])(?P<value>{_SIGNED})\s?(?:vs\.?|versus|v\.?)\s?{_SIGNED}(?:\s?(?:{_UNIT}))?(?![\w.·%±])"
)
_FOLD = re.compile(r"(?P<value>\d+(?:\.\d+)?)[- ]fold\b")
_PERCENT = re.compile(rf"(?P<value>{_SIGNED})\s?(?:%|per ?cent)(?!\s?(?:confidence|C\.?I))")
_CHANGE = re.compile(
    r"\s(?:reductions?|increases?|decreases?|lower|higher|greater|improvements?|declines?|less|more)(?: risk)?\b"
)
_SAMPLE = re.compile(r"(?<![\w])[nN]\s?=\s?(?P<value>\d{1,3}(?:,\d{3})+|\d+)")
_DOSE = re.compile(
    rf"(?P<value>{_POSITIVE})\s?(?P<unit>(?:mg|µg|μg|mcg|IU|g|kg|ng|mmol|µmol|μmol|CFU)(?:/(?:d|day|kg|wk|week|dL|L|mL|ml))*)\b",
)


def number(text: str) -> float:
    """Return the number that `text` writes (Unicode minus, middle-dot decimal, thousands comma).

    >>> number("−0·38"), number("1,250")
    (-0.38, 1250.0)
    """
    plain = re.sub(r"\s", "", text).replace("−", "-").replace("–", "-").replace("·", ".")
    return float(re.sub(r",(?=\d{3})", "", plain))


def statistics(sentence: Sentence) -> list[Statistic]:
    """Return the statistics of a sentence in order of offset; offsets are the document's."""
    text = re.sub(r"[\u00a0\u2009\u202f\u2002-\u2008\u200a]", " ", sentence.text)
    found: list[Statistic] = []
    for reader in (
        _intervals,
        _p_values,
        _effects,
        _counts,
        _means,
        _percentages,
        _two_sides,
        _folds,
        _samples,
        _measured,
        _doses,
    ):
        for statistic in reader(text):
            if not any(statistic.start < other.end and other.start < statistic.end for other in found):
                found.append(statistic)
    ordered = _compared(text, _bare_intervals(text, sorted(found, key=lambda s: s.start)))
    return [_placed(statistic, sentence) for statistic in ordered]


def _placed(statistic: Statistic, sentence: Sentence) -> Statistic:
    words = sentence.text[statistic.start : statistic.end]
    start = sentence.start + statistic.start + len(words) - len(words.lstrip())
    words = words.strip()
    return replace(statistic, start=start, end=start + len(words), text=words)


def _intervals(text: str) -> Iterator[Statistic]:
    for match in _INTERVAL.finditer(text):
        end = match.end()
        inside = match.group()
        if inside.count("(") + inside.count("[") < inside.count(")") + inside.count("]"):
            end -= len(inside) - len(inside.rstrip(")] "))
        low, high = _ordered(match)
        level = number(match["level"]) if match["level"] else None
        yield Statistic(match.start(), end, "", "interval", "CI", low=low, high=high, level=level)


def _ordered(match: re.Match[str]) -> tuple[float, float]:
    low, high = number(match["low"]), number(match["high"])
    if high < 0 and low >= 0 and re.match(r"\s?[–−-]", match["high"]):  # the dash was the range, not a minus
        high = abs(high)
    return low, high


def _bare_intervals(text: str, found: list[Statistic]) -> list[Statistic]:
    """Add "[0.56-0.96]" straight after an effect as its interval."""
    added = []
    for statistic in found:
        if statistic.kind not in ("effect", "mean"):
            continue
        match = _BARE_INTERVAL.match(text, statistic.end + (text[statistic.end : statistic.end + 1] == " "))
        if match and not any(match.start() < other.end and other.start < match.end() for other in found):
            low, high = _ordered(match)
            if low <= high:
                added.append(Statistic(match.start() + 1, match.end() - 1, "", "interval", "CI", low=low, high=high))
    return sorted([*found, *added], key=lambda s: s.start)


def _p_values(text: str) -> Iterator[Statistic]:
    signs = {"less than": "<", "&lt;": "<", "&gt;": ">", "＜": "<", "＞": ">", "=": "", ":": ""}
    for match in _P_VALUE.finditer(text):
        value = _decimal(re.sub(r"\s", "", match["value"]))
        value = re.sub(r"[×x]10[-−–](\d+)", r"e-\1", value)
        sign = signs.get(match["sign"].lower(), match["sign"])
        yield Statistic(match.start(), match.end(), "", "p-value", "p", p_value=sign + value)
        end = match.end()
        while further := _FURTHER_P.match(text, end):  # "P = 0.04, 0.02 and 0.007, respectively"
            yield Statistic(
                further.start("value"), further.end(), "", "p-value", "p", p_value=_decimal(further["value"])
            )
            end = further.end()
    if re.search(r"\bsignifican", text):
        for match in _BRACKETED_P.finditer(text):
            value = match["sign"] + _decimal(match["value"])
            yield Statistic(match.start() + 1, match.end() - 1, "", "p-value", "p", p_value=value)
    for match in _NOT_SIGNIFICANT.finditer(text):
        yield Statistic(match.start(), match.end(), "", "p-value", "p", p_value="NS")


def _decimal(text: str) -> str:
    return text.replace("·", ".")


def _effects(text: str) -> Iterator[Statistic]:
    for match in _EFFECT.finditer(text):
        measure = next(name for i, (name, _) in enumerate(_EFFECT_NAMES) if match[f"m{i}"])
        yield Statistic(match.start(), match.end(), "", "effect", measure, value=number(match["value"]))


def _counts(text: str) -> Iterator[Statistic]:
    for match in _COUNT.finditer(text):
        count, total = int(number(match["count"])), int(number(match["total"]))
        if total > 0 and count <= total and not re.match(r"\s?(?:mm|weeks?|days?|years?)\b", text[match.end() :]):
            yield Statistic(match.start(), match.end(), "", "count", "count", value=float(count), total=total)


def _means(text: str) -> Iterator[Statistic]:
    for match in _MEAN.finditer(text):
        spread = number(match["spread"])
        value = number(match["value"])
        low, high = round(value - spread, 9), round(value + spread, 9)
        unit = match["unit"] or ""
        yield Statistic(match.start(), match.end(), "", "mean", "mean", value=value, low=low, high=high, unit=unit)


def _percentages(text: str) -> Iterator[Statistic]:
    for match in _PERCENT.finditer(text):
        change = _CHANGE.match(text, match.end())
        end = change.end() if change else match.end()
        yield Statistic(match.start(), end, "", "percentage", "%", value=number(match["value"]), unit="%")


def _samples(text: str) -> Iterator[Statistic]:
    for match in _SAMPLE.finditer(text):
        yield Statistic(match.start(), match.end(), "", "sample size", "n", value=number(match["value"]))


def _two_sides(text: str) -> Iterator[Statistic]:
    for match in _TWO_SIDES.finditer(text):
        yield Statistic(match.start(), match.end(), "", "mean", "mean", value=number(match["value"]))


def _folds(text: str) -> Iterator[Statistic]:
    for match in _FOLD.finditer(text):
        yield Statistic(match.start(), match.end(), "", "effect", "fold", value=number(match["value"]))


def _measured(text: str) -> Iterator[Statistic]:
    """Yield the results written as a number with its unit in brackets or beside "versus"."""
    for match in _MEASURED.finditer(text):
        opened = text.rfind("(", 0, match.start()), text.rfind("[", 0, match.start())
        closed = text.rfind(")", 0, match.start()), text.rfind("]", 0, match.start())
        beside = _VERSUS.match(text, match.end()) or re.search(r"(?:vs\.?|versus)\s$", text[: match.start()])
        if max(opened) > max(closed) or beside:
            value, unit = number(match["value"]), match["unit"]
            yield Statistic(match.start(), match.end(), "", "mean", "mean", value=value, unit=unit)


def _compared(text: str, found: list[Statistic]) -> list[Statistic]:
    """Join the two sides of a comparison ("5.2% vs 5.9%") into one statistic that keeps the first side's number."""
    joined: list[Statistic] = []
    for statistic in found:
        last = joined[-1] if joined else None
        if last and last.kind == statistic.kind and _VERSUS.fullmatch(text[last.end : statistic.start]):
            joined[-1] = replace(last, end=statistic.end)
        else:
            joined.append(statistic)
    return joined


def _doses(text: str) -> Iterator[Statistic]:
    for match in _DOSE.finditer(text):
        yield Statistic(
            match.start(), match.end(), "", "dose", "dose", value=number(match["value"]), unit=match["unit"]
        )
