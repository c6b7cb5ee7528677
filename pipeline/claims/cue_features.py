"""In: a sentence and a pair in it; out: where its cue words of each sense stand, as numbers.

The rules name one relation by one cue; a fitted model can weigh all of them. Cues are in `lexicons/relation_cues.csv`,
ways of putting things that are no cue by themselves ("lower ... than", "symptoms") in `lexicons/wordings.csv`.
"""

from collections.abc import Sequence

from pipeline.claims.relation import Cue
from pipeline.lexicons import Cues
from pipeline.records import Mention, Sentence

SENSES = ("affect", "assoc", "cause", "causedby", "direct", "down", "improve", "inverse", "none", "prevent", "riskdown",
          "riskup", "treat", "up", "worsen")  # fmt: skip
WORDINGS = ("symptoms", "lower_than", "higher_than", "occurrence", "denial", "patients", "treatment")


def wordings(text: str, cues: Cues) -> tuple[bool, ...]:
    """Whether a sentence has each wording, in the order of `WORDINGS`."""
    return tuple(name in cues.wordings and bool(cues.wordings[name].search(text)) for name in WORDINGS)


def cue_features(
    sentence: Sentence, cues: Sequence[Cue], has: tuple[bool, ...], nutrient: Mention, condition: Mention
) -> tuple[bool, ...]:
    """Return for each sense whether a cue of it stands before, between and behind the pair, and is nearest the outcome.

    Then for each wording whether the sentence has it (`has`, from `wordings`), and whether the nutrient comes first.
    """
    n = (nutrient.start - sentence.start, nutrient.end - sentence.start)
    c = (condition.start - sentence.start, condition.end - sentence.start)
    first, second = sorted([n, c])
    places = (
        {cue.sense for cue in cues if cue.end <= first[0]},
        {cue.sense for cue in cues if first[1] <= cue.start and cue.end <= second[0]},
        {cue.sense for cue in cues if cue.start >= second[1]},
        {nearest(cues, c)},
    )
    said = [sense in place for place in places for sense in SENSES]
    return (*said, *has, n < c)


def nearest(cues: Sequence[Cue], span: tuple[int, int]) -> str:
    """Return the sense of the cue nearest to a span, "" without any cue."""
    near = min(cues, key=lambda cue: max(cue.start - span[1], span[0] - cue.end, 0), default=None)
    return near.sense if near else ""
