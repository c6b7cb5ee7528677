"""In: the shards of all sources. Out: the tables, written aside and then put in place together."""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import tables
from pipeline.comparison import COMPARISON_ORDER, ComparisonRules, Names, compare_pair, pairs_of
from pipeline.comparison.consequence import Consequence, consequences
from pipeline.comparison.retracted import retraction_effects
from pipeline.figures import Gallery, draw_flow
from pipeline.grading.regrade import recorrected
from pipeline.records import ComparisonRow, EvidenceRow, SourceRow, with_values
from pipeline.report import MOST_CLAIMS, ReportContents, write_report
from pipeline.review import REJECTED, STATES, Decision, carry
from pipeline.runs.changes import MOST_MOVED, Copies, write_changes
from pipeline.runs.decided import Decided
from pipeline.runs.intake import REVIEWED
from pipeline.runs.summary import Failure, RunSummary
from pipeline.runs.update import FILES as UPDATE_FILES
from pipeline.runs.update import Update
from pipeline.store import Contents, Finished, Ordered, OutputFolder, file_hash, replace_tables
from pipeline.studies import Corpus, Retractions, grades_of, reports_of
from pipeline.synthesis import finding_id_of
from pipeline.vocabulary import CERTAINTIES, Certainty

FILES = (
    "evidence.csv",
    "comparison.csv",
    "comparison_matrix.csv",
    "findings.csv",
    "studies.csv",
    "sources.csv",
    "changes.csv",
    "decisions.csv",
    "evidence.xlsx",
    "report.html",
    *UPDATE_FILES,
)
TEXTS = "texts"
FIGURES = "figures"


