"""How often the study design and the sample size of a source are recognised.

    python benchmarks/study_design.py ../shared/gold/dev.jsonl [--trials FOLDER --count 500] [--errors]

The first file holds annotated documents (`study_design`, `sample_size`). FOLDER holds reports of trials as JATS XML; of
these, spread evenly over the folder, the share recognised as trials is counted.
"""

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


def main(
    gold: Path, trials: Annotated[Path | None, typer.Option()] = None, count: int = 500, errors: bool = False
) -> None:
    """Print the figures, with every wrong one if `errors`."""
    annotated_figures(gold, errors)
    if trials:
        trial_figures(trials, count, errors)


if __name__ == "__main__":
    typer.run(main)
