"""In: pieces of a source in reading order; out: the stored text with blocks, citations and pages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.records import Block, Citation, Page
from pipeline.vocabulary import BlockKind, SectionRole

SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, paragraph, list item or caption as a source shows it.

    `citations` are relative to `text`. `start` is the offset in the source's own text (.txt only, else -1),
    `pages` gives (offset in `text`, page number) wherever a page begins in it, `level` a heading's depth or a list
    item's number (0 unknown).
    """

    text: str
    kind: BlockKind = "paragraph"
    level: int = 0
    start: int = -1
    citations: tuple[Citation, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece that belongs to the article, with its section heading and the section's role."""

    piece: Piece
    section: str = ""
    role: SectionRole = "body"


@dataclass(frozen=True, slots=True)
class Assembly:
    """The stored text of a source and where its parts lie in it."""

    text: str
    blocks: tuple[Block, ...]
    citations: tuple[Citation, ...]
    pages: tuple[Page, ...]


def assemble(passages: Iterable[Passage]) -> Assembly:
    """Join the passages' texts by blank lines; every offset in the result points into the joined text."""
    parts: list[str] = []
    blocks: list[Block] = []
    citations: list[Citation] = []
    turns: list[tuple[int, int]] = []
    position = 0
    for passage in passages:
        piece = passage.piece
        if not piece.text.strip():
            continue
        if parts:
            position += len(SEPARATOR)
        end = position + len(piece.text)
        parts.append(piece.text)
        blocks.append(Block(position, end, piece.kind, passage.section, passage.role))
        citations.extend(shifted(piece.citations, position))
        turns.extend((position + offset, number) for offset, number in piece.pages)
        position = end
    return Assembly(SEPARATOR.join(parts), tuple(blocks), tuple(citations), _pages(turns, position))


def shifted(citations: Iterable[Citation], by: int) -> tuple[Citation, ...]:
    """Return the citations moved by `by` characters."""
    return tuple(replace(citation, start=citation.start + by, end=citation.end + by) for citation in citations)


def _pages(turns: list[tuple[int, int]], length: int) -> tuple[Page, ...]:
    pages: list[Page] = []
    for start, number in turns:
        if pages and pages[-1].number == number:
            continue
        if pages:
            pages[-1] = replace(pages[-1], end=start)
        pages.append(Page(number, start, length))
    return tuple(page for page in pages if page.start < page.end)
