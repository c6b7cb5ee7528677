"""In: a row of a trial's table; out: its arms, what one got and the other did not, and which of them comes first."""

import math
import re
from collections.abc import Iterator, Sequence

from pipeline.claims.table_outcome import ASIDE
from pipeline.claims.table_rows import P_HEAD, Column, Estimate, Part, TableRow
from pipeline.records import Mention

# How far beyond its interval, in widths of it, the arms' own numbers may lie: adjusting moves an estimate.
SLACK = 0.5
TOGETHER = re.compile(r"\s[+&]|(?<=\w)\+(?=\w)|\bplus\b|\band\b|(?<=[A-Za-z]{2})/(?=[A-Za-z]{2})")
_WORD = re.compile(r"[^\W\d_]+")
_DOSE = re.compile(r"(\d[\d.,·]*)\s?(?:[kmµμn]?g|mcg|I\.?U\.?|units?|mmol|ml|%)(?![a-z])", re.IGNORECASE)
_PERCENT = re.compile(r"[(\[]\s?(\d+(?:[.·]\d+)?)\s?%?\s?[)\]]")
_COUNTED = re.compile(r"\s*(\d+)\s?/\s?(\d[\d,  ]*\d|\d)(?!\d)")
# Heads over how many there were, which say nothing of the outcome: "No. of subjects".
_SIZE = re.compile(
    r"\b(?:no\.?|numbers?) (?:of )?(?:subjects|participants|patients|women|men|children)\b|(?:^|, )[nN]$"
)
_NUMBER = re.compile(r"\s*([-−–+]?\s?\d+(?:[.·]\d+)?)")


def arms(row: TableRow) -> tuple[list[Column], list[Column]]:
    """Return the columns of the arms that were given something, and those of what they are compared with."""
    treated, controls = [], []
    taken = {estimate.column.number for estimate in row.estimates}
    for column in row.columns:
        beside = P_HEAD.search(column.head.text) or row.named(column.head.text)
        if column.number in taken or beside or row.is_all("reference", column.cell.text):
            continue
        if row.says("control", column.head.text):
            controls.append(column)
        elif column.head.of_kind(nutrient=True) or row.says("arm", column.head.text):
            treated.append(column)
    return treated, controls


def compares(row: TableRow, estimate: Estimate) -> bool:
    """Whether an estimate compares the arms: one under a single arm tells what changed within it."""
    if within_arm(row, estimate):
        return False
    others = [e for e in row.estimates if e is not estimate and e.scale == estimate.scale and within_arm(row, e)]
    return not any(row.says("control", other.column.head.text) for other in others)


def within_arm(row: TableRow, estimate: Estimate) -> bool:
    """Whether an estimate stands under one arm alone."""
    head = estimate.column.head
    words = head.text
    for cue in row.cues.tables:
        if cue.kind == "difference":
            words = cue.pattern.sub(" ", words)
    named = bool(head.of_kind(nutrient=True)) or row.says("arm", words)
    return named != row.says("control", words) and not row.says("versus", words)


def given_alone(
    row: TableRow, estimate: Estimate, treated: Sequence[Column], controls: Sequence[Column], given: Sequence[Mention]
) -> Mention | None:
    """Return the one nutrient that the treated arm got and the other did not, in the words of this row.

    None where arms got several, or several doses: what one of them did is not told.
    """
    own = {m.name for column in controls for m in column.head.of_kind(nutrient=True)}
    sets = {}
    for column in treated:
        names = {m.name: m for m in column.head.of_kind(nutrient=True) if m.name not in own}
        sets[frozenset(names)] = list(names.values())
    if len(sets) > 1:
        told = {m.name for m in estimate.column.head.of_kind(nutrient=True)}
        found = next((found for names, found in sets.items() if names and names == told), [])
        return found[0] if len(found) == 1 else None
    (found,) = sets.values()
    if len(found) > 1 or len({tuple(_DOSE.findall(column.head.text)) for column in treated}) > 1:
        return None
    if found:
        return None if _given_with_other(treated[0].head, found[0], controls[0].head) else found[0]
    if len(given) != 1 or not row.says("arm", treated[0].head.text):
        return None
    return standing_for(given[0], row, treated[0].head)


