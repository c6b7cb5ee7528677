"""The lines of a reference list come in; its entries (`Reference`) with their title, year and design go out."""

import re
from collections.abc import Sequence
from functools import cache
from typing import get_args

from pipeline.ingest.resources import first_match, patterns, rows
from pipeline.records import Reference, StudyDesign

NUMBER = re.compile(r"^\s*(?:\[(\d{1,3})\]|\(?(\d{1,3})[.)\t]|(\d{1,3})(?=\s+[A-Z“\[\"]))\s*")
YEAR = re.compile(r"(?<![\d/.-])((?:19|20)\d\d)[a-z]?(?![\d/-])")
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;)\]]")
PMID = re.compile(r"(?:\bPMID:?\s*|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/(?:\?term=)?)(\d{4,9})\b", re.IGNORECASE)
PMCID = re.compile(r"\bPMC\s?(\d{4,9})\b")
SENTENCE = re.compile(r"(?<=[^A-Z][.?!])\s+(?=[A-Z\[“\"'0-9])")
# "Lee KH, Smith A" or "Lee, K. H." or "Lee et al": the author part of an entry, never its title.
AUTHORS = re.compile(
    r"^(?:[A-Z][\w'’-]+(?:[ -][A-Z][\w'’-]+)?,?\s+(?:[A-Z]\.?[- ]?){1,4}(?:[,;&.]|\s+and\b|$))"
    r"|\bet al\b|^[A-Z]\w+ [A-Z]{1,3}$"
)
AUTHOR_LIST = re.compile(
    r"^(?:(?:[a-z]{2,3} ){0,2}[A-Z][\w'’-]+(?:[ -][A-Z][\w'’-]+)?,? (?:[A-Z]\.?[- ]?){1,4}"
    r"(?:,? (?:and|&) |[,;] ?|(?=\. )|(?= \()|(?= et al)))+(?:et al)?"
    r"(?:\.,?\s+(?=[A-Z\d\[“\"])|\s*(?=\(?(?:19|20)\d\d))"
)
DESIGNS: frozenset[str] = frozenset(get_args(StudyDesign))
MAX_ENTRY = 1500
MIN_RUN = 2


def read_references(lines: Sequence[str]) -> tuple[Reference, ...]:
    """Return the entries of a reference list given as lines or list items in order.

    Numbered lists keep their numbers as labels; in unnumbered ones an entry's label is its position and
    `numbered` is False. Lines that continue an entry are joined to it.
    """
    kept = [line.strip() for line in lines if line.strip()]
    entries = _numbered(kept)
    if entries:
        return tuple(make_reference(label, text) for label, text in entries)
    return tuple(
        make_reference(str(position), text, numbered=False, kind=kind, title=title)
        for position, (kind, title, text) in enumerate(_unnumbered(kept), start=1)
    )


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
    stated_title = title or _title(entry)
    return Reference(
        label=label,
        text=entry,
        title=stated_title,
        year=year or _year(entry),
        numbered=numbered,
        design=_kinds().get(kind.lower(), "unclear")
        if _kinds().get(kind.lower(), "unclear") != "unclear"
        else design_of(entry),
        identifiers=found,
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


@cache
def _kinds() -> dict[str, StudyDesign]:
    return {row["kind"].lower(): row["design"] for row in rows("reference_kinds")}  # type: ignore[misc]


def _numbered(lines: list[str]) -> list[tuple[str, str]]:
    """Split at lines that carry the next number; a number out of turn (a page, a year) continues the entry."""
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


def _year(entry: str) -> str:
    years = YEAR.findall(DOI.sub(" ", entry))
    bracketed = re.search(r"\(((?:19|20)\d\d)[a-z]?\b", entry)
    if bracketed:
        return bracketed[1]
    return years[-1] if years else ""


def _title(entry: str) -> str:
    whole = re.sub(r"https?://\S+", "", entry).strip()
    text = AUTHOR_LIST.sub("", whole)
    segments = [segment.strip() for segment in SENTENCE.split(text) if segment.strip()]
    for segment in segments:
        bare = re.sub(r"^\(?(19|20)\d\d[a-z]?\)?[.:,]?\s*", "", segment)
        if len(bare) > 12 and (text != whole or not AUTHORS.search(bare[:80])) and not re.match(r"^[\d\W]+$", bare):
            return bare.strip(' .[]“”"')
    return segments[0].strip(" .") if len(segments) == 1 else ""
