"""In: what sources tell of studies; out: each study once, and which rows rest on it."""

from pipeline.studies.registry import Studies, cited_report, study_registry
from pipeline.studies.resting import Corpus, corpus_of, grades_of, reports_of, studies_of
from pipeline.studies.retractions import Retractions, read_retractions

__all__ = [
    "Corpus",
    "Retractions",
    "Studies",
    "cited_report",
    "corpus_of",
    "grades_of",
    "read_retractions",
    "reports_of",
    "studies_of",
    "study_registry",
]
