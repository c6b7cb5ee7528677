"""In: the lines of a PDF's pages; out: the same without running heads, running feet and page numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.ingest.pdf_lines import Line, body_size
from pipeline.ingest.sections import section_role

# Running heads and feet stand in the outer parts of a page, in at most so many rows.
MARGIN_SHARE = 0.09
MAX_ROWS = 2
# White space between head and text, beyond that between two lines, in sizes of the head's type.
APART = 0.4
SAME_HEIGHT = 4.0
FEW_ROWS = 3
CAPTION_START = re.compile(r"^(?:Fig|Table|FIG|TABLE|Box|Scheme|Chart)")

Row = list[Line]


def without_running_heads(pages: Sequence[list[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """Leave out page numbers, lines that several pages repeat at their edge, and heads that differ from page to page.

    A head of its own wording is known by its place (apart from the text, where the other pages have theirs) or by
    its type (smaller than the text, and used for nothing else on the page).
    """
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for lines, height in zip(pages, heights, strict=True):
        for line in lines:
            if _in_margin(line, height):
                seen[_pattern(line)].add(line.page)
    repeated = {pattern for pattern, numbers in seen.items() if len(numbers) >= min(3, max(2, len(pages) // 3))}
    body = body_size([line for lines in pages for line in lines])
    edges = [
        [_edge(lines, height, top=top) for top in (True, False)] for lines, height in zip(pages, heights, strict=True)
    ]
    offsets = Counter(offset for page in edges for edge in page for offset in _offsets(edge))
    kept = []
    for index, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        heads: set[int] = set()
        for side in (0, 1):
            others = [edges[other][side] for other in range(len(pages)) if other != index]
            numbered = any(offset == 0 or offsets[offset] > 1 for offset in _offsets(edges[index][side]))
            if _is_head(edges[index][side], others, lines, body, numbered=numbered):
                heads |= {id(line) for row in edges[index][side] for line in row}
        kept.append(
            [
                line
                for line in lines
                if id(line) not in heads
                and not (_in_margin(line, height) and (_pattern(line) in repeated or is_page_number(line.text)))
            ]
        )
    return kept


def is_page_number(text: str) -> bool:
    """Say whether a line is a page number ("12", "Page 3 of 9") and nothing else."""
    return bool(re.fullmatch(r"\W*(?:page\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*", text.strip(), re.IGNORECASE))


def _edge(lines: Sequence[Line], height: float, *, top: bool) -> list[Row]:
    """Return the rows at the top (or foot) of a page that white space sets apart from the text, outermost first."""
    rows = _rows(lines)
    if len(rows) < MAX_ROWS + 1:
        return []
    gaps = [max(0.0, min(x.y0 for x in below) - max(x.y1 for x in above)) for above, below in pairwise(rows)]
    usual = median(gaps)
    ordered, spaces = (rows, gaps) if top else (rows[::-1], gaps[::-1])
    for count in range(1, MAX_ROWS + 1):
        edge = ordered[:count]
        if not all(_in_margin(line, height) for row in edge for line in row):
            return []
        if spaces[count - 1] > usual + APART * max(line.size for row in edge for line in row):
            return edge
    return []


def _offsets(edge: Sequence[Row]) -> set[int]:
    """Return, for each number at an end of a row ("2  ROE ET AL."), how far it is from the number of the page."""
    found: set[int] = set()
    for row in edge:
        words = " ".join(line.text for line in row).split()
        found |= {int(word) - row[0].page for word in (words[0], words[-1]) if re.fullmatch(r"\d{1,5}", word)}
    return found


def _is_head(
    edge: list[Row], others: Sequence[list[Row]], lines: Sequence[Line], body: float, *, numbered: bool
) -> bool:
    held = [line for row in edge for line in row]
    if not held or any(line.size > body + 0.5 or CAPTION_START.match(line.text.strip()) for line in held):
        return False
    if any(section_role(line.text.strip()) is not None for line in held):
        return False
    if numbered:
        return True
    level = any(other and abs(other[0][0].y1 - edge[0][0].y1) < SAME_HEIGHT for other in others)
    types = Counter((line.size, line.font) for line in lines)
    own_type = all(line.size < 0.95 * body and types[(line.size, line.font)] <= len(held) + FEW_ROWS for line in held)
    return level or own_type


def _rows(lines: Sequence[Line]) -> list[Row]:
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: (line.y1, line.x0)):
        if rows and abs(rows[-1][0].y1 - line.y1) < 0.5 * min(line.size, rows[-1][0].size) + 0.5:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _in_margin(line: Line, height: float) -> bool:
    return line.y0 < MARGIN_SHARE * height or line.y1 > (1 - MARGIN_SHARE) * height


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()).casefold())
