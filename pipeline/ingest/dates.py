"""In: words that name a date; out: an ISO 8601 date (as precise as stated: day, month or year)."""

import calendar
import re

MONTHS = {name.lower()[:3]: number for number, name in enumerate(calendar.month_name) if name}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<monthnumber>\d\d?)-{_DAY}(?!\d)",
        rf"(?<!\d){_YEAR}[/.](?P<monthnumber>\d\d?)[/.]{_DAY}(?!\d)",
        rf"\b{_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}(?!\d)",
        rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}\s+{_MONTH}(?:\s*-\s*[a-z]{{3,9}})?(?:\s+{_DAY}(?!\d))?",
        rf"\b{_MONTH},?\s+{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}-(?P<monthnumber>\d\d)(?!\d)",
        rf"(?<!\d){_YEAR}(?!\d)",
    )
)


def parse_date(text: str) -> str:
    """Return the first date in `text` as YYYY-MM-DD, YYYY-MM or YYYY, the most precise form first; "" if none.

    Days and months in figures alone ("3/4/2021") are read as the year only, because countries differ on their order.
    """
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            part = {key: value for key, value in found.groupdict().items() if value}
            month = MONTHS[part["month"].lower()] if "month" in part else int(part.get("monthnumber", 0))
            iso = iso_date(int(part["year"]), month, int(part.get("day", 0)))
            if iso:
                return iso
    return ""


def iso_date(year: int, month: int = 0, day: int = 0) -> str:
    """Return the ISO date for numbers, 0 meaning not stated; "" for a month or day that does not exist."""
    if not month:
        return f"{year:04d}"
    if not 1 <= month <= 12 or day > calendar.monthrange(year, month)[1]:
        return ""
    return f"{year:04d}-{month:02d}-{day:02d}" if day else f"{year:04d}-{month:02d}"


def month_number(text: str) -> int:
    """Return 1 to 12 for a month's name, abbreviation or number; 0 where it is none (a season, for example)."""
    word = text.strip().lower()
    if word.isdigit() and 1 <= int(word) <= 12:
        return int(word)
    return MONTHS.get(word[:3], 0)
