"""In: annotated documents and an encoder that did not learn from them; out: how encoder and rules are weighed.

The documents that the set `apart` leaves out are read by its encoder (`python -m pipeline.training`). Over what it and
the rules make of each pair, boosted trees are fitted for the confidence and multinomial regressions for the attributes;
over folds of documents they are measured and the threshold is chosen. Writes `calibration.onnx` and the setting
`calibration` of `config.json`.

>>> python -m pipeline.training.calibration --reference ../shared --work outputs/training
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from pipeline.claims import learned
from pipeline.claims.calibration import ATTRIBUTES, attribute_row, feature_row
from pipeline.claims.candidates import Candidate
from pipeline.claims.encoder import ClaimEncoder
from pipeline.claims.naming import Namer
from pipeline.evaluation.gold import GoldClaim, GoldDocument, read_gold
from pipeline.evaluation.measures import agreement, calibration_error, evaluate_claims
from pipeline.records import Claim, Sentence
from pipeline.training.corpora import read_jsonl
from pipeline.training.prepare import kept_apart, read_schedule
from pipeline.training.reading import READER
from pipeline.training.trees import export_trees

FOLDS = 8
TREES = {
    "max_iter": 200,
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "max_features": 0.3,
}
RIDGE = 0.02
SEED = 1
THRESHOLDS = tuple(x / 50 for x in range(10, 31))
LEAST_UNKNOWN = 0.5
F1_TO_SPARE = 0.005
HERE = Path(__file__).parent
Numbers = npt.NDArray[Any]
Attributes = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Judged:
    """A candidate with the annotated claim that it is, if any (`gold`), and whether it is the best one for it."""

    document: GoldDocument
    sentence: Sentence
    candidate: Candidate
    gold: GoldClaim | None
    best: bool


def judged(documents: Sequence[GoldDocument], folder: Path, marked: bool = True) -> Iterator[Judged]:
    """Yield the candidates of annotated documents, read with the encoder in `folder`, with the claims they are.

    Those that two readers would judge differently are left out. The encoder is told of the mentions if `marked`.
    """
    encoder = ClaimEncoder.from_directory(folder)
    for document in documents:
        annotated = READER.annotate(document.document())
        namer = Namer(annotated, READER)
        for sentence, candidates in learned.candidates_of(annotated, encoder, namer, marked):
            fitting = {
                (c, g): agrees
                for c, candidate in enumerate(candidates)
                for g, gold in enumerate(document.claims)
                if (agrees := agreement(document, gold, _claim(sentence, candidate))) is not None
            }
            best: dict[int, Candidate] = {}
            for g in {g for _, g in fitting}:
                rivals = [(agrees, _odds(candidates[c]), c) for (c, other), agrees in fitting.items() if other == g]
                best[g] = candidates[max(rivals)[2]]
            for c, candidate in enumerate(candidates):
                mine = [g for other, g in fitting if other == c]
                chosen = [g for g in mine if learned.same_claim(candidate, best[g])]
                gold = document.claims[(chosen or mine)[0]] if mine else None
                if gold is None or not gold.optional:
                    yield Judged(document, sentence, candidate, gold, bool(chosen))


def _odds(candidate: Candidate) -> float:
    features = candidate.features
    return features.claim_odds + features.nutrient_odds + features.outcome_odds


def _claim(sentence: Sentence, candidate: Candidate) -> Claim:
    return Claim("", sentence, candidate.nutrient, candidate.condition, "unspecified", "associated", "na", "Factual")


def trees() -> HistGradientBoostingClassifier:
    """Return the confidence's model, not yet fitted."""
    return HistGradientBoostingClassifier(random_state=SEED, **TREES)


def regression() -> LogisticRegression:
    """Return an attribute's model, not yet fitted."""
    return LogisticRegression(C=RIDGE, max_iter=3000)


def fitted_over_folds(found: Sequence[Judged]) -> tuple[Numbers, list[Attributes]]:
    """Return confidence and attributes of each candidate by models that were fitted on the other documents."""
    names = sorted({j.document.doc_id for j in found})
    draws = np.random.default_rng(SEED).permutation(len(names))
    fold_of = {name: int(draws[i]) % FOLDS for i, name in enumerate(names)}
    fold = np.array([fold_of[j.document.doc_id] for j in found])
    x, y, weight = confidence_data(found)
    rows = np.array([attribute_row(j.candidate) for j in found])
    confidence = np.zeros(len(found))
    attributes: list[Attributes] = [{} for _ in found]
    for k in range(FOLDS):
        held = np.flatnonzero(fold == k)
        model = trees().fit(x[fold != k], y[fold != k], weight[fold != k])
        confidence[held] = model.predict_proba(x[held])[:, 1]
        for attribute in ATTRIBUTES:
            regressed = attribute_regression(found, rows, attribute, fold != k)
            for i, odds in zip(held, regressed.predict_proba(rows[held]), strict=True):
                given = dict(zip(regressed.classes_, map(float, odds), strict=True))
                attributes[i][attribute] = dict.fromkeys(ATTRIBUTES[attribute], 0.0) | given
    return confidence, attributes


def confidence_data(found: Sequence[Judged]) -> tuple[Numbers, Numbers, Numbers]:
    """Return features, whether each is a claim, and weights: pairs of one sentence are alike and count less each."""
    alike = Counter((j.document.doc_id, j.sentence.index) for j in found)
    return (
        np.array([feature_row(j.candidate) for j in found]),
        np.array([j.best for j in found]),
        np.array([alike[j.document.doc_id, j.sentence.index] ** -0.5 for j in found]),
    )


