"""In: a line of a table of results; out: its parts with what they mention, and the estimates that its cells give.

A cell is an estimate where the words over it (or else in the stub, a group row or the caption) name an effect that
compares, and it holds a value with its interval; a mean with an interval compares nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pipeline.claims.statistics.effects import RATIOS, named_measure
from pipeline.claims.statistics.numerals import RANGE, SIGNED, bounds, number, plain
from pipeline.lexicons import Cues
from pipeline.records import Mention, Sentence, Statistic, TableLine
from pipeline.vocabulary import TablePart

Scale = Literal["ratio", "difference", "coefficient"]
_VALUE = re.compile(
    rf"\s*(?P<value>{SIGNED})\s?[*†‡§a-c]{{0,3}}\s?(?:%|[A-Za-zµμ][\w/µμ²]{{0,8}})?\s*"
    rf"(?:[(\[,;]|(?:95|90|99)\s?%\s?C\.?I\.?)\s*(?:(?P<level>\d\d)\s?%\s?(?:C\.?I\.?|CrI)\s?[:,=]?\s?)?\(?\s?{RANGE}"
)
UNNAMED = "effect"
"""The measure of an effect whose scale no word names: of a measure it is a difference."""
# P-values on either side of 0.05 that no rounding, and no one-sided test, brings to the other side.
SURELY_BELOW, SURELY_ABOVE = 0.02, 0.12
_VALUED = re.compile(r"^\W*\d")
_BOUNDS = re.compile(rf"\s*[(\[]?\s*{RANGE}\s*[)\]]?\s*")
_BARE_VALUE = re.compile(
    rf"\s*(?P<value>{SIGNED})\s?[*†‡§a-c]{{0,3}}\s*(?:(?:±|\+/-)\s?{SIGNED}|[(\[]{SIGNED}[)\]])?\s*"
)
_LEVEL = re.compile(r"\b(9\d(?:[.·]\d)?)\s?%")
P_HEAD = re.compile(r"(?:^|[\s,])[pP](?:[- ]?values?)?(?:\b|$)(?!.*\b(?:trend|interaction|het\w*|non-?linear\w*)\b)")
_P_CELL = re.compile(r"\s*(?:[pP]\s?)?(?P<sign>[<>≤≥=]?)\s?(?P<value>[01]?[.·]\d+|[01])\s?[*†‡§a-d]{0,3}\s*")
_INTERVAL_HEAD = re.compile(r"\bC\.?I\.?\b|\binterval\b|\blimits?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a row, their first character in the document, and the mentions in them."""

    text: str = ""
    start: int = 0
    mentions: tuple[Mention, ...] = ()

    def of_kind(self, nutrient: bool) -> tuple[Mention, ...]:
        """Return the nutrients among the mentions, or what is none."""
        return tuple(m for m in self.mentions if (m.kind == "nutrient") == nutrient)


