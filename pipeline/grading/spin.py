"""In: the claims of one source; out: those of its title and conclusions that its own results do not bear out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from pipeline.grading.scheme import SpinRules
from pipeline.records import Claim, Sentence
from pipeline.vocabulary import ConditionType, direction_of

_SIDES = ("harmful", "beneficial", "raises", "lowers")


def spun(own: Sequence[Claim], rules: SpinRules, subgroup: Collection[str] = ()) -> frozenset[str]:
    """Return the claim_id of every title or conclusion that says otherwise than the results on the same pair.

    `own` are the claims that rest on the source's own study, `subgroup` the claim_ids of results of a part of the
    participants, which bear out no general conclusion. A change within a group counts only where no result compares
    the groups. Results that differ among themselves bear out any of theirs.
    Where no result has the very outcome, those whose name holds its words, or is held by them, count ("dementia
    progression" for "dementia").
    CONSORT 2010, item 22; Boutron and others 2010 (JAMA 303:2058) for the word.
    """
    results: defaultdict[tuple[str, bool], dict[str, set[str]]] = defaultdict(dict)
    within: defaultdict[tuple[str, bool], dict[str, set[str]]] = defaultdict(dict)
    stated: defaultdict[tuple[str, bool], list[Claim]] = defaultdict(list)
    for claim in own:
        if claim.factuality == "Unknown":
            continue
        key = (claim.nutrient.name, claim.exposure in rules.lacking)
        if is_conclusion(claim.sentence, rules):
            stated[key].append(claim)
        elif claim.claim_id not in subgroup and _is_result(claim, rules):
            kept = within if rules.within.search(claim.sentence.text) else results
            kept[key].setdefault(claim.condition.name, set()).add(direction_of(claim.relation, _type(claim)))
    for key, changes in within.items():
        for outcome, directions in changes.items():
            results[key].setdefault(outcome, directions)
    return frozenset(
        claim.claim_id
        for key, claims in stated.items()
        for claim in claims
        if _differs(direction_of(claim.relation, _type(claim)), _of_outcome(claim.condition.name, results.get(key, {})))
        and claim.factuality in rules.asserted
    )


def _of_outcome(name: str, results: Mapping[str, set[str]]) -> set[str]:
    """The directions found for an outcome, or else for those that are a part of its name or hold it."""
    if name in results:
        return results[name]
    words = set(name.lower().split())
    near = (found for other, found in results.items() if words <= (w := set(other.lower().split())) or w <= words)
    return set().union(*near)


def is_conclusion(sentence: Sentence, rules: SpinRules) -> bool:
    """Whether a sentence is a title or draws a conclusion, and so reports no result of its own."""
    if sentence.kind == "title" or sentence.role in ("title", "conclusion"):
        return True
    return rules.conclusion.search(sentence.text) is not None


def _is_result(claim: Claim, rules: SpinRules) -> bool:
    sentence = claim.sentence
    return bool(claim.statistics) or sentence.role == "results" or rules.result.search(sentence.text) is not None


def _differs(said: str, found: Collection[str]) -> bool:
    if said not in (*_SIDES, "no effect") or not found or said in found or "associated" in found:
        return False
    return all(direction in (*_SIDES, "no effect") for direction in found) and not _same_side(said, found)


def _same_side(said: str, found: Collection[str]) -> bool:
    """A rise of a measure and its improvement may be the same; only its absence contradicts both."""
    undirected = {"raises", "lowers"}
    return said != "no effect" and (said in undirected) != bool(undirected & set(found)) and "no effect" not in found


def _type(claim: Claim) -> ConditionType:
    return "measure" if claim.condition.kind == "measure" else "condition"
