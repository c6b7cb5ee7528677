"""In: a Document; out: the bounds of its sentences, block by block, with the citations that belong to each.

Rules over the raw text decide where a sentence ends; the words they use are in `lexicons/sentence_bounds.toml`.
Citations that stand after the full stop ("... in RLS. 1, 2 The ...") belong to the sentence before them.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from pipeline.lexicons import SentenceBounds
from pipeline.records import Block, Citation, Document, Sentence

_CANDIDATE = re.compile(
    r"[.!?…]+[\"'”’)\]]*(?=\s)|(?<=[a-z]{4})\.(?=[A-Z][a-z]+\s)|\n[ \t]*\n|:\s*(?=\n)"
)  # a full stop may lack its blank: "reduced falls.Calcium did not"
_LAST_WORD = re.compile(r"(\S+)$")
_OPENS_SENTENCE = re.compile(r"[\s\"'“‘(\[]*(?:[A-Z0-9À-ÞΑ-Ω≥≤<>~•]|[α-ω]-|n-[36]|\W?p[A-Z]|25\()")
_INITIAL = re.compile(r"(?:^|[\s(])[A-Z]$")
_NUMBER_FOLLOWS = re.compile(r"\s*\d")
_LONGEST_PARENTHESIS = 400
_LONGEST_GAP = 100  # characters of white space around a citation
LONGEST_SENTENCE = 2_000
"""Characters: what stands between two full stops and is longer is a list, and is read in parts. What is found within a
sentence is weighed against all else that is found there, so that the time for it grows faster than its length."""


def split(text: str, words: SentenceBounds) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of a paragraph, without the white space around it.

    >>> from pipeline.lexicons import load_lexicon
    >>> split("Take vitamin D. The dose (e.g. 400 IU) is small.", load_lexicon().cues.bounds)
    [(0, 15), (16, 48)]
    """
    spans, start = [], 0
    for match in _CANDIDATE.finditer(text):
        if match.start() >= start and _ends_sentence(text, start, match, words):
            spans.append((start, match.end()))
            start = match.end()
    spans.append((start, len(text)))
    return [trimmed for a, b in spans if (trimmed := _trim(text, a, b))]


def _ends_sentence(text: str, start: int, match: re.Match[str], words: SentenceBounds) -> bool:
    mark = match.group()
    if mark[0] in "\n:":
        return True
    if not _OPENS_SENTENCE.match(text, match.end()):
        return False
    if _inside_parenthesis(text, start, match.start()):
        return False
    if mark[0] != ".":
        return True
    before = text[max(start, match.start() - 40) : match.start()]
    if _INITIAL.search(before):
        names = before[:-1].split()
        following = re.match(r"\W*(\w+)", text[match.end() : match.end() + 40])
        return bool(
            (names and names[-1].strip("(,").lower() in words.letter_names)
            or (following and following.group(1) in words.sentence_openers)
        )
    last = _LAST_WORD.search(before)
    word = last.group(1).strip("([{\"'“‘").lower() if last else ""
    if word == "no":  # "no. 5" is an abbreviation, "no." at the end of an answer is not
        return not _NUMBER_FOLLOWS.match(text, match.end())
    return word not in words.abbreviations and not re.fullmatch(r"(?:[a-z]\.)+[a-z]", word)


def _inside_parenthesis(text: str, start: int, end: int) -> bool:
    depth = 0
    for char in text[max(start, end - _LONGEST_PARENTHESIS) : end]:
        if char in "([":
            depth += 1
        elif char in ")]":
            depth = max(0, depth - 1)
    if not depth:
        return False
    closing = re.search(r"[)\]]", text[end : end + _LONGEST_PARENTHESIS])
    opening = re.search(r"[(\[]", text[end + 1 : end + _LONGEST_PARENTHESIS])
    return closing is not None and (opening is None or closing.start() <= opening.start())


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and (text[start].isspace() or text[start] in "•▪·–*\ufeff"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def sentences(document: Document, words: SentenceBounds) -> Iterator[Sentence]:
    """Yield the sentences of all blocks in reading order; tables, captions and foreign text are left out.

    A title or heading is one sentence; one of more than `LONGEST_SENTENCE` characters comes in parts, each `truncated`.
    Offsets index `document.text`.
    """
    index = 0
    page_starts = [page.start for page in document.pages]
    cited = sorted(document.citations, key=lambda citation: citation.start)
    starts = [citation.start for citation in cited]
    for block in document.blocks:
        if block.kind in ("table", "caption") or block.foreign:
            continue
        within = cited[bisect_left(starts, block.start) : bisect_left(starts, block.end)]
        within = [citation for citation in within if citation.end <= block.end]
        bounds = _block_sentences(document, block, within, words)
        for (start, end), labels in zip(bounds, _cited(document, bounds, within), strict=True):
            position = bisect_right(page_starts, start) - 1
            parts = _parts(document.text, start, end)
            for a, b in parts:
                yield Sentence(
                    index=index,
                    start=a,
                    end=b,
                    text=document.text[a:b],
                    kind=block.kind,
                    section=block.section,
                    role=block.role,
                    page=document.pages[position].number if document.pages and position >= 0 else None,
                    citations=labels,
                    truncated=len(parts) > 1,
                )
                index += 1


def table_rows(document: Document, first: int) -> Iterator[Sentence]:
    """Yield the lines of a document's tables as sentences of their own, numbered from `first`; none is ever split."""
    lines = [(table, line) for table in document.tables for line in table.lines]
    for index, (table, line) in enumerate(lines, start=first):
        yield Sentence(
            index=index,
            start=line.start,
            end=line.end,
            text=document.text[line.start : line.end],
            kind="table",
            section="table",
            role="results",
            page=table.page,
        )


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return a sentence, or the parts of one that is too long: cut at white space where there is some."""
    parts = []
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        cut = cut if cut >= 0 else start + LONGEST_SENTENCE
        parts.append((start, cut))
        start = cut
    return [trimmed for a, b in [*parts, (start, end)] if (trimmed := _trim(text, a, b))]


def _block_sentences(
    document: Document, block: Block, citations: Sequence[Citation], words: SentenceBounds
) -> list[tuple[int, int]]:
    if block.kind in ("title", "heading"):
        bounds = _trim(document.text, block.start, block.end)
        return [bounds] if bounds else []
    pieces: list[str] = []
    position = block.start
    for citation in citations:
        before = document.text[max(block.start, citation.start - _LONGEST_GAP) : citation.start].rstrip()
        if citation.start >= position and before.endswith((".", "!", "?", ".”", '."', ".)")):
            pieces += (document.text[position : citation.start], " " * (citation.end - citation.start))
            position = citation.end
    text = "".join([*pieces, document.text[position : block.end]])
    return [(block.start + a, block.start + b) for a, b in split(text, words)]


def _cited(
    document: Document, bounds: Sequence[tuple[int, int]], citations: Sequence[Citation]
) -> Iterator[tuple[str, ...]]:
    """Yield the labels that each sentence of a block cites: within it, or straight behind its end."""
    starts = [citation.start for citation in citations]
    for start, end in bounds:
        last = bisect_left(starts, end)
        if last < len(starts) and starts[last] - end < _LONGEST_GAP:
            last += not document.text[end : starts[last]].strip()
        within = citations[bisect_left(starts, start) : last]
        yield tuple(dict.fromkeys(label for citation in within for label in citation.labels))