def _given_with_other(arm: Part, nutrient: Mention, control: Part) -> bool:
    """Whether an arm got something beside the nutrient that the other did not: what is compared is both."""
    segments = TOGETHER.split(ASIDE.sub(" ", arm.text))
    others = [word[0] for segment in segments if nutrient.text not in segment and (word := _WORD.search(segment))]
    return any(other.lower() not in control.text.lower() for other in others)


def standing_for(meant: Mention, row: TableRow, part: Part) -> Mention:
    """Return the nutrient that the arm named in these words got, with the words."""
    found = row.first("arm", part.text)
    start, end = part.start + found.start(), part.start + found.end()
    return Mention(start, end, found.group(), "nutrient", meant.name, meant.identifier, anaphoric=True)


def is_direct(row: TableRow, estimate: Estimate, treated: Sequence[Column], controls: Sequence[Column]) -> bool:
    """Whether the effect is that of the treated arm against the other.

    A ratio is, unless the arms' own numbers, or the order in its head, say the reverse; a difference only where those
    numbers say so, since a head does not tell whether a fall is counted as more.
    """
    head = estimate.column.head.text
    if row.says("versus", head) and row.says("control", head[: row.first("versus", head).start()]):
        return False
    shown = _difference(treated[-1], controls[-1]) if len(treated) == len(controls) else 0.0
    agrees = shown * (estimate.value - estimate.null)
    return agrees >= 0 if estimate.scale == "ratio" else agrees > 0


def _difference(one: Column, other: Column) -> float:
    """Return by how much two cells differ: the shares of their arms where both give one, else their first numbers."""
    if any(_SIZE.search(column.head.text) for column in (one, other)):
        return 0.0
    risks = _risk(one), _risk(other)
    if risks[0] is not None and risks[1] is not None:
        return risks[0] - risks[1]
    first, second = _NUMBER.match(one.cell.text), _NUMBER.match(other.cell.text)
    if not first or not second:
        return 0.0
    a, b = (re.sub(r"\s", "", found[1]).translate(str.maketrans("−–·", "--.")) for found in (first, second))
    return float(a) - float(b)


def contradicts(estimate: Estimate, treated: Sequence[Column], controls: Sequence[Column]) -> bool:
    """Whether the arms' counts ("3/20") show that an estimate is none of the scale that its column is headed with."""
    risks = [risk for arm in (treated, controls) for column in arm if (risk := _risk(column)) is not None]
    if len(treated) != 1 or len(controls) != 1 or len(risks) != len((*treated, *controls)):
        return False
    return not any(_lies_near(shown, estimate) for shown in _shown(estimate, *risks))


def _risk(column: Column) -> float | None:
    """Return the share of an arm that a cell gives, as "3/20" or "3 (15%)"."""
    cell = column.cell.text
    if found := _COUNTED.match(cell):
        whole = int(re.sub(r"\D", "", found[2]))
        return int(found[1]) / whole if whole else None
    if "%" in f"{column.head.text} {cell}" and (percent := _PERCENT.search(cell)):
        return float(percent[1].replace("·", ".")) / 100
    return None


def _shown(estimate: Estimate, one: float, other: float) -> Iterator[float]:
    """Yield what two risks give on the scale of an estimate: a difference as a part of one, or in per cent."""
    if estimate.scale != "ratio":
        yield (one - other) * (1 if abs(estimate.value) <= 1 else 100)
    elif one and other:
        yield one / other
        if one < 1 and other < 1:
            yield one * (1 - other) / (other * (1 - one))


def _lies_near(shown: float, estimate: Estimate) -> bool:
    low, high = estimate.low, estimate.high
    if estimate.scale == "ratio":
        shown, low, high = math.log(shown), math.log(low), math.log(high)
    return low - SLACK * (high - low) <= shown <= high + SLACK * (high - low)
