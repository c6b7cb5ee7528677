"""In: a page's pieces and the text that trafilatura found in it; out: the pieces that are the article.

Two readers decide: trafilatura says which words are main text, the page's structure corrects it where its own evidence
is plain (an element that calls itself a sharing bar, a line that is a link, a lead between title and text, an item of a
list whose neighbours are article).
"""

import unicodedata
from collections import Counter
from itertools import pairwise

from pipeline.ingest.page import Page
from pipeline.ingest.passages import Piece
from pipeline.ingest.reference_lists import reference_lists

# A piece with fewer letters and digits than this is too short to be told by its words alone.
SHORT = 25
# Below this share of a page's paragraph text, trafilatura has taken a box for the article.
MIN_SHARE = 0.2
# A piece with more of its characters in links is no running text; with more than the second, it is a link.
LINK_SHARE, MOSTLY_LINK = 0.5, 0.65
# Pieces are compared with the main text in stretches of this many letters; so many of them must be found.
WINDOW, MIN_WINDOWS = 40, 0.6
# A lead has at least so many characters, and stands within so many pieces below the title.
LEAD_LENGTH, LEAD_PIECES = 50, 8
# A name whose elements hold more of the main text than this calls nothing furniture on this page.
MAX_FURNITURE = 0.2
# An element that holds more of the main text than this holds the article.
MAX_AROUND = 0.6
# Below the rank of every heading (h1 to h6).
LOWEST_RANK = 7
# At most so many pieces between two of the article are taken for article too.
GAP_PIECES = 5
# Below this share of trafilatura's text, the walk over the page has left out where the article stands.
MIN_COVERED = 0.6


def letters(text: str) -> str:
    """Return the letters and digits of a text in one case, by which two readings are compared."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def covers(page: Page, main: str) -> bool:
    """Say whether the pieces of a page hold most of the main text (as letters)."""
    return sum(len(key) for piece in page.pieces if (key := letters(piece.text)) in main) >= MIN_COVERED * len(main)


def main_pieces(page: Page, main: str) -> list[Piece]:
    """Return the pieces that are article, the headings over them, and the reference lists.

    `main` is what trafilatura found, as letters; "" where it found nothing.
    """
    keys = [letters(piece.text) for piece in page.pieces]
    kept = _in_main_text(page, keys, main)
    furniture = _furniture(page, keys, kept)
    texts = [share < LINK_SHARE and not out for share, out in zip(page.link_shares, furniture, strict=True)]
    for index, piece in enumerate(page.pieces):
        is_link = page.link_shares[index] >= MOSTLY_LINK and piece.kind in {"paragraph", "heading"}
        kept[index] = kept[index] and not (is_link or furniture[index])
    _keep_lead(page, texts, kept)
    _keep_gaps(page, texts, kept)
    _keep_headings(page, furniture, kept)
    for places in reference_lists(page.pieces):
        kept[places.start : places.stop] = [True] * len(places)
    return [piece for piece, is_kept in zip(page.pieces, kept, strict=True) if is_kept]


def _in_main_text(page: Page, keys: list[str], main: str) -> list[bool]:
    weight = sum(len(key) for key, piece in zip(keys, page.pieces, strict=True) if piece.kind == "paragraph") or 1
    if len(main) < MIN_SHARE * weight:
        return [share < LINK_SHARE for share in page.link_shares]
    inside = [len(key) >= SHORT and _stands_in(key, main) for key in keys]
    for index, key in enumerate(keys):
        near = any(inside[max(0, index - 1) : index + 2])
        short = 0 < len(key) < SHORT and page.pieces[index].kind != "caption"
        if short and near and key in main:
            inside[index] = True
    return inside


def _stands_in(key: str, main: str) -> bool:
    """Say whether a piece is main text: its words stand there as a whole, or most stretches of them do."""
    if key in main:
        return True
    windows = [key[start : start + WINDOW] for start in range(0, max(1, len(key) - WINDOW + 1), WINDOW // 2)]
    return len(windows) > 1 and sum(window in main for window in windows) >= MIN_WINDOWS * len(windows)


def _furniture(page: Page, keys: list[str], kept: list[bool]) -> list[bool]:
    """Say of each piece whether it stands in furniture: in elements so named, which hold little of the main text.

    An element that holds most of it (`<body class="sidebar">`) says nothing of the others of that name.
    """
    weights = [len(key) * is_kept for key, is_kept in zip(keys, kept, strict=True)]
    total = sum(weights)
    within: Counter[tuple[int, str]] = Counter()
    for weight, named in zip(weights, page.furniture, strict=True):
        within.update(dict.fromkeys(named, weight))
    around = {named for named, weight in within.items() if weight > MAX_AROUND * total}
    held: Counter[str] = Counter()
    for (number, word), weight in within.items():
        held[word] += weight * ((number, word) not in around)
    most = MAX_FURNITURE * total
    return [any(named not in around and held[named[1]] <= most for named in all_named) for all_named in page.furniture]


def _keep_lead(page: Page, texts: list[bool], kept: list[bool]) -> None:
    """Keep the paragraph that leads from the title to the text; trafilatura often takes it for part of the head."""
    title = next((i for i, piece in enumerate(page.pieces) if piece.kind == "heading" and piece.level == 1), None)
    first = next((i for i, piece in enumerate(page.pieces) if kept[i] and piece.kind != "heading"), None)
    if title is None or first is None or first - title > LEAD_PIECES:
        return
    for index in range(title + 1, first):
        piece = page.pieces[index]
        if piece.kind not in {"caption", "table"} and len(piece.text) >= LEAD_LENGTH and texts[index]:
            kept[index] = True


def _keep_gaps(page: Page, texts: list[bool], kept: list[bool]) -> None:
    """Keep short runs of text between pieces of the article that are built as they are (items of one list, say)."""
    held = [index for index, is_kept in enumerate(kept) if is_kept]
    for before, after in pairwise(held):
        alike = page.pieces[before].kind == page.pieces[after].kind
        for index in range(before + 1, after if after - before <= GAP_PIECES + 1 else before):
            same = alike and page.pieces[index].kind == page.pieces[before].kind
            kept[index] = same and texts[index]


def _keep_headings(page: Page, furniture: list[bool], kept: list[bool]) -> None:
    """Keep the headings that stand over a kept piece, with nothing or only headings of lower rank between.

    Another heading over nothing belongs to a part that is no article; titles, and headings below the last
    text, stay as trafilatura found them.
    """
    below, highest = False, LOWEST_RANK
    for index in range(len(kept) - 1, -1, -1):
        piece = page.pieces[index]
        if piece.kind != "heading":
            if kept[index]:
                highest = LOWEST_RANK
            below = kept[index]
            continue
        over_text = kept[index] and (piece.level < highest or piece.level == 1)
        kept[index] = (over_text or below) and not furniture[index]
        if kept[index]:
            highest = min(highest, piece.level)
