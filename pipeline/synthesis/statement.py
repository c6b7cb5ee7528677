"""In: a verdict and its certainty; out: one plain sentence in GRADE's wording.

>>> from pipeline.comparison import load_rules
>>> statement_of("vitamin d", "supplementation", "falls", "beneficial", "Moderate", load_rules().synthesis)
'Vitamin D supplementation probably reduces falls.'
"""

import re

from pipeline.synthesis.rules import SynthesisRules
from pipeline.vocabulary import Certainty, Exposure, Verdict

_GIVEN: tuple[Exposure, ...] = ("supplementation", "intake", "unspecified")


def statement_of(
    nutrient: str,
    exposure: Exposure,
    outcome: str,
    verdict: Verdict,
    certainty: Certainty,
    rules: SynthesisRules,
    *,
    measured: bool = False,
    told: str = "",
) -> str:
    """Return what the evidence says of an exposure and an outcome (Santesso and others 2020).

    `measured` says that the outcome is a measure, which is improved rather than reduced; `told` is what readers are
    told where no study could be traced.
    """
    words = rules.wording
    subject = words.exposure[exposure].format(nutrient=_cased(nutrient))
    parts = {"subject": subject[0].upper() + subject[1:], "subject_lower": subject, "outcome": outcome, "told": told}
    if verdict in ("mixed", "insufficient"):
        return words.other["told_only" if told and verdict == "insufficient" else verdict].format(**parts)
    verb = (words.verb if exposure in _GIVEN else words.link)[verdict]
    if measured and verdict in words.better:
        verb = words.better[verdict]
    return words.certainty[certainty].format(verb=verb, base=words.base[verb], **parts)


def _cased(nutrient: str) -> str:
    """ "vitamin b12" as it is written: the letter of a vitamin is a capital."""
    return re.sub(r"\b(?<=vitamin )([a-k]\d*)\b", lambda match: match[1].upper(), nutrient)
