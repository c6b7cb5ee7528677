"""In: a claim and the design behind it; out: its Oxford CEBM 2011 level."""

from pipeline.grading.certainty import large_effect
from pipeline.grading.evidence import Evidence
from pipeline.grading.scheme import Question, Scheme
from pipeline.records import Claim
from pipeline.vocabulary import direction_of

_GIVEN = ("supplementation", "intake")
_LOWEST = 5


def question_of(claim: Claim) -> Question:
    """Return the question that a claim answers: benefit or harm of what is given, or aetiology."""
    direction = direction_of(claim.relation, "condition")
    if claim.exposure in _GIVEN and direction in ("beneficial", "no effect"):
        return "benefit"
    if claim.exposure in (*_GIVEN, "excess") and direction == "harmful":
        return "harm"
    return "aetiology"


def evidence_level(evidence: Evidence, question: Question, scheme: Scheme) -> int:
    """Return the level, 1 (strongest) to 5, of the evidence for a question (OCEBM Working Group 2011).

    A statement that rests on nothing is level 5 whatever the source; a review of observational studies, and an
    observational study with a dramatic effect, have their own entries in the scheme.
    """
    if evidence.basis.kind == "uncited statement":
        return _LOWEST
    if evidence.pooled == "observational":
        return scheme.level.observational_review[question]
    text = f"{evidence.claim.sentence.text} {evidence.design_words}"
    if evidence.design == "non-randomised trial" and (
        evidence.source.no_control or scheme.level.no_control_words.search(text)
    ):
        return scheme.level.no_control
    tables = {"benefit": scheme.level.benefit, "harm": scheme.level.harm, "aetiology": scheme.level.aetiology}
    level = tables[question].get(evidence.design, _LOWEST)
    dramatic = any(move.steps > 1 for move in large_effect(evidence, scheme))
    return min(level, scheme.level.dramatic_effect[question]) if dramatic else level
