"""In: how a user says from when on articles are wanted. Out: a date."""

import re
from datetime import date, timedelta

from pipeline.errors import WordError


def earliest_date(text: str, today: date) -> date:
    """Return the date that `2024`, `2024-03` or `2024-03-15` begins with, or that `30d` (days) lies back.

    Raises `ValueError` with one sentence for anything else.

    >>> earliest_date("2024-03", date(2025, 1, 31))
    datetime.date(2024, 3, 1)
    >>> earliest_date("30d", date(2025, 1, 31))
    datetime.date(2025, 1, 1)
    """
    said = text.strip()
    try:
        if days := re.fullmatch(r"(\d{1,5})d", said):
            return today - timedelta(days=int(days[1]))
        if parts := re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", said, re.ASCII):
            since = date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
            if since <= today:
                return since
    except (ValueError, OverflowError):
        pass
    raise WordError(
        f"{text!r} is no date that has been; give --since as 2024-03-15, 2024-03, 2024, or as days like 30d."
    )
