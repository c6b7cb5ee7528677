"""In: the statistics of a sentence and the conditions claimed in it; out: which statistics back which claim.

Numbers follow what they back: those between a condition and the next one belong to it, a list of conditions without
numbers between them shares those at its end, and "respectively" hands them out in order.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.records import Mention, Sentence, Statistic, StatisticKind

Bounds = tuple[int, int]
_BACKING: frozenset[StatisticKind] = frozenset(
    {"effect", "interval", "p-value", "percentage", "count", "mean", "sample size"}
)
_LEADS_TO_CONDITION = re.compile(
    r"[^.;]{0,3}\s*(?:reductions?|decreases?|increases?|improvements?|lower|higher)?\s*(?:of|in|for)\s(?:[\w-]+\s){0,3}"
)
_BREAK = re.compile(r"[;:]|\b(?:but|while|whereas)\b")
_LONGEST_LIST_GAP = 60


def attach(
    sentence: Sentence,
    found: Sequence[Statistic],
    condition: Mention,
    conditions: Sequence[Bounds] | None = None,
) -> tuple[Statistic, ...]:
    """Return the statistics of `sentence` that back a claim about `condition`, in order.

    `conditions` are the document offsets of all that takes part in claims, by default of all conditions mentioned.
    """
    if conditions is None:
        conditions = sorted({(m.start, m.end) for m in sentence.mentions if m.kind in ("condition", "measure")})
    backing = [statistic for statistic in found if statistic.kind in _BACKING]
    if len(conditions) < 2:
        return tuple(backing)
    if "respectively" in sentence.text and (shared := _in_turn(backing, conditions)):
        return shared.get((condition.start, condition.end), tuple(backing))
    own = _following(sentence, backing, conditions)
    for bounds, following in reversed(list(pairwise(conditions))):
        between = sentence.text[bounds[1] - sentence.start : following[0] - sentence.start]
        if not own[bounds] and len(between) < _LONGEST_LIST_GAP and not _BREAK.search(between):
            own[bounds] = own[following]
        elif not any(s.kind == "p-value" for s in own[bounds]) and not _BREAK.search(between):
            own[bounds] = [*own[bounds], *(s for s in own[following] if s.kind == "p-value")]
    return tuple(own.get((condition.start, condition.end), backing))


def _following(
    sentence: Sentence, backing: Sequence[Statistic], conditions: Sequence[Bounds]
) -> dict[Bounds, list[Statistic]]:
    """Give each statistic to the condition before it, or to the next where it leads on to it ("p = 0.05) of pain")."""
    own: dict[Bounds, list[Statistic]] = {bounds: [] for bounds in conditions}
    for statistic in backing:
        before = [bounds for bounds in conditions if bounds[0] <= statistic.start]
        after = [bounds for bounds in conditions if bounds[0] >= statistic.end]
        chosen = before[-1] if before else conditions[0]
        if after:
            between = sentence.text[statistic.end - sentence.start : after[0][0] - sentence.start]
            if _LEADS_TO_CONDITION.fullmatch(between):
                chosen = after[0]
        own[chosen].append(statistic)
    return own


def _in_turn(backing: Sequence[Statistic], conditions: Sequence[Bounds]) -> dict[Bounds, tuple[Statistic, ...]]:
    """Hand out the statistics on one side of all conditions, as many of a kind as there are conditions, one to each."""
    after = [s for s in backing if s.start >= conditions[-1][1]]
    before = [s for s in backing if s.end <= conditions[0][0]]
    by_kind = [
        [s for s in side if s.kind == kind] for side in (after, before) for kind in sorted({s.kind for s in side})
    ]
    lists = [found for found in by_kind if len(found) == len(conditions)]
    return {
        bounds: tuple(sorted((found[i] for found in lists), key=lambda s: s.start))
        for i, bounds in enumerate(conditions)
        if lists
    }
