"""In: the claims of one sentence; out: the same, each said once.

A gloss ("muscle pain (myalgia)"), a fragment ("nutritional and developmental problems", "admissions for heart failure")
and an adjective of the outcome ("obesity-related inflammation") give no row beside that of the whole.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

from pipeline.records import Claim, Mention, Sentence

_GLOSS = re.compile(r"\s?\((?:or |i\.e\.,? |also (?:called|known as) |called )?")
_PART_OF = re.compile(r"\s(?:of|for)\s(?:the |an? )?")
_SHARES_NOUN = re.compile(r",? (?:and|or|and/or) |/")
_ADJECTIVE = re.compile(r"\b\w+(?:al|ic|ar|ary|ive|ous|iac|oid)$", re.IGNORECASE)
_MODIFIES = re.compile(r"(?:,? (?:and|or) \w+)?[-‑–](?:related|associated|induced|linked)\s", re.IGNORECASE)


def merged(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims of a sentence without those that only repeat another, in their order."""
    kept = list(claims)
    for first, second in permutations(claims, 2):
        if first not in kept or second not in kept or not _side_by_side(first, second):
            continue
        between = _between(first.sentence, first.condition, second.condition)
        if _GLOSS.fullmatch(between) and first.sentence.text[second.condition.end - first.sentence.start :][:1] == ")":
            kept.remove(second)
        elif _MODIFIES.match(first.sentence.text, first.condition.end - first.sentence.start):
            kept.remove(first)
        elif first.relation == second.relation and (
            _PART_OF.fullmatch(between) or (_SHARES_NOUN.fullmatch(between) and _lacks_noun(first, second))
        ):
            kept[kept.index(first)] = _whole(first, second)
            kept.remove(second)
    return kept


def _side_by_side(first: Claim, second: Claim) -> bool:
    """Whether two claims are of one nutrient and of outcomes that follow one another."""
    return first.nutrient.name == second.nutrient.name and first.condition.end <= second.condition.start


def _lacks_noun(first: Claim, second: Claim) -> bool:
    """Whether the first outcome is an adjective to the noun at the end of the second."""
    bare = not first.condition.identifier and _ADJECTIVE.search(first.condition.text)
    return bool(bare and _ADJECTIVE.match(second.condition.text.split(" ")[0]) and " " in second.condition.text)


def _whole(first: Claim, second: Claim) -> Claim:
    """Return one claim of the words of both outcomes; it keeps the name of the first where that is known."""
    start, end = first.condition.start, second.condition.end
    text = first.sentence.text[start - first.sentence.start : end - first.sentence.start]
    known = bool(first.condition.identifier)
    condition = replace(first.condition, end=end, text=text, name=first.condition.name if known else text.lower())
    numbers = sorted({*first.statistics, *second.statistics}, key=lambda s: s.start)
    return replace(
        first, condition=condition, statistics=tuple(numbers), confidence=max(first.confidence, second.confidence)
    )


def _between(sentence: Sentence, first: Mention, second: Mention) -> str:
    return sentence.text[first.end - sentence.start : second.start - sentence.start]
