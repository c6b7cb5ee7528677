"""How good the extraction is: annotated documents in, figures and grouped errors out."""

from pipeline.evaluation.gold import GoldClaim, GoldDocument, read_gold
from pipeline.evaluation.measures import ClaimScores, evaluate_claims

__all__ = ["ClaimScores", "GoldClaim", "GoldDocument", "evaluate_claims", "read_gold"]
