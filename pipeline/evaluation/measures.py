"""In: gold documents and the claims extracted from them; out: precision, recall and F1 of claims and their parts.

A claim is found where it stands in the annotated sentence and its nutrient and its condition each overlap the
annotated words or have the same normalised name; each matches at most once. Claims of factuality Unknown, and those on
which two readers differed, count neither way. Claims on conditions are the headline, those on measures stand beside.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pipeline.evaluation.gold import GoldClaim, GoldDocument
from pipeline.records import Claim, Mention
from pipeline.vocabulary import Direction, Relation, direction_of


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 over counts of true positives, false positives and false negatives."""

    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        """The share of predictions that are right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """The share of annotated claims that are found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_dict(self) -> dict[str, float]:
        """Return the figures, rounded to four places, for a machine to read."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {name: round(value, 4) for name, value in figures.items()} | {
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
        }


@dataclass(frozen=True, slots=True)
class Matched:
    """The gold claims of one document beside the extracted ones: matched pairs, what was missed, what was extra."""

    document: GoldDocument
    pairs: tuple[tuple[GoldClaim, Claim], ...]
    missed: tuple[GoldClaim, ...]
    extra: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """How many matched claims say the opposite of the gold claim: harm for benefit, raised for lowered, or the reverse.

    `of` is how many were compared; `sure` those above `SURE` confidence that carry no flag `direction-disputed`.
    """

    conditions: int = 0
    of_conditions: int = 0
    measures: int = 0
    of_measures: int = 0
    sure: int = 0


SURE = 0.8
_OPPOSITES: tuple[frozenset[Direction], ...] = (frozenset(("harmful", "beneficial")), frozenset(("raises", "lowers")))


@dataclass(frozen=True, slots=True)
class ClaimScores:
    """All figures of an evaluation; `calibration` pairs each claim's confidence with whether it was right."""

    claims: Score
    direction: Score
    relation: Score
    measure_claims: Score
    accuracy: dict[str, float]
    statistics_recall: float
    f1_by_kind: dict[str, float]
    calibration: tuple[tuple[float, bool], ...] = ()
    matched: tuple[Matched, ...] = field(default=(), repr=False)
    turned: Turned = Turned()

    def as_dict(self) -> dict[str, object]:
        """Return the figures under the names that a machine reads."""
        return {
            "claims": self.claims.as_dict(),
            "direction": self.direction.as_dict(),
            "relation": self.relation.as_dict(),
            "measure_claims": self.measure_claims.as_dict(),
            "accuracy_on_matched": {name: round(value, 4) for name, value in self.accuracy.items()},
            "turned": asdict(self.turned),
            "statistics_recall": round(self.statistics_recall, 4),
            "claims_f1_by_kind": {name: round(value, 4) for name, value in self.f1_by_kind.items()},
            "expected_calibration_error": round(calibration_error(self.calibration), 4),
        }


def evaluate_claims(documents: Iterable[tuple[GoldDocument, Sequence[Claim]]]) -> ClaimScores:
    """Return the figures for documents and the claims that were extracted from each."""
    matched = tuple(match(document, claims) for document, claims in documents)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, list[bool]] = defaultdict(list)
    numbers: Counter[bool] = Counter()
    calibration: list[tuple[float, bool]] = []
    for found in matched:
        missed, extra = list(found.missed), [c for c in found.extra if c.factuality != "Unknown"]
        for gold, claim in found.pairs:
            if gold.neutral:
                continue
            if claim.factuality == "Unknown":
                missed.append(gold)
                continue
            calibration.append((claim.confidence, True))
            for attribute in ("exposure", "strength", "factuality"):
                right[attribute].append(getattr(gold, attribute) == getattr(claim, attribute))
            said = re.sub(r"\s+", "", ";".join(s.text for s in claim.statistics))
            numbers.update(re.sub(r"\s+", "", text) in said for text in gold.stats)
            if gold.condition_type == "measure":
                counts["measure"]["tp"] += 1
                continue
            counts["claims"]["tp"] += 1
            kinds[found.document.kind]["tp"] += 1
            counts["direction"]["tp"] += _direction(claim.relation) in map(_direction, gold.relations)
            counts["relation"]["tp"] += claim.relation in gold.relations
        for gold in missed:
            if not gold.neutral:
                counts["measure" if gold.condition_type == "measure" else "claims"]["fn"] += 1
                kinds[found.document.kind]["fn"] += gold.condition_type == "condition"
        for claim in extra:
            calibration.append((claim.confidence, False))
            counts["measure" if claim.condition.kind == "measure" else "claims"]["fp"] += 1
            kinds[found.document.kind]["fp"] += claim.condition.kind == "condition"
    claims = _score(counts["claims"])
    return ClaimScores(
        claims=claims,
        direction=_wrong_counts_twice(claims, counts["direction"]["tp"]),
        relation=_wrong_counts_twice(claims, counts["relation"]["tp"]),
        measure_claims=_score(counts["measure"]),
        accuracy={name: sum(values) / len(values) for name, values in right.items() if values},
        statistics_recall=numbers[True] / max(1, numbers.total()),
        f1_by_kind={kind: _score(kinds[kind]).f1 for kind in sorted(kinds)},
        calibration=tuple(calibration),
        matched=matched,
        turned=_turned_of(matched),
    )


