"""In: a new document and the tables of a run. Out: what it adds to them, confirms or contradicts."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import tables
from pipeline.comparison import ComparisonRules, compare
from pipeline.comparison.stance import NOT_ANSWERED, votes
from pipeline.config import Settings, load_settings
from pipeline.errors import SourceError
from pipeline.knowledge import comparison_of
from pipeline.records import ComparisonRow, EvidenceRow, SourceRow
from pipeline.runs.plan import ADDED, copy_sources, make_plan
from pipeline.runs.runner import ProgressCallback, carry_out
from pipeline.runs.summary import Failure
from pipeline.store import Contents, OutputFolder, opened
from pipeline.vocabulary import direction_of, in_words

Bearing = Literal["contradicts", "confirms", "adds"]
BEARINGS: tuple[Bearing, ...] = ("contradicts", "confirms", "adds")


@dataclass(frozen=True, slots=True)
class NewClaim:
    """What a new document says in one sentence; `says` is the claim in words, `numbers` are those of the sentence."""

    claim_id: str
    source_id: str
    says: str
    sentence: str
    numbers: tuple[str, ...]
    certainty: str
    study_design: str
    sample_size: int | None
    study_id: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """Who stands on one side in the table: the sources that say so, and the studies that they rest on."""

    direction: str
    source_ids: tuple[str, ...]
    study_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a new document says of one nutrient, exposure and condition, beside what the table says of it.

    It confirms or contradicts where both take a side (harmful, beneficial, no effect), else it adds. `verdict`,
    `certainty` and `sides` are the table's, empty where it has nothing; `verdict_with` and `certainty_with` hold once
    it is added, and `would_change` says in words what that changes in the finding.
    """

    bearing: Bearing
    nutrient: str
    exposure: str
    condition: str
    says: str
    verdict: str
    certainty: str
    n_sources: int
    verdict_with: str
    certainty_with: str
    claims: tuple[NewClaim, ...]
    sides: tuple[Side, ...] = ()
    would_change: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the document, each once."""
        return tuple(dict.fromkeys(claim.sentence for claim in self.claims))

    def lines(self) -> list[str]:
        """Return it in words, a line a fact, those below the first indented."""
        said = [f"{self.bearing.upper()}: {self.nutrient} ({self.exposure}) and {self.condition}"]
        for claim in self.claims:
            size = f", {claim.sample_size} participants" if claim.sample_size else ""
            said.append(f"  {claim.says} ({claim.certainty} certainty; {claim.study_design}{size})")
            said.append(f"    “{claim.sentence}”")
            if claim.numbers:
                said.append(f"    numbers: {'; '.join(claim.numbers)}")
        if not self.n_sources:
            return [*said, f"  The table says nothing of it yet. With it: {self.verdict_with}, {self.certainty_with}."]
        said.append(f"  The table says: {self.verdict}, {self.certainty} certainty.")
        for side in self.sides:
            studies = f"; studies: {', '.join(side.study_ids)}" if side.study_ids else "; no study that can be traced"
            said.append(f"    {side.direction}: {', '.join(side.source_ids)}{studies}")
        return [*said, f"  With it: {'; '.join(self.would_change) or 'nothing changes in the finding'}."]


@dataclass(frozen=True, slots=True)
class AgainstReport:
    """What new documents add to, confirm or contradict in the tables in `out`; nothing in these was changed.

    `known` are the sources that the tables hold already: they are compared with the rest of them.
    """

    out: Path
    source_ids: tuple[str, ...]
    known: tuple[str, ...]
    failures: tuple[Failure, ...]
    n_claims: int
    findings: tuple[Finding, ...]

    def count(self, bearing: Bearing) -> int:
        """Return how many findings have this bearing."""
        return sum(finding.bearing == bearing for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return asdict(self) | {"out": str(self.out)} | {bearing: self.count(bearing) for bearing in BEARINGS}

    def lines(self) -> list[str]:
        """Return the report in a few sentences, without the table of findings."""
        names = ", ".join(name.removeprefix(f"{ADDED}/") for name in self.source_ids) or "The document"
        if not self.findings:
            none = [f"{names}: no claim about a nutrient and a condition was found in it."] if self.source_ids else []
            return none + [failure.reason for failure in self.failures]
        new = sum(not finding.n_sources for finding in self.findings)
        said = [
            f"{names}: {self.n_claims} claims in {len(self.findings)} comparisons. Beside {self.out} it contradicts "
            f"{self.count('contradicts')}, confirms {self.count('confirms')} and adds to {self.count('adds')}, "
            f"{new} of these {'is' if new == 1 else 'are'} new there."
        ]
        if self.known:
            said.append(f"The tables hold {', '.join(self.known)} already; it was compared with the other sources.")
        return said + [failure.reason for failure in self.failures]


def against(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
) -> AgainstReport:
    """Read new documents and say what they add to, confirm or contradict in the tables in `out`; these stay as is.

    Raises `SourceError` where a path is missing or `out` holds no tables, and what `run` raises.

    >>> report = against("new.pdf", "outputs/sleep")                     # doctest: +SKIP
    >>> [(f.bearing, f.nutrient, f.condition) for f in report.findings]  # doctest: +SKIP
    """
    settings = settings or load_settings()
    out = Path(out)
    for name in ("evidence.csv", "sources.csv"):
        if not (out / name).is_file():
            raise SourceError(f"{out} holds no {name}; give the folder that `provender run ... --out` wrote.")
    given = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    with tempfile.TemporaryDirectory(prefix="provender-") as scratch:
        rows, done, unread = _read(given, Path(scratch, "documents"), Path(scratch, "read"), settings, progress)
    sources = [source for source in done if source.status != "failed"]
    ids, hashes = {source.source_id for source in sources}, {source.sha256 for source in sources}
    same = [
        source
        for source in tables.read_sources(out / "sources.csv")
        if source.status != "failed" and (source.source_id in ids or source.sha256 in hashes)
    ]
    others = _about(rows, out / "evidence.csv", {source.source_id for source in same})
    findings = _findings(rows, others, comparison_of(settings))
    return AgainstReport(
        out=out,
        source_ids=tuple(sorted(ids)),
        known=tuple(sorted({source.source_id for source in same})),
        failures=tuple(
            Failure(source.source_id, source.reason)
            for source in [*unread, *(source for source in done if source.status == "failed")]
        ),
        n_claims=len(rows),
        findings=tuple(sorted(findings, key=lambda finding: BEARINGS.index(finding.bearing))),
    )


def _read(
    paths: Sequence[Path],
    documents: Path,
    out: Path,
    settings: Settings,
    progress: ProgressCallback | None,
) -> tuple[list[EvidenceRow], list[SourceRow], list[SourceRow]]:
    """Read the documents below `paths` into `out`; return their rows, themselves, and what is none to read."""
    folder = OutputFolder(out)
    with opened(folder):
        documents.mkdir()
        unread = copy_sources(paths, documents / ADDED, settings)
        plan = make_plan([documents], folder, settings)
        failed = carry_out(plan, folder, settings, progress)
        shards = [folder.shard(source.key) for source in plan.sources if folder.has(source.key)]
        with Contents(shards, scratch=folder.drafts) as contents:
            return list(contents.evidence()), [*contents.sources(frozenset()), *failed], unread


def _about(rows: Iterable[EvidenceRow], evidence: Path, without: set[str]) -> list[EvidenceRow]:
    """The rows of a table that may be about the same nutrient and condition as some row."""
    rows = list(rows)
    nutrients = {name for row in rows for name in (row.nutrient, row.nutrient_id)} - {""}
    conditions = {name for row in rows for name in (row.condition, row.condition_id)} - {""}
    return [
        row
        for row in tables.read_evidence(evidence)
        if {row.nutrient, row.nutrient_id} & nutrients
        and {row.condition, row.condition_id} & conditions
        and row.source_id not in without
    ]


def _findings(rows: Sequence[EvidenceRow], others: Sequence[EvidenceRow], rules: ComparisonRules) -> Iterable[Finding]:
    own, known = ({row.claim_id: row for row in of} for of in (rows, others))
    alone, before = _by_claim(compare(rows, rules)), _by_claim(compare(others, rules))
    for body in compare([*others, *rows], rules):
        claims = body.claim_ids
        said = next((alone[claim] for claim in claims if claim in alone), None)
        if said is None:
            continue
        table = next((before[claim] for claim in claims if claim in before), None)
        yield Finding(
            bearing=_bearing(said, table),
            nutrient=body.nutrient,
            exposure=body.exposure,
            condition=body.condition,
            says=", ".join(sorted({stance for stance, _ in said.stances.values()})),
            verdict=table.verdict if table else "",
            certainty=table.certainty if table else "",
            n_sources=table.n_sources if table else 0,
            verdict_with=body.verdict,
            certainty_with=body.certainty,
            claims=tuple(_new(own[claim]) for claim in claims if claim in own),
            sides=tuple(_sides(known[claim] for claim in claims if claim in known)),
            would_change=tuple(_would_change(table, body)) if table else (),
        )


def _new(row: EvidenceRow) -> NewClaim:
    return NewClaim(
        claim_id=row.claim_id,
        source_id=row.source_id,
        says=in_words(row),
        sentence=" ".join(row.sentence.split()),
        numbers=row.statistics,
        certainty=row.certainty,
        study_design=row.study_design,
        sample_size=row.sample_size,
        study_id=row.study_id,
    )


def _sides(rows: Iterable[EvidenceRow]) -> Iterable[Side]:
    """The sides that rows of a table take, the one that most studies stand on first."""
    sources: defaultdict[str, set[str]] = defaultdict(set)
    studies: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        direction = direction_of(row.relation, row.condition_type) if votes(row) else NOT_ANSWERED
        sources[direction].add(row.source_id)
        studies[direction] |= set(row.study_id)
    for direction in sorted(sources, key=lambda side: (-len(studies[side]), -len(sources[side]), side)):
        yield Side(direction, tuple(sorted(sources[direction])), tuple(sorted(studies[direction])))


def _would_change(before: ComparisonRow, after: ComparisonRow) -> Iterable[str]:
    """What differs between two syntheses of one body of evidence, each as `name: before, then after`."""
    for name, value in _SHOWN.items():
        was, now = value(before), value(after)
        if was != now:
            yield f"{name}: {was or 'none'}, then {now or 'none'}"


_SHOWN: Mapping[str, Callable[[ComparisonRow], object]] = {
    "verdict": lambda body: body.verdict,
    "certainty": lambda body: body.certainty,
    "studies": lambda body: body.n_independent_studies,
    "participants": lambda body: body.n_participants,
    "effect": lambda body: body.finding.effect if body.finding else "",
    "what readers are told": lambda body: body.told,
}


def _by_claim(bodies: Iterable[ComparisonRow]) -> dict[str, ComparisonRow]:
    return {claim: body for body in bodies for claim in body.claim_ids}


def _bearing(said: ComparisonRow, table: ComparisonRow | None) -> Bearing:
    mine, theirs = _side(said), _side(table) if table else ""
    if not mine or not theirs:
        return "adds"
    return "confirms" if mine == theirs else "contradicts"


def _side(body: ComparisonRow) -> str:
    """The direction of its verdict, or of all its sources that take one; "" where there is no such."""
    directions = {
        "harmful": body.sources_harmful,
        "beneficial": body.sources_beneficial,
        "no effect": body.sources_no_effect,
    }
    taken = [direction for direction, count in directions.items() if count]
    if body.verdict in directions:
        return body.verdict
    return taken[0] if len(taken) == 1 else ""
