"""In: words of a sentence that the encoder marked; out: the nutrients or conditions that they denote.

Words that the lexicons or the document's abbreviations know take their name and identifier; words that only refer
("it", "the intervention group") take those of what they refer to; other words stand for themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.claims.encoder import EncodedSpan
from pipeline.language import Reader
from pipeline.records import AnnotatedDocument, Mention, Sentence
from pipeline.vocabulary import MentionKind

_EDGE_WORDS = re.compile(
    r"^(?:(?:the|a|an|of|in|on|and|or|to|for|with|by)\s+)+|(?:\s+(?:the|a|an|of|in|on|and|or|to|for|with|by))+$"
)
_FUNCTION_WORD = re.compile(r"the|an?|of|in|on|and|or|to|for|with|by|as|at|from|than|but|which|who|is|was|were|are|\W+")
_OUTER = " \t\n.,;:()[]'\"“”‘’-–/"


class Namer:
    """Names what marked words denote, for one document."""

    def __init__(self, annotated: AnnotatedDocument, reader: Reader) -> None:
        self.cues = reader.cues
        self._document = annotated.document
        self._reader = reader
        self._meanings = reader.meanings(annotated.abbreviations)
        self._abbreviations = annotated.abbreviations
        self._given = reader.given(annotated.sentences)

    def name(self, sentence: Sentence, span: EncodedSpan, earlier: Sequence[Sentence]) -> tuple[Mention, ...]:
        """Return the mentions that a span stands for: one, or each antecedent of a reference to several."""
        start, end = sentence.start + span.start, sentence.start + span.end
        text = self._document.text[start:end]
        stripped = _EDGE_WORDS.sub("", text.strip(_OUTER))
        if not stripped or _FUNCTION_WORD.fullmatch(stripped):
            return ()
        start += text.index(stripped)
        end = start + len(stripped)
        kind: MentionKind = (
            "nutrient" if span.kind == "nutrient" else ("measure" if span.kind == "measure" else "condition")
        )
        if kind != "nutrient" and self._reader.cues.outcome_stops.issuperset(stripped.lower().split()):
            return ()
        placed = Mention(start, end, stripped, kind, _plain(stripped))
        wanted = {"nutrient"} if kind == "nutrient" else {"condition", "measure"}
        overlapping = [m for m in sentence.mentions if m.kind in wanted and m.start < end and start < m.end]
        if referring := tuple(m for m in overlapping if m.anaphoric):
            return referring
        named = next((m for m in overlapping if m.text == stripped), None)  # an abbreviation as it is meant here
        known = named or self._meanings.get(stripped) or _best(overlapping, placed)
        if known is not None:
            if known.start <= start and end <= known.end and known in overlapping:
                placed = replace(placed, start=known.start, end=known.end, text=known.text)
            return (replace(placed, name=known.name, identifier=known.identifier, biomarker=known.biomarker,
                            healthy_direction=known.healthy_direction),)  # fmt: skip
        if kind != "nutrient" and any(
            m.kind == "nutrient" and m.start <= start and end <= m.end for m in sentence.mentions
        ):
            return ()
        if kind == "nutrient" and (before := _straight_before(sentence, placed)):
            return (before,)
        if self._reader.refers(stripped, kind):
            antecedents = self._reader.antecedents(kind, earlier, self._given)
            return tuple(
                replace(placed, name=m.name, identifier=m.identifier, anaphoric=True) for m in antecedents
            ) or (replace(placed, anaphoric=True),)
        return (replace(placed, name=_plain(self._abbreviations.get(stripped, stripped))),)


def _straight_before(sentence: Sentence, placed: Mention) -> Mention | None:
    """Return the nutrient whose deficiency or supplementation the marked words are ("vitamin B12 *deficiency*")."""
    near = [m for m in sentence.mentions if m.kind == "nutrient" and 0 <= placed.start - m.end <= 1]
    return near[-1] if near else None


def _best(overlapping: Sequence[Mention], placed: Mention) -> Mention | None:
    """Return the mention that names the marked words best: as much of them as possible, the last where equal.

    A condition named by a small part of the marked words does not name them: "lung" is not "lung function decline".
    """
    if not overlapping:
        return None
    best = max(overlapping, key=lambda m: (min(m.end, placed.end) - max(m.start, placed.start), m.start))
    covered = min(best.end, placed.end) - max(best.start, placed.start)
    if placed.kind != "nutrient" and covered < 0.6 * (placed.end - placed.start) and best.end != placed.end:
        return None
    return best


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).lower()
