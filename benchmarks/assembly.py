"""Measure the last step of a run, from shards to tables, over many made-up rows: time and peak memory.

    python benchmarks/assembly.py [--rows 1000000] [--folder DIR] [--seed 1]

In: how many rows. Out: seconds and MiB (resident, highest) of the process that writes the tables, and their sizes. The
rows are drawn at random from the seed; names follow Zipf's law, so that the largest body of evidence is a real one.
"""

import argparse
import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.comparison import load_rules
from pipeline.grading import load_scheme
from pipeline.records import (
    CitedReference,
    Duration,
    EvidenceRow,
    Flag,
    Overrides,
    Population,
    Reference,
    RunInputs,
    SourceRow,
)
from pipeline.runs.assembly import assemble
from pipeline.runs.decided import Decided
from pipeline.runs.update import Update
from pipeline.store import Extraction, OutputFolder, write_shard
from pipeline.studies import Retractions
from pipeline.vocabulary import CERTAINTIES, EXPOSURES, RELATIONS

NUTRIENTS, CONDITIONS, STUDIES = 250, 4_000, 60_000
ROWS_PER_RECORD, RECORDS_PER_SHARD = 4, 1_000
UNLINKED = 0.2
"""Share of names without an identifier."""
WORDS = ("in adults", "with low levels", "the risk", "higher", "treatment", "cohort", "reported", "odds of significant")
DESIGNS = ("rct", "cohort", "case-control", "meta-analysis", "consumer health page", "unclear")
FACTUALITIES = ("Factual", "Factual", "Probable", "Possible", "Unknown")
BASES = ("own result", "cited study", "uncited statement")


def zipf(rng: random.Random, count: int) -> int:
    """Return a number below `count`, small ones more often, as names occur in text."""
    return min(count - 1, int(count ** rng.random()) - 1)


def make_row(rng: random.Random, source: SourceRow, place: int) -> EvidenceRow:
    """Return the claim that stands at a place of a source."""
    n, c = zipf(rng, NUTRIENTS), zipf(rng, CONDITIONS)
    nutrient, condition = f"nutrient {n}", f"condition {c}"
    words = " ".join(rng.choices(WORDS, k=rng.randint(12, 40)))
    sentence = f"{nutrient} {words} {condition}."
    basis = rng.choice(BASES)
    study = zipf(rng, STUDIES)
    label = str(rng.randint(1, 60))
    title = f"Title of the study number {study} in humans, {1980 + study % 40}"
    cited = CitedReference(label, Reference(label, title, identifiers={"pmid": str(study)}))
    ratio = rng.lognormvariate(0, 0.4) if rng.random() < 0.3 else None
    start = place * 400
    return EvidenceRow(
        claim_id=hashlib.sha256(f"{source.source_id} {place}".encode()).hexdigest()[:16],
        source_id=source.source_id,
        source_title=source.title,
        source_date=source.date,
        source_type="abstract",
        nutrient=nutrient,
        nutrient_id="" if rng.random() < UNLINKED else f"CHEBI:{n}",
        nutrient_text=nutrient,
        exposure=rng.choice(EXPOSURES),
        condition=condition,
        condition_id="" if c % 5 == 0 or rng.random() < UNLINKED else f"MESH:D{c:06}",
        condition_text=condition,
        condition_type="condition",
        relation=rng.choice(RELATIONS),
        strength="correlational",
        factuality=rng.choice(FACTUALITIES),
        study_design=rng.choice(DESIGNS),
        evidence_basis=basis,
        sample_size=rng.randint(10, 5_000),
        population=Population((f"{rng.randint(10, 90)} adults",), duration=Duration(f"{rng.randint(1, 52)} weeks")),
        effect_measure="OR" if ratio else "",
        effect_value=ratio,
        ci_low=ratio * 0.8 if ratio else None,
        ci_high=ratio * 1.25 if ratio else None,
        ci_level=95.0 if ratio else None,
        p_value="<0.05" if ratio else "",
        statistics=(f"OR {ratio:.2f}",) if ratio else (),
        citations=(cited,) if basis == "cited study" else (),
        evidence_level=rng.randint(1, 5),
        certainty=rng.choice(CERTAINTIES),
        certainty_reasons=tuple(f"Down 1 (risk of bias): {' '.join(rng.choices(WORDS, k=8))}" for _ in range(4)),
        flags=(Flag("hedged"), Flag("small-sample")),
        sentence=sentence,
        section="Results",
        page=None,
        sentence_start=start,
        sentence_end=start + len(sentence),
        nutrient_start=start,
        nutrient_end=start + len(nutrient),
        condition_start=start + len(sentence) - 1 - len(condition),
        condition_end=start + len(sentence) - 1,
        confidence=rng.random(),
        model_version="made up",
    )