def assemble(
    folder: OutputFolder,
    keys: Collection[str],
    failed: Iterable[SourceRow],
    *,
    decisions: Mapping[str, Decision],
    update: Update,
    decided: Decided,
    began: float,
    state: str,
    rules: ComparisonRules,
    retractions: Retractions,
    with_figures: bool = True,
    before_replacing: Callable[[], None] = lambda: None,
) -> RunSummary:
    """Write every table from the shards of `keys` and the rows of sources that have none; return the summary.

    `decisions` are what reviewers said of claims, `decided` of studies and outcomes; what they changed is graded anew.
    `update` knows what the run was given. `began` is when the run began, by the monotonic clock; `state` stands for all
    that the tables are made of (see `pipeline.runs.standing`); `rules` are those of the comparison, `retractions` what
    a list says of studies. What `before_replacing` raises, once the tables are written aside, keeps them from being put
    in place.
    """
    last = folder.finished()
    drafts = {name: folder.drafts / name for name in FILES}
    failed = sorted(failed, key=_source_order)
    certainties: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    failures: list[Failure] = []
    spoken: Counter[str] = Counter()
    findings: list[str] = []
    reported: list[EvidenceRow] = []
    gallery = Gallery()
    snapshot = folder.next_snapshot()

    def sources() -> Iterator[SourceRow]:
        return heapq.merge(contents.sources(last.keys), failed, key=_source_order)

    def with_kept(row: SourceRow) -> SourceRow:
        """A source that could not be read, with what an earlier run had of it."""
        count = contents.stale_claims.get(row.path)
        if not count or row.status not in ("failed", "empty"):
            return row
        return replace(row, n_claims=count, reason=f"{row.reason} Its {count} claims of an earlier run are kept.")

    def writer(table: tables.Table, copy: tables.Copy | None = None) -> tables.TableWriter:
        return tables.TableWriter(drafts[f"{table.name}.csv"], table, sheet=book.sheet(table), copy=copy)

    shards = [folder.shard(key) for key in sorted(keys)]
    earlier = [folder.shard(key) for key in (last.keys | last.stale) - set(keys) if folder.has(key)]
    with Contents(shards, scratch=folder.drafts, earlier=earlier, unread=failed, revive=tables.revive) as contents:
        carried = carry(decisions, contents.evidence_of, lambda row, before: recorrected(row, before, decided.scheme()))
        rules = rules.model_copy(update={"same_outcomes": {**rules.same_outcomes, **decided.names}})
        contents.revise(carried.rows)
        stale = contents.stale_keys
        evidence = _evidence(contents, decided, rules, retractions)
        compared = _compare(evidence, gallery, rules)
        comparisons, studies = compared.rows, evidence.corpus.studies.by_id
        update.methods.retracted = compared.retracted
        n_disagreements = 0
        with tables.Workbook(drafts["evidence.xlsx"]) as book, Copies(snapshot) as copies:
            with writer(tables.EVIDENCE, copies.claim) as written_claims:
                for row in evidence.rows():
                    written_claims.write(row)
                    certainties[row.certainty] += 1
                    update.methods.see(row)
                    if row.review_status != REJECTED:
                        gallery.see(row)
                    if len(reported) < MOST_CLAIMS:
                        reported.append(row)
            with (
                writer(tables.COMPARISON, copies.comparison) as written_comparisons,
                writer(tables.FINDINGS) as written_findings,
            ):
                for body in comparisons:
                    written_comparisons.write(body)
                    n_disagreements += body.disagreement
                    spoken.update(body.stances.keys())
                    if body.finding is not None:
                        findings.append(body.finding.finding_id)
                        written_findings.write(body.finding)
            with writer(tables.STUDIES) as written_studies:
                for study in tables.study_rows(studies.values()):
                    written_studies.write(study)
            with writer(tables.SOURCES, copies.source) as written_sources:
                for source in map(with_kept, sources()):
                    written_sources.write(source)
                    statuses[source.status] += 1
                    if source.status == "failed":
                        failures.append(Failure(source.source_id, source.reason))
        tables.write_matrix(drafts["comparison_matrix.csv"], comparisons, spoken)
        tables.write_table(drafts["decisions.csv"], tables.DECISIONS, carried.placed)
        flow = update.write_flow(
            drafts,
            snapshot,
            last,
            sources=sources(),
            studies=studies,
            findings=findings,
        )
        update.methods.n_studies, update.methods.n_findings = len(studies), len(comparisons)
        counts = {certainty: certainties[certainty] for certainty in CERTAINTIES}
        figures = gallery.draw(folder.drafts / FIGURES) if with_figures else ()
        flows = (draw_flow(flow, folder.drafts / FIGURES),) if with_figures else ()
        write_report(
            drafts["report.html"],
            ReportContents(
                rows=reported,
                comparisons=comparisons,
                sources=map(with_kept, sources()),
                passages=contents.passages,
                figures=figures,
                n_claims=sum(counts.values()),
                consequences=compared.consequences,
                studies=studies,
            ),
        )
        drafts |= {f"{FIGURES}/{file.name}": file for figure in (*figures, *flows) for file in (figure.svg, figure.png)}
        texts, unchanged = _texts(folder, contents, last)
    changes = write_changes(drafts["changes.csv"], folder.drafts, before=last.snapshot, after=snapshot)
    update.write(drafts, folder.path)
    written = {name: file_hash(drafts[name])[0] for name in REVIEWED}
    kept = [*([TEXTS] if texts or unchanged else []), *([FIGURES] if flows else [])]
    summary = RunSummary(
        out=folder.path,
        files=tuple(folder.path / name for name in (*FILES, *kept)),
        n_sources=statuses.total(),
        n_read=statuses["processed"] + statuses["unchanged"],
        n_unchanged=statuses["unchanged"],
        n_empty=statuses["empty"],
        n_skipped=statuses["skipped"],
        failures=tuple(failures),
        n_claims=sum(counts.values()),
        certainty=counts,
        n_comparisons=len(comparisons),
        n_disagreements=n_disagreements,
        seconds=time.monotonic() - began,
        changes=changes,
        retracted=tuple(compared.retracted),
        decisions={state: carried.count(state) for state in STATES if carried.count(state)},
    )
    before_replacing()
    finished = Finished(
        frozenset(keys),
        tuple(failed),
        snapshot,
        stale,
        written,
        inputs=update.inputs,
        state=state,
        summary=summary.to_dict() | {"as_of": update.ended_at},
    )
    replace_tables(folder, drafts | texts, finished, unchanged=unchanged)
    return replace(summary, seconds=time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The rows of a run with the studies and findings they belong to, brought to them as they are read."""

    contents: Contents
    corpus: Corpus
    pairs: Mapping[Names, tuple[str, str]]
    certainties: dict[str, Certainty]
    unmarked: Corpus
    retracted: Collection[str]

    def rows(self) -> Iterator[EvidenceRow]:
        """Yield the rows of evidence.csv."""
        for row in map(self.corpus.rest, self.contents.evidence()):
            pair = self.pairs[Names(row.nutrient, row.nutrient_id, row.condition, row.condition_id)]
            finding_id = finding_id_of(pair, row.exposure)
            certainty = self.certainties.get(finding_id)
            yield with_values(row, finding_id=finding_id if certainty else "", finding_certainty=certainty or "")


def _evidence(contents: Contents, decided: Decided, rules: ComparisonRules, retractions: Retractions) -> _Evidence:
    """Know the studies of all rows first: only what names them is in memory, not the rows."""
    studies = decided.studies(reports_of(contents.resting(), contents.studies()))
    grades = grades_of(contents.evidence(), studies, decided.regrade) if studies.cited_own else {}
    unmarked = Corpus(studies, grades, decided.regrade, decided.overrides.same_outcomes, decided.overrides.findings)
    marked, retracted = retractions.mark(studies)
    pairs = pairs_of((Names(*names) for names in contents.names()), rules.same_outcomes)
    return _Evidence(contents, replace(unmarked, studies=marked), pairs, {}, unmarked, retracted)


@dataclass(frozen=True, slots=True)
class _Compared:
    """The rows of comparison.csv, in order; the claims that a verdict hangs on; what a list of retractions changed."""

    rows: Ordered[ComparisonRow]
    consequences: dict[str, Consequence]
    retracted: list[str]


def _compare(evidence: _Evidence, gallery: Gallery, rules: ComparisonRules) -> _Compared:
    """Synthesise and compare pair by pair: memory holds the claims of one nutrient and condition at a time.

    No more consequences are kept than the report shows.
    """
    found = _Compared(evidence.contents.ordered(ComparisonRow, COMPARISON_ORDER), {}, [])
    for claims in evidence.contents.pairs(evidence.pairs.items()):
        bodies = compare_pair(claims, rules, evidence.corpus)
        found.rows.extend(bodies)
        evidence.certainties.update((body.finding_id, body.certainty) for body in bodies)
        if bodies:  # not where all claims were rejected
            gallery.see_pair([claim for claim in claims if claim.review_status != REJECTED], bodies)
        if len(found.consequences) < MOST_CLAIMS:
            found.consequences.update(consequences(claims, bodies, rules, evidence.corpus))
        if evidence.retracted and len(found.retracted) < MOST_MOVED:
            found.retracted.extend(
                retraction_effects(
                    claims,
                    bodies,
                    rules,
                    corpus=evidence.corpus,
                    unmarked=evidence.unmarked,
                    marked=evidence.retracted,
                )
            )
    return found


def _source_order(row: SourceRow) -> tuple[str, str]:
    return row.source_id, row.path


def _texts(folder: OutputFolder, contents: Contents, last: Finished) -> tuple[dict[str, Path], frozenset[str]]:
    """Return drafts of the stored texts that are new, by their names, and the names of those that are as they were."""
    owners = contents.text_owners()
    names = {source_id: f"{TEXTS}/{tables.text_file(source_id)}" for source_id in owners}
    known = last.keys | last.stale
    new = [
        source_id
        for source_id, key in owners.items()
        if key not in known or not (folder.path / names[source_id]).is_file()
    ]
    drafts: dict[str, Path] = {}
    for source_id, text in contents.texts(new):
        draft = drafts[names[source_id]] = folder.drafts / names[source_id]
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="")
    return drafts, frozenset(names.values()) - drafts.keys()
