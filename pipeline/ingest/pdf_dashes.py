"""In: the lines of a PDF; out: the same with a dash wherever the font calls its dash by another character.

Fonts of the years before Unicode put the en dash in a letter's place: pages 28–31 are copied as "28e31".
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.ingest.pdf_lines import Line

NUMBER = r"\d{1,5}(?:\.\d{1,3})?"
RANGE = re.compile(rf"(?<![\w.,/])({NUMBER})([^\s\d.,;:()\[\]/])({NUMBER})(?![\w/]|[.,]\d)")
# Where a range is sure to be one: between years, after a volume and its colon, after "pp."
SURE = re.compile(
    r"(?<![\w.])(?:19|20)\d\d([^\s\d.,;:()\[\]/])(?:19|20)\d\d(?!\w)"
    r"|(?:\d\)?\s?:|\bpp?\.)\s?\d{1,5}([^\s\d.,;:()\[\]/])\d{1,5}(?!\w)"
)
DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212")
EN_DASH = "\u2013"
# So many sure ranges show what stands for the dash, and they must be most of all.
MIN_SURE = 2


def with_dashes(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with an en dash for the character that stands between the ends of ranges of numbers.

    Only where the document shows it: in several page or year ranges, more than have a real dash.
    """
    used = Counter(match[1] or match[2] for line in lines for match in SURE.finditer(line.text))
    stands_in = {mark for mark, count in used.items() if mark not in DASHES and count >= MIN_SURE}
    mark = max(stands_in, key=lambda mark: used[mark], default="")
    if not mark or used[mark] <= sum(used[dash] for dash in DASHES):
        return list(lines)
    return [_with_dashes(line, mark) for line in lines]


def _with_dashes(line: Line, mark: str) -> Line:
    places = set(_places(line.text, mark)) if mark in line.text else set()
    if not places:
        return line
    spans, start = [], 0
    for span in line.spans:
        written = enumerate(span.text, start)
        spans.append(replace(span, text="".join(EN_DASH if at in places else letter for at, letter in written)))
        start += len(span.text)
    return replace(line, spans=tuple(spans))


def _places(text: str, mark: str) -> Iterator[int]:
    """Yield where the mark stands between a number and a larger one ("1023e31" counts on from 1023 to 1031)."""
    for match in RANGE.finditer(text):
        first, last = match[1], match[3]
        if match[2] == mark and (float(first) < float(last) or (first.isdigit() and len(last) < len(first))):
            yield match.start(2)
