"""In: what became of each source, study and finding, now and in the run before. Out: the rows of a PRISMA flow.

The stages are those of the PRISMA 2020 flow diagram for updated reviews (Page et al., BMJ 2021;372:n71), with what a
program does in the place of screening: it reads, and finds a claim or none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import get_args

from pipeline.records import FlowRow, RunInputs, SearchRow, SourceRow
from pipeline.vocabulary import FlowStage

FILES = "files"
ALL = "all"
STAGES: tuple[FlowStage, ...] = get_args(FlowStage)
_SUMS: tuple[tuple[FlowStage, tuple[FlowStage, ...]], ...] = (
    ("identified", STAGES[STAGES.index("identified") + 1 :]),
    ("read", ("no claim found", "with claims")),
)
"""Stages that are the sum of others."""
_SEARCHED: tuple[tuple[FlowStage, str], ...] = (("found by the search", "found"), ("not fetched", "failed"))
"""Stages that a search counts, with its column."""
MOST_REASONS = 20
"""Reasons of one stage that are told apart; all stand in sources.csv."""
COLUMNS = ("item", "origin", "stage", "reason")

Tally = tuple[Mapping[str, str], int, int, int]
"""An origin, stage and reason, with how many there were in the run before, are new, and are there now."""


def standings(
    sources: Iterable[SourceRow], studies: Iterable[str], findings: Iterable[str], origins: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """Yield where each source, study and finding of a run stands: an identity, its origin, its stage and the reason."""
    for row in sources:
        origin = origins.get(row.path) or origins.get(row.path.partition("#")[0], FILES)
        stage, reason = _stage(row)
        name = row.source_id if stage in ("with claims", "no claim found") else f"{row.source_id}\n{row.path}"
        yield f"source\n{name}", origin, stage, reason
    for name, stage, ids in (("study", "studies", studies), ("finding", "findings", findings)):
        for found in ids:
            yield f"{name}\n{found}", ALL, stage, ""


def flow_rows(tallies: Iterable[Tally], now: RunInputs, before: RunInputs) -> list[FlowRow]:
    """Return the rows of prisma.csv, origin by origin, in the order of the stages."""
    known = {str(stage): stage for stage in STAGES}
    rows = [FlowRow(counted["origin"], known[counted["stage"]], counted["reason"], *n) for counted, *n in tallies]
    rows += [
        _sum(rows, origin, stage, parts) for origin in {row.origin for row in rows} - {ALL} for stage, parts in _SUMS
    ]
    latest, earlier = _latest(now.searches), _latest(before.searches)
    for database in sorted({search.database for search in latest}):
        for stage, count in _SEARCHED:
            was, total = (
                sum(getattr(search, count) for search in searches if search.database == database)
                for searches in (earlier, latest)
            )
            if total or was or stage == "found by the search":
                rows.append(FlowRow(database, stage, "", was, max(0, total - was), total))
    rows.sort(key=lambda row: (row.origin == ALL, row.origin == FILES, row.origin, STAGES.index(row.stage), -row.total))
    return list(_few_reasons(rows))


def _stage(row: SourceRow) -> tuple[FlowStage, str]:
    if row.status == "failed":
        return "not read", _in_general(row)
    if row.status == "skipped":
        return ("duplicate removed", "") if "was already read from" in row.reason else ("set aside", _in_general(row))
    if row.status == "empty":
        return "no article text", ""
    return ("with claims" if row.n_claims else "no claim found"), ""


def _in_general(row: SourceRow) -> str:
    """A reason without the name of its source, so that the same reasons count together."""
    reason = row.reason
    for name in sorted({row.path, row.path.rpartition("/")[2], row.source_id}, key=len, reverse=True):
        reason = reason.replace(name, "it") if name else reason
    return reason[:1].upper() + reason[1:]


def _sum(rows: Iterable[FlowRow], origin: str, stage: FlowStage, parts: Iterable[FlowStage]) -> FlowRow:
    counted = [row for row in rows if row.origin == origin and row.stage in parts]
    previous, new, total = (sum(getattr(row, name) for row in counted) for name in ("previous", "new", "total"))
    return FlowRow(origin, stage, "", previous, new, total)


def _latest(searches: Iterable[SearchRow]) -> list[SearchRow]:
    """The last time that each search was run."""
    last = {}
    for search in sorted(searches, key=lambda search: search.began):
        last[search.database, search.query, search.folder] = search
    return list(last.values())


def _few_reasons(rows: Iterable[FlowRow]) -> Iterator[FlowRow]:
    """The rows, where a stage has more reasons than anybody reads with the rarer ones as one."""
    kept: dict[tuple[str, str], int] = {}
    rest: dict[tuple[str, str], FlowRow] = {}
    for row in rows:
        place = row.origin, row.stage
        kept[place] = kept.get(place, 0) + 1
        if kept[place] <= MOST_REASONS:
            yield row
        elif place in rest:
            rest[place] = _added(rest[place], row)
        else:
            rest[place] = FlowRow(**asdict(row) | {"reason": "other reasons, each in sources.csv"})
    yield from rest.values()


def _added(one: FlowRow, other: FlowRow) -> FlowRow:
    counts = {name: getattr(one, name) + getattr(other, name) for name in ("previous", "new", "total")}
    return FlowRow(**asdict(one) | counts)
