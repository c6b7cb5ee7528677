"""In: a sentence and a pair in it; out: whether the sentence states the two apart, each in a claim of its own.

"Iron relieves fatigue and zinc shortens diarrhoea" says nothing of iron and diarrhoea: a clause with its own nutrient
and outcome keeps them, and "respectively" gives each nutrient its outcome by place.
"""

import re
from collections.abc import Sequence

from pipeline.claims.clauses import clauses, masked, named
from pipeline.records import Mention, Sentence

_NUMBERS_IN_TURN = re.compile(r"\d[\d.,·%]*(?: ?[%a-z/]+)?,? and [^,;()]{0,20}\d[^,;()]{0,30}[,;]? respectively")
_LINK = re.compile(r"[\s,/]*(?:and|or|plus)?\s*")


def stated_apart(sentence: Sentence, nutrient: Mention, outcome: Mention, beside: Sequence[Mention] = ()) -> bool:
    """Whether nutrient and outcome belong to different claims; `beside` are all that take part in one."""
    if "respectively" in sentence.text and _out_of_turn(sentence, nutrient, outcome, beside):
        return True
    parts, first, second = clauses(masked(sentence, nutrient, outcome, beside))
    if first is None or second is None or first == second:
        return False
    ours, theirs = parts[first], parts[second]
    between = parts[min(first, second) + 1 : max(first, second)]
    own_outcome = "OUT_" in ours or any("OUT_" in part and "NUT_" not in part for part in between)
    return own_outcome and _own_nutrient(theirs, "OUT")


def _own_nutrient(clause: str, outcome: str) -> bool:
    """Whether another nutrient of the clause can make the claim: it stands before the outcome or is led on to."""
    before, _, after = re.sub(rf"\b{outcome}\b", "|", clause, count=1).partition("|")
    return "NUT_" in before or bool(re.search(r"\b(?:with|by|after|on|due to|from|in) (?:[\w-]+ ){0,3}NUT_", after))


def _out_of_turn(sentence: Sentence, nutrient: Mention, outcome: Mention, beside: Sequence[Mention]) -> bool:
    """Whether "respectively" gives the nutrient another outcome of a list of as many."""
    if _NUMBERS_IN_TURN.search(named(sentence, nutrient, outcome, beside)):
        return False
    taking_part = {(m.start, m.end): m for m in (*sentence.mentions, *beside, nutrient, outcome)}
    lists = [_list_of(sentence, mention, list(taking_part.values())) for mention in (nutrient, outcome)]
    if len(lists[0]) != len(lists[1]) or len(lists[0]) < 2:
        return False
    return lists[0].index(nutrient.start) != lists[1].index(outcome.start)


def _list_of(sentence: Sentence, member: Mention, mentions: Sequence[Mention]) -> list[int]:
    """Return where the members of a mention's list begin, in order."""
    alike = sorted(
        (m for m in mentions if (m.kind == "nutrient") == (member.kind == "nutrient")), key=lambda m: m.start
    )
    runs: list[list[Mention]] = []
    for mention in alike:
        last = runs[-1][-1] if runs else None
        if last and mention.start < last.end:
            continue
        linked = last and _LINK.fullmatch(sentence.text[last.end - sentence.start : mention.start - sentence.start])
        if linked:
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return next(([m.start for m in run] for run in runs if member.start in {m.start for m in run}), [])
