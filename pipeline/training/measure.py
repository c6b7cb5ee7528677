"""In: an exported encoder and annotated documents; out: calibration, thresholds and figures."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.claims.encoder import ClaimEncoder, EncodedSpan, EncoderInput, PairReading, log_odds

Array = npt.NDArray[Any]
FEATURES = ("nutrient", "outcome", "claim", "claiming")


@dataclass(frozen=True)
class Candidate:
    """One pair of a sentence with everything that decides whether and how it becomes a claim."""

    doc_id: str
    sid: int
    bounds: tuple[int, int]
    text: str
    nutrient: EncodedSpan
    outcome: EncodedSpan
    reading: PairReading
    claiming: float

    def features(self) -> list[float]:
        """Return the log-odds that the confidence is computed from."""
        return [log_odds(p) for p in (self.nutrient.score, self.outcome.score, self.reading.claim, self.claiming)]

    def row(self, factuality: str) -> dict[str, Any]:
        """Return the candidate as a prediction that the scorer reads."""

        def top(odds: Any) -> str:
            return str(max(odds, key=odds.get))

        start = self.bounds[0]
        return {
            "sentence": self.bounds,
            "nutrient_span": (start + self.nutrient.start, start + self.nutrient.end),
            "condition_span": (start + self.outcome.start, start + self.outcome.end),
            "nutrient": self.text[self.nutrient.start : self.nutrient.end],
            "condition": self.text[self.outcome.start : self.outcome.end],
            "condition_type": self.outcome.kind,
            "exposure": top(self.reading.exposure),
            "relation": top(self.reading.relation),
            "strength": top(self.reading.strength),
            "factuality": factuality,
            "statistics": "",
        }


def load_scorer(reference: Path) -> ModuleType:
    """Return the reference folder's scorer."""
    spec = importlib.util.spec_from_file_location("reference_score", reference / "gold" / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"No gold/score.py in {reference}; point to the reference folder.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def inputs_of(document: dict[str, Any], neighbours: bool = True) -> list[EncoderInput]:
    """Return a document's sentences with their neighbours and title."""
    texts = [s["text"] for s in document["sentences"]]
    return [
        EncoderInput(
            t,
            before=texts[i - 1] if i else "",
            after=texts[i + 1] if neighbours and i + 1 < len(texts) else "",
            title=document["title"] if i > 1 else "",
        )
        for i, t in enumerate(texts)
    ]


def candidates_of(
    encoder: ClaimEncoder, documents: Iterable[dict[str, Any]], scorer: ModuleType, neighbours: bool = True
) -> list[Candidate]:
    """Return every pair of possible participants, one for each two names in a sentence."""
    found: list[Candidate] = []
    for d in documents:
        _, bounds = scorer.layout(d)
        for sentence, output in zip(d["sentences"], encoder.predict(inputs_of(d, neighbours)), strict=True):
            text = sentence["text"]
            nutrients = [s for s in output.participants if s.kind == "nutrient"]
            outcomes = [s for s in output.participants if s.kind != "nutrient"]
            pairs = [(n, o) for n in nutrients for o in outcomes]
            readings = encoder.read_pairs(output, [((n.start, n.end), (o.start, o.end)) for n, o in pairs])
            best: dict[tuple[str, str], Candidate] = {}
            for (n, o), reading in zip(pairs, readings, strict=True):
                key = (text[n.start : n.end].lower(), text[o.start : o.end].lower())
                c = Candidate(
                    d["doc_id"],
                    sentence["sid"],
                    bounds[sentence["sid"]],
                    text,
                    n,
                    o,
                    reading,
                    output.claiming,
                )
                if key not in best or best[key].reading.claim * best[key].nutrient.score < reading.claim * n.score:
                    best[key] = c
            found += best.values()
    return found


def matches_of(
    candidates: Sequence[Candidate], documents: Iterable[dict[str, Any]], scorer: ModuleType
) -> list[dict[str, Any] | None]:
    """Return for each candidate the annotated claim of its sentence (asserted or not) that it overlaps, or None."""
    by_id = {d["doc_id"]: (d, scorer.layout(d)) for d in documents}
    matches: list[dict[str, Any] | None] = []
    for c in candidates:
        document, (text, spans) = by_id[c.doc_id]
        row = c.row("")
        start, end = spans[c.sid]
        fitting = [
            g
            for g in document["claims"]
            if g["sid"] == c.sid
            and all(
                scorer.overlap(row[k + "_span"], scorer.occurrences(text, g[k], start, end))
                for k in ("nutrient", "condition")
            )
        ]
        matches.append(fitting[0] if fitting else None)
    return matches


def fit_logistic(x: Array, y: Array, ridge: float = 1e-2, rounds: int = 50) -> Array:
    """Return weights (last one the intercept) of a ridge logistic regression, by Newton's method."""
    x = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (p - y) + ridge * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(w))
        w = w - np.linalg.solve(hessian, gradient)
    return w


def confidence_of(x: Array, w: Array) -> Array:
    """Return the calibrated probabilities."""
    return 1 / (1 + np.exp(-(x @ w[:-1] + w[-1])))


