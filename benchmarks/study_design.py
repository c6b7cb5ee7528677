"""How often the study design and the sample size of a source are recognised.

    python benchmarks/study_design.py ../shared/gold/dev.jsonl [--trials FOLDER --count 500] [--errors]
    python benchmarks/study_design.py ../shared/gold/dev.jsonl --read FOLDER [--part fit] [--errors]

The first file holds annotated documents (`study_design`, `sample_size`). FOLDER holds reports of trials as JATS XML; of
these, spread evenly over the folder, the share recognised as trials is counted. With `--read` those of them that were
read by eye are counted (`articles_read.csv`): the part `held`, on which nothing was fitted, or `fit`. A design is right
where it is the reader's or one that the reader would let pass; a size where it is one of those randomised or analysed,
or none where none is told.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from pipeline.evaluation.gold import read_gold
from pipeline.grading import load_scheme, study_design
from pipeline.ingest import read
from pipeline.language import Reader
from pipeline.lexicons import load_lexicon

READER, SCHEME = Reader(load_lexicon()), load_scheme()
TRIALS = ("rct", "non-randomised trial")


def annotated_figures(path: Path, errors: bool) -> None:
    right, sized, size_right = 0, 0, 0
    documents = read_gold(path)
    for gold in documents:
        found = study_design(READER.annotate(gold.document()), SCHEME)
        right += found.design == gold.study_design
        if errors and found.design != gold.study_design:
            print(
                f"DESIGN {gold.study_design} read as {found.design}: {gold.doc_id} {found.words[:3]} {gold.text[:99]!r}"
            )
        if gold.sample_size is not None:
            sized += 1
            size_right += found.sample_size == gold.sample_size
            if errors and found.sample_size != gold.sample_size:
                print(f"SIZE {gold.sample_size} read as {found.sample_size}: {gold.doc_id} {found.sample_words!r}")
    print(f"{path.name}: design {right}/{len(documents)} = {right / len(documents):.3f}, "
          f"sample size {size_right}/{sized} = {size_right / max(1, sized):.3f}")  # fmt: skip


def trial_figures(folder: Path, count: int, errors: bool) -> None:
    paths = sorted(folder.rglob("*.nxml"))
    chosen = paths[:: max(1, len(paths) // count)][:count]
    designs: Counter[str] = Counter()
    for path in chosen:
        [document] = read(path)
        found = study_design(READER.annotate(document), SCHEME)
        designs[found.design] += 1
        if errors and found.design not in TRIALS:
            print(f"TRIAL read as {found.design}: {path.name} {found.words[:3]} {document.title[:150]!r}")
    share = sum(designs[d] for d in TRIALS) / len(chosen)
    print(f"{len(chosen)} of {folder}: {share:.3f} recognised as trials {dict(designs.most_common())}")


def read_figures(folder: Path, part: str, errors: bool) -> None:
    files = {path.stem: path for path in folder.rglob("*.nxml")}
    with (Path(__file__).parent / "articles_read.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["set"] == part and row["pmcid"] in files]
    right = size_right = 0
    for row in rows:
        [document] = read(files[row["pmcid"]])
        found = study_design(READER.annotate(document), SCHEME)
        designs = {row["design"], *filter(None, row["also"].split(";"))}
        sizes = {int(size) for size in row["sizes"].split(";") if size}
        size_fits = found.sample_size in sizes or (found.sample_size is None and row["no_size"] == "yes")
        right += found.design in designs
        size_right += size_fits
        if errors and found.design not in designs:
            print(f"DESIGN {designs} read as {found.design}: {row['pmcid']} {found.words[:4]} {document.title[:120]!r}")
        if errors and not size_fits:
            print(f"SIZE {sizes} read as {found.sample_size}: {row['pmcid']} {found.sample_words!r}")
    print(f"{len(rows)} articles read by eye ({part}): design {right}/{len(rows)} = {right / len(rows):.3f}, "
          f"sample size {size_right}/{len(rows)} = {size_right / len(rows):.3f}")  # fmt: skip


def main(
    gold: Path,
    trials: Annotated[Path | None, typer.Option()] = None,
    count: int = 500,
    read_by_eye: Annotated[Path | None, typer.Option("--read")] = None,
    part: str = "held",
    errors: bool = False,
) -> None:
    """Print the figures, with every wrong one if `errors`."""
    annotated_figures(gold, errors)
    if read_by_eye:
        read_figures(read_by_eye, part, errors)
    if trials:
        trial_figures(trials, count, errors)


if __name__ == "__main__":
    typer.run(main)
