"""In: the statistics of a sentence and the conditions claimed in it; out: which statistics back which claim.

Numbers follow what they back: those between a condition and the next one belong to it, a list of conditions without
numbers between them shares those at its end, and "respectively" hands them out in order.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.claims.statistics import impossible
from pipeline.claims.statistics.effects import RISK
from pipeline.records import Claim, Mention, Sentence, Statistic
from pipeline.vocabulary import StatisticKind

Bounds = tuple[int, int]
_BACKING: frozenset[StatisticKind] = frozenset(
    {"effect", "interval", "p-value", "percentage", "count", "mean", "sample size"}
)
_CHANGES = r"(?:reductions?|decreases?|increases?|improvements?|declines?|drops?|rises?|falls?)"
_LEADS_TO_CONDITION = re.compile(
    r"[^.;]{0,3}\s*(?:reductions?|decreases?|increases?|improvements?|lower|higher)?\s*(?:of|in|for)\s(?:[\w-]+\s){0,3}"
    # "a 20% lower risk of falls", "doubled the odds of falls", "a 20% drop in the rate of falls"
    rf"|\s(?:(?:the|a|an|their|its)\s)?(?:(?!(?:and|or|but|while|whereas|with)\b)[a-z]+\s){{0,2}}?"
    rf"(?:{_CHANGES} (?:of|in) (?:(?:the|their) )?(?:[a-z]+ )??)?"
    rf"{RISK}\s(?:of|for)\s(?:[\w-]+\s){{0,3}}"
    r"|\s(?:(?:as|more|less)\s)?(?:likely\s|prone\s|apt\s)?to\s(?:have|get|develop|suffer|report|experience|show|be)\s"
    r"(?:[\w-]+\s){0,3}"  # "three times more likely to have asthma"
)
_BREAK = re.compile(r"[;:]|\b(?:but|while|whereas)\b")
_LONGEST_LIST_GAP = 60
_BRACKET_OF_NAME = re.compile(
    r"(?:\s[\w-]+){0,2}\s?[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)?$"
)  # "iron tablets (RR 0.5, ..."
_CHANGE_BEFORE = re.compile(
    r"\b(?:low|high|great|less|few|increas|decreas|reduc|rais|improv|elevat)\w*\s?[(\[]$", re.IGNORECASE
)
_LIST_LINK = re.compile(r"[\s,/+&]*(?:and|or|plus|as well as)?\s*(?:with\s)?")


def backed(
    claim: Claim,
    found: Sequence[Statistic],
    conditions: Sequence[Mention] | None = None,
    nutrients: Sequence[Mention] = (),
) -> Claim:
    """Return the claim with the statistics of its sentence that back it, flagged where one of them cannot be."""
    own = attach(claim.sentence, found, claim.condition, conditions, claim.nutrient, nutrients)
    if any(map(impossible, own)):
        return replace(claim, statistics=own, flags=(*claim.flags, "impossible-value"))
    return replace(claim, statistics=own)


def attach(
    sentence: Sentence,
    found: Sequence[Statistic],
    condition: Mention,
    conditions: Sequence[Mention] | None = None,
    nutrient: Mention | None = None,
    nutrients: Sequence[Mention] = (),
) -> tuple[Statistic, ...]:
    """Return the statistics of `sentence` that back a claim about `condition`, in order.

    `conditions` are all that take part in claims, by default all conditions mentioned. Where several `nutrients` take
    part, numbers straight after one of them are its own.
    """
    if conditions is None:
        conditions = [m for m in sentence.mentions if m.kind in ("condition", "measure")]
    places = sorted({(m.start, m.end) for m in conditions})
    backing = [statistic for statistic in found if statistic.kind in _BACKING]
    if nutrient is not None and len({m.name for m in nutrients}) > 1:
        backing = _of_nutrient(sentence, backing, nutrient, nutrients, places)
    if len({m.name for m in conditions}) < 2:
        return tuple(backing)
    if "respectively" in sentence.text and (shared := _in_turn(backing, places)):
        return shared.get((condition.start, condition.end), tuple(backing))
    own = _following(sentence, backing, places)
    _share_first_p_values(sentence, own, places)
    for bounds, following in reversed(list(pairwise(places))):
        between = sentence.text[bounds[1] - sentence.start : following[0] - sentence.start]
        if not own[bounds] and len(between) < _LONGEST_LIST_GAP and not _BREAK.search(between):
            own[bounds] = own[following]
        elif not any(s.kind == "p-value" for s in own[bounds]) and not _BREAK.search(between):
            own[bounds] = [*own[bounds], *(s for s in own[following] if s.kind == "p-value")]
    named = {(condition.start, condition.end), *((m.start, m.end) for m in conditions if m.name == condition.name)}
    if not named & own.keys():
        return tuple(backing)
    return tuple(sorted({s for bounds in named for s in own.get(bounds, ())}, key=lambda s: s.start))


def _share_first_p_values(sentence: Sentence, own: dict[Bounds, list[Statistic]], places: Sequence[Bounds]) -> None:
    """Give p-values straight before a list of outcomes ("reduced (p < 0.01) A, B and C") to all that have none."""
    first = [s for s in own[places[0]] if s.kind == "p-value" and s.end <= places[0][0]]
    for bounds in places[1:]:
        if not first or _BREAK.search(sentence.text, places[0][1] - sentence.start, bounds[0] - sentence.start):
            break
        if not any(s.kind == "p-value" for s in own[bounds]):
            own[bounds] = [*first, *own[bounds]]


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
            leads = _CHANGE_BEFORE.search(sentence.text[: statistic.start - sentence.start])
            if _LEADS_TO_CONDITION.fullmatch(between) or (leads and len(between) < _LONGEST_LIST_GAP):
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


def _of_nutrient(
    sentence: Sentence,
    backing: Sequence[Statistic],
    nutrient: Mention,
    nutrients: Sequence[Mention],
    conditions: Sequence[Bounds],
) -> list[Statistic]:
    """Drop what stands in brackets after another nutrient; one without such numbers shares those at its list's end."""
    ordered = sorted(nutrients, key=lambda m: m.start)
    lists = [bool(_LIST_LINK.fullmatch(_between(sentence, a.end, b.start))) for a, b in pairwise(ordered)]
    if "respectively" in sentence.text and all(lists):
        shared = _in_turn(backing, [(m.start, m.end) for m in ordered])
        if shared:
            return list(shared.get((nutrient.start, nutrient.end), tuple(backing)))
    owners: dict[Statistic, str] = {}
    for statistic in backing:
        names = [m for m in ordered if m.end <= statistic.start]
        beyond = names and max((b[1] for b in conditions if b[1] <= statistic.start), default=0) > names[-1].end
        if names and not beyond and _BRACKET_OF_NAME.match(_between(sentence, names[-1].end, statistic.start)):
            owners[statistic] = names[-1].name
    p_values = [s for s in backing if s.kind == "p-value"]
    if len(p_values) == 1 and len(backing) > 2 and re.fullmatch(r"[)\].\s]*", _after(sentence, p_values[0].end)):
        owners.pop(p_values[0], None)  # the one test of all arms, at the end
    shares = {nutrient.name}
    for (mention, following), listed in zip(pairwise(ordered), lists, strict=True):
        if mention.name in shares and mention.name not in owners.values() and listed:
            shares.add(following.name)
    return [s for s in backing if owners.get(s, nutrient.name) in shares]


def _after(sentence: Sentence, offset: int) -> str:
    return sentence.text[offset - sentence.start :]


def _between(sentence: Sentence, start: int, end: int) -> str:
    return sentence.text[start - sentence.start : end - sentence.start]
