"""In: a PDF; out: a `Document`: columns in reading order, running heads dropped, pages and references kept."""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import SourceError
from pipeline.ingest.boilerplate import is_journal, is_label
from pipeline.ingest.byline import is_front_matter, is_sentence, person_names
from pipeline.ingest.citations import HIGHEST_LABEL, find_citations, merge
from pipeline.ingest.dates import parse_date
from pipeline.ingest.outline import organise
from pipeline.ingest.passages import Piece, assemble
from pipeline.ingest.pdf_dashes import with_dashes
from pipeline.ingest.pdf_heads import without_running_heads
from pipeline.ingest.pdf_layout import in_reading_order
from pipeline.ingest.pdf_lines import Line, body_size, page_lines
from pipeline.ingest.pdf_paragraphs import (
    Paragraph,
    is_furniture,
    is_mostly_bold,
    line_kind,
    paragraphs,
    pieces,
    raised_left_out,
    vocabulary,
)
from pipeline.ingest.pdf_tables import page_tables
from pipeline.ingest.quality import Findings, finish
from pipeline.ingest.reference_lists import reference_lists
from pipeline.ingest.references import DOI, NUMBER, read_reference_lists
from pipeline.ingest.sections import section_role
from pipeline.ingest.source import Source
from pipeline.mupdf import pymupdf
from pipeline.records import Document, Table
from pipeline.vocabulary import QualityFlag

LOG = logging.getLogger(__name__)
# Fewer characters than this on a page is a scan with a stamp on it, not text.
MIN_CHARACTERS = 25
MIN_NUMBERED = 5
# Characters of a title.
MIN_TITLE, MAX_TITLE = 10, 400
DATE_WORDS = re.compile(
    r"\b(?:published(?: online)?|first published|accepted|available online|received)\b:?", re.IGNORECASE
)
VOLUME_YEAR = re.compile(r"\b((?:19|20)\d\d)\s?[;:]\s?\d{1,4}\b")
FOOT = re.compile(r"^©|^copyright\b|^see rights and reprints|^no commercial reuse|^downloaded from", re.IGNORECASE)
FILE_NAME = re.compile(
    r"\.(?:docx?|pdf|indd|tex|qxd|dvi|rtf)$|^(?:untitled|microsoft word|layout 1|\S+_\S+$|[\d\W]+$)", re.IGNORECASE
)
# What MuPDF notes where a part of a page's content cannot be had.
CONTENT_LOST = re.compile(r"cannot load content stream|premature end of data|zlib error", re.IGNORECASE)
# A PDF that was fetched whole has its end mark among its last bytes.
END_MARK, END_BYTES = b"%%EOF", 2048


def read_pdf(source: Source) -> list[Document]:
    """Read a PDF; raises `SourceError` where it is encrypted, damaged, too long, or holds images only."""
    pdf = _open(source)
    with pdf:
        sheets = [_sheet(pdf, number) for number in range(1, pdf.page_count + 1)]
        metadata = {key: " ".join(str(value or "").split()) for key, value in (pdf.metadata or {}).items()}
        cut_off = pdf.is_repaired and END_MARK not in source.data[-END_BYTES:]
    pages = [sheet.lines for sheet in sheets]
    _require_text(source, sheets, cut_off=cut_off)
    kept = without_running_heads(pages, [sheet.height for sheet in sheets])
    left = {id(line) for line in kept[0]}
    heads = " ".join(line.text for line in pages[0] if id(line) not in left)
    flags: list[QualityFlag] = ["truncated"] if cut_off else []
    if any(sheet.damaged for sheet in sheets):
        flags.append("pages not read")
    findings = _findings([in_reading_order(lines) for lines in kept], metadata, heads, flags)
    tables = tuple(table for sheet in sheets for table in sheet.tables)
    return [finish(source, replace(findings, tables=tables))]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page as it was read: its lines, its height in points, whether it shows images, whether text of it is lost."""

    lines: list[Line]
    height: float
    has_images: bool
    damaged: bool
    tables: tuple[Table, ...] = ()


def _sheet(pdf: Any, number: int) -> _Sheet:
    """Read one page; whatever fails on it costs this page alone."""
    pymupdf.TOOLS.reset_mupdf_warnings()
    try:
        page = pdf[number - 1]
        lines, height, has_images = page_lines(page, number), page.rect.height, bool(page.get_images())
    except Exception:
        LOG.info("Page %d was left out.", number, exc_info=True)
        return _Sheet([], 0.0, has_images=False, damaged=True)
    noted = pymupdf.TOOLS.mupdf_warnings()
    tables = page_tables(page, lines, number)
    return _Sheet(lines, height, has_images, damaged=bool(CONTENT_LOST.search(noted)), tables=tables)


def _open(source: Source) -> Any:
    opened: Any = pymupdf.open
    try:
        pdf = opened(stream=source.data, filetype="pdf")
        locked = pdf.needs_pass and not any(map(pdf.authenticate, _passwords(source)))
        count = 0 if locked else pdf.page_count
    except Exception:
        raise SourceError(f"{source.path} is a damaged PDF; download it again.") from None
    if locked:
        raise SourceError(
            f"{source.path} is encrypted; remove its password (for example with qpdf --decrypt), or give it with "
            f"--pdf-password-file or the environment variable {source.limits.pdf_password_env}."
        )
    if count == 0:
        raise SourceError(f"{source.path} is a damaged PDF without pages; download it again.")
    if count > source.limits.max_pages:
        raise SourceError(
            f"{source.path} has {count:,} pages, more than the limit of {source.limits.max_pages:,}; "
            "split it or raise max_pages."
        )
    return pdf


def _passwords(source: Source) -> Iterator[str]:
    """Yield what may open a PDF: nothing, the variable's content, and each line of the file."""
    yield ""
    yield os.environ.get(source.limits.pdf_password_env, "")
    if source.limits.pdf_password_file:
        yield from source.limits.pdf_password_file.read_text(encoding="utf-8").splitlines()


