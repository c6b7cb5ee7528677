"""In: the tables of this folder, or of a folder that the user names. Out: entries, guards, spellings and cues, typed.

Tables: `nutrients.csv`, `conditions.csv`, `measures.csv` (one row a concept), `guards.csv` (false friends),
`spelling.csv` (spelling variants) and those of `pipeline.lexicons.cues`. A cell that holds several values separates
them by `|`. A table that the user's own folder does not have is taken from here.

>>> entry = next(e for e in load_lexicon().entries if e.name == "vitamin b12")
>>> entry.identifier
'CHEBI:176843'
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.lexicons.cues import BackReference, Cues, ExposureCue, HeadWords, SentenceBounds, load_cues
from pipeline.lexicons.files import LexiconError, LexiconFiles
from pipeline.vocabulary import HEALTHY_DIRECTIONS, HealthyDirection, MentionKind

__all__ = [
    "TABLES",
    "BackReference",
    "Cues",
    "Entry",
    "ExposureCue",
    "Guard",
    "GuardMode",
    "HeadWords",
    "HealthyDirection",
    "Lexicon",
    "LexiconError",
    "SentenceBounds",
    "Spelling",
    "lexicon_version",
    "load_lexicon",
]

GuardMode = Literal["suppress", "require"]

TABLES: dict[MentionKind, str] = {
    "nutrient": "nutrients.csv",
    "condition": "conditions.csv",
    "measure": "measures.csv",
}
_GUARDS, _SPELLINGS = "guards.csv", "spelling.csv"
_MODES: tuple[GuardMode, ...] = ("suppress", "require")


@dataclass(frozen=True, slots=True)
class Entry:
    """A nutrient, condition or measure and the words for it.

    `synonyms` are found in any case and spelling, `symbols` only exactly as written (Zn, EPA); `biomarkers` are the
    synonyms that name a marker of the nutrient's status. `healthy_direction` says which way a measure should go.
    """

    kind: MentionKind
    name: str
    identifier: str = ""
    group: str = ""
    synonyms: tuple[str, ...] = ()
    biomarkers: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    healthy_direction: HealthyDirection = "unclear"


@dataclass(frozen=True, slots=True)
class Guard:
    """A context in which words that look like a mention are none; for mode "require", the only one where they are.

    `applies_to` holds names of entries, `=word` for one of their words, or `*kind` for all entries of a kind. `before`
    and `after` are regular expressions for the text on either side; both must hold where both are given.
    """

    applies_to: tuple[str, ...]
    mode: GuardMode
    before: str
    after: str
    reason: str
    example: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """Letters as the tables spell them and one other way to write them ("emia" -> "aemia")."""

    form: str
    variant: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that the tables say, in their order."""

    entries: tuple[Entry, ...]
    guards: tuple[Guard, ...]
    spellings: tuple[Spelling, ...]
    cues: Cues
    version: str = ""


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Read the tables of `folder`, or the bundled ones; raises `LexiconError` where one cannot be used.

    `version` changes with the content of any table.
    """
    files = LexiconFiles(folder)
    guards = tuple(
        Guard(
            applies_to=_split(row["applies_to"]),
            mode=files.one_of(row["mode"], _MODES, _GUARDS),
            before=row["before"],
            after=row["after"],
            reason=row["reason"],
            example=row["example"],
        )
        for row in files.rows(_GUARDS, ("applies_to", "mode", "before", "after", "reason", "example"))
    )
    return Lexicon(
        entries=tuple(entry for kind, table in TABLES.items() for entry in _entries(files, kind, table)),
        guards=guards,
        spellings=tuple(
            Spelling(row["form"], row["variant"]) for row in files.rows(_SPELLINGS, ("form", "variant"), strip=False)
        ),
        cues=load_cues(files),
        version=files.version,
    )


def lexicon_version(folder: Path | None = None) -> str:
    """Return 16 hex characters that change with the content of any table."""
    return LexiconFiles(folder).version


def _entries(files: LexiconFiles, kind: MentionKind, table: str) -> Iterator[Entry]:
    meaning: dict[str, str] = {}
    for row in files.rows(table, ("name", "id", "synonyms", "symbols")):
        direction = row.get("healthy_direction") or ("lower" if kind == "condition" else "unclear")
        entry = Entry(
            kind=kind,
            name=row["name"],
            identifier=row["id"],
            group=row.get("group", ""),
            synonyms=_split(row["synonyms"]),
            biomarkers=_split(row.get("biomarkers", "")),
            symbols=_split(row["symbols"]),
            healthy_direction=files.one_of(direction, HEALTHY_DIRECTIONS, table),
        )
        for word in (entry.name, *entry.synonyms, *entry.biomarkers, *entry.symbols):
            if meaning.setdefault(word, entry.name) != entry.name:
                raise LexiconError(f'{table}: "{word}" stands for both {meaning[word]} and {entry.name}; keep one.')
        yield entry


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
