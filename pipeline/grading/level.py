"""A claim and the design behind it come in; its Oxford CEBM 2011 level goes out."""

from pipeline.grading.scheme import Pooled, Question, Scheme
from pipeline.records import Claim, EvidenceBasis, StudyDesign

_GIVEN = ("supplementation", "intake")
_LOWEST = 5


def question_of(claim: Claim) -> Question:
    """Return the question that a claim answers: benefit or harm of what is given, or aetiology."""
    if claim.exposure in _GIVEN and claim.relation in ("decreases_risk", "improves", "no_effect"):
        return "benefit"
    if claim.exposure in (*_GIVEN, "excess") and claim.relation in ("increases_risk", "worsens"):
        return "harm"
    return "aetiology"


def evidence_level(
    design: StudyDesign, question: Question, basis: EvidenceBasis, pooled: Pooled | None, scheme: Scheme
) -> int:
    """Return the level, 1 (strongest) to 5, of a design for a question (OCEBM Working Group 2011).

    A statement that rests on nothing is level 5 whatever the source; a review of observational studies has
    its own entry in the scheme.
    """
    if basis == "uncited statement":
        return _LOWEST
    if pooled == "observational":
        return scheme.level.observational_review[question]
    tables = {"benefit": scheme.level.benefit, "harm": scheme.level.harm, "aetiology": scheme.level.aetiology}
    return tables[question].get(design, _LOWEST)
