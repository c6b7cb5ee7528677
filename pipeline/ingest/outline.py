"""In: pieces of a page in reading order; out: its article passages, references, date, authors and notices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.ingest.boilerplate import OPENING, Scope, is_disclaimer, notices, scope_of
from pipeline.ingest.byline import authors_stated
from pipeline.ingest.dates import parse_date
from pipeline.ingest.passages import Passage, Piece
from pipeline.ingest.reference_lists import reference_lists
from pipeline.ingest.sections import is_back_matter, section_role
from pipeline.vocabulary import QualityFlag, SectionRole

DATE_LINE = re.compile(
    r"\b(updated|reviewed|modified|published|posted|accepted|review date|date)\b[^\d]{0,40}?"
    r"(?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
DATE_PREFERENCE = ("updated", "modified", "reviewed", "review date", "published", "posted", "accepted", "date")
PROSE_LENGTH = 60
PROSE_END = re.compile(r"[.!:)\]”\"][\d,;–\-\s\[\]]*$")
# A short sentence, such as no link has for its text.
SENTENCE = re.compile(r"^\S+(?:\s+\S+){3,}[^.!?…]{2}[.!][\d\[\], ]*$")
# Comments of readers end a page; a heading of that name above this share of it ends nothing.
FOOTER_SHARE = 0.6
# Headings that shut out more than the rest of the prose have been misread.
MIN_KEPT = 0.5
UNCERTAIN: QualityFlag = "main text uncertain"


@dataclass(frozen=True, slots=True)
class Outline:
    """What a page consists of: article passages, the pieces of each reference list, its date, authors and notices."""

    passages: tuple[Passage, ...]
    references: tuple[tuple[Piece, ...], ...] = ()
    date: str = ""
    authors: tuple[str, ...] = ()
    flags: tuple[QualityFlag, ...] = ()


def organise(pieces: Sequence[Piece]) -> Outline:
    """Sort a page's pieces into article, reference lists and the rest, and give each passage its section.

    Where headings would shut out most of the page's prose, they are taken for headings of the article, and
    the outline is flagged.
    """
    outline = _sorted(pieces, shutting_out=True)
    prose = [piece for piece in pieces if piece.kind == "paragraph" and is_prose(piece.text)]
    kept = sum(len(passage.piece.text) for passage in outline.passages if is_prose(passage.piece.text))
    listed = {id(piece) for entries in outline.references for piece in entries}
    if kept >= MIN_KEPT * sum(len(piece.text) for piece in prose if id(piece) not in listed):
        return outline
    whole = _sorted(pieces, shutting_out=False)
    return replace(whole, flags=(*whole.flags, UNCERTAIN)) if len(whole.passages) > len(outline.passages) else outline


def _sorted(pieces: Sequence[Piece], *, shutting_out: bool) -> Outline:
    article: list[Piece] = []
    dates: dict[str, str] = {}
    flags: list[QualityFlag] = []
    authors: tuple[str, ...] = ()
    state = _State()
    seen = 0
    total = sum(len(piece.text) for piece in pieces) or 1
    preamble = _preamble(pieces)
    following = _following(pieces)
    top = _top(pieces)
    lists = reference_lists(pieces)
    references: list[list[Piece]] = [[] for _ in lists]
    place_of = {index: number for number, places in enumerate(lists) for index in places}
    for index, piece in enumerate(pieces):
        seen += len(piece.text)
        flags.extend(notices(piece.text))
        scope = scope_of(piece.text) if piece.kind != "title" else ""
        if index in top and (named := authors_stated(piece.text)):
            authors = authors or named
            scope = "line"
        if index in place_of and index == lists[place_of[index]].start:
            state = _State("references")
            continue
        if state.name == "references" and index not in place_of:
            state = _State()
        if scope in OPENING and piece.kind == "heading" and shutting_out:
            if scope != "rest" or seen > FOOTER_SHARE * total:
                state = _State(scope, piece.level)
            continue
        state = (
            _at_heading(state, piece, following[index]) if piece.kind == "heading" else _at_text(state, piece, scope)
        )
        if state.name != "references" and (scope == "line" or len(piece.text) < PROSE_LENGTH * 2):
            _collect_date(piece.text, dates)
        if state.name == "references":
            references[place_of[index]].append(piece)
        elif state.name == "article" and not scope and not _is_furniture(piece, in_preamble=index in preamble):
            article.append(piece)
    return Outline(
        tuple(sectioned(article)),
        tuple(map(tuple, references)),
        next((dates[word] for word in DATE_PREFERENCE if word in dates), ""),
        authors,
        tuple(dict.fromkeys(flags)),
    )


@dataclass(frozen=True, slots=True)
class _State:
    """What the pieces being read belong to: the article, a reference list, or a part shut out by a heading.

    `level` is the depth of that heading (0 unknown); `deeper` says that a heading below it has been passed.
    """

    name: Literal["article", "references", "line", "box", "section", "rest", ""] = "article"
    level: int = 0
    deeper: bool = False


def _at_heading(state: _State, piece: Piece, following: Piece | None) -> _State:
    if is_back_matter(piece.text):
        return _State("section", piece.level)
    if state.name in {"rest", "article", "references"} or following is None:
        return state
    if 0 < state.level < piece.level:
        return replace(state, deeper=True)
    opens = not piece.text.rstrip().endswith("?") and (is_prose(following.text) or section_role(piece.text) is not None)
    return _State() if opens and not is_disclaimer(following.text) else state


def _at_text(state: _State, piece: Piece, scope: Scope) -> _State:
    """A box of links ends where prose follows, unless that is the teaser under a link's own heading."""
    if state.name != "box" or state.deeper or scope:
        return state
    return _State() if is_prose(piece.text) or SENTENCE.search(piece.text) else state


