"""In: a sentence with a nutrient and a condition in it; out: the relation that its cue words state, and its strength.

Cue words with their senses stand in `lexicons/relation_cues.csv`. The cue that counts is one in the clause of the pair,
nearest to the condition; a denial ("did not reduce", "no association") outweighs what it denies.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.claims.exposure import ExposureFinding
from pipeline.lexicons import Cues
from pipeline.records import Mention, Sentence
from pipeline.vocabulary import Exposure, HealthyDirection, Relation, Strength

_CLAUSE_BREAK = re.compile(
    r";|,? but (?=not|no|did|there|\w)|,? (?:while|whereas|however|although|though|despite|yet)\b|: |\. (?=[A-Z])"
)
_COORDINATED = re.compile(
    r"(?:\s?\([^()]{1,20}\))?\s?(?:[\s/+&]*|,? ?(?:and|or|plus|as well as) ?(?:[\w-]+ )?|, (?!the |there )(?:[\w-]+ )?)"
)
_OF_EACH_OTHER = re.compile(r"(?:\s?[,(.;]|\s(?:with )?(?:each other|one another)|\s?$)")
_LEADS_TO_CONDITION = re.compile(r"\b(?:on|in|against|for|and|to|with|over)\b")
_LEADS_TO_NUTRIENT = re.compile(
    r"\b(?:by|with|after|following|through|from|due to|upon|during|when|if|among|receiving)\b"
)
_COMPARED = re.compile(r"(?:low|lower|reduced|decreased)\b", re.IGNORECASE)
_TOUCHING = 2  # characters between a cue and the condition it changes: "RLS improvement"
_BETWEEN = re.compile(r"\s(?:\w+\s){0,3}between\b")
_MUTUAL = {"assoc", "inverse", "direct"}
_DENIALS = {"none"}
_DIRECTIONS = {
    "inverse",
    "direct",
    "riskdown",
    "riskup",
    "prevent",
    "improve",
    "treat",
    "worsen",
    "down",
    "up",
}
_UNDIRECTED = {"cause", "causedby", "affect", "assoc"}
_CORRELATIONAL = {"assoc", "inverse", "direct"}


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that state a relation: their offsets in the sentence and their sense."""

    start: int
    end: int
    sense: str


@dataclass(frozen=True, slots=True)
class RelationFinding:
    """The relation that a sentence states of a pair, how strongly, and the words that say so."""

    relation: Relation
    strength: Strength
    cue: str


def find_cues(text: str, cues: Cues) -> list[Cue]:
    """Return the cues of a sentence in order; where two overlap the sense listed first in the table wins."""
    found: list[Cue] = []
    for known in cues.relations.likely(text):
        for match in known.pattern.finditer(text):
            if not any(match.start() < cue.end and cue.start < match.end() for cue in found):
                found.append(Cue(match.start(), match.end(), known.sense))
    return sorted(found, key=lambda cue: cue.start)


