"""In: lines of a PDF in reading order; out: headings, paragraphs, list items and captions (`Piece`)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.ingest.boilerplate import is_small_print
from pipeline.ingest.citations import UNITS, expand_labels
from pipeline.ingest.inline import SUPERSCRIPTS
from pipeline.ingest.passages import Piece
from pipeline.ingest.pdf_lines import Line, body_font, body_size
from pipeline.ingest.sections import is_back_matter, is_references, section_role
from pipeline.records import Citation
from pipeline.vocabulary import BlockKind

CAPTION = re.compile(
    r"^(?:(?:Supplementary|Supplemental|Appendix|Extended Data|SUPPLEMENTARY|APPENDIX) )?"
    r"(?:Fig(?:ure)?|FIG(?:URE)?|Table|TABLE|Box|BOX|Scheme|SCHEME|Chart|CHART)\.?\s*"
    r"(?:[A-Z]?\d{1,2}[A-Za-z]?|[IVX]{1,4})\s*(?:[|:.–—]|\s[A-Z]|$)"
)
# A line after these words goes on with their sentence: "... as shown in" / "Table 2. Of these women ..."
REFERS = re.compile(r"(?:\b(?:in|see|and|or|of|from|to|by|with|the|also)|[(,;–-])$")
BULLET = re.compile(r"^\s*(?:[•·●▪◦‣∙■□–—-]|\d{1,2}[.)])\s+(?=\S)")
SENTENCE_END = re.compile(r"[.!?:;][)”\"’\]]?\s*$|(?<!\d)[.!?:;][)”\"’\]]?[\d,–\s]+$")
# Ends that look like a sentence's and are none.
OPEN_END = re.compile(r"(?:;|\b(?:vs|e\.g|i\.e|et al|Figs?|Refs?|Nos?|Dr|cf|approx|ca)\.)$")
RAISED_LABELS = re.compile(r"\s*\d{1,3}(?:(?:\s*[,–-]\s*|\s+)\d{1,3})*\s*,?\s*")
HEADING_LENGTH = 140
SMALL_PRINT = 0.87
TINY_PRINT = 0.7
FEW_WORDS = 12
FULL_LINE = 0.8
# How many paragraphs a broken one may be away from its other part (captions, boxes and tables between).
REACH = 40
# Lines of a paragraph, and letters of a word before a hyphen, beyond which it is none.
MOST_LINES, LONGEST_WORD = 500, 200
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together while they are gathered, with their kind and type size."""

    lines: list[Line]
    kind: BlockKind = "paragraph"

    @property
    def size(self) -> float:
        """The type size of most lines, in points."""
        return Counter(line.size for line in self.lines).most_common(1)[0][0]

    @property
    def font(self) -> str:
        """The font of most lines."""
        return Counter(line.font for line in self.lines).most_common(1)[0][0]

    @property
    def text(self) -> str:
        """The lines' text, joined by spaces."""
        return " ".join(line.text.strip() for line in self.lines)


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Group lines into headings, paragraphs, list items, captions and tables; continued paragraphs are joined."""
    body = body_size(lines)
    mostly_bold = is_mostly_bold(lines)
    font = body_font(lines)
    leading = _usual_gap(lines)
    grouped: list[Paragraph] = []
    previous: Line | None = None
    for line in lines:
        kind = line_kind(line, body, mostly_bold=mostly_bold)
        if kind == "caption" and previous is not None and _mentions(line, previous):
            kind = "paragraph"
        if grouped and previous is not None and not _begins(line, previous, kind, grouped[-1], leading):
            grouped[-1].lines.append(line)
        else:
            grouped.append(Paragraph([line], kind))
        previous = line
    for paragraph in grouped:
        if paragraph.kind == "heading" and (
            len(paragraph.text) > HEADING_LENGTH or not re.search(r"[A-Za-z]{3}", paragraph.text)
        ):
            paragraph.kind = "paragraph"
    whole = _continued(grouped)
    for paragraph in whole:
        if paragraph.kind == "paragraph" and _is_tabular(paragraph, set_apart=not _is_set_as(paragraph, body, font)):
            paragraph.kind = "table"
    return whole


def is_mostly_bold(lines: Sequence[Line]) -> bool:
    """Say whether bold type is no mark of a heading here."""
    return sum(line.bold for line in lines) > 0.5 * len(lines)


def raised_left_out(paragraph: Paragraph) -> str:
    """Return a paragraph's text with each raised mark (of an affiliation, for example) as a comma."""
    return " ".join(
        "".join("," if span.raised else span.text for span in line.spans).strip() for line in paragraph.lines
    )


def is_furniture(paragraph: Paragraph, body: float, *, first_page: bool) -> bool:
    """Say whether a paragraph is small print around the article: affiliations, correspondence, licence, funding."""
    if first_page and paragraph.size <= TINY_PRINT * body:
        return True
    small = paragraph.size <= SMALL_PRINT * body
    return small and paragraph.kind == "paragraph" and is_small_print(paragraph.text)


