"""In: text with its article blocks and references; out: the places that cite references (`Citation`)."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.records import Block, Citation, Reference

LIST = r"\d{1,3}[a-z]?(?:\s*[,;–—−-]\s*\d{1,3}[a-z]?)*"
BRACKETED = re.compile(rf"\[\s*{LIST}\s*\]")
PARENTHESISED = re.compile(
    rf"(?<=[A-Za-z)%\d][ ])\(\s*{LIST}\s*\)(?=[\s.,;:!?]|$)|(?<=[.?!”\"][ ])\(\s*{LIST}\s*\)(?=[ \u00a0]*(?:[\r\n]|\Z))"
)
SUPERSCRIPT = re.compile(r"(?<=[a-z).,;:”\"’?!])[⁰¹²³⁴-⁹]+(?:[⁻⁃–,˒][⁰¹²³⁴-⁹]+)*")
# "... cause. 1, 2", "(p<0.05). 2 Importantly", "should include: 5" at the end of its line
BARE = re.compile(
    r"(?<=[.?!)”\"’\]])[ \u00a0]+(\d{1,3}(?:[ ]?[,–-][ ]?\d{1,3})*)(?=[ \u00a0]+[A-Z“\"(\[•]|[ \u00a0]*(?:[\r\n]|\Z))"
    r"|(?<=:)[ \u00a0]+(\d{1,3}(?:[ ]?[,–-][ ]?\d{1,3})*)(?=[ \u00a0]*(?:[\r\n]|\Z))"
)
GLUED = re.compile(r"(?<=[a-z)”\"][.?!])(\d{1,3}(?:[,–-]\d{1,3})*)(?=[ \u00a0]+[A-Z“\"(]|[ \u00a0]*(?:[\r\n]|\Z))")
# Raised numbers of a paper that was saved as bare text: "RCTs25 28 30 found", "in three trials4,7-9."
GLUED_RUN = re.compile(
    r"(?<=[a-z]{3})(\d{1,3}(?:(?:[ ]?[,–-]|[ ])\d{1,3})+)(?=[ \u00a0]+[a-zA-Z(]|[.,;:)]|[ \u00a0]*(?:[\r\n]|\Z))"
)
RUN_UNITS = re.compile(
    r"[ \u00a0]*(?:mm|cm|m|km|mg|g|kg|ml|l|mmol|nmol|IU|years?|yrs?|weeks?|months?|days?|hours?|h|min)\b", re.IGNORECASE
)
AUTHOR_YEAR = re.compile(
    r"\(?\b([A-Z][\w'’-]+)(?:\s+(?:et\s+al\.?|(?:and|&)\s+[A-Z][\w'’-]+))?,?\s*\(?((?:19|20)\d\d)[a-z]?\b\)?"
)
ABBREVIATIONS = re.compile(
    r"\b(?:vs|fig|figs|no|nos|dr|vol|approx|ca|cf|eq|ref|refs|table|p|pp|e\.g|i\.e|al)\.$", re.IGNORECASE
)
# Raised digits after these are powers ("kg/m2", "10-3") or statistics ("χ2", "R2", "I2").
UNITS = re.compile(r"(?:\b(?:m|cm|mm|km|kg/m|s|ft|in|dm|µm|nm|min|h|[RrIχηωxX])|χ|\d)\s?$")
HIGHEST_LABEL = 300
RANGE_LIMIT = 40
MIN_BARE = 3
SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁃˒", "0123456789--,")


def expand_labels(text: str) -> tuple[str, ...]:
    """Return the labels of a citation in order, ranges spelled out: "[3, 5-7]" and "3 5-7" give 3, 5, 6, 7."""
    labels: list[str] = []
    bare = re.sub(r"[\[\]()]", "", text.translate(SUPERSCRIPT_DIGITS))
    for part in re.split(r"\s*[,;]\s*|(?<=\d)\s+(?=\d)", re.sub(r"\s*([–—−-])\s*", r"\1", bare).strip()):
        ends = re.split(r"[–—−-]", part)
        if len(ends) == 2 and all(end.isdigit() for end in ends) and 0 < int(ends[1]) - int(ends[0]) <= RANGE_LIMIT:
            labels.extend(str(number) for number in range(int(ends[0]), int(ends[1]) + 1))
        else:
            labels.extend(end for end in ends if end)
    return tuple(dict.fromkeys(labels))


def find_citations(text: str, blocks: Sequence[Block], references: Sequence[Reference]) -> tuple[Citation, ...]:
    """Return the citations in the article blocks of a text that does not mark them up, in order.

    Bare and parenthesised digits count only where the page shows that it cites so: by a reference list, or by
    several of them; author and year only where a reference entry has both.
    """
    highest = _highest(references)
    found: list[Citation] = []
    for pattern, bare in ((BRACKETED, False), (SUPERSCRIPT, False), (PARENTHESISED, True), (BARE, True), (GLUED, True)):
        candidates = [
            citation
            for block in blocks
            if block.kind != "table"
            for citation in _candidates(pattern, text, block, highest)
        ]
        if not bare or _is_habit(candidates, text, bool(references)):
            found.extend(candidates)
    if references:
        found.extend(_glued_runs(text, blocks, highest))
    found.extend(_by_author(text, blocks, references))
    return merge(text, found)


def merge(text: str, citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Join neighbouring citations ("[3], [5]", "[10]–[12]") and take in the brackets around them; drop overlaps."""
    merged: list[Citation] = []
    gathered: list[dict[str, None]] = []
    for citation in sorted(citations, key=lambda item: (item.start, -item.end)):
        if merged and citation.start < merged[-1].end:
            continue
        between = text[merged[-1].end : citation.start] if merged else "x"
        if merged and re.fullmatch(r"[\s,;\[\]()–—−-]{0,6}", between) and "\n" not in between:
            last, labels = merged[-1], gathered[-1]
            ends = (last.labels[-1], citation.labels[0])
            if re.search(r"[–—−-]", between) and all(end.isdigit() for end in ends):
                labels |= dict.fromkeys(expand_labels(f"{ends[0]}-{ends[1]}"))
            labels |= dict.fromkeys(citation.labels)
            merged[-1] = Citation(last.start, citation.end, citation.labels)
        else:
            merged.append(citation)
            gathered.append(dict.fromkeys(citation.labels))
    whole = (Citation(c.start, c.end, tuple(labels)) for c, labels in zip(merged, gathered, strict=True))
    return tuple(_with_brackets(text, citation) for citation in whole)