@dataclass(frozen=True, slots=True)
class Column:
    """A cell of a row with the words over it."""

    number: int
    head: Part
    cell: Part


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect with its interval: the column it stands in, the scale that says where no effect is."""

    column: Column
    scale: Scale
    measure: str
    value: float
    low: float
    high: float
    statistics: tuple[Statistic, ...]

    @property
    def null(self) -> float:
        """Where there is no effect."""
        return 1.0 if self.scale == "ratio" else 0.0

    @property
    def holds_null(self) -> bool:
        """Whether the interval holds no effect."""
        return self.low <= self.null <= self.high

    @property
    def is_denied(self) -> bool:
        """Whether the p-value beside it says the reverse of its interval: then its scale is another one."""
        for statistic in self.statistics:
            if statistic.kind == "p-value" and statistic.p_value:
                p = number(statistic.p_value.lstrip("<>≤≥"))
                if statistic.p_value[0] in "<≤":
                    return self.holds_null and p <= SURELY_BELOW
                if statistic.p_value[0] in ">≥":
                    return not self.holds_null and p >= SURELY_ABOVE
                return p <= SURELY_BELOW if self.holds_null else p >= SURELY_ABOVE
        return False


class TableRow:
    """A line of a table as its parts."""

    def __init__(self, sentence: Sentence, line: TableLine, cues: Cues) -> None:
        self.sentence = sentence
        self.cues = cues
        found: dict[tuple[TablePart, int], list[Part]] = {}
        for place in line.parts:
            start, end = sentence.start + place.start, sentence.start + place.end
            inside = tuple(m for m in sentence.mentions if start <= m.start and m.end <= end)
            part = Part(sentence.text[place.start : place.end], start, inside)
            found.setdefault((place.role, place.column), []).append(part)
        self.caption = next(iter(found.get(("caption", -1), ())), Part())
        self.groups = tuple(found.get(("group", -1), ()))
        self.stub = next(iter(found.get(("stub", 0), ())), Part())
        self.columns = tuple(
            Column(column, next(iter(found.get(("header", column), ())), Part()), cells[0])
            for (role, column), cells in found.items()
            if role == "cell"
        )

    def says(self, kind: str, words: str) -> bool:
        """Whether words hold a cue of a kind of `table_cues.csv`."""
        return any(cue.kind == kind and cue.pattern.search(words) for cue in self.cues.tables)

    def first(self, kind: str, words: str) -> re.Match[str]:
        """Return the first place of a cue of a kind that `says` has found in the words."""
        places = [match for cue in self.cues.tables if cue.kind == kind and (match := cue.pattern.search(words))]
        return min(places, key=lambda match: match.start())

    def is_all(self, kind: str, words: str) -> bool:
        """Whether words are a cue of a kind and nothing else."""
        return any(cue.kind == kind and cue.pattern.fullmatch(words.strip()) for cue in self.cues.tables)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The cells of words, from left to right."""
        cells = (column.cell.text for column in self.columns)
        return tuple(cell for cell in cells if not _VALUED.search(cell) and not _VALUE.search(cell))

    @cached_property
    def has_other_numbers(self) -> bool:
        """Whether a cell holds numbers that are no estimate, interval or p-value: those of an arm that is not known."""
        used = {column.number + after for column in (e.column for e in self.estimates) for after in (0, 1)}
        return any(
            column.number not in used
            and _VALUED.search(column.cell.text)
            and not P_HEAD.search(column.head.text)
            and not _INTERVAL_HEAD.search(column.head.text)
            and not self.named(column.head.text)
            for column in self.columns
        )

    @cached_property
    def is_of_part(self) -> bool:
        """Whether the row is of some participants only: a stub or a cell holds a level of what they differ by."""
        exposed = any(group.of_kind(nutrient=True) for group in self.groups)
        leveled = bool(self.groups) and not exposed and self.is_all("part", self.stub.text)
        return leveled or any(self.is_all("part", label) or self.says("subgroups", label) for label in self.labels)

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """The estimates of the row, from left to right."""
        return tuple(self._estimates())

    def _estimates(self) -> Iterator[Estimate]:
        above = " ".join((self.stub.text, *(group.text for group in self.groups), *self.labels))
        # The caption names what the cells hold only where no head does.
        by_heads = any(self.named(column.head.text) for column in self.columns)
        for position, column in enumerate(self.columns):
            head = column.head.text
            told = self.named(head) or self.named(above)
            named = told or (None if by_heads else self._in_caption(head))
            if named is None or self.says("no estimate", head):
                continue
            measure, scale = named
            if found := self._value(position, measure, beside=told is not None):
                value, low, high, statistics = found
                if (scale != "ratio" or low > 0) and low <= value <= high:
                    yield Estimate(column, scale, measure, value, low, high, statistics)

    def _in_caption(self, head: str) -> tuple[str, Scale] | None:
        """Return what the caption names, where the words over a column do not say that it holds something else."""
        if re.search(r"\b(?:mean|median|n|no|number|change|value|level|rate|prevalence|incidence|%)\b", head.lower()):
            return None
        measure = self.named(self.caption.text)
        return None if measure is None or measure[1] == "coefficient" else measure

    def named(self, words: str) -> tuple[str, Scale] | None:
        """Return the effect that words name, and its scale."""
        measure = named_measure(words)
        found: list[tuple[str, Scale]] = [(measure, "ratio")] if measure in RATIOS else []
        for cue in self.cues.tables:
            if cue.kind in ("difference", "coefficient") and cue.pattern.search(words):
                found.append((cue.measure, "difference" if cue.kind == "difference" else "coefficient"))
        return found[0] if len({scale for _, scale in found}) == 1 else None

    def _value(
        self, position: int, measure: str, *, beside: bool
    ) -> tuple[float, float, float, tuple[Statistic, ...]] | None:
        column = self.columns[position]
        text = plain(column.cell.text)
        following = self.columns[position + 1] if position + 1 < len(self.columns) else None
        if match := _VALUE.match(text):
            value, (low, high) = number(match["value"]), bounds(match)
            level = match["level"]
            place = (column.cell, match.start("low"), match.end("high"))
            after = position + 1
        elif (
            (match := _BARE_VALUE.fullmatch(text))
            and beside
            and following
            and _INTERVAL_HEAD.search(following.head.text)
            and (interval := _BOUNDS.fullmatch(plain(following.cell.text)))
        ):
            value, (low, high) = number(match["value"]), bounds(interval)
            level = None
            place = (following.cell, interval.start("low"), interval.end("high"))
            after = position + 2
        else:
            return None
        stated = _LEVEL.search(
            " ".join((column.head.text, following.head.text if following else "", self.caption.text))
        )
        percent = number(level) if level else number(stated[1]) if stated else 95.0
        shown = "MD" if measure == UNNAMED else measure
        effect = _statistic(column.cell, *match.span("value"), Statistic(0, 0, "", "effect", shown, value=value))
        limits = _statistic(*place, Statistic(0, 0, "", "interval", "CI", low=low, high=high, level=percent))
        return value, low, high, (effect, limits, *self._p_value(self.columns[after:]))

    @staticmethod
    def _p_value(following: Sequence[Column]) -> Iterator[Statistic]:
        """Yield the p-value that belongs to an estimate: that of the next column that holds one."""
        column = next(iter(following), None)
        if column is not None and P_HEAD.search(column.head.text) and (match := _P_CELL.fullmatch(column.cell.text)):
            written = match["sign"].replace("=", "") + match["value"].replace("·", ".")
            whole = Statistic(0, 0, "", "p-value", "p", p_value=written)
            yield _statistic(column.cell, match.start(), match.end(), whole)


def _statistic(cell: Part, start: int, end: int, found: Statistic) -> Statistic:
    words = cell.text[start:end]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    return Statistic(
        cell.start + start, cell.start + start + len(words), words, found.kind, found.measure,
        found.value, found.low, found.high, found.level, found.p_value,
    )  # fmt: skip
