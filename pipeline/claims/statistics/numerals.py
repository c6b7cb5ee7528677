"""In: the text of a sentence; out: its numerals in one spelling of the same length, patterns for them, their values."""

import re

POSITIVE = r"(?:\d{1,3}(?:,\d{3})+(?:[.·]\d+)?|\d+(?:[.·]\d+)?|[.·]\d+)"
SIGNED = rf"[-−–+]?\s?{POSITIVE}"
_TO = r"\s*(?:-|−|–|—|‐|‑|\bto\b|,|;|\band\b)\s*"
_UNIT = r"(?:\s?(?:%|(?:kg|mg|g|cm|mm ?Hg|[mn]mol/L|points?|hours?|h|days?|d|weeks?|months?|years?)\b))?"
RANGE = rf"(?P<low>{SIGNED}){_UNIT}{_TO}\(?(?P<high>{SIGNED})\s?%?\)?"
MARKS = r"[*†‡§¶ªᵃᵇᶜᵈᵉᶠᵍ]{0,2}"  # of footnotes, straight after a number or a name

_THIN = re.compile(r"[\u00a0\u2009\u202f\u2002-\u2008\u200a]")
_DECIMAL_COMMA = re.compile(r"(?<![\d,.·])(?:\d+,\d{1,2}|0,\d+)(?!\d|,\d|[.·]\d)")
_OF_A_RESULT = re.compile(
    r"(?:\b(?:OR|RR|HR|SMD|MD|[pP]|CI|ratio|ratios|risk|difference|interval)|[=<>≤≥(\[%])[^\w,]{0,4}$"
)
_DECIMAL_POINT = re.compile(r"\d[.·]\d")


def plain(text: str) -> str:
    """Return the text with thin spaces as blanks and decimal commas as points, character for character.

    A comma is a decimal's where no number of the sentence has a point, and one of them cannot be a list or a thousand:
    it begins with "0," or stands where a result does ("OR 1,24").
    """
    text = _THIN.sub(" ", text)
    commas = list(_DECIMAL_COMMA.finditer(text))
    if not commas or _DECIMAL_POINT.search(text):
        return text
    if not any(m.group().startswith("0,") or _OF_A_RESULT.search(text[: m.start()]) for m in commas):
        return text
    return _DECIMAL_COMMA.sub(lambda m: m.group().replace(",", "."), text)


def number(text: str) -> float:
    """Return the number that `text` writes (Unicode minus, middle-dot decimal, thousands comma).

    >>> number("−0·38"), number("1,250")
    (-0.38, 1250.0)
    """
    written = re.sub(r"\s", "", text).replace("−", "-").replace("–", "-").replace("·", ".")
    return float(re.sub(r",(?=\d{3})", "", written))


def bounds(match: re.Match[str]) -> tuple[float, float]:
    """Return the two ends of a `RANGE`; a dash between them is no minus."""
    low, high = number(match["low"]), number(match["high"])
    if high < 0 and low >= 0 and re.match(r"\s?[–−-]", match["high"]):
        high = abs(high)
    return low, high
