"""In: a plain-text file; out: a `Document` whose text is the decoded file itself, offsets into it."""

import re
from dataclasses import dataclass

from pipeline.ingest.boilerplate import OPENING, scope_of
from pipeline.ingest.citations import find_citations
from pipeline.ingest.decoding import decode
from pipeline.ingest.outline import entry_lines, is_prose, organise
from pipeline.ingest.passages import Piece
from pipeline.ingest.quality import Findings, finish
from pipeline.ingest.references import read_reference_lists
from pipeline.ingest.sections import is_back_matter, is_references, section_role
from pipeline.ingest.source import Source
from pipeline.records import Block, Document

LINE = re.compile(r"[^\r\n]+")
BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t\u00a0]*(?:\r\n|\r|\n)")
BULLET = re.compile(r"^(?:[•●▪◦‣∙·*○■–—-]|\d{1,2}[.)]|\(?[a-zA-Z0-9]\))\s+(?=\S)")
SENTENCE_BREAK = re.compile(r"[a-z)\d][.!?]\s+[A-Z]")
# An image's description glued to the heading after it: "b12About Vitamin B12", "iron tabletsWhat to ask";
# "mRNA" and "eHealth" are left alone.
GLUED_PREFIX = re.compile(r"^(?:[a-z][a-z0-9'’_-]* ){0,4}(?:[a-z]+[-_]?\d+|[a-z][a-z_-]{2,})(?=[A-Z][a-z]+(?:[\s?]|$))")
TITLE_LENGTH = 300
HEADING_LENGTH = 120
HEADING_WORDS = 16
HEADING_LINE_WORDS = 8  # of a heading straight above its text
WRAP_WIDTH = 160
MIN_WRAPPED = 40


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Lines without a blank line between them: (start, end) of each, outer blanks left out."""

    lines: tuple[tuple[int, int], ...]


def read_text(source: Source) -> list[Document]:
    """Read a plain-text file; raises `SourceError` for binary data."""
    text = decode(source.data, source.path)
    pieces = _pieces(text)
    title = next((piece for piece in pieces if piece.kind == "title"), None)
    outline = organise(pieces)
    references = read_reference_lists([entry_lines(entries) for entries in outline.references])
    blocks = tuple(
        Block(
            passage.piece.start,
            passage.piece.start + len(passage.piece.text),
            passage.piece.kind,
            passage.section,
            passage.role,
        )
        for passage in outline.passages
    )
    findings = Findings(
        format="text",
        text=text,
        title=" ".join(title.text.split()) if title else "",
        date=outline.date,
        authors=outline.authors,
        blocks=blocks,
        citations=find_citations(text, blocks, references),
        references=references,
        flags=outline.flags,
    )
    return [finish(source, findings)]


def _pieces(text: str) -> list[Piece]:
    chunks = _chunks(text)
    title = _title_chunk(text, chunks)
    pieces: list[Piece] = []
    for index, chunk in enumerate(chunks):
        if index == title:
            pieces.append(_piece(text, *chunk.lines[0], "title"))
            continue
        following = _ahead(text, chunks[index + 1].lines[0][0]) if index + 1 < len(chunks) else ""
        pieces.extend(_chunk_pieces(text, chunk, following))
    return pieces


def _chunks(text: str) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    lines: list[tuple[int, int]] = []
    last_end = 0
    for match in LINE.finditer(text):
        stripped = match[0].strip()
        if not stripped:
            continue
        start = match.start() + match[0].index(stripped[0])
        if lines and BLANK.search(text, last_end, start):
            chunks.append(_Chunk(tuple(lines)))
            lines = []
        last_end = start + len(stripped)
        lines.append((start, last_end))
    if lines:
        chunks.append(_Chunk(tuple(lines)))
    return chunks


def _title_chunk(text: str, chunks: list[_Chunk]) -> int:
    """Return the index of the chunk that is the title, or -1: the first line that is neither navigation nor prose."""
    for index, chunk in enumerate(chunks[:12]):
        line = text[slice(*chunk.lines[0])]
        if all(scope_of(text[slice(*span)]) for span in chunk.lines):
            continue
        if len(chunk.lines) > 1 or index + 1 == len(chunks) or len(line) > TITLE_LENGTH or BULLET.match(line):
            return -1
        if SENTENCE_BREAK.search(line) or line.endswith((":", ";", ",")) or section_role(line) is not None:
            return -1
        # A record's title may end in a full stop; a page's first sentence is no title.
        rest = len(chunks) - index - 1
        return -1 if line.endswith(".") and rest > 1 and len(line.split()) > HEADING_WORDS else index
    return -1


def _chunk_pieces(text: str, chunk: _Chunk, following: str) -> list[Piece]:
    spans = chunk.lines
    if len(spans) == 1:
        return [_line_piece(text, *spans[0], following, alone=True)]
    if _is_wrapped(text, spans):
        return _wrapped(text, spans, following)
    pieces = []
    for index, (start, end) in enumerate(spans):
        after = _ahead(text, spans[index + 1][0]) if index + 1 < len(spans) else following
        pieces.append(_line_piece(text, start, end, after, alone=False))
    return pieces


def _is_wrapped(text: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Say whether the lines are one text broken at a width, rather than a line a paragraph."""
    lengths = [end - start for start, end in spans]
    longest = max(lengths)
    if longest <= WRAP_WIDTH and any(_is_cut(text[start:end]) for start, end in spans[:-1]):
        return True
    if longest <= WRAP_WIDTH and _runs_on(text, spans):
        return True
    if not MIN_WRAPPED <= longest <= WRAP_WIDTH:
        return False
    runs_on = sum(
        lengths[index] > 0.6 * longest
        and text[spans[index][1] - 1] not in ".!?:;"
        and not BULLET.match(text[spans[index + 1][0] : spans[index + 1][1]])
        for index in range(len(spans) - 1)
    )
    lower = any(text[start].islower() for start, _ in spans[1:])
    return (lower or _ends_only_once(text, spans)) and runs_on >= 0.4 * (len(spans) - 1)


