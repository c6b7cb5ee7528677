"""In: text and the lexicons; out: where the text names a nutrient, a condition or a measure, with exact offsets.

The words of the lexicons, in all their spellings, are compiled once into an Aho-Corasick automaton (Aho & Corasick
1975) that reads the text in one pass.

>>> [m.name for m in Matcher.load().find("Vitamins B6, B₁₂ and folic acid lower homocysteine.") if m.kind == "nutrient"]
['vitamin b6', 'vitamin b12', 'folate']
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import ahocorasick

from pipeline.language.folding import Folded, fold
from pipeline.language.spellings import symbol_forms, written_forms
from pipeline.lexicons import Entry, Guard, HealthyDirection, Lexicon, load_lexicon
from pipeline.vocabulary import MentionKind

_CONTEXT = 60  # characters on either side that a guard may look at
_MIN_CITED = 6  # letters of a word that a citation number may follow without a blank ("zeaxanthin33")
_LIST_HEAD = re.compile(r"(?<![A-Za-z])(?:[Vv]it(?:amine?s?|s?\.?)[ -]?(?=[A-Za-z])|VITAMINS?[ -])")
_LETTER_AND_NUMBER = r"[ABCDEHK](?:[ -]?\d{1,2})?(?![A-Za-z0-9])(?!\. ?[a-z])|[bdk][ -]?\d{1,2}(?![A-Za-z0-9])"
_LIST_ITEM = re.compile(rf"(?:vit(?:amins?|\.)?[ -]?)?({_LETTER_AND_NUMBER})")
_LIST_LINK = re.compile(r"(?: ?(?:,|;|/|&|\+|-)? ?(?:and/or |and |or |plus |as well as |with )?)(?=[A-Za-z])")
_NOT_A_LIST_ITEM = re.compile(r"(?:-reactive|[ -](?:cells?|lymphocytes?|antigens?|receptors?|coli|group of|hepatitis))")


@dataclass(frozen=True, slots=True)
class LexiconMatch:
    """Words of a text that a lexicon knows; offsets in characters, end exclusive, `text` as it stands there."""

    start: int
    end: int
    text: str
    kind: MentionKind
    name: str
    identifier: str = ""
    status_biomarker: bool = False
    healthy_direction: HealthyDirection = "unclear"


class _Hit(NamedTuple):
    """A lexicon word in folded text."""

    start: int
    end: int
    entry: Entry
    biomarker: bool


class Matcher:
    """The compiled lexicons. Make one with `Matcher.load`; it never changes and may be shared or pickled."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words: dict[str, list[tuple[Entry, bool]]] = {}
        symbols: dict[str, list[tuple[Entry, bool]]] = {}
        for entry in lexicon.entries:
            for word in (entry.name, *entry.synonyms):
                _add(self._words, written_forms(word, lexicon.spellings), entry, biomarker=False)
            for word in entry.biomarkers:
                _add(self._words, written_forms(word, lexicon.spellings), entry, biomarker=True)
            for symbol in entry.symbols:
                _add(symbols, symbol_forms(symbol), entry, biomarker=symbol.lower() in entry.biomarkers)
        self._automaton = _compile(self._words)
        self._symbols = _compile(symbols)
        self._guards = _Guards(lexicon.guards)

    @classmethod
    def load(cls, lexicon_dir: Path | None = None) -> "Matcher":
        """Compile the bundled lexicons or those of `lexicon_dir`.

        Raises LexiconError where a table cannot be used.
        """
        return cls(load_lexicon(lexicon_dir))

    def __reduce__(self) -> tuple[Callable[[Lexicon], "Matcher"], tuple[Lexicon]]:
        return Matcher, (self._lexicon,)

    def find(self, text: str, start: int = 0, end: int | None = None) -> list[LexiconMatch]:
        """Return what `text[start:end]` names, ordered by offset; offsets are into `text`.

        Of overlapping words of one kind the longest counts; a condition and a measure never share words. A nutrient
        that is part of a longer condition or measure ("iron" in "iron deficiency anaemia") is not returned.
        """
        end = len(text) if end is None else min(end, len(text))
        folded = fold(text[start:end])
        hits = list(self._hits(folded))
        nutrients = _longest([hit for hit in hits if hit.entry.kind == "nutrient"])
        outcomes = _longest([hit for hit in hits if hit.entry.kind != "nutrient"])
        nutrients = [hit for hit in nutrients if self._guards.admit(folded.text, hit)]
        outcomes = [hit for hit in outcomes if self._guards.admit(folded.text, hit)]
        kept = _not_inside(nutrients, outcomes) + _not_inside(outcomes, nutrients)
        kept.sort(key=lambda hit: (hit.start, hit.end, hit.entry.kind))
        return [_match(text, start, folded, hit) for hit in kept]

    def _hits(self, folded: Folded) -> Iterator[_Hit]:
        for text, automaton in ((folded.key, self._automaton), (folded.text, self._symbols)):
            for last, (length, meanings) in automaton.iter(text):
                if _stands_alone(text, last + 1 - length, last + 1):
                    for entry, biomarker in meanings:
                        yield _Hit(last + 1 - length, last + 1, entry, biomarker)
        yield from self._listed(folded)

    def _listed(self, folded: Folded) -> Iterator[_Hit]:
        """Find the members after the first in "vitamins A, C and E", each by its own letters."""
        at = folded.key.find("vit")
        while at >= 0:
            head = _LIST_HEAD.match(folded.text, at)
            item = _LIST_ITEM.match(folded.text, head.end()) if head else None
            while item:
                link = _LIST_LINK.match(folded.text, item.end())
                item = _LIST_ITEM.match(folded.text, link.end()) if link and link.end() > link.start() else None
                if item is None or _NOT_A_LIST_ITEM.match(folded.text, item.end()):
                    break
                for entry, biomarker in self._words.get("vitamin " + item[1].replace("-", " ").lower(), ()):
                    yield _Hit(item.start(1), item.end(1), entry, biomarker)
            at = folded.key.find("vit", at + 3)