def line_kind(line: Line, body: float, *, mostly_bold: bool) -> BlockKind:
    """Return what a line begins or belongs to, by its words and by how it is set beside the body's type size."""
    text = line.text.strip()
    if CAPTION.match(text) and len(text) > 5:
        return "caption"
    named = section_role(text) is not None or is_references(text) or is_back_matter(text)
    short = len(text) <= HEADING_LENGTH and not text.endswith((".", ",", ";")) and re.search(r"[A-Za-z]{3}", text)
    distinct = line.size >= body + 0.8 or (line.bold and not mostly_bold and line.size >= 0.95 * body)
    if (short and distinct) or (
        named and line.size >= 0.93 * body and text[0].isupper() and not text.endswith((".", ","))
    ):
        return "heading"
    return "list item" if BULLET.match(text) and not re.match(r"^[–—-]", text) else "paragraph"


def _usual_gap(lines: Sequence[Line]) -> float:
    """Return the white space between two lines of the text, in points: near 0, more in a double-spaced manuscript."""
    gaps = [
        after.y0 - before.y1
        for before, after in pairwise(lines)
        if before.page == after.page and abs(before.x0 - after.x0) < after.size and after.y0 > before.y0
    ]
    return max(0.0, median(gaps)) if gaps else 0.0


def _begins(line: Line, previous: Line, kind: BlockKind, current: Paragraph, leading: float) -> bool:
    if len(current.lines) >= MOST_LINES:
        return True
    same_column = abs(line.x0 - previous.x0) < 4 * line.size and line.page == previous.page
    gap = line.y0 - previous.y1
    if kind in {"heading", "caption"} or current.kind == "heading":
        wraps = (
            kind == current.kind == "heading"
            and same_column
            and gap < leading + 0.6 * line.size
            and abs(line.size - previous.size) < 0.3
        )
        return not wraps or line.font != previous.font or section_role(previous.text.strip()) is not None
    if kind == "list item" or abs(line.size - current.size) > 0.4:
        return True
    if line.block == previous.block and line.page == previous.page:
        left = min(other.x0 for other in current.lines)
        indented = 4 < line.x0 - left < 30 and current.kind == "paragraph"
        return (indented and bool(SENTENCE_END.search(previous.text.strip()))) or gap > leading + 1.2 * line.size
    if leading > 0.5 * line.size and same_column and gap < leading + 0.3 * line.size:
        width = max(other.x1 for other in (*current.lines, line)) - line.x0
        share = (previous.x1 - previous.x0) / width
        return share < 0.6 or (share < 0.85 and bool(SENTENCE_END.search(previous.text.strip())))
    # The next block goes on with the same paragraph where the text runs on and the place fits.
    runs_on = not SENTENCE_END.search(previous.text.strip()) and not line.text.lstrip()[:1].isupper()
    return not (
        runs_on and same_column and gap < leading + 0.8 * line.size and current.kind in {"paragraph", "list item"}
    )


def _mentions(line: Line, previous: Line) -> bool:
    """Say whether a line that begins like a caption goes on with a sentence about that table or figure."""
    before = previous.text.strip()
    alike = abs(line.size - previous.size) < 0.3 and line.font == previous.font
    inside = line.block == previous.block and line.y0 - previous.y1 < 0.5 * line.size
    return alike and not SENTENCE_END.search(before) and (bool(REFERS.search(before)) or inside)


def _is_set_as(paragraph: Paragraph, size: float, font: str) -> bool:
    return paragraph.font == font and abs(paragraph.size - size) < 0.3


def _is_tabular(paragraph: Paragraph, *, set_apart: bool) -> bool:
    """Say whether a paragraph is cells of a table or labels of a figure: figures, short lines, no sentence."""
    text = paragraph.text
    words = text.split()
    figures = sum(bool(re.match(r"^[(<>±=−–-]*\d", word)) for word in words)
    if SENTENCE_END.search(text):
        return figures > 0.6 * len(words)
    short_lines = sum(len(line.text.split()) <= 3 for line in paragraph.lines)
    return (
        figures > 0.4 * len(words)
        or (len(paragraph.lines) > 2 and short_lines > 0.7 * len(paragraph.lines))
        or (len(words) <= 4 and figures > 0)
        or (set_apart and (len(words) < FEW_WORDS or figures > 0.15 * len(words) or "(n=" in text.replace(" ", "")))
    )


def _continued(grouped: list[Paragraph]) -> list[Paragraph]:
    """Join a paragraph broken by a column, page, box or figure with the part that goes on in the same type."""
    result = list(grouped)
    index = 0
    while index < len(result):
        current = result[index]
        if current.kind in {"paragraph", "list item"} and _is_open(current.text):
            under_heading = False
            for ahead in range(index + 1, min(index + REACH, len(result))):
                other = result[ahead]
                under_heading = under_heading or other.kind == "heading"
                alike = (
                    other.kind == "paragraph" and abs(other.size - current.size) < 0.15 and other.font == current.font
                )
                if not alike:
                    continue
                if _goes_on(current, other, under_heading=under_heading):
                    current.lines.extend(other.lines)
                    del result[ahead]
                    index -= 1
                break
        index += 1
    return result


