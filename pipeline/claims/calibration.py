"""In: candidate pairs; out: how likely each is a claim, and how likely each label of its attributes is.

Both are fitted on annotated documents that the encoder, for this purpose, did not learn from (`pipeline.training`):
boosted trees over `pipeline.claims.features` give the confidence, a multinomial regression over what encoder and rules
say of an attribute gives its labels, as stacking does (Wolpert 1992, Neural Networks).
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.claims.candidates import Candidate
from pipeline.claims.encoder import session
from pipeline.claims.features import Features
from pipeline.errors import RunError
from pipeline.vocabulary import EXPOSURES, FACTUALITIES, HEALTHY_DIRECTIONS, RELATIONS, STRENGTHS

if TYPE_CHECKING:
    import onnxruntime as ort

Array = npt.NDArray[np.float32]
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "exposure": EXPOSURES,
    "relation": RELATIONS,
    "strength": STRENGTHS,
    "factuality": FACTUALITIES,
}
_SAID = {attribute: (*labels, "") for attribute, labels in ATTRIBUTES.items()}
_VALUES = attrgetter(*(field.name for field in fields(Features)))
_LEAST = 1e-4  # probability below which the encoder's doubts do not grow further


def feature_row(candidate: Candidate) -> list[float]:
    """Return the numbers that the confidence of a candidate is computed from."""
    return list(_VALUES(candidate.features))


def attribute_row(candidate: Candidate) -> list[float]:
    """Return the numbers that the attributes of a candidate are computed from: what encoder and rules say of them."""
    reading, condition = candidate.reading, candidate.condition
    row: list[float] = []
    for attribute, labels in ATTRIBUTES.items():
        odds: Mapping[str, float] = getattr(reading, attribute)
        row += [float(np.log(max(odds[label], _LEAST))) for label in labels]
        said = candidate.rule_label(attribute)
        row += [float(said == label) for label in _SAID[attribute]]
    row += [float(condition.kind == "measure" and condition.healthy_direction == way) for way in HEALTHY_DIRECTIONS]
    row += [float(condition.kind == "measure"), float(candidate.names_event), float(candidate.nutrient.anaphoric)]
    return row + [float(said) for said in candidate.cue_features]


class Calibration:
    """The fitted trees and regressions, read from a folder of weights."""

    def __init__(self, trees: "ort.InferenceSession", settings: Mapping[str, Any]) -> None:
        self._trees = trees
        self.threshold: float = settings["threshold"]
        self.least_unknown: float = settings["least_unknown"]
        self._regressions = {
            attribute: (np.array(fitted["weights"], np.float32), np.array(fitted["intercepts"], np.float32))
            for attribute, fitted in settings["attributes"].items()
        }

    @classmethod
    def from_directory(cls, path: Path, settings: Mapping[str, Any]) -> "Calibration":
        """Return the calibration in `path`, whose `config.json` holds `settings`; raises `FileNotFoundError`."""
        file = path / "calibration.onnx"
        if not file.is_file():
            raise RunError(f"The model folder {path} has no calibration.onnx; install the package again.")
        return cls(session(file), settings["calibration"])

    def confidences(self, candidates: Sequence[Candidate]) -> list[float]:
        """Return the calibrated probability of each candidate that it is a claim of its sentence."""
        if not candidates:
            return []
        rows = np.array([feature_row(c) for c in candidates], np.float32)
        [scores] = self._trees.run(["score"], {"features": rows})
        return [float(p) for p in 1 / (1 + np.exp(-scores[:, 0]))]

    def attributes(self, candidate: Candidate) -> dict[str, dict[str, float]]:
        """Return for each attribute the probability of each label, given that the candidate is a claim."""
        row = np.array(attribute_row(candidate), np.float32)
        found = {}
        for attribute, (weights, intercepts) in self._regressions.items():
            scores = weights @ row + intercepts
            powers = np.exp(scores - scores.max())
            found[attribute] = dict(zip(ATTRIBUTES[attribute], map(float, powers / powers.sum()), strict=True))
        return found
