"""In: the sentences of a source about its own study; out: how many people it studied, with the words.

A paper gives many numbers of people: screened, asked, in a group, at the end. Each is weighed against the others by a
conditional logit (McFadden 1974): how surely its words count people, where it stands, how often it comes again, and how
it stands to the others (just below one, half of one, the sum of two). Not to give a number is one of the choices. The
weights stand in `population.toml`, fitted to articles read by eye and to annotated abstracts
(`python -m pipeline.training.sizes`).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.grading.sample import SampleSize, Words, arms_named, counts, in_abstract, named_groups
from pipeline.records import Sentence

_LATE = {"results", "conclusion", "discussion"}
_WHOLE = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?![\d]|[.,]\d)")
_MARK = re.compile(r"[;:()]|[,.](?!\d)|\band (?=\d)")
_YEARS = range(1900, 2031)


@dataclass(frozen=True, slots=True)
class Mention:
    """A number of people in a sentence: its words, how surely they count people, and with where they stand."""

    size: int
    words: str
    points: int
    gained: int
    at: int


def sample_size(sentences: Sequence[Sentence], words: Words) -> SampleSize:
    """Return the participants randomised or analysed that a source gives for itself, with the words.

    `sentences` are those about the source's own study. Groups that an abstract names with their sizes in different
    sentences are added up where no number outweighs them.
    """
    found = mentions(sentences, words)
    weights = words["sample"]["weights"]
    best, most = SampleSize(), float(weights["none"])
    gained = 0
    for size, signs in signs_of(found, sentences, words).items():
        weight = sum(weights[name] * value for name, value in signs.items())
        if weight > most:
            told = max((m for m in found if m.size == size), key=lambda m: m.gained)
            best, most, gained = SampleSize(size, told.words, sentences[told.at].text), weight, told.gained
    named, parts = named_groups(sentences, words)
    return named if parts and (gained < words["sample"]["named_group_points"] or best.size in parts) else best


def mentions(sentences: Sequence[Sentence], words: Words) -> list[Mention]:
    """Return every number of people in sentences."""
    sample = words["sample"]
    arms = arms_named(sentences, words)
    found = []
    for at, sentence in enumerate(sentences):
        given = list(counts(sentence.text, words, arms))
        if not given or sample["imagined"].search(sentence.text):
            continue
        extra = 0
        if _is_late(sentence) or sample["late"].search(sentence.text):
            extra = sample["late_points"]
        elif sentence.role == "methods" or sample["methods"].search(sentence.text):
            extra = sample["methods_points"]
        if sample["beside"].search(sentence.text):
            extra += sample["beside_points"]
        reckoned = sample["calculation"].search(sentence.text) is not None
        if reckoned:
            extra += sample["calculation_points"]
        for points, size, phrase in given:
            sure = extra >= 0 or (points >= sample["allotted_points"] and not reckoned)
            front = sample["abstract_points"] if sure and in_abstract(sentence) else 0
            found.append(Mention(size, phrase, points, points + extra + front, at))
    return _without_spanning(found)


def signs_of(
    found: Sequence[Mention], sentences: Sequence[Sentence], words: Words
) -> Mapping[int, Mapping[str, float]]:
    """Return for each number what speaks for and against its being the whole sample, by the names of the weights."""
    sample = words["sample"]
    of_size: dict[int, list[Mention]] = {}
    for mention in found:
        of_size.setdefault(mention.size, []).append(mention)
    surest = {size: max(m.points for m in told) for size, told in of_size.items()}
    most = max((mention.gained for mention in found), default=0)
    last = max((mention.at for mention in found), default=0) + 1
    sums = _sums(sentences) if found else frozenset()
    signs = {}
    for size, told in of_size.items():
        best = max(told, key=lambda m: m.gained)
        text = sentences[best.at].text
        clause = _clause(text, best)
        others = [other for other, points in surest.items() if other != size and points >= sample["sure_points"]]
        beside = [m.size for m in found if m.at == best.at]
        abstract = any(in_abstract(sentences[m.at]) for m in told)
        methods = any(sentences[m.at].role == "methods" for m in told)
        late = any(_is_late(sentences[m.at]) for m in told)
        signs[size] = {
            "points": surest[size],
            "gained": best.gained,
            "most": best.gained == most,
            "abstract": abstract,
            "methods": methods,
            "abstract_and_methods": abstract and methods,
            "abstract_and_results": abstract and late,
            "enrolments": math.sqrt(len({m.at for m in told if m.points >= sample["allotted_points"]})),
            "sentences": math.log(len({m.at for m in told})),
            "position": min(m.at for m in told) / last,
            "below_ten": size < 10,
            "below_twenty": size < 20,
            "larger": math.log1p(sum(other > size for other in others)),
            "smaller": math.log1p(sum(other < size for other in others)),
            "beside_larger": max(beside) > size,
            "just_below": any(other > size >= 0.8 * other for other in others),
            "half": any(abs(2 * size - other) <= max(2, 0.04 * other) for other in others),
            "third": any(abs(3 * size - other) <= max(2, 0.04 * other) for other in others),
            "sum": size in sums,
            **{name: find.search(text) is not None for name, find in sample["words_beside"].items()},
            **{name: find.search(clause) is not None for name, find in sample["words_of_clause"].items()},
        }
    return signs


def _is_late(sentence: Sentence) -> bool:
    return sentence.role in _LATE and "method" not in sentence.section.lower()


def _clause(text: str, mention: Mention) -> str:
    """The part of a sentence between two marks that holds a number of it."""
    at = text.find(mention.words)
    if at < 0:
        return mention.words
    written = (mention.words.find(number) for number in (f"{mention.size:,}", str(mention.size)))
    at += max(0, *written)
    before = max((m.end() for m in _MARK.finditer(text, 0, at)), default=0)
    after = _MARK.search(text, at + 1)
    return text[before : after.start() if after else len(text)]


def _without_spanning(found: Sequence[Mention]) -> list[Mention]:
    """Leave out words that reach over another number to that one's verb ("90 asked, 40 were randomised")."""
    return [
        mention
        for mention in found
        if not any(
            other.at == mention.at
            and other.size != mention.size
            and other.points >= mention.points
            and len(other.words) < len(mention.words)
            and mention.words.endswith(other.words)
            for other in found
        )
    ]


def _sums(sentences: Sequence[Sentence]) -> frozenset[int]:
    """The sums of two numbers of like size in one sentence."""
    sums = set()
    for sentence in sentences:
        whole = {int(m.group().replace(",", "")) for m in _WHOLE.finditer(sentence.text) if len(m.group()) < 8}
        parts = sorted(number for number in whole if number > 4 and number not in _YEARS)[:12]
        sums |= {a + b for i, a in enumerate(parts) for b in parts[i:] if a > 0.2 * (a + b)}
    return frozenset(sums)
