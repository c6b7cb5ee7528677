"""In: a new document and the tables of a run. Out: what it adds to them, confirms or contradicts."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import ingest, tables
from pipeline.comparison import ComparisonRules, compare
from pipeline.config import Settings, load_settings
from pipeline.errors import SourceError
from pipeline.knowledge import comparison_of
from pipeline.records import ComparisonRow, EvidenceRow, SourceRow
from pipeline.runs.plan import ADDED, copy_into, make_plan
from pipeline.runs.runner import ProgressCallback, carry_out
from pipeline.runs.summary import Failure
from pipeline.store import Contents, OutputFolder

Bearing = Literal["contradicts", "confirms", "adds"]
BEARINGS: tuple[Bearing, ...] = ("contradicts", "confirms", "adds")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a new document says of one nutrient, exposure and condition, beside what the table says of it.

    It confirms or contradicts where both take a side (harmful, beneficial, no effect), else it adds. `verdict` and
    `certainty` are the table's, "" where it has nothing; `verdict_with` and `certainty_with` hold once it is added.
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
    sentences: tuple[str, ...]


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
        new = sum(not finding.n_sources for finding in self.findings)
        said = [
            f"{names}: {self.n_claims} claims in {len(self.findings)} comparisons. Beside {self.out} it contradicts "
            f"{self.count('contradicts')}, confirms {self.count('confirms')} and adds to {self.count('adds')}, "
            f"{new} of which are new there."
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
        documents, read = Path(scratch, "documents"), Path(scratch, "read")
        for path, _ in ingest.list_sources(given):
            copy_into(documents / ADDED, path)
        rows, done = _read(documents, OutputFolder(read), settings, progress)
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
        failures=tuple(Failure(source.source_id, source.reason) for source in done if source.status == "failed"),
        n_claims=len(rows),
        findings=tuple(sorted(findings, key=lambda finding: BEARINGS.index(finding.bearing))),
    )


def _read(
    documents: Path, folder: OutputFolder, settings: Settings, progress: ProgressCallback | None
) -> tuple[list[EvidenceRow], list[SourceRow]]:
    with folder.locked():
        plan = make_plan([documents], folder, settings)
        failed = carry_out(plan, folder, settings, progress)
        shards = [folder.shard(source.key) for source in plan.sources if folder.has(source.key)]
        with Contents(shards, scratch=folder.drafts) as contents:
            return list(contents.evidence()), [*contents.sources(frozenset()), *failed]


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
    sentences = {row.claim_id: " ".join(row.sentence.split()) for row in rows}
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
            sentences=tuple(dict.fromkeys(sentences[claim] for claim in claims if claim in sentences)),
        )


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
