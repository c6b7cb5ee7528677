"""In: the lines of a reference list; out: its entries (`Reference`) with their title, year and design."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain, pairwise
from typing import get_args

from pipeline.ingest.boilerplate import is_affiliation
from pipeline.ingest.reference_entry import parse_entry
from pipeline.ingest.resources import first_match, patterns, rows
from pipeline.records import Reference
from pipeline.vocabulary import PublicationStatus, StudyDesign

NUMBER = re.compile(r"^\s*(?:\[(\d{1,3})\]|\(?(\d{1,3})[.)\t]|(\d{1,3})(?=\s+[A-Z“\[\"]))\s*")
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;)\]]")
PMID = re.compile(
    r"(?:\bPMID:?\s*|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/(?:\?term=)?|pubmed\.ncbi\.nlm\.nih\.gov/)(\d{4,9})\b",
    re.IGNORECASE,
)
PMCID = re.compile(r"\bPMC\s?(\d{4,9})\b")
# A year, volume and pages, or an address on the web: what an entry has and a postal address has not.
PUBLICATION = re.compile(r"\b(?:19|20)\d\d\b|\b10\.\d{4,9}/|\bPMID\b|https?://|\bwww\.|\d\s?[:;]\s?\d")
DESIGNS: frozenset[str] = frozenset(get_args(StudyDesign))
MAX_ENTRY = 1500
MIN_RUN = 2
MARK = re.compile(r"^\s*(?:\[?\d{1,2}\]?|[a-z]\b|[*†‡§¶])?[.)]?\s*")


def read_references(lines: Sequence[str]) -> tuple[Reference, ...]:
    """Return the entries of a reference list given as lines or list items in order.

    Numbered lists keep their numbers as labels; in unnumbered ones an entry's label is its position and
    `numbered` is False. Lines that continue an entry are joined to it; addresses of authors, which pages set beside
    a list and number as well, are left out.
    """
    kept = _without_affiliations([line.strip() for line in lines if line.strip()])
    entries = _numbered(kept)
    if entries:
        return tuple(make_reference(label, text) for label, text in entries)
    return tuple(
        make_reference(str(position), text, numbered=False, kind=kind, title=title)
        for position, (kind, title, text) in enumerate(_unnumbered(kept), start=1)
    )


def read_reference_lists(lists: Sequence[Sequence[str]]) -> tuple[Reference, ...]:
    """Return the entries of a source's reference lists, each given as lines.

    The text cites the first numbered list; another (of a supplement, say) adds the entries whose labels it lacks.
    """
    read = sorted(map(read_references, lists), key=lambda entries: not (entries and entries[0].numbered))
    merged: dict[str, Reference] = {}
    for entry in chain.from_iterable(read):
        merged.setdefault(entry.label, entry)
    return tuple(merged.values())


def make_reference(
    label: str,
    text: str,
    *,
    numbered: bool = True,
    kind: str = "",
    title: str = "",
    year: str = "",
    identifiers: dict[str, str] | None = None,
) -> Reference:
    """Return one entry; title, year, identifiers and design are found in its words where they are not given."""
    entry = " ".join(text.split())[:MAX_ENTRY]
    found = find_identifiers(entry) | (identifiers or {})
    parts = parse_entry(entry)
    return Reference(
        label=label,
        text=entry,
        title=title or parts.title,
        year=year or parts.year,
        numbered=numbered,
        design=_kinds().get(kind.lower(), "unclear")
        if _kinds().get(kind.lower(), "unclear") != "unclear"
        else design_of(entry),
        identifiers=found,
        authors=parts.authors,
        status=status_of(entry),
    )


def find_identifiers(text: str) -> dict[str, str]:
    """Return the PMID, PMCID and DOI that a text names, keyed pmid, pmcid and doi."""
    found: dict[str, str] = {}
    if match := PMID.search(text):
        found["pmid"] = match[1]
    if match := PMCID.search(text):
        found["pmcid"] = f"PMC{match[1]}"
    if match := DOI.search(text):
        found["doi"] = match[0].lower()
    return found


def design_of(text: str) -> StudyDesign:
    """Return the study design that the words of a reference entry tell, or "unclear"."""
    design = first_match(patterns("reference_designs", "pattern", "design"), text)
    return design if design in DESIGNS else "unclear"  # type: ignore[return-value]


def status_of(text: str) -> PublicationStatus:
    """Return what the words of a reference entry say became of the publication, "" where they say nothing."""
    return first_match(patterns("reference_status", "pattern", "status"), text)  # type: ignore[return-value]


@cache
def _kinds() -> dict[str, StudyDesign]:
    return {row["kind"].lower(): row["design"] for row in rows("reference_kinds")}  # type: ignore[misc]


def _numbered(lines: list[str]) -> list[tuple[str, str]]:
    """Split at lines that carry the next number; a number out of turn (a page, a year) continues the entry.

    A list that shows only some of its entries, each on a line of its own, keeps their numbers.
    """
    if shown := _some_of_a_list(lines):
        return shown
    entries: list[tuple[str, list[str]]] = []
    for line in lines:
        match = NUMBER.match(line)
        number = int(next(filter(None, match.groups()))) if match else 0
        expected = int(entries[-1][0]) + 1 if entries else 1
        if match and (number == expected or (entries and expected < number <= expected + 2)):
            entries.append((str(number), [line[match.end() :]]))
        elif entries:
            entries[-1][1].append(line)
    if len(entries) < MIN_RUN and not (len(entries) == 1 and len(lines) <= 3):
        return []
    return [(label, " ".join(parts)) for label, parts in entries]


def _some_of_a_list(lines: list[str]) -> list[tuple[str, str]]:
    """Return the entries of lines that each begin with a number, rise, and name a publication; else none."""
    marks = [NUMBER.match(line) for line in lines]
    entries = [
        (next(filter(None, mark.groups())), line[mark.end() :]) for mark, line in zip(marks, lines, strict=True) if mark
    ]
    numbers = [int(number) for number, _ in entries]
    rising = all(first < second for first, second in pairwise(numbers))
    whole = len(entries) == len(lines) and all(PUBLICATION.search(text) for _, text in entries)
    return [(str(number), text) for number, (_, text) in zip(numbers, entries, strict=True)] if rising and whole else []


def _without_affiliations(lines: list[str]) -> list[str]:
    """Leave out what begins like an author's address and, up to the next number, has nothing of a publication."""
    is_numbered = sum(bool(NUMBER.match(line)) for line in lines) >= MIN_RUN
    kept: list[str] = []
    index = 0
    while index < len(lines):
        end = index + 1
        if _is_address(lines[index], marked=is_numbered):
            while is_numbered and end < len(lines) and not NUMBER.match(lines[end]) and not _is_address(lines[end]):
                end += 1
            if PUBLICATION.search(" ".join([MARK.sub("", lines[index], count=1), *lines[index + 1 : end]])):
                kept.extend(lines[index:end])
        else:
            kept.append(lines[index])
        index = end
    return kept


def _is_address(line: str, *, marked: bool = True) -> bool:
    """Say whether a line begins like an address; `marked` asks for a number or another mark before it."""
    bare = MARK.sub("", line, count=1)
    return (bare != line or not marked) and bare[:1].isupper() and is_affiliation(bare)


def _unnumbered(lines: list[str]) -> list[tuple[str, str, str]]:
    """Return (kind, title, text) of each entry: by the kind lines of the list, else one entry a line."""
    kinds = [index for index, line in enumerate(lines) if line.lower() in _kinds()]
    if kinds:
        entries = []
        for start, end in zip(kinds, [*kinds[1:], len(lines)], strict=True):
            body = lines[start + 1 : end]
            if body:
                title = body[0].strip("[]. ")
                entries.append((lines[start], title, " ".join(f"{line.rstrip('.')}." for line in body)))
        return entries
    return [("", "", line) for line in lines if len(line) > 15]