def clause(text: str, a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """Return the bounds of the shortest run of clauses that holds both spans."""
    first, last = min(a[0], b[0]), max(a[1], b[1])
    breaks = [0, *(match.start() for match in _CLAUSE_BREAK.finditer(text)), len(text)]
    return max(x for x in breaks if x <= first), min(x for x in breaks if x >= last)


def relate(
    sentence: Sentence,
    all_cues: Sequence[Cue],
    nutrient: Mention,
    condition: Mention,
    exposure: ExposureFinding,
    cues: Cues,
) -> RelationFinding | None:
    """Return the relation that `sentence` states of the pair, or None where no cue connects it.

    `all_cues` are the sentence's; those among the words that state the exposure ("lower B12 levels") are passed over.
    """
    text = sentence.text
    n = (nutrient.start - sentence.start, nutrient.end - sentence.start)
    c = (condition.start - sentence.start, condition.end - sentence.start)
    low, high = clause(text, n, c)
    near = [
        cue
        for cue in all_cues
        if low <= cue.start
        and cue.end <= high
        and not (exposure.start < cue.end and cue.start < exposure.end)
        and _connects(text, cue, n, c)
    ]
    if not near:
        lower = exposure.exposure == "deficiency" and _COMPARED.match(text, exposure.start)
        return RelationFinding("associated", "correlational", lower.group()) if lower else None
    strength: Strength = "correlational" if any(cue.sense in _CORRELATIONAL for cue in near) else "causal"
    between = [cue for cue in near if min(n[1], c[1]) <= cue.start and cue.end <= max(n[0], c[0])]
    denials = [cue for cue in near if cue.sense in _DENIALS]
    touching = [cue for cue in near if cue.sense in _DIRECTIONS and _gap(cue, c) <= _TOUCHING]
    for candidates in (denials, touching, between, near):
        directed = [cue for cue in candidates if cue.sense in _DIRECTIONS | _DENIALS] or candidates
        if directed:
            cue = min(directed, key=lambda cue: _distance(cue, n, c))
            sense = cue.sense
            if sense == "inverse" and _COMPARED.match(text, exposure.start):
                sense = "direct"  # "lower levels correlated inversely with severity" says that lower is worse
            relation = _reverse(near, n, c, exposure.exposure) or _relation(sense, condition, cues)
            return RelationFinding(relation, strength, text[cue.start : cue.end])
    return None


def _connects(text: str, cue: Cue, n: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether a cue can relate the two by where it stands.

    Between them it does. Before them it needs a word that leads from one to the other ("effect of zinc ON growth",
    "fewer falls WITH vitamin D"). After them it does where the nutrient comes first ("in the zinc group growth rose").
    """
    first, second = (n, c) if n < c else (c, n)
    between = text[first[1] : second[0]]
    if first[1] <= cue.start and cue.end <= second[0]:
        return True
    if _COORDINATED.fullmatch(between):
        mutual = _OF_EACH_OTHER.match(text, cue.end) if cue.start >= second[1] else _BETWEEN.match(text, cue.end)
        return cue.sense in _MUTUAL and bool(mutual)
    if cue.end <= first[0]:
        if cue.sense in _MUTUAL and _BETWEEN.match(text, cue.end):
            return True
        return bool((_LEADS_TO_CONDITION if first == n else _LEADS_TO_NUTRIENT).search(between))
    return first == n or cue.sense in _MUTUAL


def _gap(cue: Cue, c: tuple[int, int]) -> int:
    return max(c[0] - cue.end, cue.start - c[1], 0)


def _distance(cue: Cue, n: tuple[int, int], c: tuple[int, int]) -> float:
    """Characters from cue to condition; a cue beyond the nutrient, seen from the condition, counts as far."""
    gap = _gap(cue, c)
    between = min(n[1], c[1]) <= cue.start and cue.end <= max(n[0], c[0])
    return gap if between else gap + 20


def _reverse(near: list[Cue], n: tuple[int, int], c: tuple[int, int], exposure: Exposure) -> Relation | None:
    """A condition that brings about a deficiency or excess of the nutrient affects it, not the other way round."""
    if exposure not in ("deficiency", "excess"):
        return None
    for cue in near:
        condition_first = c[1] <= cue.start and cue.end <= n[0]
        nutrient_first = n[1] <= cue.start and cue.end <= c[0]
        if (condition_first and cue.sense in ("cause", "riskup")) or (nutrient_first and cue.sense == "causedby"):
            return "affected_by"
    return None


def _relation(sense: str, condition: Mention, cues: Cues) -> Relation:
    if sense == "none":
        return "no_effect"
    if sense == "assoc" or sense == "affect":
        return "associated"
    if condition.kind == "measure":
        return _measure_relation(sense, condition.healthy_direction)
    if sense in ("riskdown", "prevent", "inverse"):
        return "decreases_risk"
    if sense in ("riskup", "direct", "cause", "causedby", "up"):
        return "increases_risk"
    if sense in ("improve", "treat"):
        return "improves"
    if sense == "worsen":
        return "worsens"
    return "decreases_risk" if names_event(condition, cues) else "improves"


def names_event(condition: Mention, cues: Cues) -> bool:
    """Whether a condition is something that happens (a fall, a fracture) rather than something that one has."""
    words = condition.text.lower().split()
    return bool(words) and words[-1].strip("()") in cues.events


def _measure_relation(sense: str, healthy: HealthyDirection) -> Relation:
    if sense in ("improve", "treat", "prevent"):
        return "improves"
    if sense == "worsen":
        return "worsens"
    falls = sense in ("down", "inverse", "riskdown")
    if healthy == "unclear":
        return "decreases_risk" if falls else ("associated" if sense in ("cause", "causedby") else "increases_risk")
    return "improves" if falls == (healthy == "lower") else "worsens"