def _with_brackets(text: str, citation: Citation) -> Citation:
    before, after = text[max(0, citation.start - 2) : citation.start], text[citation.end : citation.end + 2]
    opening, closing = re.search(r"([\[(])\s?$", before), re.match(r"\s?([\])])", after)
    inside = text[citation.start : citation.end]
    if opening and closing and opening[1] + closing[1] in {"[]", "()"} and not re.search(r"[\[\]()]", inside):
        start = citation.start - len(opening[0])
        return Citation(start, citation.end + closing.end(), citation.labels)
    return citation


def _highest(references: Sequence[Reference]) -> int:
    numbers = [int(entry.label) for entry in references if entry.numbered and entry.label.isdigit()]
    return max(numbers, default=HIGHEST_LABEL)


def _candidates(pattern: re.Pattern[str], text: str, block: Block, highest: int) -> Iterable[Citation]:
    for match in pattern.finditer(text, block.start, block.end):
        group = match.lastindex or 0
        start, end = match.span(group)
        labels = expand_labels(match[group])
        numbers = [int(label.rstrip("abcdefghijklmnopqrstuvwxyz") or 0) for label in labels]
        before = text[max(block.start, match.start() - 12) : match.start()].rstrip()
        if not numbers or not all(0 < number <= highest for number in numbers):
            continue
        if ABBREVIATIONS.search(before) or (pattern in {SUPERSCRIPT} and UNITS.search(before)):
            continue
        # "(1) iron, (2) zinc" counts items, "96 [95, 98]" and "12 (3)" are results
        if pattern is PARENTHESISED and re.search(r"(?:[,:;\d%=<>±]|\b(?:and|or|n|of|the|to))$", before):
            continue
        if (
            pattern is BRACKETED
            and len(numbers) > 1
            and re.search(r"[\d%=]$", before)
            and not _ascending(numbers, highest)
        ):
            continue
        yield Citation(start, end, labels)


def _glued_runs(text: str, blocks: Sequence[Block], highest: int) -> Iterable[Citation]:
    """Yield runs of rising numbers that stand right after a word, as raised numbers do once they are plain text."""
    for block in blocks:
        for match in GLUED_RUN.finditer(text, block.start, block.end) if block.kind != "table" else ():
            labels = expand_labels(match[1])
            if _ascending([int(label) for label in labels], highest) and not RUN_UNITS.match(text, match.end()):
                yield Citation(match.start(1), match.end(1), labels)


def _ascending(numbers: list[int], highest: int) -> bool:
    return 0 < numbers[0] <= max(numbers) <= highest < HIGHEST_LABEL and all(
        first < second for first, second in pairwise(numbers)
    )


def _is_habit(candidates: list[Citation], text: str, has_references: bool) -> bool:
    if has_references:
        return bool(candidates)
    labels = {label for citation in candidates for label in citation.labels}
    at_line_end = any(
        not text[citation.end : citation.end + 4].split("\n", 1)[0].strip(" \r.)") for citation in candidates
    )
    several = any(len(citation.labels) > 1 for citation in candidates)
    return len(candidates) >= MIN_BARE and "1" in labels and (at_line_end or several)


def _by_author(text: str, blocks: Sequence[Block], references: Sequence[Reference]) -> Iterable[Citation]:
    index: dict[tuple[str, str], str] = {}
    for entry in references:
        surname = re.match(r"\W*([^\W\d_][\w'’-]+)", entry.text)
        if surname and entry.year:
            index.setdefault((surname[1].lower(), entry.year), entry.label)
    if not index:
        return
    for block in blocks:
        for match in AUTHOR_YEAR.finditer(text, block.start, block.end):
            label = index.get((match[1].lower(), match[2]))
            if label is not None:
                yield Citation(match.start(), match.end(), (label,))
