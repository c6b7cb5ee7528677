"""Rows of one nutrient, exposure and condition come in; the independent studies they rest on go out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.records import CitedReference, EvidenceRow

_SHORTEST_TITLE = 30
_KINDS = ("pmid", "pmcid", "doi")
_IDENTIFIER = re.compile(r"\b(PMID|PMCID|doi):\s?(\S+)", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BARE = re.compile(r"(?P<doi>10\.\d{4,9}/\S+)|(?P<pmcid>PMC\d+)|(?:PMID:?\s?)?(?P<pmid>\d{5,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Study:
    """One independent piece of evidence and the rows that rest on it; a bare statement is no study."""

    key: str
    rows: tuple[EvidenceRow, ...]
    is_study: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources whose rows rest on it, in order."""
        return tuple(sorted({row.source_id for row in self.rows}))


def independent_studies(rows: Iterable[EvidenceRow]) -> tuple[Study, ...]:
    """Return each piece of evidence once, however many sources and claims rest on it.

    Two citations name the same study where they share a PMID, PMCID or DOI, or title and year (the year may
    be missing in one). A source's own result is one study, and the same one where another source cites it. A
    statement that rests on nothing counts once a source, and once where sources repeat each other's words.
    """
    rows = tuple(rows)
    named = [(row, names) for row in rows for names in _names(row)]
    years: defaultdict[str, set[str]] = defaultdict(set)
    for _, names in named:
        for name in names:
            if name.startswith("title:") and not name.endswith("|"):
                years[name.partition("|")[0]].add(name.partition("|")[2])
    groups = _Groups()
    for _, names in named:
        groups.join([_dated(name, years) for name in names])
    members: defaultdict[str, dict[EvidenceRow, None]] = defaultdict(dict)
    for row, names in named:
        members[groups.root(_dated(names[0], years))][row] = None
    return tuple(
        Study(key, tuple(found), any(row.evidence_basis != "uncited statement" for row in found))
        for key, found in sorted(members.items())
    )


def _names(row: EvidenceRow) -> list[list[str]]:
    """For each study that a row rests on, the names it goes by."""
    if row.evidence_basis == "own result":
        names = [f"source:{row.source_id}"]
        if match := _BARE.fullmatch(row.source_id):
            names += [f"{kind}:{value.lower()}" for kind, value in match.groupdict().items() if value]
        return [names + _title(row.source_title, row.source_date)]
    if row.evidence_basis == "uncited statement" or not row.citations:
        return [[f"source:{row.source_id}:{row.evidence_basis}", f"words:{_plain(row.sentence)}"]]
    return [_cited(row, cited) for cited in row.citations]


def _cited(row: EvidenceRow, cited: CitedReference) -> list[str]:
    names = [f"citation:{row.source_id}:{cited.label}"]
    reference = cited.reference
    if reference is None:
        return names
    text = reference.title or reference.text
    given = [(kind, value) for kind in _KINDS if (value := reference.identifiers.get(kind))]
    names += [f"{kind.lower()}:{value.lower().rstrip('.')}" for kind, value in (*given, *_IDENTIFIER.findall(text))]
    title = _IDENTIFIER.sub("", text)
    years = [*_YEAR.findall(title), *([reference.year] if reference.year not in title else [])]
    return list(dict.fromkeys(names + _title(title, years[-1] if years else "")))


def _title(title: str, date: str) -> list[str]:
    plain = _plain(title)
    year = _YEAR.search(date)
    return [f"title:{plain}|{year.group() if year else ''}"] if len(plain) >= _SHORTEST_TITLE else []


def _dated(name: str, years: dict[str, set[str]]) -> str:
    """A title without a year takes the year that the same title has elsewhere, if there is only one."""
    if not name.startswith("title:") or not name.endswith("|"):
        return name
    known = years.get(name[:-1], set())
    return name + next(iter(known)) if len(known) == 1 else name


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


class _Groups:
    """Names that were joined, directly or through others, have the same root."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        root = self._parent.setdefault(name, name)
        while root != self._parent[root]:
            root = self._parent[root]
        while name != root:
            self._parent[name], name = root, self._parent[name]
        return root

    def join(self, names: Sequence[str]) -> None:
        for name in names[1:]:
            first, other = sorted((self.root(names[0]), self.root(name)))
            self._parent[other] = first