def _turned_of(matched: Iterable[Matched]) -> Turned:
    counts: Counter[str] = Counter()
    for found in matched:
        for gold, claim in found.pairs:
            if gold.neutral or claim.factuality == "Unknown":
                continue
            kinds = f"{gold.condition_type}s"
            counts[f"of_{kinds}"] += 1
            if is_turned(gold, claim):
                counts[kinds] += 1
                counts["sure"] += claim.confidence > SURE and "direction-disputed" not in claim.flags
    return Turned(**counts)


def is_turned(gold: GoldClaim, claim: Claim) -> bool:
    """Whether a claim says the opposite of each relation that its gold claim may have.

    To raise or lower a measure and to improve or worsen it are no opposites: readers differ in which way is healthy.
    """
    said = direction_of(claim.relation, gold.condition_type)
    wanted = [direction_of(relation, gold.condition_type) for relation in gold.relations]
    return all(frozenset((said, other)) in _OPPOSITES for other in wanted)


def _direction(relation: Relation) -> Direction:
    """The direction as of a condition: the headline figures leave measures out."""
    return direction_of(relation, "condition")


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap of confidence and share right over equal-width bins.

    Source: Naeini, Cooper and Hauskrecht 2015, AAAI.
    """
    binned: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in pairs:
        binned[min(bins - 1, int(confidence * bins))].append((confidence, right))
    gaps = (abs(sum(c for c, _ in group) - sum(r for _, r in group)) for group in binned.values())
    return sum(gaps) / max(1, len(pairs))


def match(document: GoldDocument, claims: Sequence[Claim]) -> Matched:
    """Pair the claims of one document with its gold claims, best agreement first, each at most once."""
    candidates = sorted(
        (-agrees, g, p)
        for g, gold in enumerate(document.claims)
        for p, claim in enumerate(claims)
        if (agrees := agreement(document, gold, claim)) is not None
    )
    gold_of: dict[int, int] = {}
    taken: set[int] = set()
    for _, g, p in candidates:
        if g not in taken and p not in gold_of:
            taken.add(g)
            gold_of[p] = g
    return Matched(
        document=document,
        pairs=tuple((document.claims[g], claims[p]) for p, g in gold_of.items()),
        missed=tuple(gold for g, gold in enumerate(document.claims) if g not in taken),
        extra=tuple(claim for p, claim in enumerate(claims) if p not in gold_of),
    )


def agreement(document: GoldDocument, gold: GoldClaim, claim: Claim) -> int | None:
    """Say how well a claim agrees with a gold one; None where they are not the same claim."""
    start, end = document.sentences[gold.sid]
    sentence = claim.sentence
    shared = min(end, sentence.end) - max(start, sentence.start)
    if shared <= 0.5 * min(end - start, max(1, sentence.end - sentence.start)):
        return None
    on_nutrient = stands_at(document, gold.sid, gold.nutrient, claim.nutrient)
    on_condition = stands_at(document, gold.sid, gold.condition, claim.condition)
    if not (on_nutrient or same_name(claim.nutrient.name, gold.nutrient_name)):
        return None
    if not (on_condition or same_name(claim.condition.name, gold.condition_name)):
        return None
    same = 2 * (claim.relation == gold.relation) + (claim.exposure == gold.exposure)
    return 4 + same + on_nutrient + on_condition


def stands_at(document: GoldDocument, sid: int, words: str, mention: Mention) -> bool:
    """Whether a mention shares words with annotated ones, wherever these stand in their sentence."""
    start, end = document.sentences[sid]
    position = document.text.find(words, start, end) if words else -1
    while position >= 0:
        if mention.start < position + len(words) and position < mention.end:
            return True
        position = document.text.find(words, position + 1, end)
    return False


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in case, spaces and signs alone."""
    return _normal(one) == _normal(other)


def _normal(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _score(counts: Mapping[str, int]) -> Score:
    return Score(counts.get("tp", 0), counts.get("fp", 0), counts.get("fn", 0))


def _wrong_counts_twice(claims: Score, right: int) -> Score:
    """A found claim with the wrong relation is both something missed and something extra."""
    wrong = claims.tp - right
    return Score(right, claims.fp + wrong, claims.fn + wrong)
