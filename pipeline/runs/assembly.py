"""In: the shards of all sources. Out: the tables, written aside and then put in place together."""

import heapq
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from pipeline import tables
from pipeline.comparison import Names, compare_pair, pairs_of, place
from pipeline.figures import Gallery
from pipeline.records import CERTAINTIES, ComparisonRow, EvidenceRow, SourceRow
from pipeline.runs.changes import write_changes
from pipeline.runs.summary import Failure, RunSummary
from pipeline.store import Contents, OutputFolder, Spool, publish

FILES = (
    "evidence.csv",
    "comparison.csv",
    "comparison_matrix.csv",
    "sources.csv",
    "changes.csv",
    "evidence.xlsx",
    "evidence.html",
)
TEXTS = "texts"
FIGURES = "figures"


def assemble(
    folder: OutputFolder,
    keys: Collection[str],
    failed: Iterable[SourceRow],
    *,
    began: float,
    with_figures: bool = True,
) -> RunSummary:
    """Write every table from the shards of `keys` and the rows of sources that have none; return the summary.

    `began` is when the run began, by the monotonic clock.
    """
    finished = folder.finished_keys()
    drafts = {name: folder.drafts / name for name in FILES}
    failed = sorted(failed, key=_source_order)
    certainties: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    failures: list[Failure] = []
    gallery = Gallery()

    def counted(rows: Iterable[EvidenceRow]) -> Iterator[EvidenceRow]:
        for row in rows:
            certainties[row.certainty] += 1
            gallery.see(row)
            yield row

    def told(rows: Iterable[SourceRow]) -> Iterator[SourceRow]:
        for row in rows:
            statuses[row.status] += 1
            if row.status == "failed":
                failures.append(Failure(row.source_id, row.reason))
            yield row

    def sources() -> Iterator[SourceRow]:
        return heapq.merge(contents.sources(finished), failed, key=_source_order)

    shards = [folder.shard(key) for key in sorted(keys)]
    with Contents(shards, scratch=folder.drafts) as contents:
        comparisons = _compare(contents, folder.drafts, gallery)
        tables.write_table(drafts["evidence.csv"], tables.EVIDENCE, counted(contents.evidence()))
        tables.write_table(drafts["comparison.csv"], tables.COMPARISON, comparisons)
        tables.write_matrix(drafts["comparison_matrix.csv"], comparisons)
        tables.write_table(drafts["sources.csv"], tables.SOURCES, told(sources()))
        tables.write_workbook(drafts["evidence.xlsx"], contents.evidence())
        counts = {certainty: certainties[certainty] for certainty in CERTAINTIES}
        figures = gallery.draw(folder.drafts / FIGURES) if with_figures else ()
        tables.write_page(
            drafts["evidence.html"],
            rows=contents.evidence(),
            comparisons=comparisons,
            sources=sources(),
            certainties=counts,
            figures=figures,
        )
        drafts |= {f"{FIGURES}/{file.name}": file for figure in figures for file in (figure.svg, figure.png)}
        _store_texts(folder, contents, finished, beside=drafts.keys())
    snapshot = folder.next_snapshot()
    before = folder.finished().snapshot
    changes = write_changes(drafts["changes.csv"], folder.drafts, before=before, after=snapshot)
    publish([(draft, folder.path / name) for name, draft in drafts.items()])
    folder.finish(keys, unread=failed, snapshot=snapshot)
    kept = [*([TEXTS] if (folder.path / TEXTS).is_dir() else []), *([FIGURES] if figures else [])]
    return RunSummary(
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
        n_disagreements=sum(row.disagreement for row in comparisons),
        seconds=time.monotonic() - began,
        changes=changes,
    )


def _compare(contents: Contents, scratch: Path, gallery: Gallery) -> Spool[ComparisonRow]:
    """Compare pair by pair: memory holds the claims of one nutrient and condition at a time."""
    pairs = pairs_of(Names(*names) for names in contents.names())

    def bodies() -> Iterator[ComparisonRow]:
        for claims in contents.pairs(pairs.items()):
            found = compare_pair(claims)
            gallery.see_pair(claims, found)
            yield from found

    return Spool(scratch / "comparisons", ((place(body), body) for body in bodies()))


def _source_order(row: SourceRow) -> tuple[str, str]:
    return row.source_id, row.path


def _store_texts(
    folder: OutputFolder, contents: Contents, finished: frozenset[str], *, beside: Collection[str]
) -> None:
    """Bring the stored texts up to date: write what is new, remove what earlier runs wrote and this one does not.

    `beside` are the other files that this run writes.
    """
    wanted = {f"{TEXTS}/{tables.text_file(source_id)}" for source_id in contents.text_owners()}
    before = folder.owned()
    folder.own(before | wanted | set(beside))
    for text in contents.texts():
        final = folder.path / TEXTS / tables.text_file(text.source_id)
        if text.key not in finished or not final.is_file():
            draft = folder.drafts / "text"
            draft.write_text(text.text, encoding="utf-8", newline="")
            publish([(draft, final)])
    for gone in before - wanted - set(beside):
        (folder.path / gone).unlink(missing_ok=True)
    folder.own(wanted | set(beside))
