"""In: an AnnotatedDocument; out: the Claims it makes about a nutrient and a condition."""

from pipeline.claims.identity import identified
from pipeline.claims.rules import rule_claims
from pipeline.config import Settings
from pipeline.records import AnnotatedDocument, Claim

__all__ = ["extract", "model_version"]


def extract(annotated: AnnotatedDocument, settings: Settings | None = None) -> tuple[Claim, ...]:
    """Return the claims of a document, each with its identifier, in reading order."""
    return tuple(identified(annotated.document.source_id, rule_claims(annotated)))


def model_version(settings: Settings | None = None) -> str:
    """Return the name and version of what extracts the claims, as written into every row."""
    return "rules-1"
