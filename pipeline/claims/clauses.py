"""In: a sentence with a pair in it; out: the same with names in place of mentions, cut into clauses.

The pair's words are NUT and OUT, other nutrients and outcomes NUT_ and OUT_, all else is in lower case. Nutrients that
stand in one list are one name, and so are outcomes, so that patterns need not know of lists.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipeline.records import Mention, Sentence

_REMEMBERED = 256
"""Texts whose clauses are remembered: several rules ask for those of one pair."""
_LINK = r"(?:,? (?:and|or|and/or|as well as|plus|nor) |, )"
_AMOUNT = r"(?:(?:the )?[\w-]+ (?:of|in) (?:the )?)?"  # "GSH and concentrations of GSSG"
_VALUES = (
    r"(?: \((?![^()]*(?:\bp\b|\bn\.?s\b|\bnot?\b))[^()]*\d[^()]*\))?"  # "(45 vs 60 pg/mL)"; a test is each member's own
)
_LISTS = {
    name: re.compile(rf"(?:{name}_{_VALUES}{_LINK}{_AMOUNT})*{name}(?:{_VALUES}{_LINK}{_AMOUNT}{name}_)*(?!_)")
    for name in ("NUT", "OUT")
}  # "NUT_, NUT_ and NUT"
_QUOTED = re.compile(r"[‘“\"']((?:NUT|OUT)_?)[’”\"']")
_IN_BRACKETS = re.compile(r"\([^()]*\d[^()]*\)")
_FINITE = r"[a-z -]{1,40}(?:s|ed|fell|rose|had|did|led)\b"
BREAK = re.compile(
    r"\s*(?:;|(?<!\ball)(?<!\bnothing)(?<!\banything)(?<!\bnone),? "
    r"(?:but|while|whereas|whilst|although|though|yet|however)\b|, and (?=(?:NUT|OUT)_?\b)|"
    rf", and (?=(?:[\w-]+ ){{1,4}}NUT_? {_FINITE})| and (?=too (?:little|much) NUT_? {_FINITE})|"
    rf" and (?=(?:NUT|OUT)_? {_FINITE})|"
    r"(?:(?<=OUT)|(?<=OUT_)),?(?: and)? (?=(?:[\w-]+ ){0,2}NUT_? (?:to|with|for) (?:[\w-]+ ){0,2}OUT)|"
    r" and (?=(?:as|equally|no more|no less|more|less) \w+ (?:with|in|on|among|after|under|for) NUT_?\b))\s*"
)
_NEXT = re.compile(r", (?=NUT_? [a-z]+(?:s|ed)\b (?:[\w-]+ ){0,3}OUT)")
_ASIDE = re.compile(
    r",? but not (?:(?!NUT\b|OUT)[\w-]+ ){0,4}(?!NUT\b|OUT)[\w-]+(?: \([^()]*\))?(?=,| (?!NUT|OUT)\w+(?:ed|s)\b)"
)  # "zinc, but not placebo, ..."
_JOINED = re.compile(
    r"(\bbetween (?:(?!and\b)[\w()-]+ ){0,6}?(?:(?!and\b)[\w()-]+)|"
    r"\b(?:NUT|OUT)(?: [\w-]+){0,2}(?= and (?:[\w-]+ ){0,2}(?:NUT|OUT)(?: [\w-]+){0,2} (?:were|are|was|is) "
    r"(?:\w+ ){0,2}(?:un)?(?:correlated|associated|related|linked|connected)\b)) and "
)  # "a link between iron and fatigue emerged", "iron and fatigue were unrelated"
_OPENING = re.compile(
    r"((?:even though|although|though|while|whereas|whilst) [^,;()]*(?:\([^()]*\)[^,;()]*)*), "
)  # "although chromium did not lower HbA1c, zinc ..."


def masked(sentence: Sentence, nutrient: Mention, outcome: Mention, beside: Iterable[Mention] = ()) -> str:
    """Return the sentence with its mentions, and those of `beside`, as names; lists of them are one name."""
    return _without_lists(named(sentence, nutrient, outcome, beside))


@lru_cache(maxsize=_REMEMBERED)
def _without_lists(text: str) -> str:
    for name, pattern in _LISTS.items():
        text = pattern.sub(name, text)
    return text


def named(sentence: Sentence, nutrient: Mention, outcome: Mention, beside: Iterable[Mention] = ()) -> str:
    """Return the sentence with its mentions, and those of `beside`, as names."""
    spots = {(nutrient.start, nutrient.end): "NUT", (outcome.start, outcome.end): "OUT"}
    for mention in (*sentence.mentions, *beside):
        for start, end in spots:
            if mention.start < end and start < mention.end:
                break
        else:
            spots[mention.start, mention.end] = "NUT_" if mention.kind == "nutrient" else "OUT_"
    if nutrient.text.lower().startswith("neither "):
        spots[nutrient.start, nutrient.end] = "neither NUT"
    pieces, position = [], 0
    for (start, end), name in sorted(spots.items()):
        pieces += [sentence.text[position : start - sentence.start].lower(), name]
        position = end - sentence.start
    return _QUOTED.sub(r"\1", "".join([*pieces, sentence.text[position:].lower()]))


def outside_values(sentence: Sentence, nutrient: Mention, beside: Sequence[Mention]) -> Mention:
    """Return a mention in the same words outside brackets where this one only says whose a value in brackets is."""
    spans = [(sentence.start + m.start(), sentence.start + m.end()) for m in _IN_BRACKETS.finditer(sentence.text)]

    def is_inside(mention: Mention) -> bool:
        return any(start < mention.start and mention.end < end for start, end in spans)

    if not is_inside(nutrient):
        return nutrient
    others = (m for m in (*sentence.mentions, *beside) if m.text == nutrient.text and not is_inside(m))
    return min(others, key=lambda m: m.start, default=nutrient)


def _in_turn(clause: str) -> list[str]:
    """Return the clauses of "NUT prevents OUT, NUT_ prevents OUT_" one by one."""
    comma = _NEXT.search(clause)
    if comma is None or not re.search(r"\bNUT_?\b.*\bOUT_?\b", clause[: comma.start()]):
        return [clause]
    return [clause[: comma.start()], *_in_turn(clause[comma.end() :])]


@lru_cache(maxsize=_REMEMBERED)
def clauses(text: str) -> tuple[tuple[str, ...], int | None, int | None]:
    """Return the clauses of a masked sentence, and which of them hold NUT and OUT."""
    text = _JOINED.sub(r"\1 with ", _ASIDE.sub("", text))
    opening = _OPENING.match(text)
    parts = [opening[1]] if opening else []
    for part in BREAK.split(text[opening.end() if opening else 0 :]):
        parts += filter(None, _in_turn(part))
    holding = [next((i for i, part in enumerate(parts) if re.search(rf"\b{name}\b", part)), None)
               for name in ("NUT", "OUT")]  # fmt: skip
    return tuple(parts), holding[0], holding[1]
