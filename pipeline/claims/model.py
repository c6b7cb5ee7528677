"""In: the name of a model. Out: what reads claims, loaded: the trained encoder and its calibration, or rules alone."""

from dataclasses import dataclass

from pipeline.claims.calibration import Calibration
from pipeline.claims.encoder import ClaimEncoder
from pipeline.claims.learned import load_calibration, load_encoder
from pipeline.language import Recogniser, load_recogniser

RULES_VERSION = "rules-1"


@dataclass(frozen=True, slots=True)
class Model:
    """What reads claims; `version` is written into every row.

    The trained `encoder` and `calibration` read them or, without these, rules; `recogniser` is a spaCy model of another
    package that finds the conditions which the lexicons do not know.
    """

    version: str
    encoder: ClaimEncoder | None = None
    calibration: Calibration | None = None
    recogniser: Recogniser | None = None


def load_model(name: str = "default") -> Model:
    """Load a model: "default" (the bundled weights), "fast" (rules), or a spaCy model's name or path.

    Raises `ValueError` with one sentence where a spaCy model is not installed or recognises nothing, and
    `FileNotFoundError` where a file of the bundled weights is missing.
    """
    if name == "default":
        encoder = load_encoder()
        return Model(f"encoder-{encoder.version}", encoder, load_calibration(encoder))
    if name == "fast":
        return Model(RULES_VERSION)
    return Model(f"{RULES_VERSION}+{name}", recogniser=load_recogniser(name))
