"""Rows of one nutrient and outcome, and the studies they rest on, come in; the findings go out."""

from pipeline.synthesis.finding import finding_id_of, findings_of

__all__ = ["finding_id_of", "findings_of"]
