"""Claims and their document come in; graded rows of the evidence table, each with its reasons, go out."""

from pipeline.grading.design import DesignFinding, study_design
from pipeline.grading.explanation import explain_flag, flag_explanations
from pipeline.grading.grader import appraise, grade
from pipeline.grading.scheme import Scheme, load_scheme

__all__ = [
    "DesignFinding",
    "Scheme",
    "appraise",
    "explain_flag",
    "flag_explanations",
    "grade",
    "load_scheme",
    "study_design",
]