def _is_cut(line: str) -> bool:
    """Say whether a line ends within brackets, so that the next one goes on."""
    return line.count("(") > line.count(")") or line.count("[") > line.count("]")


def _runs_on(text: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Say whether the lines are one sentence: it begins with the first, each other goes on small, the last ends it."""
    lines = [text[slice(*span)] for span in spans]
    return (
        lines[0][0].isupper()
        and lines[-1][-1] in ".!?"
        and all(line[-1] not in ".!?:;" for line in lines[:-1])
        and all(line[0].islower() and not BULLET.match(line) for line in lines[1:])
    )


def _ends_only_once(text: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Say whether only the last line ends a sentence, and no other is short enough for a heading or a list's item."""
    *others, last = (text[slice(*span)] for span in spans)
    return last[-1] in ".!?" and all(
        line[-1] not in ".!?:;" and len(line.split()) > HEADING_LINE_WORDS for line in others
    )


def _wrapped(text: str, spans: tuple[tuple[int, int], ...], following: str) -> list[Piece]:
    """Join broken lines; a bullet, or a known section heading on its own line, begins a new piece."""
    groups: list[list[tuple[int, int]]] = []
    for start, end in spans:
        line = text[start:end]
        previous = text[slice(*groups[-1][-1])] if groups else ""
        starts = BULLET.match(line) and (
            not groups or previous[-1] in ".!?:;," or BULLET.match(_ahead(text, groups[-1][0][0]))
        )
        if not groups or starts or section_role(line) is not None or section_role(previous) is not None:
            groups.append([])
        groups[-1].append((start, end))
    pieces = []
    for group in groups:
        start, end = group[0][0], group[-1][1]
        if len(group) == 1:
            pieces.append(_line_piece(text, start, end, _ahead(text, end).strip() or following, alone=False))
        else:
            bullet = BULLET.match(text[start:end])
            pieces.append(
                _piece(text, start + (bullet.end() if bullet else 0), end, "list item" if bullet else "paragraph")
            )
    return pieces


def _line_piece(text: str, start: int, end: int, following: str, *, alone: bool) -> Piece:
    line = text[start:end]
    bullet = BULLET.match(line)
    if bullet and not _is_numbered_heading(line, following, alone=alone):
        number = re.match(r"\d+", line)
        return Piece(
            text[start + bullet.end() : end], "list item", int(number[0]) if number else 0, start + bullet.end()
        )
    if _is_heading(line, following, alone=alone):
        glued = GLUED_PREFIX.match(line)
        return _piece(text, start + (glued.end() if glued else 0), end, "heading")
    return _piece(text, start, end, "paragraph")


def _ahead(text: str, start: int) -> str:
    return text[start : start + 400]


def _piece(text: str, start: int, end: int, kind: str) -> Piece:
    return Piece(text[start:end], kind, start=start)  # type: ignore[arg-type]


def _opens(line: str, following: str) -> bool:
    """Say whether a line is a heading by its words: of a part that is no article, or of a box with no prose in it."""
    scope = scope_of(line)
    after = following.lstrip().split("\n")[0]
    return scope == "section" or (scope in OPENING and bool(after) and not is_prose(after))


def _is_numbered_heading(line: str, following: str, *, alone: bool) -> bool:
    bare = re.sub(r"^\d{1,2}[.)]\s+", "", line)
    return alone and bare != line and _is_heading(bare, following, alone=True) and is_prose(following.split("\n")[0])


def _is_heading(line: str, following: str, *, alone: bool) -> bool:
    if section_role(line) is not None or is_references(line) or is_back_matter(line) or _opens(line, following):
        return True
    words = line.split()
    if len(line) > HEADING_LENGTH or len(words) > HEADING_WORDS or not following:
        return False
    if line[-1] in ".,;:!" or not any(map(str.isalpha, line)) or SENTENCE_BREAK.search(line):
        return False
    if re.search(r"[a-z)][.:]\s*[\[(]?\d{1,3}(?:\s*[,–-]\s*\d{1,3})*[\])]?$", line):
        return False
    starts_well = line[0].isupper() or line[0].isdigit() or GLUED_PREFIX.match(line) is not None or line[0] in "“\"'("
    if alone:
        return starts_well
    # Within a run of lines only a line over a list or a long paragraph is a heading; else each is a short paragraph.
    after = following.lstrip().split("\n")[0]
    return starts_well and len(words) <= HEADING_LINE_WORDS and is_prose(after)