def _require_text(source: Source, sheets: Sequence[_Sheet], *, cut_off: bool) -> None:
    characters = sum(len(line.text.strip()) for sheet in sheets for line in sheet.lines)
    if characters >= MIN_CHARACTERS * len(sheets):
        return
    if cut_off and not characters:
        raise SourceError(f"{source.path} is a damaged PDF that was cut short before its text; download it again.")
    if not characters and any(sheet.damaged for sheet in sheets):
        raise SourceError(f"{source.path} is a damaged PDF of which no page can be read; download it again.")
    if any(sheet.has_images for sheet in sheets):
        raise SourceError(
            f"{source.path} holds images of pages and no text; run OCR on it first (for example ocrmypdf)."
        )
    if not characters:
        raise SourceError(
            f"{source.path} holds no text; run OCR on it (for example ocrmypdf) or save it again as PDF with text."
        )


def _findings(
    pages: Sequence[list[Line]], metadata: dict[str, str], heads: str, flags: Sequence[QualityFlag]
) -> Findings:
    lines = with_dashes([line for page in pages for line in page])
    body = body_size(lines)
    title, title_lines = _title([line for line in lines if line.page == 1], metadata)
    lines = [line for line in lines if line not in title_lines]
    article, lists = _split_references(lines)
    first = " ".join([heads, *(line.text for line in article if line.page == 1)])
    grouped = [
        paragraph
        for paragraph in paragraphs(article)
        if not is_furniture(paragraph, body, first_page=paragraph.lines[0].page == 1)
    ]
    stated = person_names(metadata.get("author", "").replace(";", ","))
    grouped, named = _without_byline(grouped, stated)
    shown = _key(" ".join(line.text for line in lines if line.page == 1))
    authors = stated if not named or any(_key(author) in shown for author in stated) else named
    references = read_reference_lists([_entries(listed) for listed in lists])
    words = vocabulary(lines)
    content = list(pieces(grouped, words, len(references) or HIGHEST_LABEL))
    outline = organise([Piece(title, "title", pages=((0, 1),)), *content] if title else content)
    assembly = assemble(outline.passages)
    dois = {match.lower() for match in DOI.findall(first)}
    return Findings(
        format="pdf",
        text=assembly.text,
        title=title,
        date=_date(first, heads) or outline.date,
        authors=authors,
        identifiers={"doi": dois.pop()} if len(dois) == 1 else {},
        blocks=assembly.blocks,
        citations=merge(
            assembly.text, [*assembly.citations, *find_citations(assembly.text, assembly.blocks, references)]
        ),
        references=references,
        pages=assembly.pages,
        flags=(*outline.flags, *flags),
    )


