"""In: what all sources tell of studies; out: which of them tell of the same study."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.studies.names import Names

_ONE_OF_A_KIND = ("pmid", "pmcid", "doi")
_YEARS_TO_PRINT = 4
"""How many years after a preprint its article may come."""


def resolve(names: Iterable[Names], same: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Return for each report (`Names.own`) the report that stands for its study: the first one of it, in order.

    Who shares an identifier is one study. Then who shares a title and year, a place in a journal or, last, a first
    author and year, unless their identifiers of one kind differ; a name that would fit several studies that are not
    the same joins none. A preprint is one study with the one article of its title that follows. `same` are pairs of
    reports that a reviewer holds to be one study.
    """
    names = list(names)
    groups = _Groups(name.own for name in names)
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        for sure in name.sure:
            by_name[sure].append(name.own)
    for owners in by_name.values():
        groups.join(owners)
    for first, second in same:
        groups.join([first, second])
    identifiers = _identifiers(names, groups)
    for kind in ("title", "place", "author"):
        _join_likely(kind, names, groups, identifiers)
    _join_preprints(names, groups)
    return {name.own: groups.root(name.own) for name in names}


def _identifiers(names: Sequence[Names], groups: "_Groups") -> dict[str, dict[str, set[str]]]:
    """For each study so far its identifiers by kind; a registry number is shared by many reports of one trial."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in names:
        for sure in name.sure:
            kind = sure.partition(":")[0]
            if kind in _ONE_OF_A_KIND:
                found[groups.root(name.own)][kind].add(sure)
    return found


def _join_likely(
    kind: str, names: Sequence[Names], groups: "_Groups", identifiers: dict[str, dict[str, set[str]]]
) -> None:
    by_name: defaultdict[str, dict[str, None]] = defaultdict(dict)
    years: defaultdict[str, set[str]] = defaultdict(set)
    titled = {name.own for name in names if any(likely.startswith("title:") for likely in name.likely)}
    for name in names:
        for likely in name.likely:
            if likely.startswith(f"{kind}:"):
                by_name[likely].setdefault(name.own)
                years[likely.partition("|")[0]].add(likely.partition("|")[2])
    for likely, owners in by_name.items():
        if kind == "title" and likely.endswith("|") and len(known := years[likely[:-1]] - {""}) == 1:
            owners = owners | by_name[likely + next(iter(known))]
        studies = list(dict.fromkeys(groups.root(owner) for owner in owners))
        if kind == "author":
            _join_by_author(owners, titled, groups, identifiers)
        elif _agree(identifiers, studies):
            _join(studies, groups, identifiers)


def _join_by_author(
    owners: Iterable[str], titled: set[str], groups: "_Groups", identifiers: dict[str, dict[str, set[str]]]
) -> None:
    """Join reports that give author and year alone with the one study of that name that gives more."""
    owners = list(owners)
    full = {groups.root(owner) for owner in owners if owner in titled or identifiers.get(groups.root(owner))}
    bare = {groups.root(owner) for owner in owners} - full
    if len(full) == 1 and bare:
        _join([*full, *sorted(bare)], groups, identifiers)


def _join_preprints(names: Sequence[Names], groups: "_Groups") -> None:
    """Join each preprint with the article of its title, whose year is the same or follows, where there is just one."""
    titled: defaultdict[str, list[tuple[Names, str]]] = defaultdict(list)
    for name in names:
        for likely in name.likely:
            if likely.startswith("title:"):
                title, _, year = likely.partition("|")
                titled[title].append((name, year))
    for reports in titled.values():
        for preprint, since in ((name, year) for name, year in reports if name.is_preprint):
            articles = {
                groups.root(name.own): name.own
                for name, year in reports
                if not name.is_preprint and _follows(since, year) and _authors(name) & (_authors(preprint) or {""})
            }
            if len(articles) == 1:
                groups.join([*articles.values(), preprint.own])


def _follows(since: str, year: str) -> bool:
    return not (since and year) or 0 <= int(year) - int(since) <= _YEARS_TO_PRINT


def _authors(name: Names) -> set[str]:
    """The first author that a report gives, and "" for one that gives none, which may be anybody."""
    found = {likely.partition("|")[0] for likely in name.likely if likely.startswith("author:")}
    return found | {""}


def _join(studies: Sequence[str], groups: "_Groups", identifiers: dict[str, dict[str, set[str]]]) -> None:
    together: dict[str, set[str]] = defaultdict(set)
    for study in studies:
        for kind, values in identifiers.get(study, {}).items():
            together[kind] |= values
    groups.join(studies)
    identifiers[groups.root(studies[0])] = together


def _agree(identifiers: Mapping[str, Mapping[str, set[str]]], studies: Sequence[str]) -> bool:
    """Tell whether studies may be one: those that share an identifier are one already, so two that have some differ."""
    held = [identifiers.get(study, {}) for study in studies]
    return all(sum(bool(known.get(kind)) for known in held) < 2 for kind in _ONE_OF_A_KIND)


class _Groups:
    """Names that were joined, directly or through others, have the same root: the one that came first."""

    def __init__(self, names: Iterable[str]) -> None:
        self._parent: dict[str, str] = {}
        self._rank: dict[str, int] = {}
        for name in names:
            self._parent.setdefault(name, name)
            self._rank.setdefault(name, len(self._rank))

    def root(self, name: str) -> str:
        root = name
        while root != self._parent[root]:
            root = self._parent[root]
        while name != root:
            self._parent[name], name = root, self._parent[name]
        return root

    def join(self, names: Sequence[str]) -> None:
        for name in names[1:]:
            first, other = sorted((self.root(names[0]), self.root(name)), key=self._rank.__getitem__)
            self._parent[other] = first