_start = attrgetter("start")


class _Guards:
    """The guards, grouped by what they apply to, so that a hit meets only those that concern it."""

    def __init__(self, guards: Iterable[Guard]) -> None:
        self._suppressing: dict[str, list[tuple[re.Pattern[str], re.Pattern[str]]]] = {}
        self._required: dict[str, list[tuple[re.Pattern[str], re.Pattern[str]]]] = {}
        for guard in guards:
            before = re.compile(rf"(?<![A-Za-z0-9])(?:{guard.before})[ (/+\[-]*$" if guard.before else "", re.I)
            after = re.compile(rf"[ -]?(?:{guard.after})" if guard.after else "", re.I)
            table = self._suppressing if guard.mode == "suppress" else self._required
            for name in guard.applies_to:
                table.setdefault(name, []).append((before, after))

    def admit(self, text: str, hit: _Hit) -> bool:
        """Say whether the words around a hit let it stand."""
        names = (hit.entry.name, "=" + text[hit.start : hit.end].lower(), f"*{hit.entry.kind}")
        before = text[max(0, hit.start - _CONTEXT) : hit.start]
        after = text[hit.end : hit.end + _CONTEXT]
        for name in names:
            for left, right in self._suppressing.get(name, ()):
                if right.match(after) and left.search(before):
                    return False
        required = [self._required[name] for name in names if name in self._required]
        return all(any(left.search(before) and right.match(after) for left, right in rows) for rows in required)


def _add(table: dict[str, list[tuple[Entry, bool]]], forms: Iterable[str], entry: Entry, *, biomarker: bool) -> None:
    for form in forms:
        meanings = table.setdefault(form, [])
        if all(known.kind != entry.kind for known, _ in meanings):
            meanings.append((entry, biomarker))


def _compile(table: dict[str, list[tuple[Entry, bool]]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for form, meanings in table.items():
        automaton.add_word(form, (len(form), tuple(meanings)))
    automaton.make_automaton()
    return automaton


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether a word begins and ends at the bounds of words; digits glued to a long one are a citation mark."""
    if start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        return False
    if end == len(text) or not text[end].isalnum() or not text[end - 1].isalnum():
        return True
    return text[end].isdigit() and text[end - 1].isalpha() and end - start >= _MIN_CITED


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """Keep of overlapping hits the longest, of two equally long the first."""
    kept: list[_Hit] = []
    cluster: list[_Hit] = []
    reach = 0
    for hit in sorted(hits, key=_start):
        if hit.start >= reach:
            kept += cluster if len(cluster) < 2 else _disjoint(cluster)
            cluster = []
        cluster.append(hit)
        reach = max(reach, hit.end)
    return kept + _disjoint(cluster)


def _disjoint(cluster: list[_Hit]) -> list[_Hit]:
    kept: list[_Hit] = []
    for hit in sorted(cluster, key=lambda h: (h.start - h.end, h.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=_start)


def _not_inside(hits: list[_Hit], others: list[_Hit]) -> list[_Hit]:
    """Drop the hits that are part of a longer one among `others`; both are ordered and without overlaps."""
    kept, first = [], 0
    for hit in hits:
        while first < len(others) and others[first].end <= hit.start:
            first += 1
        other = others[first] if first < len(others) else hit
        inside = other.start <= hit.start and hit.end <= other.end
        if not inside or other.end - other.start == hit.end - hit.start:
            kept.append(hit)
    return kept


def _match(text: str, base: int, folded: Folded, hit: _Hit) -> LexiconMatch:
    start, end = folded.span(hit.start, hit.end)
    start, end = start + base, end + base
    entry = hit.entry
    return LexiconMatch(
        start,
        end,
        text[start:end],
        entry.kind,
        entry.name,
        entry.identifier,
        hit.biomarker,
        entry.healthy_direction,
    )