def _is_open(text: str) -> bool:
    return not SENTENCE_END.search(text) or bool(OPEN_END.search(text))


def _goes_on(current: Paragraph, other: Paragraph, *, under_heading: bool) -> bool:
    """Say whether `other` continues `current`: by its first letter, or after a full last line of a column or page."""
    starts = other.text.lstrip()
    last, first = current.lines[-1], other.lines[0]
    breaks = last.page != first.page or first.y0 < last.y0
    if SENTENCE_END.search(current.text):
        return breaks and starts[:1].islower()
    if re.match(r"[a-z(]|\d+(?![\dA-Z])", starts) or current.text.endswith(("-", "\u00ad", ",")):
        return True
    ends = bool(re.search(r"[a-z)\d][.!?]", other.text))
    return breaks and ends and not under_heading and _is_full(last, [*current.lines, *other.lines])


def _is_full(last: Line, lines: Sequence[Line]) -> bool:
    """Say whether a paragraph's last line fills its column, so that the sentence must go on elsewhere."""
    width = max(line.x1 - line.x0 for line in lines)
    return last.x1 - last.x0 > FULL_LINE * width


def vocabulary(lines: Sequence[Line]) -> frozenset[str]:
    """Return the words of a document in lower case, as a check on which hyphens belong to a word."""
    return frozenset(word.lower() for line in lines for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text))


def piece(paragraph: Paragraph, words: frozenset[str], n_references: int) -> Piece:
    """Return a paragraph as running text: hyphens at line ends resolved, raised digits read as citations."""
    writer = _Writer(words, n_references)
    for line in paragraph.lines:
        writer.line(line)
    text, citations, pages = writer.result()
    bullet = BULLET.match(text) if paragraph.kind == "list item" else None
    if bullet:
        by = bullet.end()
        text = text[by:]
        citations = tuple(Citation(c.start - by, c.end - by, c.labels) for c in citations if c.start >= by)
        pages = tuple((max(0, offset - by), number) for offset, number in pages)
    return Piece(text, paragraph.kind, citations=citations, pages=pages)


class _Writer:
    """Text of one paragraph under construction."""

    def __init__(self, words: frozenset[str], n_references: int) -> None:
        self.words = words
        self.n_references = n_references
        self.text = ""
        self.citations: list[Citation] = []
        self.pages: list[tuple[int, int]] = []

    def line(self, line: Line) -> None:
        first = line.text.strip()
        self._join(first)
        if not self.pages or self.pages[-1][1] != line.page:
            self.pages.append((len(self.text), line.page))
        leading = True
        for span in line.spans:
            content = re.sub(r"\s+", " ", CONTROL.sub(" ", span.text))
            if leading:
                content = content.lstrip()
            if not content:
                continue
            leading = False
            self._raised(content) if span.raised else self._plain(content)
        self.text = self.text.rstrip(" ")

    def result(self) -> tuple[str, tuple[Citation, ...], tuple[tuple[int, int], ...]]:
        end = len(self.text.rstrip())
        return self.text.rstrip(), tuple(c for c in self.citations if c.end <= end), tuple(self.pages)

    def _plain(self, content: str) -> None:
        self.text += content.lstrip() if self.text.endswith(" ") or not self.text else content

    def _raised(self, content: str) -> None:
        labels = expand_labels(content) if RAISED_LABELS.fullmatch(content) else ()
        cites = labels and all(0 < int(label) <= self.n_references for label in labels)
        goes_on = bool(self.citations) and self.citations[-1].end == len(self.text.rstrip())
        if cites and (goes_on or not UNITS.search(self.text[-8:])):
            if self.text and not self.text.endswith((" ", "(", "[")):
                self.text += " "
            start = len(self.text)
            self.text += content.strip(" ,")
            self.citations.append(Citation(start, len(self.text), labels))
            self.text += " " if content.endswith(" ") else ""
        else:
            self._plain(content.translate(SUPERSCRIPTS) if self.text[-1:].isdigit() else content)

    def _join(self, following: str) -> None:
        """Prepare the end of the text for the next line: drop or keep a hyphen, or add a space."""
        if not self.text:
            return
        broken = re.search(r"([^\W\d_]+)[-\u00ad\u2010]$", self.text[-LONGEST_WORD:])
        after = re.match(r"[^\W\d_]+", following)
        if broken and after and following[0].islower():
            whole, parted = (broken[1] + after[0]).lower(), f"{broken[1]}-{after[0]}".lower()
            keep = self.text[-1] != "\u00ad" and parted in self.words and whole not in self.words
            self.text = self.text if keep else self.text[:-1]
        elif not self.text.endswith(("-", "/", "–", "—", "\u2010")) or not after:
            self.text += " "


def pieces(grouped: Sequence[Paragraph], words: frozenset[str], n_references: int) -> Iterator[Piece]:
    """Yield each paragraph as a piece, tables left out."""
    for paragraph in grouped:
        if paragraph.kind != "table":
            made = piece(paragraph, words, n_references)
            if made.text:
                yield made
