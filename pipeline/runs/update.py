"""In: the tables of a run, written aside. Out: what a living review reports of its update, written beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pipeline import living, tables
from pipeline.config import Settings
from pipeline.records import FlowRow, RunInputs, SourceRow
from pipeline.runs.plan import Plan
from pipeline.store import Finished, file_hash, tallies, write_snapshot

FILES = ("prisma.csv", "searches.csv", "history.csv", "methods.md", "ro-crate-metadata.json")
_STANDINGS = "standings.parquet"
"""The copy of where each source, study and finding stood, for the next run."""


@dataclass(slots=True)
class Update:
    """What a run was given and when it ended; `methods` collects what the statement on it says."""

    inputs: RunInputs
    ended: datetime = field(init=False)
    methods: living.Methods = field(init=False)

    def __init__(self, inputs: RunInputs, extractor: str, grader: str) -> None:
        """Begin; `extractor` and `grader` are the versions of what read and graded the sources."""
        self.inputs = inputs
        self.ended = datetime.now(UTC)
        self.methods = living.Methods(
            version=version("provender"),
            extractor=extractor,
            grader=grader,
            inputs=inputs,
        )

    @property
    def ended_at(self) -> str:
        """When the run ended, ISO 8601."""
        return self.ended.isoformat(timespec="seconds").replace("+00:00", "Z")

    def write_flow(
        self,
        drafts: Mapping[str, Path],
        snapshot: Path,
        last: Finished,
        *,
        sources: Iterable[SourceRow],
        studies: Iterable[str],
        findings: Iterable[str],
    ) -> list[FlowRow]:
        """Write prisma.csv and searches.csv, and into the folder `snapshot` what the next run counts from."""
        standings = living.standings(sources, studies, findings, self.inputs.origins)
        write_snapshot(snapshot / _STANDINGS, living.COLUMNS, standings)
        rows = flow_between(last, snapshot, self.inputs, scratch=snapshot)
        tables.write_table(drafts["prisma.csv"], tables.PRISMA, rows)
        tables.write_table(drafts["searches.csv"], tables.SEARCHES, self.inputs.searches)
        self.methods.flow = rows
        return rows

    def write(self, drafts: Mapping[str, Path], folder: Path) -> None:
        """Write history.csv, methods.md and ro-crate-metadata.json, when all other files are written."""
        at, made_by = self.ended_at, self.methods.version
        history = drafts["history.csv"]
        living.write_history(
            history, before=folder / history.name, changes=drafts["changes.csv"], run_at=at, version=made_by
        )
        tables_of_it = [name for name in drafts if name.endswith(".csv") and name not in living.OF_THE_RUN]
        hashes = {name: file_hash(drafts[name])[0] for name in tables_of_it}
        self.methods.files = hashes
        living.write_methods(drafts["methods.md"], self.methods)
        described = {name: file for name, file in drafts.items() if name != living.CRATE}
        living.write_crate(
            drafts[living.CRATE],
            described,
            hashes=hashes,
            before=folder / living.CRATE,
            today=self.ended.date().isoformat(),
            version=made_by,
        )


def flow_between(last: Finished, snapshot: Path, inputs: RunInputs, *, scratch: Path) -> list[FlowRow]:
    """Return the rows of prisma.csv: what stands in a snapshot, beside what stood in that of the last run."""
    before = last.snapshot / _STANDINGS if last.snapshot else None
    known = before if before and before.is_file() else None
    return living.flow_rows(tallies(known, snapshot / _STANDINGS, scratch=scratch), inputs, last.inputs)


def inputs_of(
    plan: Plan, paths: Iterable[str | Path], settings: Settings, *, n_events: int, earlier: RunInputs | None = None
) -> RunInputs:
    """Return what a run was given; `earlier` are the inputs of the run whose tables it adds to."""
    searches, origins = living.searches_of((source.path, source.name) for source in plan.sources)
    given = tuple(str(Path(path).absolute()) for path in paths)
    chosen = settings.model_dump(mode="json", exclude_defaults=True, exclude={"services"})
    for name in ("scheme", "lexicons", "retractions"):
        if chosen.get(name):
            chosen[name] = str(Path(chosen[name]).absolute())
    if earlier:
        given = earlier.paths
        searches = tuple(dict.fromkeys([*earlier.searches, *searches]))
        origins = {**earlier.origins, **origins}
    return RunInputs(given, chosen, n_events, searches, origins)
