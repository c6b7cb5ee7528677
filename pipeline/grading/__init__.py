"""In: claims and their document; out: graded rows of the evidence table, each with its reasons."""

from pipeline.grading.design import DesignFinding, study_design
from pipeline.grading.explanation import explain_flag
from pipeline.grading.grader import GradedSource, appraise, grade, grade_source
from pipeline.grading.scheme import Scheme
from pipeline.grading.schemes import load_scheme, scheme_tables

__all__ = [
    "DesignFinding",
    "GradedSource",
    "Scheme",
    "appraise",
    "explain_flag",
    "grade",
    "grade_source",
    "load_scheme",
    "scheme_tables",
    "study_design",
]