def make_record(rng: random.Random, number: int) -> Extraction:
    """Return an abstract with its claims."""
    title = f"Study {number} of {' '.join(rng.choices(WORDS, k=8))}"
    source = SourceRow(
        f"PMID:{number}", f"abstracts.xml#{number}", "medline", "0" * 64, 2_000, "processed",
        title=title, date=f"{1980 + number % 45}-01-01", n_sentences=12, n_claims=ROWS_PER_RECORD,
    )  # fmt: skip
    rows = tuple(make_row(rng, source, place) for place in range(ROWS_PER_RECORD))
    return Extraction(source, " ".join(rng.choices(WORDS, k=200)), rows)


def make_shards(folder: OutputFolder, rows: int, seed: int) -> list[str]:
    """Write the shards and return their keys; those that are there are kept."""
    rng = random.Random(seed)

    def records(first: int) -> Iterator[Extraction]:
        for number in range(first, min(first + RECORDS_PER_SHARD, rows // ROWS_PER_RECORD)):
            yield make_record(rng, number)

    keys = []
    for first in range(0, rows // ROWS_PER_RECORD, RECORDS_PER_SHARD):
        keys.append(f"{seed:04x}{first:036x}")
        if not folder.has(keys[-1]):
            rng.seed(f"{seed} {first}")
            write_shard(folder.shard(keys[-1]), records(first), temporary=folder.drafts)
    return keys


def main() -> None:
    """Make the shards, then write the tables in a process of its own and tell what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--assemble", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder is None:
        with tempfile.TemporaryDirectory() as scratch:
            measure(OutputFolder(Path(scratch)), given.rows, given.seed)
    elif given.assemble:
        write_tables(OutputFolder(given.folder))
    else:
        measure(OutputFolder(given.folder), given.rows, given.seed)


def measure(folder: OutputFolder, rows: int, seed: int) -> None:
    """Make the shards here and the tables in another process, so that only these count."""
    with folder.locked():
        began = time.monotonic()
        keys = make_shards(folder, rows, seed)
        print(f"{rows} rows in {len(keys)} shards, made in {time.monotonic() - began:.0f} s", flush=True)
    subprocess.run([sys.executable, __file__, "--assemble", "--folder", str(folder.path)], check=True)
    for file in sorted(folder.path.glob("*.*")):
        print(f"{file.stat().st_size / 1e6:10.1f} MB  {file.name}")


def write_tables(folder: OutputFolder, *, figures: bool = True) -> None:
    """Write the tables of all shards of a folder and print what it took."""
    began, busy = time.monotonic(), time.process_time()
    with folder.locked():
        keys = [shard.stem for shard in folder.shards.glob("*/*.parquet")]
        summary = assemble(
            folder,
            keys,
            [],
            decisions={},
            update=Update(RunInputs(), "", ""),
            decided=Decided(Overrides(), load_scheme),
            began=began,
            state="",
            rules=load_rules(),
            retractions=Retractions(),
            with_figures=figures,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{summary.n_claims} claims, {summary.n_comparisons} comparisons: {time.monotonic() - began:.0f} s "
        f"({time.process_time() - busy:.0f} s of processor time), at most {peak:.0f} MiB resident"
    )


if __name__ == "__main__":
    main()
