"""In: a Document; out: the same in running text, and the places where its offsets part from those of the source.

Line breaks, hard and thin spaces and indents carry no meaning within a block, so every run of white space there is
written as one blank before anything is read, and as none within a number ("0." at the end of a line, "78" on the
next). Blank lines stay, since they part paragraphs.
"""

import re
from bisect import bisect_right
from dataclasses import replace

from pipeline.records import Document

Places = tuple[tuple[int, int], ...]
_UNEVEN = re.compile(r"(?! (?!\s))\s+")  # all white space but a single blank
_ZERO_POINT = re.compile(r"(?<![\d.])0\.\Z")
_BLANK_LINE = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*[\r\n]")


def _cuts_a_number(text: str, run: re.Match[str]) -> bool:
    """Whether a line ends with "0." and the next one begins with the digits after it."""
    broken = "\n" in run.group() or "\r" in run.group()
    before = text[max(0, run.start() - 3) : run.start()]
    return broken and _ZERO_POINT.search(before) is not None and text[run.end() : run.end() + 1].isdigit()


def flowing(document: Document) -> tuple[Document, Places]:
    """Return the document in running text and the places where its offsets part from those of the source.

    Each place is (offset in the running text, offset in the source) from which on both run alike.
    """
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    length = position = 0
    for block in document.blocks:
        for run in _UNEVEN.finditer(document.text, max(block.start, position), block.end):
            before = document.text[position : run.start()]
            blank = "\n\n" if _BLANK_LINE.search(run.group()) else ("" if _cuts_a_number(document.text, run) else " ")
            pieces += (before, blank)
            length += len(before) + len(blank)
            position = run.end()
            places.append((length, position))
    if not places:
        return document, ()
    pieces.append(document.text[position:])
    sources = [source for _, source in places]

    def moved(offset: int) -> int:
        at = bisect_right(sources, offset) - 1
        return offset + places[at][0] - places[at][1] if at >= 0 else offset

    return (
        replace(
            document,
            text="".join(pieces),
            blocks=tuple(replace(b, start=moved(b.start), end=moved(b.end)) for b in document.blocks),
            citations=tuple(replace(c, start=moved(c.start), end=moved(c.end)) for c in document.citations),
            pages=tuple(replace(p, start=moved(p.start), end=moved(p.end)) for p in document.pages),
            tables=tuple(
                replace(
                    table,
                    start=moved(table.start),
                    end=moved(table.end),
                    lines=tuple(replace(li, start=moved(li.start), end=moved(li.end)) for li in table.lines),
                )
                for table in document.tables
            ),
        ),
        tuple(places),
    )
