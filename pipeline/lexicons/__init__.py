"""In: the tables of this folder, or of a folder that the user names; out: typed lexicon entries, guards and spellings.

Tables: `nutrients.csv`, `conditions.csv`, `measures.csv` (one row a concept), `guards.csv` (false friends) and
`spelling.csv` (spelling variants). A cell that holds several values separates them by `|`. A table that the user's own
folder does not have is taken from here.

>>> entry = next(e for e in load_lexicon().entries if e.name == "vitamin b12")
>>> entry.identifier
'CHEBI:176843'
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal, cast

EntryKind = Literal["nutrient", "condition", "measure"]
HealthyDirection = Literal["higher", "lower", "unclear"]
GuardMode = Literal["suppress", "require"]

TABLES: dict[EntryKind, str] = {
    "nutrient": "nutrients.csv",
    "condition": "conditions.csv",
    "measure": "measures.csv",
}
_GUARDS, _SPELLINGS = "guards.csv", "spelling.csv"
_DATA_SUFFIXES = (".csv", ".toml", ".txt")


class LexiconError(ValueError):
    """A lexicon table that cannot be used; the message is one sentence saying what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A nutrient, condition or measure and the words for it.

    `synonyms` are found in any case and spelling, `symbols` only exactly as written (Zn, EPA); `biomarkers` are the
    synonyms that name a marker of the nutrient's status. `healthy_direction` says which way a measure should go.
    """

    kind: EntryKind
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


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Read the tables of `folder`, or the bundled ones; raises LexiconError where one cannot be used."""
    return _load(folder.resolve() if folder else None)


def lexicon_version(folder: Path | None = None) -> str:
    """Return 16 hex characters that change with any data file that `load_lexicon` or a reader of cues depends on."""
    digest = hashlib.sha256()
    for name, content in sorted(_data_files(folder).items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


@lru_cache(maxsize=8)
def word_list(name: str) -> frozenset[str]:
    """Return the words of a bundled list (`event_conditions.txt`); lines that begin with # are comments."""
    lines = resources.files("pipeline.lexicons").joinpath(name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=4)
def _load(folder: Path | None) -> Lexicon:
    if folder is not None and not folder.is_dir():
        raise LexiconError(
            f"The lexicon folder {folder} does not exist; name a folder with tables such as nutrients.csv."
        )
    entries = tuple(entry for kind, table in TABLES.items() for entry in _entries(folder, kind, table))
    guards = tuple(
        Guard(
            applies_to=_split(row["applies_to"]),
            mode=cast(GuardMode, _one_of(row["mode"], ("suppress", "require"), _GUARDS)),
            before=row["before"],
            after=row["after"],
            reason=row["reason"],
            example=row["example"],
        )
        for row in _rows(folder, _GUARDS, ("applies_to", "mode", "before", "after", "reason", "example"))
    )
    spellings = tuple(
        Spelling(row["form"], row["variant"]) for row in _rows(folder, _SPELLINGS, ("form", "variant"), strip=False)
    )
    return Lexicon(entries, guards, spellings)


def _entries(folder: Path | None, kind: EntryKind, table: str) -> Iterator[Entry]:
    meaning: dict[str, str] = {}
    directions = ("higher", "lower", "unclear")
    for row in _rows(folder, table, ("name", "id", "synonyms", "symbols")):
        direction = row.get("healthy_direction") or ("lower" if kind == "condition" else "unclear")
        entry = Entry(
            kind=kind,
            name=row["name"],
            identifier=row["id"],
            group=row.get("group", ""),
            synonyms=_split(row["synonyms"]),
            biomarkers=_split(row.get("biomarkers", "")),
            symbols=_split(row["symbols"]),
            healthy_direction=cast(HealthyDirection, _one_of(direction, directions, table)),
        )
        for word in (entry.name, *entry.synonyms, *entry.biomarkers, *entry.symbols):
            if meaning.setdefault(word, entry.name) != entry.name:
                raise LexiconError(f'{table}: "{word}" stands for both {meaning[word]} and {entry.name}; keep one.')
        yield entry


def _rows(folder: Path | None, table: str, columns: tuple[str, ...], *, strip: bool = True) -> Iterator[dict[str, str]]:
    content = _data_files(folder).get(table)
    if content is None:
        raise LexiconError(f"The lexicon table {table} is missing; reinstall Provender or put the table back.")
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    if missing := [column for column in columns if column not in (reader.fieldnames or ())]:
        raise LexiconError(f"{table}: the column {missing[0]} is missing from its first line.")
    for row in reader:
        cells = {key: (value or "") for key, value in row.items() if key}
        yield {key: value.strip() for key, value in cells.items()} if strip else cells


def _data_files(folder: Path | None) -> dict[str, bytes]:
    bundled = {
        file.name: file.read_bytes()
        for file in resources.files("pipeline.lexicons").iterdir()
        if file.name.endswith(_DATA_SUFFIXES)
    }
    own = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in _DATA_SUFFIXES} if folder else {}
    return bundled | own


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _one_of(value: str, allowed: tuple[str, ...], table: str) -> str:
    if value not in allowed:
        raise LexiconError(f'{table}: "{value}" is not one of {", ".join(allowed)}.')
    return value
