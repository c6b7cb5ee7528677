"""In: a claim as it stood, and the claims that stand now. Out: the one that says the same of the same words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import EvidenceRow

_IDENTITY = (
    "claim_id",
    "source_id",
    "sentence",
    "sentence_start",
    "nutrient",
    "nutrient_id",
    "nutrient_start",
    "nutrient_end",
    "exposure",
    "condition",
    "condition_id",
    "condition_start",
    "condition_end",
)
"""The columns that a claim is recognised by."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a claim stands and what it is about: its source, its sentence as plain words, its spans in these."""

    claim_id: str
    source_id: str
    words: str
    start: int | None
    nutrient: Span | None
    condition: Span | None
    names: tuple[frozenset[str], frozenset[str]]
    exposure: str


def spot_of(cells: Mapping[str, str]) -> Spot:
    """Return the spot of a row of evidence.csv, from its cells as text; cells may be missing."""
    sentence, start = cells.get("sentence", ""), _integer(cells.get("sentence_start", ""))
    return Spot(
        claim_id=cells.get("claim_id", ""),
        source_id=cells.get("source_id", ""),
        words=_plain(sentence),
        start=start,
        nutrient=_span(cells, "nutrient", sentence, start),
        condition=_span(cells, "condition", sentence, start),
        names=(_names(cells, "nutrient"), _names(cells, "condition")),
        exposure=cells.get("exposure", ""),
    )


def spot_of_row(row: EvidenceRow) -> Spot:
    """Return the spot of a row of the evidence table."""
    return spot_of({name: str(getattr(row, name)) for name in _IDENTITY})


def find(wanted: Spot, claims: Iterable[Spot]) -> Spot | None:
    """Return the claim of the same source whose sentence has the same words, or contains them, with overlapping spans.

    Where the spans are not known, the names have to be the same. Among several the one that has most in common; None
    where there is none, or two have as much.
    """
    scored = [(score, claim) for claim in claims if (score := _likeness(wanted, claim))]
    best = max((score for score, _ in scored), default=0.0)
    found = [claim for score, claim in scored if score == best]
    return found[0] if len(found) == 1 else None


class Spots:
    """Claims of one source by the words of their sentence, so that a claim is looked for where it stood first."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self._by_words: dict[str, dict[str, Spot]] = {}
        for spot in spots:
            self._by_words.setdefault(spot.words, {})[spot.claim_id] = spot

    def find(self, wanted: Spot) -> Spot | None:
        """Return what `find` does, in sentences with the same words, else in those that hold them or lie in them."""
        same = find(wanted, self._by_words.get(wanted.words, {}).values())
        if same is not None:
            return same
        others = (words for words in self._by_words if wanted.words in words or words in wanted.words)
        return find(wanted, [spot for words in others for spot in self._by_words[words].values()])

    def remove(self, spot: Spot) -> None:
        """Leave out a claim that was found."""
        del self._by_words[spot.words][spot.claim_id]


def same_words(first: str, second: str) -> bool:
    """Tell whether two sentences are the same but for white space, case and a cut at the end."""
    one, other = sorted((_plain(first).removesuffix("…"), _plain(second).removesuffix("…")), key=len)
    cut = first.endswith("…") or second.endswith("…")
    return one == other or (cut and bool(one) and other.startswith(one))


def _likeness(wanted: Spot, claim: Spot) -> float:
    if wanted.source_id != claim.source_id or not wanted.words or not claim.words:
        return 0.0
    place = claim.words.find(wanted.words)
    if place < 0:
        place = -wanted.words.find(claim.words)
        if place > 0:
            return 0.0
    names = sum(bool(one & other) for one, other in zip(wanted.names, claim.names, strict=True))
    overlaps = []
    for mine, its in ((wanted.nutrient, claim.nutrient), (wanted.condition, claim.condition)):
        if mine is None or its is None:
            continue
        overlap = _overlap((mine[0] + place, mine[1] + place), its)
        if not overlap:
            return 0.0
        overlaps.append(overlap)
    if len(overlaps) < 2 and names < 2:
        return 0.0
    same_place = wanted.start is not None and wanted.start == claim.start
    same_length = len(wanted.words) == len(claim.words)
    return sum(overlaps) + names + (wanted.exposure == claim.exposure) + same_place / 2 + same_length / 4


def _overlap(first: Span, second: Span) -> float:
    """The characters that two spans share, of those that they cover together."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return max(0, shared) / max(1, max(first[1], second[1]) - min(first[0], second[0]))


def _span(cells: Mapping[str, str], name: str, sentence: str, start: int | None) -> Span | None:
    first, last = (_integer(cells.get(f"{name}_{end}", "")) for end in ("start", "end"))
    if start is None or first is None or last is None or not start <= first < last <= start + len(sentence):
        return None
    return _length(sentence[: first - start]), _length(sentence[: last - start])


def _length(start: str) -> int:
    """How long the beginning of a sentence is as plain words."""
    return len(_plain(f"{start}|")) - 1


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _names(cells: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset({cells.get(name, "").casefold(), cells.get(f"{name}_id", "").casefold()} - {""})


def _integer(cell: str) -> int | None:
    try:
        return int(float(cell))
    except (ValueError, OverflowError):
        return None


def by_source(spots: Iterable[Spot]) -> dict[str, Sequence[Spot]]:
    """Return claims by their source."""
    found: dict[str, list[Spot]] = {}
    for spot in spots:
        found.setdefault(spot.source_id, []).append(spot)
    return dict(found)
