"""In: rows of one nutrient and outcome, and the studies they rest on; out: the findings."""

from pipeline.synthesis.finding import decided, finding_id_of, findings_of

__all__ = ["decided", "finding_id_of", "findings_of"]
