"""In: a sentence; out: the numbers in it that can back a claim, verbatim and parsed.

Effects (OR, RR, HR, mean difference, beta, r, NNT, fold ...), intervals and p-values in their usual spellings,
percentages, shares ("1 in 5"), counts ("7 of 8"), means with SD or SE, sample sizes, doses. Unicode minus, middle-dot
and comma decimals and thin spaces are read as what they stand for; impossible values are kept as written.
"""

from pipeline.claims.statistics.impossible import impossible
from pipeline.claims.statistics.numerals import number
from pipeline.claims.statistics.sentence import statistics

__all__ = ["impossible", "number", "statistics"]
