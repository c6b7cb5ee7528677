"""In: rows of the evidence table; out: the body of evidence for each pair and exposure."""

from pipeline.comparison.comparer import COMPARISON_ORDER, compare, compare_pair
from pipeline.comparison.pairs import Names, pairs_of
from pipeline.comparison.rules import ComparisonRules, load_rules

__all__ = ["COMPARISON_ORDER", "ComparisonRules", "Names", "compare", "compare_pair", "load_rules", "pairs_of"]