def _title(lines: Sequence[Line], metadata: dict[str, str]) -> tuple[str, list[Line]]:
    """Return the title and its lines: the metadata's where the first page shows it, else the largest type there.

    The name of the journal and the kind of article ("RESEARCH ARTICLE") may be set larger, and are none.
    """
    lines = [line for line in lines if not is_label(line.text)]
    largest = max((line.size for line in lines if len(line.text.strip()) > 3), default=0.0)
    stated = metadata.get("title", "")
    if len(stated) <= MIN_TITLE or FILE_NAME.search(stated) or is_label(stated) or is_journal(stated):
        stated = ""
    if stated:
        shown = [
            line
            for line in lines
            if len(_key(line.text)) > 5 and _key(line.text) in _key(stated) and line.size >= 0.9 * largest
        ]
        shown = shown or [line for line in lines if len(_key(line.text)) > 12 and _key(line.text) in _key(stated)]
        if shown:
            return stated, shown
    least = 1.15 * body_size(lines)
    for size in sorted({line.size for line in lines if least < line.size <= largest}, reverse=True):
        set_so = [line for line in lines if size - 0.3 <= line.size <= size]
        text = " ".join(" ".join(line.text.split()) for line in set_so)
        if MIN_TITLE < len(text) < MAX_TITLE and " " in text and not is_journal(text):
            return text, set_so
    return stated, []


def _key(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _without_byline(grouped: list[Paragraph], authors: tuple[str, ...]) -> tuple[list[Paragraph], tuple[str, ...]]:
    """Leave out names, affiliations, dates and DOI before the first prose of page one; return the names too."""
    end = next(
        (index for index, paragraph in enumerate(grouped) if is_sentence(paragraph.text) or _is_section(paragraph)), 0
    )
    kept = list(grouped[end:])
    named: tuple[str, ...] = ()
    for paragraph in reversed(grouped[:end]):
        key = _key(paragraph.text)
        names = person_names(raised_left_out(paragraph))
        listed = sum(_key(author) in key for author in authors) >= max(1, len(authors) // 2)
        if paragraph.lines[0].page > 1 or not (names or listed or is_front_matter(paragraph.text)):
            kept.insert(0, paragraph)
        named = names or named
    return kept, named


def _is_section(paragraph: Paragraph) -> bool:
    return paragraph.kind == "heading" and section_role(paragraph.text) is not None


def _split_references(lines: Sequence[Line]) -> tuple[list[Line], list[list[Line]]]:
    """Return the lines of the article and of its reference lists: those under their headings, or in smaller type."""
    body, mostly_bold = body_size(lines), is_mostly_bold(lines)
    found = reference_lists(
        [Piece(line.text.strip(), line_kind(line, body, mostly_bold=mostly_bold)) for line in lines]
    )
    if found:
        listed = {index for places in found for index in places}
        article = [line for index, line in enumerate(lines) if index not in listed]
        return article, [list(lines[places.start + 1 : places.stop]) for places in found]
    for index, line in enumerate(lines):
        if index > 0.4 * len(lines) and line.size < body and re.match(r"^\s*\[?1[\].)\t\s]", line.text):
            expected = 1
            for other in lines[index : index + 12 * MIN_NUMBERED]:
                expected += bool(re.match(rf"^\s*\[?{expected}[\].)\t\s]", other.text))
            if expected > MIN_NUMBERED:
                return list(lines[:index]), [list(lines[index:])]
    return list(lines), []


def _entries(lines: Sequence[Line]) -> list[str]:
    """Return the lines of a numbered list; of another its entries: each begins where a line stands out to the left."""
    if not lines:
        return []
    size = body_size(lines)
    kept = [line for line in lines if abs(line.size - size) < 0.6 and not FOOT.search(line.text.strip())]
    joined = [_dehyphenated(line.text) for line in kept]
    if sum(bool(NUMBER.match(text)) for text in joined) >= 0.2 * len(joined):
        return joined
    entries: list[str] = []
    for index, line in enumerate(kept):
        left = min(other.x0 for other in kept if other.page == line.page and abs(other.x0 - line.x0) < 40)
        hangs = any(other.x0 - left > 5 for other in kept if other.page == line.page and abs(other.x0 - left) < 40)
        starts = line.x0 - left < 3 if hangs else bool(index == 0 or joined[index - 1].rstrip().endswith("."))
        if starts or not entries:
            entries.append(joined[index])
        else:
            entries[-1] = f"{entries[-1]} {joined[index]}"
    return entries


def _dehyphenated(text: str) -> str:
    return text.replace("\t", " ").strip()


def _date(first: str, heads: str) -> str:
    """Return the date that page one states for the article: in words, in its running head, or before a volume."""
    for match in DATE_WORDS.finditer(first):
        date = parse_date(first[match.end() : match.end() + 40])
        if date and not match[0].lower().startswith("received"):
            return date
    year = VOLUME_YEAR.search(heads) or VOLUME_YEAR.search(first)
    return year[1] if year else parse_date(heads)
