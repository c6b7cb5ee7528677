"""In: parts of a table's row; out: the outcome that they name, None where they name none, or more than one thing."""

import re
from collections.abc import Iterable

from pipeline.claims.rules import names_population
from pipeline.claims.statistics.effects import named_measure
from pipeline.claims.table_rows import Part, TableRow
from pipeline.records import Mention

# Fewer letters than these, without neutral words, name nothing ("2a: all patients").
FEWEST_LETTERS = 3
# The part of a stub's letters, without neutral words, that the name of its outcome takes.
LEAST_COVERED = 0.5
# So many words on either side of an outcome in a caption may say what was done about it.
WORDS_BESIDE = 3
ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]|(?<=\w)[*†‡§¶#]+")
LETTERS = re.compile(r"[^\W\d_]")
_LIMIT = re.compile(r"[<>≤≥]\s?[-−–]?\d")  # makes an event of a measure: "haemoglobin < 110 g/L"
_SHORT_NAME = re.compile(r"\b[A-Z]{2,}\b")  # an outcome too, though which is not known: "OP"
_EITHER = re.compile(r"\s(?:or|and|plus|with)\s|[/&+]")  # two outcomes that are counted as one
_DIFFERENCES = re.compile(r"\bdifferences?\b", re.IGNORECASE)
# Behind these words a caption says who was studied, and by what: "mortality in critically ill patients by status".
_STUDIED = re.compile(
    r"(?<!change )(?<!changes )(?<!difference )(?<!differences )(?<!reduction )"
    r"\b(?:in|among|by|according to|across)\b[^;:.]*$",
    re.IGNORECASE,
)


def outcome(row: TableRow, places: Iterable[Part]) -> Mention | None:
    """Return the outcome that the first of these parts names that is not neutral; None where it names none or two."""
    heads = [column.head for column in row.columns]
    if any(row.says("no outcome", group.text) for group in row.groups):
        return None
    for part in places:
        rest = bare(part.text, row)
        if part is not row.caption and not _names_something(rest):
            continue
        asides = [(part.start + a.start(), part.start + a.end()) for a in ASIDE.finditer(part.text)]
        named = [m for m in part.of_kind(nutrient=False) if not any(a < m.start < b for a, b in asides)]
        found = {m.name: m for m in named if is_outcome(m, row)}
        if part is row.caption:
            found = {m.name: m for m in found.values() if not _STUDIED.search(part.text[: m.start - part.start])}
            told = [m for m in found.values() if not (_is_turned(part, m, row) or _is_one_of_two(part, m))]
            return told[0] if len(found) == len(told) == 1 else None
        of_exposure = part in row.groups and part.of_kind(nutrient=True)
        if not found and (of_exposure or part in heads or row.is_all("level", part.text)):
            continue
        if len(found) != 1 or row.says("turned", part.text) or row.says("no outcome", part.text):
            return None
        if part is row.stub and part.of_kind(nutrient=True):
            return None
        (one,) = found.values()
        if (one.kind == "measure" and _LIMIT.search(part.text)) or _is_composite(part, one, row):
            return None
        covered = len(LETTERS.findall(bare(one.text, row))) or len(LETTERS.findall(one.text))
        enough = part in heads or covered >= LEAST_COVERED * len(LETTERS.findall(rest))
        return one if enough else None
    return None


def _names_something(words: str) -> bool:
    return len(LETTERS.findall(words)) >= FEWEST_LETTERS or bool(_SHORT_NAME.search(words))


def _is_composite(part: Part, mention: Mention, row: TableRow) -> bool:
    """Whether a part counts another outcome together with the one that is known: "CV death or MI"."""
    start, end = mention.start - part.start, mention.end - part.start
    before, after = ASIDE.sub(" ", part.text[:start]), ASIDE.sub(" ", part.text[end:])
    return any(_EITHER.search(side) and _names_something(bare(side, row)) for side in (before, after))


def _is_one_of_two(caption: Part, mention: Mention) -> bool:
    """Whether a caption names another outcome beside the one that is known: "bleeding or gastric toxicity"."""
    before = caption.text[: mention.start - caption.start].lower().rstrip().rsplit(None, 3)[-3:]
    after = caption.text[mention.end - caption.start :].lower().split(None, 1)[:1]
    return "or" in before or bool({"or", "and"} & {*after})


def _is_turned(caption: Part, mention: Mention, row: TableRow) -> bool:
    """Whether the words by a mention in a caption tell of its care, or its end: "Management of osteoporosis"."""
    before = " ".join(caption.text[: mention.start - caption.start].split()[-WORDS_BESIDE:])
    after = " ".join(caption.text[mention.end - caption.start :].lstrip("-–‐").split()[:WORDS_BESIDE])
    aside = _DIFFERENCES.sub(" ", ASIDE.sub(" ", f"{before} {after}"))
    return row.says("no outcome", before) or row.says("turned", aside)


def is_outcome(mention: Mention, row: TableRow) -> bool:
    """Whether a mention is what an effect is on: not the effect's own name, and not who was studied."""
    return not (
        named_measure(mention.text)
        or any(row.says(kind, mention.text) for kind in ("difference", "coefficient"))
        or names_population(row.sentence, mention)
        or len(LETTERS.findall(bare(mention.text, row))) < FEWEST_LETTERS
    )


def bare(words: str, row: TableRow) -> str:
    """Return words without asides and neutral words."""
    words = ASIDE.sub(" ", words)
    for cue in row.cues.tables:
        if cue.kind == "neutral":
            words = cue.pattern.sub(" ", words)
    return words
