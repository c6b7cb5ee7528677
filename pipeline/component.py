"""In: a spaCy Doc; out: the same Doc with the claims that Provender finds in its text.

    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> _ = nlp.add_pipe("provender", config={"model": "fast"})
    >>> [claim] = nlp("Vitamin D supplementation reduced falls.")._.provender_claims
    >>> claim.nutrient.name, claim.relation, claim.condition.text
    ('vitamin d', 'decreases_risk', 'falls')

The component is registered as a spaCy factory, so that a spaCy user can add it to a pipeline of their own.
"""

from collections.abc import Callable
from hashlib import sha256

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.places import placed
from pipeline.records import Block, Document

SPAN_GROUP = "provender"


@Language.factory("provender", default_config={"model": "default"}, assigns=["doc._.provender_claims"])
def make_provender(nlp: Language, name: str, model: str) -> Callable[[Doc], Doc]:
    """Return the component; `model` is what `--model` takes (default, fast, or a scispaCy model's name).

    It sets `doc._.provender_claims`, a tuple of `pipeline.records.Claim` with character offsets into `doc.text`, and
    fills `doc.spans["provender"]` with the mentions that take part, labelled nutrient, condition or measure.
    """
    if not Doc.has_extension("provender_claims"):
        Doc.set_extension("provender_claims", default=())
    extractor = Extractor.load(load_settings(model=model))

    def provender(doc: Doc) -> Doc:
        text = doc.text
        document = Document(
            source_id="doc",
            path="doc",
            format="text",
            sha256=sha256(text.encode()).hexdigest(),
            n_bytes=len(text.encode()),
            text=text,
            blocks=(Block(0, len(text)),) if text.strip() else (),
        )
        claims = placed(*extractor.claims_of(document))
        mentions = {(m.start, m.end, m.kind) for claim in claims for m in (claim.nutrient, claim.condition)}
        spans = [doc.char_span(a, b, label=kind, alignment_mode="expand") for a, b, kind in sorted(mentions)]
        doc.spans[SPAN_GROUP] = [span for span in spans if span is not None]
        doc._.provender_claims = claims
        return doc

    return provender
