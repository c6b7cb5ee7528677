"""In: a pattern as it stands in a table of grading; out: its expression, read without regard to case."""

import re
from typing import Annotated

from pydantic import BeforeValidator

NUMBER = r"(?:\d{1,3}(?:[,\u2009\u202f ]\d{3})+|\d+)"
"""What `{N}` in a pattern stands for: a whole number in digits."""


def phrase(pattern: object) -> re.Pattern[str]:
    """Return the expression of a pattern. Raises `ValueError` where it is none."""
    try:
        return re.compile(str(pattern).replace("{N}", NUMBER), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None


def exact(pattern: object) -> re.Pattern[str]:
    """Return the same, but capital letters count."""
    return re.compile(phrase(pattern).pattern)


def itself(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Return the expression, for a screen of expressions."""
    return pattern


Phrase = Annotated[re.Pattern[str], BeforeValidator(phrase)]
NEVER = phrase(r"(?!)")
ALWAYS = phrase("")
