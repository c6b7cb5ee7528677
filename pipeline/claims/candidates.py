"""In: a sentence with its mentions and what the encoder found in it; out: the pairs that may be claims.

Candidates come from both readers: words that the encoder marks, and words that lexicons, abbreviations, head words or
back-references name. Each pair carries what both make of it, so that one calibrated model can decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.claims.cue_features import cue_features, wordings
from pipeline.claims.encoder import ClaimEncoder, EncodedSpan, EncoderOutput, PairReading
from pipeline.claims.exposure import exposure
from pipeline.claims.factuality import factuality
from pipeline.claims.features import DocumentWords, Features, Participant, SentenceFeatures
from pipeline.claims.naming import Namer
from pipeline.claims.relation import RelationFinding, clause, find_cues, names_event, relate
from pipeline.claims.rules import names_population
from pipeline.records import AnnotatedDocument, Mention, Sentence
from pipeline.vocabulary import Exposure, Factuality


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that may be a claim, with what encoder and rules make of it."""

    nutrient: Mention
    condition: Mention
    reading: PairReading
    rule: RelationFinding | None
    rule_exposure: Exposure
    rule_factuality: Factuality | None
    features: Features
    cue_features: tuple[bool, ...]
    names_event: bool

    def rule_label(self, attribute: str) -> str:
        """Return what the rules say of an attribute, "" where they say nothing."""
        if attribute == "exposure":
            return self.rule_exposure
        if attribute == "factuality":
            return self.rule_factuality or "Unknown"
        return str(getattr(self.rule, attribute)) if self.rule else ""


class CandidateFinder:
    """Finds the candidates of one document's sentences."""

    def __init__(self, annotated: AnnotatedDocument, encoder: ClaimEncoder, namer: Namer) -> None:
        self._annotated = annotated
        self._encoder = encoder
        self._namer = namer
        self._words = DocumentWords(annotated)
        self._kinds = {kind: index for index, kind in enumerate(encoder.settings["labels"]["tags"])}

    def find(self, sentence: Sentence, found: EncoderOutput, earlier: Sequence[Sentence]) -> Iterator[Candidate]:
        """Yield the pairs of a sentence in order of their words."""
        participants = list(self._participants(sentence, found, earlier))
        nutrients = [p for p in participants if p.mentions[0].kind == "nutrient"]
        outcomes = [p for p in participants if p.mentions[0].kind != "nutrient"]
        pairs = [(n, o) for n in nutrients for o in outcomes if n.span[1] <= o.span[0] or o.span[1] <= n.span[0]]
        if not pairs:
            return
        readings = self._encoder.read_pairs(found, [(n.span, o.span) for n, o in pairs])
        taken = [p.span for p in participants]
        cues = self._namer.cues
        said = find_cues(sentence.text, cues)
        has = wordings(sentence.text, cues)
        all_cues = [c for c in said if not any(a < c.end and c.start < b for a, b in taken)]
        stated_at_all = factuality(sentence, cues)
        features = SentenceFeatures(self._words, sentence, found, participants, readings, methods=stated_at_all is None)
        met = {
            m: exposure(sentence, m, cues, abbreviations=self._annotated.abbreviations)
            for n in nutrients
            for m in n.mentions
        }
        of_outcome = {m: (names_population(sentence, m), names_event(m, cues)) for o in outcomes for m in o.mentions}
        for (n, o), reading in zip(pairs, readings, strict=True):
            stated = factuality(sentence, cues, clause(sentence.text, n.span, o.span))
            for n_index, nutrient in enumerate(n.mentions):
                for o_index, condition in enumerate(o.mentions):
                    rule = relate(sentence, all_cues, nutrient, condition, met[nutrient], cues)
                    population, event = of_outcome[condition]
                    yield Candidate(
                        nutrient,
                        condition,
                        reading,
                        rule,
                        met[nutrient].exposure,
                        stated,
                        features.of((n, n_index), (o, o_index), reading, rule, stated, population),
                        cue_features(sentence, said, has, nutrient, condition),
                        event,
                    )

    def _participants(
        self, sentence: Sentence, found: EncoderOutput, earlier: Sequence[Sentence]
    ) -> Iterator[Participant]:
        limit = found.words[-1][1] if found.words else 0
        for span in found.participants:
            mentions = self._namer.name(sentence, span, earlier)
            a_letter = span.end - span.start < 2 and span.kind != "nutrient"  # the "S" of "S. aureus"
            if mentions and not a_letter:
                known = any(m.identifier or m.name != m.text.lower() for m in mentions)
                yield Participant((span.start, span.end), mentions, span.score, True, known)
        for mention in sentence.mentions:
            start, end = mention.start - sentence.start, mention.end - sentence.start
            if end > limit or any(_same_words(mention, (start, end), span) for span in found.participants):
                continue
            kinds = ["nutrient"] if mention.kind == "nutrient" else ["condition", "measure"]
            odds = found.score((start, end), [self._kinds[kind] for kind in kinds])
            known = bool(mention.identifier) or mention.name != mention.text.lower()
            yield Participant((start, end), (mention,), odds, False, known)


def _same_words(mention: Mention, at: tuple[int, int], span: EncodedSpan) -> bool:
    same_kind = (mention.kind == "nutrient") == (span.kind == "nutrient")
    return same_kind and span.start < at[1] and at[0] < span.end
