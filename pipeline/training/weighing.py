"""In: exported encoder and held-out annotated documents; out: how encoder and rules are weighed, in `config.json`.

The confidence of a claim is a logistic regression over what encoder and rules make of a pair; threshold and shifts
(`pipeline.claims.learned`) are chosen over folds of documents that the encoder did not learn from.

>>> python -m pipeline.training.weighing --reference ../shared
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.claims import extract, learned
from pipeline.claims.candidates import FEATURES, Candidate
from pipeline.claims.naming import Namer
from pipeline.config import load_settings
from pipeline.evaluation.gold import GoldClaim, GoldDocument, read_gold
from pipeline.evaluation.measures import agreement, calibration_error, evaluate_claims, match
from pipeline.language import annotate, reader
from pipeline.records import EXPOSURES, FACTUALITIES, RELATIONS, STRENGTHS, Claim, Sentence
from pipeline.training.corpora import split_held_out

FOLDS = 5
RIDGE = 0.5
SMOOTHING = 5.0
SEED = 1
RESAMPLES = 300
THRESHOLDS = tuple(x / 20 for x in range(4, 13))
LEAST_UNKNOWN = 0.5
Confidences = np.ndarray[Any, Any]
WEIGHTS = tuple(x / 10 for x in range(16))
LABELS: dict[str, tuple[str, ...]] = {
    "exposure": EXPOSURES, "relation": RELATIONS, "strength": STRENGTHS, "factuality": FACTUALITIES,
}  # fmt: skip
Lift = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True)
class Judged:
    """A candidate of a held-out document and the annotated claim that it is, if any."""

    fold: int
    document: GoldDocument
    sentence: Sentence
    candidate: Candidate
    gold: GoldClaim | None


def judged(documents: Sequence[GoldDocument], folder: Path) -> list[Judged]:
    """Return all candidates of annotated documents with the claims they are."""
    settings = load_settings()
    encoder = learned.load_encoder(folder)
    found = []
    for number, document in enumerate(documents):
        annotated = annotate(document.document(), settings)
        namer = Namer(annotated, reader(settings))
        for sentence, candidates in learned.candidates_of(annotated, encoder, namer):
            for candidate in candidates:
                trial = _claim(sentence, candidate)
                fitting = [gold for gold in document.claims if agreement(document, gold, trial) is not None]
                found.append(Judged(number % FOLDS, document, sentence, candidate, fitting[0] if fitting else None))
    return found


def weighing(found: Sequence[Judged], documents: Sequence[GoldDocument], lift: Lift) -> dict[str, Any]:
    """Return the settings `confidence`, `threshold`, `least_unknown`, `lift` and `weight`.

    Pairs of one sentence are alike, so that each counts by one over the root of their number.
    """
    x = np.array([[j.candidate.features[name] for name in FEATURES] for j in found])
    y = np.array([j.gold is not None for j in found])
    fold = np.array([j.fold for j in found])
    alike = Counter((j.document.doc_id, j.sentence.index) for j in found)
    counts = np.array([alike[j.document.doc_id, j.sentence.index] ** -0.5 for j in found])
    crossed = np.zeros(len(found))
    for k in range(FOLDS):
        part = LogisticRegression(C=RIDGE, max_iter=2000).fit(x[fold != k], y[fold != k], counts[fold != k])
        crossed[fold == k] = part.predict_proba(x[fold == k])[:, 1]
    fitted = LogisticRegression(C=RIDGE, max_iter=2000).fit(x, y, counts)
    confidence = dict(zip(FEATURES, (round(float(w), 4) for w in fitted.coef_[0]), strict=True))
    confidence["intercept"] = round(float(fitted.intercept_[0]), 4)
    settings: dict[str, Any] = {"confidence": confidence, "lift": lift, "weight": weights(found, lift)}
    settings["least_unknown"] = LEAST_UNKNOWN
    settings["threshold"] = threshold_of(found, crossed, documents, settings)
    error = calibration_error([(float(p), bool(right)) for p, right in zip(crossed, y, strict=True)])
    held_out = scores(found, crossed, documents, settings)
    return settings | {"held_out": {**held_out, "calibration_error": round(error, 4)}}


def threshold_of(
    found: Sequence[Judged], confidence: Confidences, documents: Sequence[GoldDocument], settings: dict[str, Any]
) -> float:
    """Return the least confidence of a claim.

    The mean of two estimates, since each alone is noisy on so few documents: the median over resampled documents of the
    threshold with the best F1, and half the best F1, where the optimum lies for calibrated probabilities (Lipton, Elkan
    and Naryanaswamy 2014, ECML).
    """
    counted = np.array(
        [[_counts(found, confidence, document, settings, level) for level in THRESHOLDS] for document in documents]
    )  # documents x thresholds x (found, extra, missed)
    draws = np.random.default_rng(SEED)
    best = []
    for _ in range(RESAMPLES):
        sample = counted[draws.integers(0, len(documents), len(documents))].sum(0)
        best.append(THRESHOLDS[int(_f1(sample).argmax())])
    return round((float(np.median(best)) + float(_f1(counted.sum(0)).max()) / 2) / 2, 3)


def _f1(counts: Confidences) -> Confidences:
    result: Confidences = 2 * counts[:, 0] / np.maximum(2 * counts[:, 0] + counts[:, 1] + counts[:, 2], 1)
    return result


def _counts(
    found: Sequence[Judged], confidence: Confidences, document: GoldDocument, settings: dict[str, Any], level: float
) -> list[int]:
    one = [(p, j) for p, j in zip(confidence, found, strict=True) if j.document.doc_id == document.doc_id]
    figures = scores([j for _, j in one], np.array([p for p, _ in one]), [document], settings | {"threshold": level})
    return [sum(figures[name][count] for name in ("claims", "measure_claims")) for count in ("tp", "fp", "fn")]


def rule_lift(documents: Sequence[GoldDocument]) -> Lift:
    """Return, per attribute and label that the rules give, log(P(gold label | rule label) / P(gold label)).

    Counted over the claims that rules and annotators share in all training documents: rules do not learn from them.
    """
    settings = load_settings(model="fast")
    pairs = [
        pair
        for document in documents
        for pair in match(document, extract(annotate(document.document(), settings), settings)).pairs
    ]
    lift: Lift = {}
    for attribute, labels in LABELS.items():
        both = Counter((getattr(claim, attribute), getattr(gold, attribute)) for gold, claim in pairs)
        prior = Counter(getattr(gold, attribute) for gold, _ in pairs)
        lift[attribute] = {}
        for said in labels:
            given = sum(both[said, label] for label in labels)
            lift[attribute][said] = {
                label: round(
                    math.log((both[said, label] + SMOOTHING * prior[label] / len(pairs) + 0.1) / (given + SMOOTHING))
                    - math.log((prior[label] + 0.1) / len(pairs)), 3)
                for label in labels
            }  # fmt: skip
    return lift


def weights(found: Sequence[Judged], lift: Lift) -> dict[str, float]:
    """Return for each attribute how much the rules' lift counts: where most held-out claims get the right label.

    The share of right labels is averaged over neighbouring weights, so that one lucky weight does not win.
    """
    claims = [j for j in found if j.gold is not None and not j.gold.optional]
    chosen = {}
    for attribute in LABELS:
        right = []
        for weight in WEIGHTS:
            trial = {"lift": lift, "weight": {attribute: weight}}
            odds = [learned.combined(attribute, j.candidate, trial) for j in claims]
            right.append(
                sum(max(o, key=o.__getitem__) == getattr(j.gold, attribute) for o, j in zip(odds, claims, strict=True))
            )
        smooth = np.convolve(np.pad(right, 2, mode="edge"), np.ones(5) / 5, mode="valid")
        chosen[attribute] = WEIGHTS[int(smooth.argmax())]
    return chosen


def scores(
    found: Sequence[Judged],
    confidence: Confidences,
    documents: Sequence[GoldDocument],
    settings: dict[str, Any],
) -> dict[str, Any]:
    """Return the figures for claims chosen by `settings` with the given confidences."""
    best: dict[tuple[str, int, str, str], tuple[float, Judged]] = {}
    for p, j in zip(confidence, found, strict=True):
        key = (j.document.doc_id, j.sentence.index, j.candidate.nutrient.name, j.candidate.condition.name)
        if p >= settings["threshold"] and (key not in best or p > best[key][0]):
            best[key] = (float(p), j)
    claims: dict[str, list[Claim]] = {document.doc_id: [] for document in documents}
    for p, j in best.values():
        claims[j.document.doc_id].append(learned.claim_of(j.sentence, j.candidate, p, settings))
    return evaluate_claims((document, claims[document.doc_id]) for document in documents).as_dict()


def _claim(sentence: Sentence, candidate: Candidate) -> Claim:
    return Claim(
        "", sentence, candidate.nutrient, candidate.condition, "unspecified", "associated", "na", FACTUALITIES[0]
    )


def main() -> None:
    """Fit the weighing of the bundled model on held-out documents of gold/train.jsonl and write it to its config."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.weighing", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"), required=False)
    parser.add_argument("--models", type=Path, default=Path(__file__).parent.parent / "models" / "claims")
    parser.add_argument("--share", type=float, default=0.1, help="share of documents held out, as in schedule.toml")
    parser.add_argument("--seed", type=int, default=7, help="seed of the held-out share, as in schedule.toml")
    options = parser.parse_args()
    path = Path(options.reference) / "gold" / "train.jsonl"
    raw = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    held = {d["doc_id"] for d in split_held_out(raw, options.share, options.seed)[1]}
    everything = read_gold(path)
    documents = [document for document in everything if document.doc_id in held]
    found = judged(documents, options.models)
    chosen = weighing(found, documents, rule_lift(everything))
    config = options.models / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8")) | {"weighing": chosen}
    config.write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in chosen.items() if k != "lift"}, indent=1))


if __name__ == "__main__":
    main()
