"""In: the reference folder's dimb-re and food-disease; out: figures of this network on their tasks.

DiMB-RE: the general weights (`--work`/general.pt), which learned from its train file, on its test file: entities of the
kinds that the network knows, bounds and kind exact, and relations between such entities end to end, both spans, kinds
and the type of the relation exact. food-disease: relations of annotated pairs, over five folds of its sentences, from
the published encoder.

>>> python -m pipeline.training.neighbours --reference ../shared --work outputs/training
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from pipeline.claims.encoder import best_path, tagged_runs
from pipeline.evaluation.measures import Score
from pipeline.training import corpora
from pipeline.training.__main__ import new_network
from pipeline.training.batches import collate, cut_windows, make_batches
from pipeline.training.fit import Schedule, fit
from pipeline.training.marking import marked_passage
from pipeline.training.network import TAGGERS, ClaimNetwork
from pipeline.training.pairing import read_pairs
from pipeline.training.pretrained import encoder_folder, load_tokenizer

CPU = torch.device("cpu")
FOLDS = 5
FOOD_LABELS = ("neither", "cause", "treat")


@torch.no_grad()
def dimb_figures(network: ClaimNetwork, passages: Sequence[corpora.Passage]) -> dict[str, Score]:
    """Return the scores of entities and of end-to-end relations."""
    network.eval()
    counts = {"entities": Counter[str](), "relations": Counter[str]()}
    rng = random.Random(0)
    for windows in make_batches(cut_windows(passages, rng, (100, 128), 1.0), rng, 2048):
        batch = collate(windows)
        words, tokens = network.encode(batch.ids, batch.mask, batch.types, batch.pooling)
        logits = network.taggers["dimb"](words).numpy()
        chosen: list[tuple[int, tuple[int, int, int, int]]] = []
        kinds: list[tuple[str, str]] = []
        gold_relations: list[set[tuple[Any, ...]]] = []
        for i, (s, (window, first, size, _)) in enumerate(zip(batch.sentences, batch.places, strict=True)):
            found = {
                (a, b, TAGGERS["dimb"][k]) for a, b, k in tagged_runs(best_path(logits[window, first : first + size]))
            }
            gold = {(x.start, x.end, x.kind) for x in s.spans}
            tally(counts["entities"], found, gold)
            kind_of = {(x.start, x.end): x.kind for x in s.spans}
            gold_relations.append({
                (*p.subject, kind_of[p.subject], *p.object, kind_of[p.object], p.labels["dimb_relation"])
                for p in s.pairs
                if p.labels["dimb_relation"] and p.subject in kind_of and p.object in kind_of
            })  # fmt: skip
            for a, b, kind in sorted(found):
                for c, d, other in sorted(found):
                    if (a, b) != (c, d):
                        chosen.append((i, (a, b, c, d)))
                        kinds.append((kind, other))
        found_relations: list[set[tuple[Any, ...]]] = [set() for _ in batch.sentences]
        if chosen:
            best = network.pairs.out["dimb_relation"](read_pairs(network, batch, words, tokens, chosen)).argmax(-1)
            for (i, (a, b, c, d)), (kind, other), label in zip(chosen, kinds, best.tolist(), strict=True):
                if label:
                    found_relations[i].add((a, b, kind, c, d, other, label))
        for ours, theirs in zip(found_relations, gold_relations, strict=True):
            tally(counts["relations"], ours, theirs)
    return {name: Score(c["tp"], c["fp"], c["fn"]) for name, c in counts.items()}


def tally(counts: Counter[str], found: set[Any], gold: set[Any]) -> None:
    """Add what was found rightly, wrongly and not at all."""
    counts.update(tp=len(found & gold), fp=len(found - gold), fn=len(gold - found))


@torch.no_grad()
def food_predictions(network: ClaimNetwork, passages: Sequence[corpora.Passage]) -> list[tuple[int, int]]:
    """Return (annotated, read) class of each pair."""
    network.eval()
    rng, pairs = random.Random(0), []
    for windows in make_batches(cut_windows(passages, rng, (100, 128), 1.0), rng, 2048):
        batch = collate(windows)
        words, tokens = network.encode(batch.ids, batch.mask, batch.types, batch.pooling)
        chosen = [(i, (*p.subject, *p.object)) for i, s in enumerate(batch.sentences) for p in s.pairs]
        gold = [p.labels["food_relation"] for s in batch.sentences for p in s.pairs]
        best = network.pairs.out["food_relation"](read_pairs(network, batch, words, tokens, chosen)).argmax(-1)
        pairs += list(zip(gold, best.tolist(), strict=True))
    return pairs


def food_figures(passages: list[corpora.Passage]) -> dict[str, Score]:
    """Return the scores of each class over folds, each fold read by a network that learned from the others."""
    order = random.Random(1).sample(range(len(passages)), len(passages))
    plan = Schedule(passes={"food": 12}, rate=1.5e-4, seed=1, log_every=10_000, check_every=10_000)
    read: list[tuple[int, int]] = []
    for fold in range(FOLDS):
        held = [passages[i] for i in order[fold::FOLDS]]
        learn = [passages[i] for n, i in enumerate(order) if n % FOLDS != fold]
        network = new_network(encoder_folder(), 1, CPU)
        with tempfile.TemporaryDirectory() as scratch:
            fit(network, {"food": [learn]}, plan, Path(scratch) / "food.pt")
        read += food_predictions(network, held)
    counts = {name: Counter[str]() for name in FOOD_LABELS}
    for gold, found in read:
        for label, name in enumerate(FOOD_LABELS):
            counts[name].update(tp=gold == found == label, fp=found == label != gold, fn=gold == label != found)
    return {name: Score(c["tp"], c["fp"], c["fn"]) for name, c in counts.items()}


def main() -> None:
    """Print both corpora's figures."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.neighbours", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument("--work", type=Path, default=Path("outputs/training"), help="folder with general.pt")
    options = parser.parse_args()
    folder = Path(options.reference) / "corpora"
    tokenizer = load_tokenizer()
    network = new_network(encoder_folder(), 1, CPU)
    network.load_state_dict(torch.load(options.work / "general.pt", weights_only=True))
    dimb = [marked_passage(p) for p in corpora.read_dimb(folder / "dimb-re" / "test.jsonl", set(), tokenizer)]
    show("dimb-re", dimb_figures(network, dimb))
    food = corpora.read_food_disease(folder / "food-disease" / "food_disease_dataset.csv", tokenizer)
    show("food-disease", food_figures([marked_passage(p) for p in food]))


def show(corpus: str, scores: dict[str, Score]) -> None:
    """Print the scores, a line each."""
    for name, s in scores.items():
        print(f"{corpus} {name}: precision {s.precision:.3f} recall {s.recall:.3f} F1 {s.f1:.3f} of {s.tp + s.fn}")


if __name__ == "__main__":
    main()
