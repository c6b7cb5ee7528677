"""In: a sentence and a nutrient named in it; out: how people meet the nutrient there (deficiency, supplementation ...).

The words beside the nutrient decide (`lexicons/exposure_cues.csv`); where they are silent, what the document studies.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.lexicons import Cues
from pipeline.records import AnnotatedDocument, Mention, Sentence
from pipeline.vocabulary import Exposure

_WINDOW = 60
_BOUNDARY = re.compile(r"[;:.]\s|, (?:and|but|or|while)\b|\b(?:and|or|but|while|than|versus|vs)\b")
_LIST = re.compile(r"[\s,/+&]*(?:and|or|plus|as well as)?\s*")


@dataclass(frozen=True, slots=True)
class ExposureFinding:
    """An exposure and the offsets, in the sentence, of the words beside the nutrient that state it."""

    exposure: Exposure
    start: int
    end: int


def exposure(
    sentence: Sentence,
    nutrient: Mention,
    cues: Cues,
    *,
    abbreviations: Mapping[str, str] | None = None,
    default: Exposure = "unspecified",
) -> ExposureFinding:
    """Return the exposure that the words around `nutrient` state, with those words, or `default` where they state none.

    In a list ("iron, folate and vitamin B12 deficiency") the word at its end holds for every member.
    """
    text = sentence.text
    start, end = nutrient.start - sentence.start, nutrient.end - sentence.start
    long_form = (abbreviations or {}).get(nutrient.text, "")
    own_words = " " + (nutrient.text if nutrient.anaphoric else long_form)
    before = text[max(0, start - _WINDOW) : start]
    before = before[max((m.end() for m in _BOUNDARY.finditer(before)), default=0) :]
    list_end = _end_of_list(sentence, end)
    after = text[list_end : list_end + 2 * _WINDOW]
    breaks = _BOUNDARY.search(after)
    after = after[: min(breaks.start() if breaks else _WINDOW, _WINDOW)]
    for cue in cues.exposures:
        if cue.where == "word":
            if cue.pattern.search(nutrient.text) or cue.pattern.search(long_form):
                return ExposureFinding(cue.exposure, start, end)
        elif cue.where == "after":
            if found := cue.pattern.match(after):
                return ExposureFinding(cue.exposure, list_end, list_end + found.end())
            if cue.pattern.search(own_words):
                return ExposureFinding(cue.exposure, start, end)
        elif cue.where == "before biomarker" and not nutrient.biomarker:
            continue
        elif found := cue.pattern.search(before):
            return ExposureFinding(cue.exposure, start - len(before) + found.start(), start)
    return ExposureFinding("status" if nutrient.biomarker else default, start, start)


def document_exposure(annotated: AnnotatedDocument, cues: Cues) -> Exposure:
    """Return the exposure that a document's sentences state most often; supplementation in a trial."""
    counts: Counter[Exposure] = Counter()
    for sentence in annotated.sentences:
        for mention in _nutrients(sentence.mentions):
            stated = exposure(sentence, mention, cues, abbreviations=annotated.abbreviations).exposure
            if stated != "unspecified":
                counts[stated] += 3 if sentence.kind == "title" else 1
    return "supplementation" if counts and counts.most_common(1)[0][0] == "supplementation" else "unspecified"


def _nutrients(mentions: Sequence[Mention]) -> list[Mention]:
    return [mention for mention in mentions if mention.kind == "nutrient" and not mention.anaphoric]


def _end_of_list(sentence: Sentence, end: int) -> int:
    for mention in _nutrients(sentence.mentions):
        start = mention.start - sentence.start
        if start >= end and _LIST.fullmatch(sentence.text[end:start]):
            end = mention.end - sentence.start
    return end
