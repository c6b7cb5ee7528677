"""In: the abstract of a record as its cell holds it; out: its paragraphs under their labels."""

import html
import re
from collections.abc import Iterator

from pipeline.ingest.inline import InlineText, marked_up, write_inline
from pipeline.ingest.passages import Passage, Piece
from pipeline.ingest.sections import section_role
from pipeline.vocabulary import SectionRole

BLOCK_TAG = re.compile(r"</?(?:jats:)?(?:p|sec|title|h[1-6]|div|br|li|ul|ol|list|list-item)\b[^<>]*>", re.IGNORECASE)
INLINE_TAG = re.compile(r"</?(?:jats:)?(?:i|b|em|strong|italic|bold|sub|sup|u|span|sc|a|inline-formula)\b[^<>]*>", re.I)
PREFIX = re.compile(r"(</?)jats:", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8}\d?);", re.IGNORECASE)
BLANK_LINE = re.compile(r"\n[ \t\u00a0]*\n")
SENTENCE_END = re.compile(r"[.!?:;][\"”’)\]]*$")
BULLET = re.compile(r"(?:[•●▪◦‣·*–—-]|\d{1,2}[.)])\s+(?=\S)")
# "RESULTS: ...", "Conclusions/Significance: ..." at the start of a sentence.
LABEL = re.compile(r"(?:^|(?<=[.!?;:)\]%])\s+)(?P<label>[A-Z][A-Za-z][A-Za-z/&,'() -]{1,58}?)\s?:\s+(?=\S)")
HEADING_WORDS = 14
# A line shorter than this share of the longest is no line broken at a width; a longer line than this is not broken.
SHORT_LINE = 0.6
WRAP_WIDTH = 160


def plain(text: str) -> str:
    """Return text without mark-up: block elements become blank lines, raised digits become superscripts."""
    if not (BLOCK_TAG.search(text) or INLINE_TAG.search(text)):
        return html.unescape(text) if ENTITY.search(text) else text
    return "\n\n".join(filter(None, map(_inline, BLOCK_TAG.split(text))))


def abstract_passages(text: str) -> Iterator[Passage]:
    """Yield the paragraphs of an abstract; broken lines are joined, labels ("RESULTS:") become headings."""
    chunks = [
        chunk for chunk in BLANK_LINE.split(plain(text).replace("\r\n", "\n").replace("\r", "\n")) if chunk.strip()
    ]
    section: str = "Abstract"
    role: SectionRole = "abstract"
    for index, chunk in enumerate(chunks):
        paragraphs = _joined(chunk)
        for line, paragraph in enumerate(paragraphs):
            ends = index + 1 == len(chunks) and line + 1 == len(paragraphs)
            own = section_role(paragraph)
            if not ends and (own is not None or _stands_alone(paragraphs, line)):
                section, role = paragraph.rstrip(" :"), own or "abstract"
                yield Passage(Piece(section, "heading"), section, role)
                continue
            for label, named, words in _labelled(paragraph):
                if label:
                    section, role = label, named
                    yield Passage(Piece(label, "heading"), section, role)
                yield Passage(Piece(words), section, role)


def _inline(chunk: str) -> str:
    if not INLINE_TAG.search(chunk):
        return " ".join(html.unescape(chunk).split())
    text = InlineText()
    write_inline(marked_up(PREFIX.sub(r"\1", chunk)), text, lambda _: None)
    return text.result()[0]


def _joined(chunk: str) -> list[str]:
    """Join the lines of a stretch without a blank line; a new paragraph only begins where a sentence has ended."""
    lines = [" ".join(line.split()) for line in chunk.split("\n") if line.strip()]
    longest = max(map(len, lines))
    paragraphs: list[str] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else ""
        if not index or _begins(line, before, longest):
            paragraphs.append(line)
        else:
            paragraphs[-1] = f"{paragraphs[-1]} {line}"
    return paragraphs


def _begins(line: str, before: str, longest: int) -> bool:
    if section_role(before) is not None:
        return True
    short = len(before) < SHORT_LINE * longest
    if not (line[0].isupper() or BULLET.match(line)):
        return False
    if SENTENCE_END.search(before):
        return short or longest > WRAP_WIDTH or section_role(line) is not None or bool(LABEL.match(line))
    return longest > WRAP_WIDTH and short and _is_heading(before) and len(line) > len(before)


def _labelled(paragraph: str) -> Iterator[tuple[str, SectionRole, str]]:
    """Yield (label, its role, words) of each labelled part; ("", ...) for words under no label of their own."""
    marks = [mark for mark in LABEL.finditer(paragraph) if section_role(mark["label"]) is not None]
    if not marks or (len(marks) == 1 and marks[0].start()):
        yield "", "abstract", paragraph
        return
    if before := paragraph[: marks[0].start()].strip():
        yield "", "abstract", before
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        words = paragraph[mark.end() : after.start() if after else None].strip()
        yield mark["label"], section_role(mark["label"]) or "abstract", words


def _stands_alone(paragraphs: list[str], index: int) -> bool:
    """Say whether a paragraph is a heading: alone between blank lines, or over a much longer one."""
    after = paragraphs[index + 1] if index + 1 < len(paragraphs) else ""
    return _is_heading(paragraphs[index]) and (len(paragraphs) == 1 or len(after) > WRAP_WIDTH)


def _is_heading(text: str) -> bool:
    return len(text.split()) <= HEADING_WORDS and text[0].isupper() and text[-1] not in ".,;:!"