def calibration_error(p: Array, y: Array, bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins (Guo et al. 2017)."""
    at = np.minimum((p * bins).astype(int), bins - 1)
    return float(
        sum((at == b).mean() * abs(p[at == b].mean() - y[at == b].mean()) for b in range(bins) if (at == b).any())
    )


def predictions(candidates: Sequence[Candidate], confidence: Array, threshold: float, unknown: float,
                scorer: ModuleType) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Return the claims by document: pairs of at least `threshold`, Unknown where that is at least `unknown` likely."""
    out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for c, p in zip(candidates, confidence, strict=True):
        if p >= threshold:
            odds = dict(c.reading.factuality)
            if odds["Unknown"] >= unknown:
                best = "Unknown"
            else:
                best = max((k for k in odds if k != "Unknown"), key=lambda k: odds[k])
            out[scorer.file_name(c.doc_id)].append(c.row(best))
    return out


def choose(candidates: Sequence[Candidate], confidence: Array, documents: list[dict[str, Any]],
           scorer: ModuleType) -> tuple[float, float]:  # fmt: skip
    """Return (threshold, least probability of Unknown) with the best mean of claim, relation and measure F1."""
    best, chosen = -1.0, (0.5, 0.5)
    for threshold in np.arange(0.2, 0.71, 0.025):
        for unknown in (0.3, 0.4, 0.5, 0.6, 0.7):
            result, _ = scorer.score(documents, predictions(candidates, confidence, threshold, unknown, scorer))
            value = sum(result[k]["f1"] for k in ("claims", "measure_claims", "relation"))
            if value > best:
                best, chosen = value, (round(float(threshold), 3), unknown)
    return chosen


def temperature(odds: Array, gold: Array) -> float:
    """Return the temperature under which probabilities (n, labels) fit the annotated labels best (Guo et al. 2017)."""
    logits = np.log(np.maximum(odds, 1e-9))

    def surprise(t: float) -> float:
        scaled = logits / t
        norm = np.log(np.exp(scaled - scaled.max(1, keepdims=True)).sum(1)) + scaled.max(1)
        return float((norm - scaled[np.arange(len(gold)), gold]).mean())

    return round(float(min(np.arange(0.5, 3.01, 0.05), key=surprise)), 2)


def calibration(candidates: Sequence[Candidate], documents: list[dict[str, Any]], scorer: ModuleType) -> dict[str, Any]:
    """Return the settings fitted on held-out documents, with the calibration error over five folds of documents."""
    x = np.array([c.features() for c in candidates])
    matches = matches_of(candidates, documents, scorer)
    y = np.array([float(m is not None) for m in matches])
    keys = sorted({c.doc_id for c in candidates})
    fold = np.array([keys.index(c.doc_id) % 5 for c in candidates])
    crossed = np.zeros(len(y))
    for k in range(5):
        crossed[fold == k] = confidence_of(x[fold == k], fit_logistic(x[fold != k], y[fold != k]))
    weights = fit_logistic(x, y)
    threshold, unknown = choose(candidates, crossed, documents, scorer)
    temperatures = {}
    for name in ("relation", "exposure", "strength", "factuality"):
        rows = [(list(getattr(c.reading, name).values()), list(getattr(c.reading, name)).index(m[name]))
                for c, m in zip(candidates, matches, strict=True) if m]  # fmt: skip
        temperatures[name] = temperature(np.array([r for r, _ in rows]), np.array([g for _, g in rows]))
    return {
        "confidence": dict(zip((*FEATURES, "intercept"), (round(float(w), 4) for w in weights), strict=True)),
        "threshold": threshold,
        "least_unknown": unknown,
        "temperatures": temperatures,
        "held_out": {
            "calibration_error": round(calibration_error(crossed, y), 4),
            **figures_of(scorer.score(documents, predictions(candidates, crossed, threshold, unknown, scorer))[0]),
        },
    }


def claim_figures(encoder: ClaimEncoder, documents: list[dict[str, Any]], scorer: ModuleType) -> dict[str, Any]:
    """Return the scorer's figures of the encoder alone (no lexicon, no rule) on annotated documents."""
    found = candidates_of(encoder, documents, scorer)
    p = np.array([encoder.confidence(c.nutrient, c.outcome, c.reading.claim, c.claiming) for c in found])
    y = np.array([float(m is not None) for m in matches_of(found, documents, scorer)])
    chosen = predictions(found, p, encoder.settings["threshold"], encoder.settings["least_unknown"], scorer)
    return {
        **figures_of(scorer.score(documents, chosen)[0]),
        "calibration_error": round(calibration_error(p, y), 4),
    }


def figures_of(result: dict[str, Any]) -> dict[str, Any]:
    """Return F1, precision and recall, and the accuracies, of a scorer's result."""
    kept = {k: {n: result[k][n] for n in ("f1", "precision", "recall")}
            for k in ("claims", "direction", "relation", "measure_claims")}  # fmt: skip
    return {**kept, "accuracy_on_matched": result["accuracy_on_matched"]}
