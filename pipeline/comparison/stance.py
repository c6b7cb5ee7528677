"""In: rows; out: what each says about the exposure, how much it weighs, and each source's stance."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.comparison.rules import ComparisonRules
from pipeline.records import EvidenceRow
from pipeline.vocabulary import CERTAINTIES, FACTUALITIES, SIDES, Certainty, Factuality, direction_of

_ADVERB: dict[Factuality, str] = {"Probable": "probably ", "Possible": "possibly ", "Doubtful": "doubtfully "}
NOT_ANSWERED = "asked, not answered"


@dataclass(frozen=True, slots=True)
class Stance:
    """What one source says: the direction, how plainly, and the best certainty behind it."""

    direction: str
    factuality: Factuality
    certainty: Certainty

    def __str__(self) -> str:
        """`possibly harmful`."""
        return f"{_ADVERB.get(self.factuality, '')}{self.direction}"


def votes(row: EvidenceRow) -> bool:
    """Whether a row asserts anything: aims, questions and hypotheses do not."""
    return row.factuality != "Unknown"


def weight_of(row: EvidenceRow, rules: ComparisonRules) -> float:
    """Return how much a row weighs: by certainty, less where it is hedged, uncited or unreviewed."""
    if not votes(row):
        return 0.0
    weight = rules.weight.certainty[row.certainty] * rules.weight.factuality[row.factuality]
    if row.evidence_basis == "uncited statement":
        weight *= rules.weight.uncited
    flags = {flag.code for flag in row.flags}
    if "unreviewed-source" in flags:
        weight *= rules.weight.unreviewed
    return weight * rules.weight.retracted if "retracted-source" in flags else weight


def vote_of(row: EvidenceRow, rules: ComparisonRules) -> tuple[str, float]:
    """Return the direction that a row speaks for and its weight.

    An undirected association of an adverse exposure (a deficiency, an excess) speaks for harm with less
    weight; of any other exposure for nothing but itself.
    """
    direction, weight = direction_of(row.relation, row.condition_type), weight_of(row, rules)
    if direction == "associated" and row.exposure in rules.weight.adverse:
        return "harmful", weight * rules.weight.associated
    return direction, weight


def stances(rows: Iterable[EvidenceRow], rules: ComparisonRules) -> dict[str, Stance]:
    """Return the stance of every source: its heaviest direction, "mixed" where two weigh the same.

    A source whose case for harm is made of undirected associations alone speaks of an association.
    """
    by_source: defaultdict[str, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source_id].append(row)
    return {source: _stance(by_source[source], rules) for source in sorted(by_source)}


def better(first: Certainty, second: Certainty) -> Certainty:
    """Return the higher of two certainties."""
    return min(first, second, key=CERTAINTIES.index)


def _stance(rows: list[EvidenceRow], rules: ComparisonRules) -> Stance:
    saying = [row for row in rows if votes(row)]
    if not saying:
        return Stance(NOT_ANSWERED, "Unknown", "Very low")
    totals: defaultdict[str, float] = defaultdict(float)
    for row in saying:
        direction, weight = vote_of(row, rules)
        totals[direction] += weight
    directed = {d: w for d, w in totals.items() if d in SIDES}
    considered = directed or totals
    top = max(considered.values())
    said = {direction_of(row.relation, row.condition_type) for row in saying}
    leading = sorted(d if d in said else "associated" for d, w in considered.items() if w == top)
    direction = leading[0] if len(leading) == 1 else "mixed"
    chosen = [row for row in saying if direction_of(row.relation, row.condition_type) in leading]
    plainest = min(chosen, key=lambda row: FACTUALITIES.index(row.factuality))
    certainty = min((row.certainty for row in chosen), key=CERTAINTIES.index)
    return Stance(direction, plainest.factuality, certainty)
