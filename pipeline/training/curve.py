"""In: the general weights and shares of the annotated documents; out: figures of encoders that learned from them.

The learning curve, on dev.jsonl: what more annotation would bring. Each encoder is fitted with the schedule of the
folds and read with the bundled weighing, so that the encoders alone differ.

>>> python -m pipeline.training.curve --reference ../shared --work outputs/training --shares 0.25 0.75
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.claims import learned
from pipeline.claims.encoder import ClaimEncoder
from pipeline.claims.naming import Namer
from pipeline.evaluation import evaluate_claims, read_gold
from pipeline.language import annotate, reader
from pipeline.training import corpora
from pipeline.training.__main__ import Trainer


def main() -> None:
    """Fit an encoder for each share and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.curve", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument("--work", type=Path, default=Path("outputs/training"), help="folder with general.pt")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 0.75, 1.0])
    options = parser.parse_args()
    reference = Path(options.reference)
    trainer = Trainer(reference, options.work)
    for share in options.shares:
        learn = corpora.share_of(trainer.documents, share, trainer.schedule["fold_seed"])
        folder = options.work / f"share{round(100 * share)}"
        if not (folder / "config.json").exists():
            trainer.step("fold", learn, [], folder.with_suffix(".pt"), folder)
        print(f"{share:.0%} ({len(learn)} documents): {figures(folder, reference)}", flush=True)


def figures(folder: Path, reference: Path) -> str:
    """Return the figures on dev.jsonl of the encoder in a folder."""
    encoder, weighing = ClaimEncoder.from_directory(folder), learned.load_weighing()
    pairs = []
    for document in read_gold(reference / "gold" / "dev.jsonl"):
        annotated = annotate(document.document())
        namer = Namer(annotated, reader())
        pairs.append((document, list(learned.learned_claims(annotated, encoder, weighing, namer))))
    scores = evaluate_claims(pairs)
    return (f"claims {scores.claims.f1:.3f}, direction {scores.direction.f1:.3f}, relation {scores.relation.f1:.3f}, "
            f"measures {scores.measure_claims.f1:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
