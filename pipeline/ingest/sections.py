"""In: section headings; out: the role that the section plays in an article."""

import re
from functools import cache, lru_cache
from typing import get_args

from pipeline.ingest.resources import rows
from pipeline.vocabulary import SectionRole

NUMBERING = re.compile(r"^\s*(?:section\s+)?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4})[.):]?\s+(?=\D)")
JOINTS = re.compile(r"\s*(?:\||/|&|,|;|\band\b)\s*")
ROLES: frozenset[str] = frozenset(get_args(SectionRole))


@cache
def _table() -> dict[str, str]:
    return {row["heading"]: row["role"] for row in rows("sections")}


def section_role(heading: str) -> SectionRole | None:
    """Return the role that a heading or section type names, or None where it names none (or is back matter)."""
    role = _lookup(heading)
    return role if role in ROLES else None  # type: ignore[return-value]


def is_back_matter(heading: str) -> bool:
    """Say whether the heading opens a part that is not article (acknowledgements, funding ...)."""
    return _lookup(heading) == "skip"


def is_references(heading: str) -> bool:
    """Say whether the heading opens a reference list."""
    return _lookup(heading) == "references"


@lru_cache(maxsize=4096)
def _lookup(heading: str) -> str:
    if len(heading) > 90:
        return ""
    name = " ".join(NUMBERING.sub("", heading).replace("’", "'").lower().split()).strip(" .:*-—–[]()")
    name = name.replace("conclusion(s", "conclusion(s)").replace("result(s", "result(s)")
    table = _table()
    if name in table:
        return table[name]
    roles = [table.get(part, "") for part in JOINTS.split(name)]
    return roles[0] if all(roles) else ""
