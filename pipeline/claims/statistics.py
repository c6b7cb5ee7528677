"""In: a sentence; out: the numbers in it that can back a claim, verbatim and parsed.

Effect measures (OR, RR, HR, mean difference, beta, r ...), confidence intervals and p-values in their usual spellings,
percentages, counts ("7 of 8"), means with SD or SE, sample sizes. Unicode minus, middle-dot decimals and thin spaces
are read as what they stand for.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.records import Sentence, Statistic, StatisticKind

_POSITIVE = r"(?:\d{1,3}(?:,\d{3})+(?:[.·]\d+)?|\d+(?:[.·]\d+)?|[.·]\d+)"
_SIGNED = rf"[-−–+]?\s?{_POSITIVE}"
_TO = r"\s*(?:-|−|–|—|‐|‑|to|,|;|and)\s*"
_RANGE = rf"(?P<low>{_SIGNED})\s?%?{_TO}\(?(?P<high>{_SIGNED})\s?%?\)?"

_EFFECT_NAMES: tuple[tuple[str, str], ...] = (
    ("OR", r"(?i:(?:adjusted |crude |pooled )?odds ratios?)|[ac]?ORs?"),
    ("HR", r"(?i:(?:adjusted |crude |pooled )?hazards? ratios?)|[ac]?HRs?"),
    ("IRR", r"(?i:incidence rate ratios?)|[ac]?IRRs?"),
    ("PR", r"(?i:prevalence ratios?)|[ac]?PRs?"),
    (
        "RR",
        r"(?i:(?:adjusted |crude |pooled )?(?:relative risks?|risk ratios?|(?:mortality )?rate ratios?))"
        r"|(?i:mortality ratios?)"
        r"|[ac]?RRs?|MRRs?",
    ),
    ("SMD", r"(?i:standardi[sz]ed mean differences?|effect size)|SMD|Cohen['’]?s d|Hedges['’]? g"),
    ("MD", r"(?i:(?:weighted |adjusted )?mean differences?|mean change)|WMD|MD"),
    ("RD", r"(?i:risk differences?)|RD|ARR"),
    ("beta", r"β|(?i:beta(?: coefficients?)?|regression coefficients?)|B(?=\s?=)"),
    ("r", r"(?i:(?:Pearson['’]?s |Spearman['’]?s )?(?:correlation coefficients?|rho))|ρ|rs?"),
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
_EFFECT_WITH_INTERVAL = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(f"(?P<m{i}>{names})" for i, (_, names) in enumerate(_EFFECT_NAMES))
    + rf")\s?[,;(\[]\s?(?P<level>\d{{2}})\s?%\s?CI\s?[)\]]?\s?[=:]\s?(?P<value>{_SIGNED})\s?[,;(\[]\s?{_RANGE}"
)  # "OR, 95% CI = 0.25, 0.18-0.36"
_BARE_INTERVAL = re.compile(rf"[(\[]\s?{_RANGE}\s?[)\]]")
_P_VALUE = re.compile(
    rf"(?<![\w-])p(?:[- ]?values?)?(?:[- ](?:for )?(?:trend|interaction)|(?-i:(?<=P)(?: [a-z0-9-]+){{1,2}}))?\s?"
    r"(?:were|was|of|is)?\s?"
    r"(?P<sign>(?:[<>]|less than) or (?:=|equal to)|[=<>≤≥＜＞:]|less than|&lt;|&gt;|(?=0?[.·]\d\d))\s?"
    rf"(?P<value>0/\d+|{_POSITIVE}(?:\s?[×x]\s?10\s?[-−–]\s?\d+)?)",
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
    r"(?:\s?(?!to\b|vs\b|versus\b|v\b|and\b|in\b|than\b|compared\b|for\b|at\b)(?P<unit>[%µμ]?[A-Za-z][\w/²³·^]*(?:/[\w²³]+)?))?"
)
_UNIT = (
    r"mm ?Hg|[gm]g/d[lL]|g/[lL]|micro(?:g|mol)/[lL]|"
    r"[nmµμp]mol/[lL]|[nmpµμ]g/m?[lL]|kg(?:/m2)?|cm ?2|cm|mm|points?|pt|days?|h|hours?|min|"
    r"beats/min|SD|z-?scores?|U/[lL]|mU/[lL]|IU/[lL]|ml/min"
)
_MEASURED = re.compile(rf"(?<![\w.])(?P<value>{_SIGNED})\s?(?P<unit>{_UNIT}|(?:mg|µg|μg|g|IU)/d(?:ay)?)(?![\w/])")
_OF_A_RESULT = re.compile(r"\b(?:was|were|than|averaged|compared (?:with|to)|v/?s\.?|versus)\s$")
_VERSUS = re.compile(r"\s*(?:v/?s\.?|versus|compared (?:to|with)|v\.?|to)\s*", re.IGNORECASE)
_TWO_SIDES = re.compile(
    rf"(?<![\w.·])(?P<value>{_SIGNED})\s?(?:v/?s\.?|versus|v\.?)\s?{_SIGNED}(?:\s?(?P<unit>{_UNIT}|%))?(?![\w.·±])"
)
_SPREAD_IN_BRACKETS = re.compile(  # mean (SD), and median (range) where a unit or a decimal tells it from a citation
    rf"(?<![\w.·])(?:(?P<value>\d+[.·]\d+)\s?[(\[](?P<spread>\d+[.·]\d+)[)\]]|"
    rf"(?P<median>{_POSITIVE})(?:\s(?:{_UNIT}))?\s?[(\[](?:IQR:?\s?|range:?\s?)?{_RANGE}[)\]])(?:\s?(?P<unit>{_UNIT})(?!\w))?"
)
_CHANGED_BY = re.compile(rf"(?<=\bby )(?P<value>[-−–+]\s?{_POSITIVE})(?:\s?(?P<unit>{_UNIT}))?(?![\w.·%])")
_FOLD = re.compile(r"(?P<value>\d+(?:\.\d+)?)[- ]fold\b")
_PERCENT = re.compile(
    rf"(?:(?<![\w.·])(?P<from>\d+(?:[.·]\d+)?)\s?%?[-–])?"
    rf"(?P<value>{_SIGNED})\s?(?:%|per ?cent)(?!\s?(?:confidence|C\.?I))"
)
_PART = re.compile(
    r"(?<=\bby )(?:(?:about|approximately|almost|nearly|roughly) )?"
    r"(?P<part>one[- ]third|a third|two[- ]thirds|one[- ]half|half|one[- ]quarter|a quarter)\b"
)
_PARTS = {"third": 33.3, "thirds": 66.7, "half": 50.0, "quarter": 25.0}
_CHANGE = re.compile(
    r"\s(?:reductions?|increases?|decreases?|lower|higher|greater|improvements?|declines?|less|more)(?: risk)?\b"
)
_SAMPLE = re.compile(
    r"(?<![\w])[nN]\s?=\s?(?P<value>\d{1,3}(?:,\d{3})+|\d+)|"
    r"(?<=\binvolving )(?P<people>\d{1,3}(?:,\d{3})+|\d+)\s"
    r"(?:patients|participants|subjects|women|men|children|infants)\b"
)
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
        _effects_with_intervals,
        _intervals,
        _p_values,
        _effects,
        _counts,
        _means,
        _spreads_in_brackets,
        _two_sides,
        _percentages,
        _parts,
        _changes,
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


def _effects_with_intervals(text: str) -> Iterator[Statistic]:
    for match in _EFFECT_WITH_INTERVAL.finditer(text):
        measure = next(name for i, (name, _) in enumerate(_EFFECT_NAMES) if match[f"m{i}"])
        low, high = _ordered(match)
        split = match.end("value")
        yield Statistic(match.start(), split, "", "effect", measure, value=number(match["value"]))
        yield Statistic(match.start("low"), match.end(), "", "interval", "CI", low=low, high=high,
                        level=number(match["level"]))  # fmt: skip


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
        if statistic.kind not in ("effect", "mean", "percentage"):
            continue
        match = _BARE_INTERVAL.match(text, statistic.end + (text[statistic.end : statistic.end + 1] == " "))
        if match and not any(match.start() < other.end and other.start < match.end() for other in found):
            low, high = _ordered(match)
            if low <= high:
                added.append(Statistic(match.start() + 1, match.end() - 1, "", "interval", "CI", low=low, high=high))
    return sorted([*found, *added], key=lambda s: s.start)


def _p_values(text: str) -> Iterator[Statistic]:
    signs = {
        "< or =": "≤",
        "> or =": "≥",
        "less than or equal to": "≤",
        "less than": "<",
        "&lt;": "<",
        "&gt;": ">",
        "＜": "<",
        "＞": ">",
        "=": "",
        ":": "",
    }
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
    return text.replace("·", ".").replace("/", ".")


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
        value = number(match["from"] or match["value"])
        yield Statistic(match.start(), end, "", "percentage", "%", value=value, unit="%")


def _parts(text: str) -> Iterator[Statistic]:
    for match in _PART.finditer(text):
        value = _PARTS[re.split(r"[- ]", match["part"])[-1]]
        yield Statistic(match.start(), match.end(), "", "percentage", "%", value=value, unit="%")


def _samples(text: str) -> Iterator[Statistic]:
    for match in _SAMPLE.finditer(text):
        value = number(match["value"] or match["people"])
        yield Statistic(match.start(), match.end(), "", "sample size", "n", value=value)


def _two_sides(text: str) -> Iterator[Statistic]:
    for match in _TWO_SIDES.finditer(text):
        kind: StatisticKind = "percentage" if match["unit"] == "%" else "mean"
        measure = "%" if kind == "percentage" else "mean"
        value, unit = number(match["value"]), match["unit"] or ""
        yield Statistic(match.start(), match.end(), "", kind, measure, value=value, unit=unit)


def _spreads_in_brackets(text: str) -> Iterator[Statistic]:
    for match in _SPREAD_IN_BRACKETS.finditer(text):
        unit = match["unit"] or ""
        if match["value"]:
            value, spread = number(match["value"]), number(match["spread"])
            low, high = round(value - spread, 9), round(value + spread, 9)
        elif unit or re.search(r"\d[.·]\d", match.group()):
            value = number(match["median"])
            low, high = _ordered(match)
        else:
            continue
        if low <= value <= high:
            yield Statistic(match.start(), match.end(), "", "mean", "mean", value=value, low=low, high=high, unit=unit)


def _changes(text: str) -> Iterator[Statistic]:
    for match in _CHANGED_BY.finditer(text):
        value, unit = number(match["value"]), match["unit"] or ""
        yield Statistic(match.start(), match.end(), "", "mean", "MD", value=value, unit=unit)


def _folds(text: str) -> Iterator[Statistic]:
    for match in _FOLD.finditer(text):
        yield Statistic(match.start(), match.end(), "", "effect", "fold", value=number(match["value"]))


def _measured(text: str) -> Iterator[Statistic]:
    """Yield the results written as a number with its unit in brackets or beside "versus"."""
    for match in _MEASURED.finditer(text):
        opened = text.rfind("(", 0, match.start()), text.rfind("[", 0, match.start())
        closed = text.rfind(")", 0, match.start()), text.rfind("]", 0, match.start())
        before = text[max(0, match.start() - 30) : match.start()]
        beside = _VERSUS.match(text, match.end()) or _OF_A_RESULT.search(before)
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
