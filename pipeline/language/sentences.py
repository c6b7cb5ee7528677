"""In: a Document; out: the bounds of its sentences, block by block, with the citations that belong to each.

Rules over the raw text decide where a sentence ends; the words they use are in `lexicons/sentence_bounds.toml`.
Citations that stand after the full stop ("... in RLS. 1, 2 The ...") belong to the sentence before them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from pipeline.lexicons import SentenceBounds
from pipeline.records import Block, Document, Sentence

_CANDIDATE = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n[ \t]*\n|:\s*(?=\n)")
_LAST_WORD = re.compile(r"(\S+)$")
_OPENS_SENTENCE = re.compile(r"[\s\"'“‘(\[]*(?:[A-Z0-9À-ÞΑ-Ω≥≤<>~•]|[α-ω]-|n-[36]|\W?p[A-Z]|25\()")
_INITIAL = re.compile(r"(?:^|[\s(])[A-Z]$")
_LONGEST_PARENTHESIS = 400


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
        return not re.match(r"\s*\d", text[match.end() :])
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
    """Yield the sentences of all blocks in reading order; tables and captions are left out.

    A title or heading is one sentence. Offsets index `document.text`.
    """
    index = 0
    page_starts = [page.start for page in document.pages]
    for block in document.blocks:
        if block.kind in ("table", "caption"):
            continue
        for start, end in _block_sentences(document, block, words):
            position = bisect_right(page_starts, start) - 1
            yield Sentence(
                index=index,
                start=start,
                end=end,
                text=document.text[start:end],
                kind=block.kind,
                section=block.section,
                role=block.role,
                page=document.pages[position].number if document.pages and position >= 0 else None,
                citations=_cited(document, start, end, block),
            )
            index += 1


def _block_sentences(document: Document, block: Block, words: SentenceBounds) -> list[tuple[int, int]]:
    if block.kind in ("title", "heading"):
        bounds = _trim(document.text, block.start, block.end)
        return [bounds] if bounds else []
    text = document.text[block.start : block.end]
    for citation in document.citations:
        if block.start <= citation.start and citation.end <= block.end:
            before = document.text[block.start : citation.start].rstrip()
            if before.endswith((".", "!", "?", ".”", '."', ".)")):
                a, b = citation.start - block.start, citation.end - block.start
                text = text[:a] + " " * (b - a) + text[b:]
    return [(block.start + a, block.start + b) for a, b in split(text, words)]


def _cited(document: Document, start: int, end: int, block: Block) -> tuple[str, ...]:
    labels: list[str] = []
    for citation in document.citations:
        if citation.start < start or citation.end > block.end:
            continue
        between = document.text[end : citation.start] if citation.start >= end else ""
        follows = citation.start >= end and not between.strip()
        if start <= citation.start < end or follows:
            labels.extend(label for label in citation.labels if label not in labels)
    return tuple(labels)
