"""In: an AnnotatedDocument; out: the Claims it makes about a nutrient and a condition."""

from itertools import chain

from pipeline.claims.arbitration import arbitrated
from pipeline.claims.bounds import bounded
from pipeline.claims.identity import identified
from pipeline.claims.learned import learned_claims
from pipeline.claims.model import Model, load_model
from pipeline.claims.naming import Namer
from pipeline.claims.rules import rule_claims
from pipeline.claims.table_claims import table_claims
from pipeline.language import Reader
from pipeline.records import AnnotatedDocument, Claim

__all__ = ["Model", "extract", "load_model"]


def extract(annotated: AnnotatedDocument, model: Model, reader: Reader) -> tuple[Claim, ...]:
    """Return the claims of a document, each with its identifier, in reading order.

    `reader` is the one that annotated the document.
    """
    if model.encoder and model.calibration:
        claims = learned_claims(annotated, model.encoder, model.calibration, Namer(annotated, reader))
    else:
        claims = rule_claims(annotated, reader.cues)
    told = bounded(arbitrated(claims, reader.cues))
    return tuple(identified(annotated.document.source_id, chain(told, table_claims(annotated, reader))))
