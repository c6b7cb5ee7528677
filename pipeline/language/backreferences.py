"""In: sentences with their mentions; out: the same with words that refer back ("this vitamin") resolved.

A reference is resolved within the document only: to the mention of its kind that was named last, or, for the arms of a
trial, to what the title says was given. The patterns are in `lexicons/back_references.csv`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.lexicons import BackReference
from pipeline.records import Mention, Sentence
from pipeline.screen import Screen
from pipeline.vocabulary import MentionKind

PRONOUN = "pronoun"  # refers to what was named last, but only where a reader of the whole sentence says so
JUST_BEFORE = "before"  # refers to what the sentence before names
_MOST_ANTECEDENTS = 3
_SENTENCES_BACK = 4
_LEAST_SHARE = 0.1  # of a document's sentences name what its trial gave, where the title does not
_POINTS_BACK = re.compile(r"(?:this|these|such)\b", re.IGNORECASE)  # also to what its own sentence names before it
_SAYS_OF_WHAT = re.compile(  # "the treatment of asthma", "a deficiency of the enzyme", "a supplement with garlic"
    r"(?:supplement\w*|preparation|formulation|fortification|deficienc\w+|insufficiency|depletion|interventions?|"
    r"treatments?|therap\w+)\s+(?:of|with|using)\s(?!(?:this|these|it|them)\b)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:\s?\([^()]*\))?(?:\s?[,/+&-]\s?|\s)(?:(?:and/or|and|or|plus|with|as well as|combined with)\s)?(?:[\w-]+\s)?"
)  # "iron (Fe), folic acid and vitamin B12"
_QUALIFIED = re.compile(r"(?P<word>[A-Za-z][\w-]+)[ -]$")  # "oat hull supplementation"


References = Screen[BackReference]


def resolve(sentences: Sequence[Sentence], references: References, stops: frozenset[str]) -> Iterator[Sentence]:
    """Yield the sentences with anaphoric mentions added; one for each antecedent, over the same words.

    `stops` are words that name nothing: any other before "supplementation" says what was given.
    """
    about = given(sentences)
    for position, sentence in enumerate(sentences):
        earlier = sentences[max(0, position - _SENTENCES_BACK) : position]
        added = list(_anaphoric(sentence, earlier, about, references.likely(sentence.text), stops))
        if added:
            kept = [m for m in sentence.mentions if not any(m.start < a.end and a.start < m.end for a in added)]
            mentions = sorted((*kept, *added), key=lambda m: (m.start, m.end, m.name))
            sentence = replace(sentence, mentions=tuple(mentions))
        yield sentence


def refers(words: str, kind: MentionKind, references: References) -> bool:
    """Whether `words` as a whole refer back to something of `kind` and name nothing themselves."""
    wanted: MentionKind = "nutrient" if kind == "nutrient" else "condition"
    return any(reference.kind == wanted and reference.pattern.fullmatch(words) for reference in references)


def has_reference(text: str, kind: MentionKind, references: References) -> bool:
    """Whether some words of a text may refer back to something of `kind`."""
    return any(reference.kind == kind and reference.pattern.search(text) for reference in references.likely(text))


def antecedents(kind: MentionKind, earlier: Sequence[Sentence], about: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return what a reference of `kind` points to: the last sentence that names one, else what the title names."""
    for sentence in reversed(earlier):
        named = _unique(m for m in sentence.mentions if m.kind == kind and not m.anaphoric)
        if named:
            return named[-1:] if kind == "condition" else _one_list(sentence, named)[:_MOST_ANTECEDENTS]
    return tuple(about)[:_MOST_ANTECEDENTS] if kind == "nutrient" else ()


def _anaphoric(
    sentence: Sentence,
    earlier: Sequence[Sentence],
    about: Sequence[Mention],
    references: Sequence[BackReference],
    stops: frozenset[str],
) -> Iterator[Mention]:
    for kind in ("nutrient", "condition"):
        if sentence.kind == "title":
            continue
        for reference in references:
            if reference.kind != kind or reference.refers_to == PRONOUN:
                continue
            places = (p for p in reference.pattern.finditer(sentence.text) if not _cuts_a_name(sentence, p))
            match = next((place for place in places if _names_nothing(sentence.text, place, stops)), None)
            if match is None:
                continue
            beside = _named_beside(sentence, kind, match)
            if beside and not (beside[-1].end <= sentence.start + match.start() and _POINTS_BACK.match(match.group())):
                continue
            if beside:
                targets: Sequence[Mention] = beside[-1:]
            elif reference.refers_to == "title":
                targets = about
            elif reference.refers_to == JUST_BEFORE:
                targets = antecedents(reference.kind, earlier[-1:], ())
            else:
                targets = antecedents(reference.kind, earlier, about)
            for target in targets:
                yield replace(
                    target,
                    start=sentence.start + match.start(),
                    end=sentence.start + match.end(),
                    text=match.group(),
                    anaphoric=True,
                    biomarker=False,
                )
            break


def _names_nothing(text: str, match: re.Match[str], stops: frozenset[str]) -> bool:
    """Whether referring words do not say themselves what they stand for ("garlic supplementation")."""
    says = _SAYS_OF_WHAT.search(text, match.start())
    if says and says.start() < match.end() <= says.end():
        return False
    before = _QUALIFIED.search(text, 0, match.start())
    return not (match.group().lower() == "supplementation" and before and before["word"].lower() not in stops)


def _cuts_a_name(sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether referring words share words with a longer name ("A deficiency", "the vitamin" of "the vitamin A arm")."""
    start, end = sentence.start + match.start(), sentence.start + match.end()
    return any(m.start < end and start < m.end and not (start <= m.start and m.end <= end) for m in sentence.mentions)


def _named_beside(sentence: Sentence, kind: MentionKind, match: re.Match[str]) -> list[Mention]:
    """Return what the sentence itself names of the kind outside the referring words."""
    start, end = sentence.start + match.start(), sentence.start + match.end()
    return [m for m in sentence.mentions if m.kind == kind and (m.end <= start or m.start >= end)]


def given(sentences: Sequence[Sentence]) -> tuple[Mention, ...]:
    """Return the nutrients that the title names, else the one that much of the document names; none if none is."""
    for title in (s for s in sentences if s.kind == "title"):
        if named := _unique(m for m in title.mentions if m.kind == "nutrient"):
            return _one_list(title, named)[:_MOST_ANTECEDENTS]
    naming = Counter(name for s in sentences for name in dict.fromkeys(m.name for m in s.mentions if _is_given(m)))
    if not naming:
        return ()
    (name, count), *_ = naming.most_common(1)
    if count < _LEAST_SHARE * len(sentences):
        return ()
    return next((m,) for s in sentences for m in s.mentions if m.name == name and _is_given(m))


def _one_list(sentence: Sentence, named: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the longest list of those that a sentence names, the first of equal ones: a reference is to one thing."""
    runs: list[list[Mention]] = []
    for mention in named:
        between = sentence.text[runs[-1][-1].end - sentence.start : mention.start - sentence.start] if runs else ""
        if runs and _LINK.fullmatch(between):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    longest = max(runs, key=len)
    return tuple(longest)


def _is_given(mention: Mention) -> bool:
    return mention.kind == "nutrient" and not mention.biomarker and not mention.anaphoric


def _unique(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    return tuple({mention.name: mention for mention in mentions}.values())
