"""In: a relation. Out: the words for it between an exposure and a condition, where a person reads it."""

from pipeline.records import Relation

RELATION_WORDS: dict[Relation, str] = {
    "increases_risk": "increases the risk of",
    "decreases_risk": "decreases the risk of",
    "improves": "improves",
    "worsens": "worsens",
    "associated": "is associated with",
    "no_effect": "has no effect on",
    "affected_by": "is affected by",
}