def _preamble(pieces: Sequence[Piece]) -> range:
    """Return where status boxes stand: between the title and the first prose, if one line there, or above, is known."""
    first = next((index for index, piece in enumerate(pieces) if piece.kind == "title"), -1) + 1
    for index in range(first, len(pieces)):
        heads = pieces[index].kind == "heading" and index + 1 < len(pieces) and is_prose(pieces[index + 1].text)
        if heads or is_prose(pieces[index].text):
            banner = any(notices(piece.text) for piece in pieces[:first])
            furnished = banner or any(scope_of(piece.text) == "line" for piece in pieces[first:index])
            return range(first, index) if furnished else range(0)
    return range(0)


def _top(pieces: Sequence[Piece]) -> range:
    """Return where a page may name its authors: the pieces down to the first prose."""
    return range(next((index for index, piece in enumerate(pieces) if is_prose(piece.text)), len(pieces)))


def _is_furniture(piece: Piece, *, in_preamble: bool) -> bool:
    if piece.kind == "title":
        return False
    return (in_preamble and len(piece.text) < PROSE_LENGTH) or (piece.kind == "paragraph" and is_disclaimer(piece.text))


def sectioned(pieces: Sequence[Piece]) -> list[Passage]:
    """Give each piece the heading it stands under and that section's role.

    Headings without a role of their own take the role of the section around them where the article has the parts
    of a paper (methods, results ...), else they are body.
    """
    roles = [section_role(piece.text) for piece in pieces if piece.kind == "heading"]
    is_paper = len({role for role in roles if role in {"methods", "results", "discussion", "conclusion"}}) >= 2
    passages: list[Passage] = []
    section, role, level = "", "body", 0
    for index, piece in enumerate(pieces):
        if piece.kind == "title":
            passages.append(Passage(piece, "", "title"))
            continue
        if piece.kind == "heading":
            own = section_role(piece.text)
            section = piece.text
            if own is not None:
                role, level = own, piece.level
            elif not (is_paper and role != "body" and (piece.level == 0 or piece.level > level)):
                role, level = "body", piece.level
            if index + 1 == len(pieces):
                continue
        passages.append(Passage(piece, section, _role(role)))
    return passages


def _role(role: str) -> SectionRole:
    return role  # type: ignore[return-value]


def entry_lines(pieces: Sequence[Piece]) -> list[str]:
    """Return the lines of a reference list, those of a numbered list with their number before them."""
    return [
        f"{piece.level}. {piece.text}" if piece.kind == "list item" and piece.level else piece.text for piece in pieces
    ]


def is_prose(text: str) -> bool:
    """Say whether a text reads as an article's paragraph: a long line that ends like a sentence, no question."""
    return len(text) >= PROSE_LENGTH and bool(PROSE_END.search(text[-PROSE_LENGTH:].rstrip()))


def _following(pieces: Sequence[Piece]) -> list[Piece | None]:
    """Return for each piece the next one that may be article."""
    found: list[Piece | None] = []
    after: Piece | None = None
    for piece in reversed(pieces):
        found.append(after)
        after = after if scope_of(piece.text) else piece
    return found[::-1]


def _collect_date(text: str, dates: dict[str, str]) -> None:
    found = DATE_LINE.search(text)
    if found:
        date = parse_date(text[found.end() :][:60])
        if date:
            dates.setdefault(found[1].lower(), date)
