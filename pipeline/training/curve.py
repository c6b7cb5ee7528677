"""In: networks that learned from shares of the newer annotated documents; out: their figures on dev.jsonl, a curve.

What the newer text brought and what more of it would: one network without it, one with half of it, one with all, one
with all but the documents written for training, and one without changed copies. Each goes on from the same weights for
the same passes and is read with the bundled calibration, so that the encoders alone differ. They come from
`python -m pipeline.training --steps prepare begin claims --sets fresh0 fresh50 fresh100 unwritten unchanged`, with the
weights to begin with in --models.

>>> python -m pipeline.training.curve --reference ../shared --work outputs/training
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch

from pipeline.claims import learned
from pipeline.claims.encoder import ClaimEncoder
from pipeline.claims.naming import Namer
from pipeline.evaluation import evaluate_claims, read_gold
from pipeline.training.__main__ import Trainer
from pipeline.training.prepare import SHARES, Inputs
from pipeline.training.pretrained import encoder_folder
from pipeline.training.reading import READER

SETS = (*(f"fresh{100 * share:.0f}" for share in SHARES), "unwritten", "unchanged")


def main() -> None:
    """Print the figures of each share."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.curve", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument("--work", type=Path, default=Path("outputs/training"), help="folder with the checkpoints")
    options = parser.parse_args()
    trainer = Trainer(Inputs.load(options.work / "inputs.pkl.xz"), options.work, "cpu", encoder_folder())
    torch.set_num_threads(2)
    for name in SETS:
        seed = trainer.seeds(name)[0]
        folder = options.work / f"{name}-{seed}"
        if not (folder / "config.json").exists():
            trainer.export(folder.name, folder)
        documents = len(trainer.inputs.claims[name][0])
        print(f"{name} ({documents} documents): {figures(folder, Path(options.reference))}", flush=True)


def figures(folder: Path, reference: Path) -> str:
    """Return the figures on dev.jsonl of the encoder in a folder."""
    encoder = ClaimEncoder.from_directory(folder)
    calibration = learned.load_calibration(learned.load_encoder())
    pairs = []
    for document in read_gold(reference / "gold" / "dev.jsonl"):
        annotated = READER.annotate(document.document())
        namer = Namer(annotated, READER)
        pairs.append((document, list(learned.learned_claims(annotated, encoder, calibration, namer))))
    scores = evaluate_claims(pairs)
    return (f"claims {scores.claims.f1:.3f}, direction {scores.direction.f1:.3f}, relation {scores.relation.f1:.3f}, "
            f"measures {scores.measure_claims.f1:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
