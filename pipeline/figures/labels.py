"""In: names as sources give them. Out: labels that any picture can show, and names that any file system takes."""

import hashlib
import re
import unicodedata

LONGEST_SLUG = 48
"""Characters of one name in a file name."""


def clean(text: str) -> str:
    """Return a text on one line, without the characters that neither XML nor a font knows."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def slug(text: str) -> str:
    """Return lower-case letters, digits and hyphens that stand for a name; "unnamed" where it has none of them.

    >>> slug("=Vitamin B12 (cobalamin)"), slug("Ménière's disease")
    ('vitamin-b12-cobalamin', 'meniere-s-disease')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-") or "unnamed"


def number(value: float) -> str:
    """Return a number with at most four digits that count, and a true minus sign.

    >>> number(-0.5200001), number(1.0), number(12345.6)
    ('−0.52', '1', '12,346')
    """
    written = f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"
    return written.replace("-", "−")


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: "1 source", "1,200 sources"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


class FileNames:
    """Gives every picture a name of its own."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, *parts: str) -> str:
        """Return the parts as a file name; names that only differ in what a slug drops get a hash behind them."""
        name = "-".join(map(slug, parts))
        if name in self._taken:
            name = f"{name}-{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:8]}"
        self._taken.add(name)
        return name
