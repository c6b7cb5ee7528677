"""In: a BibTeX file; out: a `Document` for each entry, also for those that repeat a key or a field."""

import re
from collections.abc import Iterator

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.model import Block, DuplicateBlockKeyBlock, Entry, ParsingFailedBlock

from pipeline.ingest.decoding import decode_records
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.bibtex_head import ENTRY, KEY
from pipeline.ingest.records.fields import by_field, tag_fields
from pipeline.ingest.records.latex import from_latex
from pipeline.ingest.source import Source
from pipeline.records import Document

BRACES = re.compile(r"(?<!\\)[{}]")
# Values that are addresses or keys, in which no LaTeX is meant.
PEOPLE = frozenset({"author", "editor"})
VERBATIM = frozenset({"doi", "url", "pmid", "pmcid", "pmc", "pubmed_id", "unique-id", "eprint", "file"})


def read_bibtex(source: Source) -> list[Document]:
    """Read every entry; one that does not parse becomes a damaged record."""
    library = parse_string(_apart(decode_records(source.data, source.path)))
    return read_records(source, "bibtex", _records(library))


def _apart(text: str) -> str:
    """Put every entry at the start of a line, where an unclosed one before it cannot swallow it."""
    return re.sub(r"(?<=[})])[ \t]*(?=@\w+\s*\{)", "\n", text)


def _records(library: Library) -> Iterator[Record | Damage]:
    strings = "\n".join(block.raw for block in library.strings if block.raw)
    last = library.blocks[-1] if library.blocks else None
    for block in library.blocks:
        entry = _entry(block, strings)
        if entry is not None:
            yield by_field(_values(entry), tag_fields("bibtex")), ()
        elif isinstance(block, ParsingFailedBlock) and ENTRY.match(block.raw or ""):
            key = KEY.match((block.raw or "").lstrip())
            yield Damage(key[1] if key else f"line {(block.start_line or 0) + 1}", cut_off=block is last)


def _entry(block: Block, strings: str) -> Entry | None:
    """Return the entry of a block; one that repeats a key is parsed by itself, of repeated fields the first counts."""
    if isinstance(block, Entry):
        return block
    if isinstance(block, DuplicateBlockKeyBlock):
        alone = parse_string(f"{strings}\n{block.raw}")
        return next(iter(alone.entries), None) or next(
            filter(None, (_first_fields(b) for b in alone.failed_blocks)), None
        )
    return _first_fields(block)


def _first_fields(block: Block) -> Entry | None:
    ignored = getattr(block, "ignore_error_block", None)
    if not isinstance(ignored, Entry):
        return None
    return Entry(ignored.entry_type, ignored.key, list({f.key.lower(): f for f in reversed(ignored.fields)}.values()))


def _values(entry: Entry) -> dict[str, list[str]]:
    stated = {field.key.lower(): _bare(str(field.value)) for field in entry.fields}
    values = {key: [_verbatim(value) if key in VERBATIM else from_latex(value)] for key, value in stated.items()}
    for key in PEOPLE & stated.keys():
        values[key] = [from_latex(name) for name in _names(stated[key])]
    return values | {"key": [entry.key], "entrytype": [entry.entry_type]}


def _names(value: str) -> list[str]:
    """Return the names between "and" outside braces, which keep an organisation's "and" together."""
    kept, depth, words = [""], 0, " ".join(value.split())
    for part in re.split(r"([{}]|\sand\s)", words):
        depth += (part == "{") - (part == "}")
        if part == " and " and depth <= 0:
            kept.append("")
        else:
            kept[-1] += part
    return [name.strip() for name in kept if name.strip() and name.strip().lower() != "others"]


def _bare(value: str) -> str:
    stated = value.strip()
    while len(stated) > 1 and (stated[0], stated[-1]) in {("{", "}"), ('"', '"')} and _encloses(stated):
        stated = stated[1:-1].strip()
    return stated


def _encloses(value: str) -> bool:
    """Say whether the first brace closes only with the last one: "{A} and {B}" is not one group."""
    depth = 0
    for index, character in enumerate(value):
        depth += (character == "{") - (character == "}")
        if not depth and index + 1 < len(value):
            return value[0] == '"'
    return True


def _verbatim(value: str) -> str:
    return BRACES.sub("", value).replace("\\_", "_").replace("\\%", "%").replace("\\&", "&").strip()
