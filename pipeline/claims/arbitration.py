"""In: the claims of a document as a reader made them; out: the same, settled where the words leave no choice.

A trained reader may be wrong about the sign of what it reads. An unmistakable direction, denial or reversal
(`pipeline.claims.sign`) is followed; so is the stance that the sentence takes to what it says (`lexicons/stances.csv`).
A claim that rules and model read in opposite ways, and no such words settle, keeps its flag and says so in its
confidence. Pairs that the sentence states apart (`pipeline.claims.ownership`),
or of which one side only stands by (`pipeline.claims.bystanders`), are no claim; what a later clause denies
(`pipeline.claims.ellipsis`) is one, and what is said twice is one row (`pipeline.claims.merging`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.claims.arms import stated_by_arms
from pipeline.claims.bystanders import stands_by
from pipeline.claims.clauses import clauses, masked
from pipeline.claims.ellipsis import denied_later
from pipeline.claims.factuality import factuality
from pipeline.claims.merging import merged
from pipeline.claims.ownership import stated_apart
from pipeline.claims.relation import clause, names_event
from pipeline.claims.sign import relation_of, sign
from pipeline.lexicons import Cues
from pipeline.lexicons.cues import Sign, Stance
from pipeline.records import Claim, Mention, Sentence
from pipeline.vocabulary import ConditionType, Direction, Exposure, Factuality, FlagCode, Relation, direction_of

DISPUTED: FlagCode = "direction-disputed"
DISPUTED_CONFIDENCE = 0.5  # at most, where the two readers say opposite things
_OPPOSED: frozenset[frozenset[Direction]] = frozenset(
    frozenset(pair)
    for pair in (("harmful", "beneficial"), ("raises", "lowers"), ("beneficial", "no effect"), ("harmful", "no effect"),
                 ("raises", "no effect"), ("lowers", "no effect"))
)  # fmt: skip
_OF_CASES: tuple[Sign, ...] = ("lower_in", "higher_in")
_MOVES: frozenset[Direction] = frozenset(("raises", "lowers", "harmful", "beneficial"))
_SCOPE_END = re.compile(r";|,? (?:but|whereas|while|although|though|however)\b|\.\s")
_FACTUALITY: dict[Stance, Factuality] = {
    "plain": "Factual",
    "doubted": "Doubtful",
    "quoted": "Doubtful",
    "open": "Possible",
    "unasserted": "Unknown",
}


@dataclass(frozen=True, slots=True)
class _Scope:
    """What part of a sentence a stance is about."""

    stance: Stance
    start: int
    end: int


def arbitrated(claims: Iterable[Claim], cues: Cues) -> Iterator[Claim]:
    """Yield the claims as their sentences settle them, without those whose two sides belong to different claims."""
    for _, found in groupby(claims, key=lambda claim: claim.sentence.index):
        of_sentence = list(found)
        stated = [*of_sentence, *denied_later(of_sentence, cues)]
        yield from merged(sorted(_standing(stated, cues), key=lambda c: (c.nutrient.start, c.condition.start)))


def _standing(claims: Sequence[Claim], cues: Cues) -> Iterator[Claim]:
    """Yield the claims of a sentence that its words let stand, as they settle them."""
    beside = [mention for claim in claims for mention in (claim.nutrient, claim.condition)]
    scopes = list(_scopes(claims[0].sentence.text, cues))
    for claim in claims:
        crossed = any(c.nutrient == claim.nutrient and c.condition != claim.condition for c in claims) and any(
            c.condition == claim.condition and c.nutrient != claim.nutrient for c in claims
        )
        if stands_by(claim.sentence, claim.nutrient, claim.condition, claim.exposure, beside):
            continue
        if crossed and stated_apart(claim.sentence, claim.nutrient, claim.condition, beside):
            continue
        if own := _own_outcome(claim, beside, cues):
            if any((c.nutrient.name, c.condition.name) == (claim.nutrient.name, own.name) for c in claims):
                continue
            claim = replace(claim, condition=own, statistics=())
        if _stance_to(claim, scopes) != "advice":
            yield _settled(claim, beside, scopes, cues)


def _own_outcome(claim: Claim, beside: Sequence[Mention], cues: Cues) -> Mention | None:
    """Return the outcome that a claim's nutrient has in its own clause, if the claim's outcome has its own nutrient.

    Each of the two clauses states its pair unmistakably; what crosses from one to the other is a misreading.
    """
    sentence, nutrient, outcome = claim.sentence, claim.nutrient, claim.condition
    _, first, second = clauses(masked(sentence, nutrient, outcome, beside))
    if first is None or second is None or first == second or nutrient.anaphoric or outcome.anaphoric:
        return None
    mentions = tuple({(m.start, m.end): m for m in (*sentence.mentions, *beside)}.values())
    theirs = (m for m in mentions if m.kind == "nutrient" and m.name != nutrient.name)
    if not any(_in_one(sentence, m, outcome, beside) and sign(sentence, m, outcome, cues, beside) for m in theirs):
        return None
    ours = (m for m in mentions if m.kind != "nutrient" and m.name != outcome.name)
    return next(
        (m for m in ours if _in_one(sentence, nutrient, m, beside) and sign(sentence, nutrient, m, cues, beside)), None
    )


def _in_one(sentence: Sentence, nutrient: Mention, outcome: Mention, beside: Sequence[Mention]) -> bool:
    _, first, second = clauses(masked(sentence, nutrient, outcome, beside))
    return first is not None and first == second


def opposed(one: Relation, other: Relation, kind: ConditionType) -> bool:
    """Whether two relations to an outcome of a kind exclude each other."""
    return frozenset((direction_of(one, kind), direction_of(other, kind))) in _OPPOSED


def _settled(claim: Claim, beside: Sequence[Mention], scopes: Sequence[_Scope], cues: Cues) -> Claim:
    stance = _stance_to(claim, scopes)
    flags = tuple(flag for flag in claim.flags if flag != DISPUTED)
    if stance in ("rejected", "refuted"):
        return replace(claim, relation="no_effect", factuality="Factual", flags=flags)
    if stance is None and claim.factuality == "Unknown" and factuality(claim.sentence, cues) in (None, "Unknown"):
        part = _part_stated(claim, cues)
        claim = replace(claim, factuality=part) if part and part != "Unknown" else claim  # another part is open
    if stance and (claim.factuality != "Unknown" or stance == "open"):
        claim = replace(claim, factuality=_FACTUALITY[stance])
    said = sign(claim.sentence, claim.nutrient, claim.condition, cues, beside) or stated_by_arms(
        claim.sentence, claim.nutrient, claim.condition, claim.statistics, beside, claim.exposure
    )
    if said == "none" and claim.factuality == "Unknown":
        if stance == "unasserted" or _part_stated(claim, cues) in (None, "Unknown"):
            return claim  # "no study has looked at the effect of" denies no effect
        claim = replace(claim, factuality="Factual")
    if said is not None:
        kind: ConditionType = "measure" if claim.condition.kind == "measure" else "condition"
        wanted, told = relation_of(said, claim.condition), direction_of(claim.relation, kind)
        if said in _OF_CASES and told != "no effect":
            treats = kind == "condition" and claim.relation in ("improves", "worsens")
            undirected = treats or _contradicts_cases(said, claim.exposure, told)
            return replace(claim, relation="associated" if undirected else claim.relation, flags=flags)
        moved = said in ("raises", "lowers") and kind == "condition"
        exact = said in ("improves", "worsens") or (moved and names_event(claim.condition, cues))
        if _agree(direction_of(wanted, kind), told):
            return replace(claim, relation=wanted if exact else claim.relation, flags=flags)
        return replace(claim, relation=wanted, flags=flags)
    if DISPUTED in claim.flags:
        return replace(claim, confidence=min(claim.confidence, DISPUTED_CONFIDENCE))
    return claim


def _part_stated(claim: Claim, cues: Cues) -> Factuality | None:
    """Return how firmly the claim's own part of the sentence states it, by its words; None if it tells methods."""
    sides = ((m.start - claim.sentence.start, m.end - claim.sentence.start) for m in (claim.nutrient, claim.condition))
    return factuality(claim.sentence, cues, clause(claim.sentence.text, *sides))


