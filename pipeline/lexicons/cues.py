"""In: the cue tables of the lexicon folder. Out: their words as compiled patterns, typed.

Tables: `relation_cues.csv`, `exposure_cues.csv`, `factuality_cues.csv`, `wordings.csv` (pattern and what it stands
for), `head_words.csv` and `head_word_stops.txt`, `back_references.csv`, `sentence_bounds.toml`, and
`event_conditions.txt` and `outcome_stops.txt` (words), `signs.toml` (patterns of an unmistakable direction),
`stances.csv` (how a sentence stands to what it says) and `table_cues.csv` (what stands where in a table of results).
Lines of a .txt that begin with # are comments.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple, Protocol, TypeVar, get_args

from pipeline.lexicons.files import LexiconError, LexiconFiles
from pipeline.screen import Screen
from pipeline.vocabulary import EXPOSURES, FACTUALITIES, ConditionType, Exposure, Factuality, MentionKind, one_of

ExposurePlace = Literal["after", "before", "before biomarker", "word"]
Sign = Literal["raises", "lowers", "improves", "worsens", "none", "undirected", "lower_in", "higher_in", "affected_by"]
TableCueKind = Literal[
    "difference", "coefficient", "no estimate", "adjusted", "crude", "arm", "control", "versus", "turned", "no outcome",
    "subject", "reference", "graded", "neutral", "level", "low", "covariates", "effect", "recoded", "subgroups",
    "exposed", "not given", "unexposed", "part",
]  # fmt: skip
Stance = Literal["plain", "rejected", "refuted", "doubted", "quoted", "open", "unasserted", "advice"]

_WORD = r"\w'’%/().,=<>·−–-"
_EXPOSURE_SHAPES: Mapping[ExposurePlace, str] = {
    "after": r"[\s-]*(?:{})(?!\w)",
    "before": r"(?:^|(?<=\W))(?:{})[\s-]*$",
    "before biomarker": r"(?:^|(?<=\W))(?:{})[\s-]*$",
    "word": r"(?:{})",
}


@dataclass(frozen=True, slots=True)
class SenseCue:
    """Words that state a relation in one sense ("riskup", "none" ...)."""

    sense: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ExposureCue:
    """Words that state an exposure, and where they stand: after or before the nutrient (or its biomarker), or in it."""

    exposure: Exposure
    where: ExposurePlace
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class FactualityCue:
    """Words that make a sentence hedged or open; "none" marks what only tells methods."""

    factuality: Factuality | Literal["none"]
    pattern: re.Pattern[str]


class HeadWord(NamedTuple):
    """Words that head the name of a condition or a measure, and whether they name one alone."""

    kind: ConditionType
    stands_alone: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class HeadWords:
    """Head words, those of a kind side by side, and the words that end a phrase to the left.

    Of several head words of a kind that match at one place the first counts.
    """

    words: Screen[HeadWord]
    stops: frozenset[str]


@dataclass(frozen=True, slots=True)
class BackReference:
    """Words that refer back, to what kind, and where that is looked for."""

    kind: MentionKind
    pattern: re.Pattern[str]
    refers_to: str


@dataclass(frozen=True, slots=True)
class SentenceBounds:
    """Words that decide whether a full stop ends a sentence."""

    abbreviations: frozenset[str]
    letter_names: frozenset[str]
    sentence_openers: frozenset[str]


@dataclass(frozen=True, slots=True)
class SignPattern:
    """Words around NUT and OUT, the names of a pair, that state one direction; some count `as_it_stands`."""

    sign: Sign
    pattern: re.Pattern[str]
    as_it_stands: bool = False


@dataclass(frozen=True, slots=True)
class StanceCue:
    """Words that say how a sentence stands to what it says; a group `said` marks what they speak of."""

    stance: Stance
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class TableCue:
    """Words in a table of results that say what stands there; `measure` is the effect that a column's head names."""

    kind: TableCueKind
    measure: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Cues:
    """What the cue tables say, in their order; `likely` of a table leaves out the cues that a text cannot hold."""

    relations: Screen[SenseCue]
    exposures: tuple[ExposureCue, ...]
    factualities: Screen[FactualityCue]
    wordings: Mapping[str, re.Pattern[str]]
    heads: HeadWords
    references: Screen[BackReference]
    bounds: SentenceBounds
    signs: Screen[SignPattern]
    stances: Screen[StanceCue]
    tables: tuple[TableCue, ...]
    events: frozenset[str]
    outcome_stops: frozenset[str]


