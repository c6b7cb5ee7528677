"""In: the blocks of a text; out: the same, each in another language than English marked.

The words that hold sentences together tell a language: in English text a third of all words are of its list
(`function_words.csv`). Claims are told by English words; those that stand in other languages by chance tell nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pipeline.ingest.resources import rows
from pipeline.records import Block

ENGLISH = "English"
# Words of other languages that English text holds too: "vitamin E", "et al.", "per", "son", "met".
SHARED = "shared with English"
# Fewer words tell no language: a title, a name.
FEWEST_WORDS = 8
# So much of a paragraph is looked at.
LONGEST_LOOK = 600
# Shares of words: with less English, and more of another language, a paragraph is in that one.
LEAST_ENGLISH, LEAST_OTHER = 0.12, 0.15
# Different words of another language alone that a paragraph in it has.
FEWEST_TELLING = 3
# The share of letters of other alphabets than the Latin one with which a paragraph is in another language.
OTHER_ALPHABET = 0.3
_OTHER_LETTER = re.compile(r"[^\W\d_\u0000-\u036f\u1d00-\u1eff\u2000-\u2bff]")


def with_foreign_marked(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks, of which those in another language say so; all of them where all paragraphs are in one."""
    prose = [block for block in blocks if block.kind in ("paragraph", "list item")]
    foreign = [block for block in prose if is_foreign(text[block.start : min(block.end, block.start + LONGEST_LOOK)])]
    if not foreign:
        return tuple(blocks)
    if len(foreign) == len(prose):
        foreign = list(blocks)
    return tuple(replace(block, foreign=True) if block in foreign else block for block in blocks)


def is_foreign(paragraph: str) -> bool:
    """Whether a paragraph is written in another language than English.

    >>> is_foreign("Die Einnahme von Zink hat das Risiko für eine Erkältung nicht gesenkt.")
    True
    >>> is_foreign("Zinc did not lower the risk of a common cold in this trial.")
    False
    >>> is_foreign("As Miller et al. reported, vitamin E increased all-cause mortality.")
    False
    """
    words = paragraph.lower().split()
    if len(words) < FEWEST_WORDS:
        return len(_OTHER_LETTER.findall(paragraph)) > OTHER_ALPHABET * max(len(paragraph), 1)
    languages = _languages()
    english = sum(word in languages[ENGLISH] for word in words)
    if english >= LEAST_ENGLISH * len(words):
        return False
    if len(_OTHER_LETTER.findall(paragraph)) > OTHER_ALPHABET * len(paragraph):
        return True
    others = [own for name, own in languages.items() if name not in (ENGLISH, SHARED)]
    own = max(others, key=lambda own: sum(word in own for word in words))
    most = sum(word in own for word in words)
    telling = own.intersection(words) - languages[ENGLISH] - languages[SHARED]
    return most >= LEAST_OTHER * len(words) and most > english and len(telling) >= FEWEST_TELLING


@cache
def _languages() -> dict[str, frozenset[str]]:
    return {row["language"]: frozenset(row["words"].split()) for row in rows("function_words")}