def _agree(wanted: Direction, told: Direction) -> bool:
    """Whether two directions are one; raising or lowering a measure and improving or worsening it do not clash."""
    return wanted == told or ({wanted, told} <= _MOVES and frozenset((wanted, told)) not in _OPPOSED)


def _contradicts_cases(said: Sign, exposure: Exposure, told: Direction) -> bool:
    """Whether what is lower in those with a condition is told to do harm, or what is higher to do good."""
    if said == "higher_in":
        return told == "beneficial" and exposure != "deficiency"
    return told == "beneficial" if exposure == "deficiency" else told == "harmful" and exposure != "excess"


def _scopes(text: str, cues: Cues) -> Iterator[_Scope]:
    """Yield what each stance of a sentence is about."""
    ends = [0, *(match.start() for match in _SCOPE_END.finditer(text)), len(text)]
    for cue in cues.stances.likely(text):
        for match in cue.pattern.finditer(text):
            upto = min(end for end in ends if end >= match.end())
            if "said" in cue.pattern.groupindex:
                yield _Scope(cue.stance, *match.span("said"))
            elif cue.stance == "rejected":
                yield _Scope(cue.stance, match.end(), upto)
            elif cue.stance == "plain":
                yield _Scope(cue.stance, 0, len(text))
            else:
                yield _Scope(cue.stance, max(end for end in ends if end <= match.start()), upto)


def _stance_to(claim: Claim, scopes: Sequence[_Scope]) -> Stance | None:
    first = min(claim.nutrient.start, claim.condition.start) - claim.sentence.start
    last = max(claim.nutrient.end, claim.condition.end) - claim.sentence.start
    return next((scope.stance for scope in scopes if scope.start <= first and last <= scope.end), None)
