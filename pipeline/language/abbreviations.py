"""In: a Document; out: the abbreviations it defines, each from its place on."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.language.schwartz_hearst import ShortForm, short_forms
from pipeline.records import Document

Finder = Callable[[str], Iterable[ShortForm]]

_DEFINITION = re.compile(r"[(\[]\s*[\w'’./+-]{1,12}(?:\s[\w-]{1,8})?\s*[;,)\]]")

MOST_ABBREVIATIONS = 500
"""Abbreviations of a document that are heeded: each is looked for in each sentence."""
_TOGETHER = 40
"""Brackets that are read at once: each is compared with those behind it."""
_SQUARE = re.compile(r"\[([^\W\d_][^()\[\]]*)\]")  # short forms stand in round brackets
_PLURAL = re.compile(r"[A-Z][A-Z0-9-]*[A-Z]s")
_LONGEST_DEFINITION = 200  # characters on either side of a bracket that may hold its long form


@dataclass(frozen=True, slots=True)
class Definition:
    """A short form, what it stands for, and the offset from which on that holds."""

    start: int
    short: str
    long: str


def abbreviations(definitions: Sequence[Definition]) -> dict[str, str]:
    """Return {short form: long form}; of several definitions of a form the first."""
    found: dict[str, str] = {}
    for definition in definitions:
        found.setdefault(definition.short, definition.long)
    return {short: found[short] for short in sorted(islice(found, MOST_ABBREVIATIONS))}


def redefined(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return all definitions of those forms that stand for one thing here and for another there."""
    first = abbreviations(definitions)
    twice = {d.short for d in definitions if d.long.lower() != first.get(d.short, d.long).lower()}
    return tuple(d for d in definitions if d.short in twice)


def definitions_in(document: Document, find: Finder = short_forms) -> tuple[Definition, ...]:
    """Return the abbreviations that the article itself defines, in the order of the text, as `find` finds them."""
    blocks = [(block.start, block.end) for block in document.blocks if block.kind != "table"]
    found = [
        definition
        for start, end in blocks
        for part, at in _defining(document.text, start, end)
        for form in find(part)
        for definition in _one_and_many(Definition(at + form.at, form.short, " ".join(form.long.split())))
    ]
    return tuple(sorted(found, key=lambda definition: definition.start))


def _one_and_many(definition: Definition) -> Iterator[Definition]:
    """Yield a definition, and that of the one where it is of several ("venous leg ulcers (VLUs)" defines VLU)."""
    yield definition
    if _PLURAL.fullmatch(definition.short):
        long = definition.long.removesuffix("s") if not definition.long.endswith("ss") else definition.long
        yield Definition(definition.start, definition.short[:-1], long)


def _defining(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the parts of a block that hold definitions, with the words around them, and where each part begins."""
    brackets = [match.span() for match in _DEFINITION.finditer(text, start, end)]
    for first in range(0, len(brackets), _TOGETHER):
        group = brackets[first : first + _TOGETHER]
        begin = max(start, group[0][0] - _LONGEST_DEFINITION)
        part = text[begin : min(end, group[-1][1] + _LONGEST_DEFINITION)]
        yield _SQUARE.sub(r"(\1)", part), begin