def load_cues(files: LexiconFiles) -> Cues:
    """Return the cues of a lexicon folder. Raises `LexiconError` with one sentence where a table cannot be used."""
    return Cues(
        relations=_screen(
            SenseCue(row["sense"], pattern)
            for row, pattern in _compiled(files, "relation_cues.csv", ("sense",), r"(?<![\w-])(?:{})(?![\w])")
        ),
        exposures=tuple(_exposures(files)),
        factualities=_screen(
            FactualityCue(_factuality(row["factuality"]), pattern)
            for row, pattern in _compiled(files, "factuality_cues.csv", ("factuality",), r"(?<![\w-])(?:{})(?!\w)")
        ),
        wordings={
            row["name"]: pattern
            for row, pattern in _compiled(files, "wordings.csv", ("name",), r"(?<![\w-])(?:{})(?!\w)")
        },
        heads=_heads(files),
        references=_screen(
            BackReference("nutrient" if row["kind"] == "nutrient" else "condition", pattern, row["refers_to"])
            for row, pattern in _compiled(
                files, "back_references.csv", ("kind", "refers_to"), r"(?<![\w-])(?:{})(?![\w-])"
            )
        ),
        bounds=_bounds(files),
        signs=_screen(_signs(files)),
        stances=_screen(
            StanceCue(files.one_of(row["stance"], get_args(Stance), "stances.csv"), pattern)
            for row, pattern in _compiled(files, "stances.csv", ("stance",), r"(?<![\w-])(?:{})(?!\w)")
        ),
        tables=tuple(
            TableCue(files.one_of(row["kind"], get_args(TableCueKind), "table_cues.csv"), row["measure"], pattern)
            for row, pattern in _compiled(files, "table_cues.csv", ("kind", "measure"), r"(?<![\w-])(?:{})(?!\w)")
        ),
        events=files.words("event_conditions.txt"),
        outcome_stops=files.words("outcome_stops.txt"),
    )


class _Cue(Protocol):
    @property
    def pattern(self) -> re.Pattern[str]: ...


C = TypeVar("C", bound=_Cue)


def _screen(cues: Iterable[C]) -> Screen[C]:
    return Screen(cues, lambda cue: cue.pattern)


def _compiled(
    files: LexiconFiles, table: str, columns: tuple[str, ...], shape: str | Callable[[dict[str, str]], str]
) -> Iterator[tuple[dict[str, str], re.Pattern[str]]]:
    """Give each row of a table with its pattern, in a shape that says what may stand around it."""
    for row in files.rows(table, ("pattern", *columns), strip=False):
        form = shape if isinstance(shape, str) else shape(row)
        try:
            yield row, re.compile(form.replace("{}", row["pattern"]), re.IGNORECASE)
        except re.error as error:
            raise LexiconError(f'{table}: "{row["pattern"]}" is no regular expression ({error}).') from None


def _exposures(files: LexiconFiles) -> Iterator[ExposureCue]:
    table = "exposure_cues.csv"
    places = tuple(_EXPOSURE_SHAPES)

    def shape(row: dict[str, str]) -> str:
        return _EXPOSURE_SHAPES[files.one_of(row["where"], places, table)]

    for row, pattern in _compiled(files, table, ("exposure", "where"), shape):
        where = files.one_of(row["where"], places, table)
        yield ExposureCue(files.one_of(row["exposure"], EXPOSURES, table), where, pattern)


def _factuality(name: str) -> Factuality | Literal["none"]:
    try:
        return "none" if name == "none" else one_of(name, FACTUALITIES)
    except ValueError as error:
        raise LexiconError(f"factuality_cues.csv: {error}") from None


def _heads(files: LexiconFiles) -> HeadWords:
    groups: dict[tuple[ConditionType, bool], list[HeadWord]] = {}
    for row, pattern in _compiled(files, "head_words.csv", ("kind", "stands_alone"), r"(?<![\w-])(?:{})(?![\w-])"):
        kind: ConditionType = "condition" if row["kind"] == "condition" else "measure"
        word = HeadWord(kind, row["stands_alone"] == "yes", pattern)
        groups.setdefault((word.kind, word.stands_alone), []).append(word)
    return HeadWords(_screen(chain.from_iterable(groups.values())), files.words("head_word_stops.txt"))


def _signs(files: LexiconFiles) -> Iterator[SignPattern]:
    name = "signs.toml"
    try:
        data = tomllib.loads(files.text(name))
        words: dict[str, str] = data["words"]
        other = rf"(?:(?!NUT|OUT)[{_WORD}]+ )"
        plain = rf"(?:(?!NUT|OUT|(?:{words['turned']})\b)[{_WORD}]+ )"
        words |= {"few": f"{other}{{0,5}}?", "some": f"{other}{{0,9}}?", "plain": f"{plain}{{0,5}}?"}
        for row in data["patterns"]:
            pattern = re.sub(r"\b(NUT|OUT)\b", r"\\b\1\\b", row["find"])
            pattern = re.sub(r"\{(\w*[a-z]\w*)\}", lambda place: words[place[1]], pattern)
            sign = files.one_of(row["sign"], get_args(Sign), name)
            yield SignPattern(sign, re.compile(rf"\b(?:{pattern})\b"), row.get("as_it_stands", False))
    except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise LexiconError(f"{name}: it is no TOML with words and patterns of them ({error}).") from None


def _bounds(files: LexiconFiles) -> SentenceBounds:
    name = "sentence_bounds.toml"
    try:
        data = tomllib.loads(files.text(name))
        return SentenceBounds(
            *(frozenset(data[part]) for part in ("abbreviations", "letter_names", "sentence_openers"))
        )
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise LexiconError(f"{name}: it is no TOML with all three lists of words ({error}).") from None