def attribute_regression(found: Sequence[Judged], rows: Numbers, attribute: str, learn: Numbers) -> LogisticRegression:
    """Return the regression of an attribute, fitted on the claims among the candidates to learn from."""
    chosen = [i for i, j in enumerate(found) if learn[i] and j.best and j.gold is not None]
    return regression().fit(rows[chosen], [getattr(found[i].gold, attribute) for i in chosen])


def figures_at(
    found: Sequence[Judged],
    confidence: Numbers,
    attributes: Sequence[Attributes],
    documents: Sequence[GoldDocument],
    threshold: float,
) -> dict[str, Any]:
    """Return the figures of the claims chosen with a threshold, on documents read over folds."""
    of_sentence: dict[tuple[str, int], list[int]] = defaultdict(list)
    for i, j in enumerate(found):
        of_sentence[j.document.doc_id, j.sentence.index].append(i)
    claims: dict[str, list[Claim]] = {document.doc_id: [] for document in documents}
    for indices in of_sentence.values():
        index_of = {id(found[i].candidate): i for i in indices}
        weighed = [(float(confidence[i]), found[i].candidate) for i in indices]
        for p, candidate in learned.chosen_of(weighed, threshold):
            i = index_of[id(candidate)]
            claim = learned.claim_of(found[i].sentence, candidate, p, attributes[i], LEAST_UNKNOWN)
            claims[found[i].document.doc_id].append(claim)
    return evaluate_claims((document, claims[document.doc_id]) for document in documents).as_dict()


def threshold_of(
    found: Sequence[Judged], confidence: Numbers, attributes: Sequence[Attributes], documents: Sequence[GoldDocument]
) -> float:
    """Return the least confidence of a claim: the highest that costs hardly any F1.

    F1, the mean of that on conditions and on measures, is flat around its best; there a higher threshold gives
    reviewers fewer wrong rows for the same figure.
    """
    figures = [figures_at(found, confidence, attributes, documents, t) for t in THRESHOLDS]
    value = [(f["claims"]["f1"] + f["measure_claims"]["f1"]) / 2 for f in figures]
    smooth = np.convolve(np.pad(value, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return max(t for t, f in zip(THRESHOLDS, smooth, strict=True) if f >= smooth.max() - F1_TO_SPARE)


def calibration(found: Sequence[Judged], documents: Sequence[GoldDocument], folder: Path) -> dict[str, Any]:
    """Fit trees and regressions on all candidates, write the trees, and return the setting `calibration`."""
    confidence, attributes = fitted_over_folds(found)
    threshold = threshold_of(found, confidence, attributes, documents)
    x, y, weight = confidence_data(found)
    fitted = trees().fit(x, y, weight)
    file = folder / "calibration.onnx"
    export_trees(fitted, x.shape[1], file)
    [exported] = ort.InferenceSession(str(file)).run(["score"], {"features": x.astype(np.float32)})
    differs = np.abs(exported[:, 0] - fitted.decision_function(x)) > 0.001
    if differs.mean() > 0.005:  # some numbers lie so near a split that single precision puts them on its other side
        raise RuntimeError("The exported trees do not say what the fitted ones say; a library has changed its format.")
    rows = np.array([attribute_row(j.candidate) for j in found])
    everything = np.ones(len(found), bool)
    regressions = {}
    for attribute, labels in ATTRIBUTES.items():
        model = attribute_regression(found, rows, attribute, everything)
        at = {label: i for i, label in enumerate(model.classes_)}
        regressions[attribute] = {
            "weights": [[round(float(w), 4) for w in model.coef_[at[label]]] for label in labels],
            "intercepts": [round(float(model.intercept_[at[label]]), 4) for label in labels],
        }
    error = calibration_error([(float(p), bool(right)) for p, right in zip(confidence, y, strict=True)])
    over_folds = figures_at(found, confidence, attributes, documents, threshold)
    del over_folds["statistics_recall"]  # these claims were read without their numbers
    over_folds["candidate_calibration_error"] = round(error, 4)
    return {"threshold": threshold, "least_unknown": LEAST_UNKNOWN, "attributes": regressions, "over_folds": over_folds}


def main() -> None:
    """Read the documents kept apart, fit the calibration, and write it beside the bundled encoder."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.calibration", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"), required=False)
    parser.add_argument(
        "--work", type=Path, default=Path("outputs/training"), help="folder with the encoder of the set apart"
    )
    parser.add_argument("--models", type=Path, default=HERE.parent / "models" / "claims", help="folder to write")
    options = parser.parse_args()
    found, documents = read_apart(Path(options.reference), options.work)
    chosen = calibration(found, documents, options.models)
    config = options.models / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8")) | {"calibration": chosen}
    config.write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in chosen.items() if k != "attributes"}, indent=1))


def read_apart(reference: Path, work: Path, marked: bool = True) -> tuple[list[Judged], list[GoldDocument]]:
    """Return the candidates of the annotated documents kept apart, read by the encoder that did not learn from them."""
    path = reference / "gold" / "train.jsonl"
    apart = kept_apart(read_jsonl(path), read_schedule())
    documents = [d for d in read_gold(path) if d.doc_id in apart]
    return list(judged(documents, work / "apart", marked)), documents


if __name__ == "__main__":
    main()
