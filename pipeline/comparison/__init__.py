"""Rows of the evidence table come in; the body of evidence for each pair and exposure goes out."""

from pipeline.comparison.comparer import compare

__all__ = ["compare"]
