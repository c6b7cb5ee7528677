"""In: a Document's sentences; out: the same sentences with the nutrients, conditions and measures they name.

Four sources, in order of trust: the lexicons, the abbreviations that the document defines, phrases recognised by
their head word, and words that refer back ("this vitamin", "the intervention group").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.language.headwords import head_phrases
from pipeline.language.matcher import LexiconMatch, Matcher
from pipeline.language.recogniser import Recogniser
from pipeline.lexicons import HeadWords
from pipeline.records import Mention
from pipeline.records import Sentence as SentenceRecord

_LETTER = re.compile(r"[A-Za-zΑ-ω]")
_VERB = re.compile(r"(?:\w+(?:ed|es)|left|kept|made|cut|beat|fought|brought) (?=\w)")
_FORM = re.compile(
    r" (?:(?:supplement\w*|tablets?|capsules?|pills?|therapy|treatment|administration|intake|lozenges|drops|powder|"
    r"infusions?|injections?|deficiency|status) )?"
)
MOST_MENTIONS = 60
"""Mentions of a sentence that are kept: each nutrient is weighed with each outcome, against the words between them."""


def named(match: LexiconMatch, origin: int = 0) -> Mention:
    """Return the mention for a lexicon match in a text that begins at `origin`."""
    return Mention(
        start=match.start + origin,
        end=match.end + origin,
        text=match.text,
        kind=match.kind,
        name=match.name,
        identifier=match.identifier,
        biomarker=match.status_biomarker,
        healthy_direction=match.healthy_direction,
    )


def abbreviation_mentions(
    abbreviations: Mapping[str, str], matcher: Matcher, heads: HeadWords
) -> dict[str, Mention | None]:
    """Say for each abbreviation what its long form names; None where it names nothing that we know.

    The mention's offsets are those of the long form and must be replaced. A short form whose long form is unknown
    shields its letters from the lexicon: DHA is no fatty acid in a paper on dihydroartemisinin.
    """
    meanings: dict[str, Mention | None] = {}
    for short, long in abbreviations.items():
        if not _LETTER.search(short):
            continue
        matches = [match for match in matcher.find(long) if len(match.text) > 2]
        whole = max(matches, key=lambda match: (match.end, match.end - match.start), default=None)
        if whole is not None and (whole.end >= len(long) - 1 or whole.kind == "nutrient"):
            meanings[short] = named(whole)
        else:
            phrase = next((p for p in head_phrases(long, heads) if p.end == len(long)), None)
            meanings[short] = Mention(0, 0, long, phrase.kind, long.lower()) if phrase else None
    return meanings


def sentence_mentions(
    sentence: SentenceRecord,
    matcher: Matcher,
    meanings: Mapping[str, Mention | None],
    heads: HeadWords,
    recogniser: Recogniser | None = None,
) -> tuple[Mention, ...]:
    """Return the mentions of one sentence, ordered by offset, without back-references.

    `recogniser` finds the conditions outside the lexicons in place of their head words.
    """
    found = [named(match, sentence.start) for match in matcher.find(sentence.text) if match.text not in meanings]
    for short, meaning in meanings.items():
        if meaning is None or short not in sentence.text:
            continue
        for match in re.finditer(rf"(?<![\w-]){re.escape(short)}(?:s|-)?(?![\w])", sentence.text):
            start = sentence.start + match.start()
            mention = replace(meaning, start=start, end=start + len(short), text=short)
            found = [other for other in found if not _overlap(other, mention)] + [mention]
    found = _with_head_phrases(sentence, found, heads, with_conditions=recogniser is None)
    if recogniser is not None:
        for phrase in recogniser.find(sentence.text):
            start, end = phrase.start + sentence.start, phrase.end + sentence.start
            text = sentence.text[phrase.start : phrase.end]
            mention = Mention(start, end, text, "condition", text.lower())
            if not any(_overlap(other, mention) for other in found):
                found.append(mention)
    return tuple(_without_definitions(sentence, sorted(found, key=lambda m: (m.start, m.end, m.kind))))


def _with_head_phrases(
    sentence: SentenceRecord, found: list[Mention], heads: HeadWords, *, with_conditions: bool
) -> list[Mention]:
    """Add phrases known by their head word; one replaces the bare head word, but never a nutrient or a full name."""
    nutrients = [mention for mention in found if mention.kind == "nutrient"]
    for phrase in head_phrases(sentence.text, heads):
        if phrase.kind == "condition" and not with_conditions:
            continue
        start, end = phrase.start + sentence.start, phrase.end + sentence.start
        verb = _VERB.match(sentence.text, phrase.start)
        if (
            verb
            and verb.end() <= phrase.head_start
            and any(_acts(sentence.text[n.end - sentence.start : phrase.start]) for n in nutrients if n.end < start)
        ):
            start += verb.end() - verb.start()
        text = sentence.text[start - sentence.start : phrase.end]
        mention = Mention(start, end, text, phrase.kind, text.lower())
        if any(_overlap(other, mention) for other in nutrients):
            continue
        beside = [other for other in found if _overlap(other, mention)]
        head = phrase.head_start + sentence.start
        if all(other.start == head and other.end == end and head > start for other in beside):
            found = [other for other in found if other not in beside] + [mention]
    return found


def _acts(between: str) -> bool:
    """Whether what stands between a nutrient and a word lets the word be its verb ("zinc lozenges eased ...")."""
    return _FORM.fullmatch(between) is not None


def _overlap(a: Mention, b: Mention) -> bool:
    return a.start < b.end and b.start < a.end


def _without_definitions(sentence: SentenceRecord, mentions: Sequence[Mention]) -> Iterable[Mention]:
    """Drop the short form in "restless legs syndrome (RLS)": it names the same thing once more."""
    previous: Mention | None = None
    for mention in mentions:
        if previous is not None and mention.name == previous.name and mention.kind == previous.kind:
            between = sentence.text[previous.end - sentence.start : mention.start - sentence.start]
            if re.fullmatch(r"[\w\s]{0,25}[(\[]\s?(?:or\s|also\s)?", between):
                continue
        previous = mention
        yield mention
