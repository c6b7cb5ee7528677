"""In: the pieces of a text document in reading order; out: its `Document` with sections and references."""

from collections.abc import Mapping, Sequence

from pipeline.ingest.byline import is_front_matter, person_names
from pipeline.ingest.citations import find_citations, merge
from pipeline.ingest.dates import parse_date
from pipeline.ingest.outline import entry_lines, is_prose, organise
from pipeline.ingest.passages import Piece, assemble
from pipeline.ingest.quality import Findings, finish
from pipeline.ingest.references import DOI, read_reference_lists
from pipeline.ingest.source import Source
from pipeline.records import Document, Reference, Table
from pipeline.vocabulary import SourceFormat

# By-line, affiliations and dates stand in so many pieces below the title.
FRONT = 12
TITLE_WORDS = 40


def article(
    source: Source,
    form: SourceFormat,
    pieces: Sequence[Piece],
    *,
    title: str = "",
    authors: tuple[str, ...] = (),
    date: str = "",
    identifiers: Mapping[str, str] | None = None,
    notes: tuple[Reference, ...] = (),
    tables: tuple[Table, ...] = (),
) -> Document:
    """Return the document of a text whose pieces are all its own (no navigation); `notes` are cited footnotes."""
    title, rest = title_of(pieces, title)
    rest, named, dated = without_front(rest)
    outline = organise([Piece(title, "title"), *rest] if title else rest)
    references = read_reference_lists([entry_lines(entries) for entries in outline.references]) or notes
    assembly = assemble(outline.passages)
    front = " ".join(piece.text for piece in pieces[:FRONT])
    doi = DOI.search(front)
    return finish(
        source,
        Findings(
            format=form,
            text=assembly.text,
            title=title,
            date=date or outline.date or dated,
            authors=authors or named or outline.authors,
            identifiers=identifiers or ({"doi": doi[0].lower()} if doi else {}),
            blocks=assembly.blocks,
            citations=merge(
                assembly.text, [*assembly.citations, *find_citations(assembly.text, assembly.blocks, references)]
            ),
            references=references,
            tables=tables,
            flags=outline.flags,
        ),
    )


def title_of(pieces: Sequence[Piece], stated: str) -> tuple[str, list[Piece]]:
    """Return the title and the other pieces: a piece marked as title, a first heading, a first line, or `stated`."""
    rest = list(pieces)
    marked = next((index for index, piece in enumerate(rest[:FRONT]) if piece.kind == "title"), None)
    if marked is None and rest and (rest[0].kind == "heading" or _is_title_line(rest[0].text)):
        marked = 0
    if marked is None:
        return stated, rest
    return rest.pop(marked).text, rest


def without_front(pieces: Sequence[Piece]) -> tuple[list[Piece], tuple[str, ...], str]:
    """Return the pieces without by-line, affiliations and dates above the first prose; the authors; the date."""
    authors: tuple[str, ...] = ()
    date = ""
    kept: list[Piece] = []
    for index, piece in enumerate(pieces):
        if index >= FRONT or piece.kind == "heading" or is_prose(piece.text):
            return [*kept, *pieces[index:]], authors, date
        people = person_names(piece.text)
        if people or is_front_matter(piece.text):
            authors = authors or people
            date = date or parse_date(piece.text)
        else:
            kept.append(piece)
    return kept, authors, date


def _is_title_line(text: str) -> bool:
    return len(text.split()) <= TITLE_WORDS and text.rstrip()[-1:] not in {".", ":", ";", ","} and not is_prose(text)
