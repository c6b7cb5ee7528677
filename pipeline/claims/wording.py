"""In: a sentence and a pair in it; out: where its cue words of each sense stand, as numbers.

The rules name one relation by one cue; a fitted model can weigh all of them. Cues are in `lexicons/relation_cues.csv`,
ways of putting things that are no cue by themselves ("lower ... than", "symptoms") in `lexicons/wordings.csv`.
"""

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from pipeline.claims.relation import Cue
from pipeline.records import Mention, Sentence

SENSES = ("affect", "assoc", "cause", "causedby", "direct", "down", "improve", "inverse", "none", "prevent", "riskdown",
          "riskup", "treat", "up", "worsen")  # fmt: skip
WORDINGS = ("symptoms", "lower_than", "higher_than", "occurrence", "denial", "patients", "treatment")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = resources.files("pipeline.lexicons").joinpath("wordings.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["name"]: re.compile(rf"(?<![\w-])(?:{row['pattern']})(?!\w)", re.IGNORECASE) for row in rows}


def wording(sentence: Sentence, cues: Sequence[Cue], nutrient: Mention, condition: Mention) -> tuple[bool, ...]:
    """Return for each sense whether a cue of it stands before, between and behind the pair, and is nearest the outcome.

    Then for each wording whether the sentence has it, and whether the nutrient comes first.
    """
    first, second = sorted([(nutrient.start, nutrient.end), (condition.start, condition.end)])
    outer, inner = (first[0] - sentence.start, second[1] - sentence.start), (first[1], second[0])
    low, high = inner[0] - sentence.start, inner[1] - sentence.start
    places = (
        {cue.sense for cue in cues if cue.end <= outer[0]},
        {cue.sense for cue in cues if low <= cue.start and cue.end <= high},
        {cue.sense for cue in cues if cue.start >= outer[1]},
        {nearest(cues, (condition.start - sentence.start, condition.end - sentence.start))},
    )
    said = [sense in place for place in places for sense in SENSES]
    patterns = _patterns()
    put = [name in patterns and bool(patterns[name].search(sentence.text)) for name in WORDINGS]
    return (*said, *put, nutrient.start < condition.start)


def nearest(cues: Sequence[Cue], span: tuple[int, int]) -> str:
    """Return the sense of the cue nearest to a span, "" without any cue."""
    near = min(cues, key=lambda cue: max(cue.start - span[1], span[0] - cue.end, 0), default=None)
    return near.sense if near else ""
