"""In: an AnnotatedDocument; out: the Claims it makes about a nutrient and a condition."""

from pipeline.claims.identity import identified
from pipeline.claims.learned import learned_claims, load_encoder, load_weighing
from pipeline.claims.naming import Namer
from pipeline.claims.rules import rule_claims
from pipeline.config import Settings
from pipeline.language import reader
from pipeline.records import AnnotatedDocument, Claim

__all__ = ["extract", "model_version"]

RULES_VERSION = "rules-1"


def extract(annotated: AnnotatedDocument, settings: Settings | None = None) -> tuple[Claim, ...]:
    """Return the claims of a document, each with its identifier, in reading order.

    The trained encoder reads them, or, with `model` set to "fast" or to a model of another package, rules.
    """
    if _learns(settings):
        claims = learned_claims(annotated, load_encoder(), load_weighing(), Namer(annotated, reader(settings)))
    else:
        claims = rule_claims(annotated)
    return tuple(identified(annotated.document.source_id, claims))


def model_version(settings: Settings | None = None) -> str:
    """Return the name and version of what extracts the claims, as written into every row."""
    if _learns(settings):
        return f"encoder-{load_encoder().version}"
    name = settings.model if settings else "fast"
    return RULES_VERSION if name == "fast" else f"{RULES_VERSION}+{name}"


def _learns(settings: Settings | None) -> bool:
    return settings is None or settings.model == "default"
