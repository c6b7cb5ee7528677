"""Rows of the evidence table come in; the body of evidence for each pair and exposure goes out."""

from pipeline.comparison.comparer import compare, compare_pair, place
from pipeline.comparison.pairs import Names, pairs_of

__all__ = ["Names", "compare", "compare_pair", "pairs_of", "place"]
