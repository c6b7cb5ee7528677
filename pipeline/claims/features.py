"""In: the pairs of a sentence with what encoder and rules make of them; out: the numbers that a pair is weighed by.

The numbers are those of `Features`, in the order of its fields; the weights know them by name.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.claims.encoder import EncoderOutput, PairReading, log_odds
from pipeline.claims.factuality import asks
from pipeline.claims.relation import RelationFinding
from pipeline.records import AnnotatedDocument, Mention, Sentence
from pipeline.vocabulary import Factuality

_WORD = re.compile(r"\w+")
_LIKELY = 0.3  # probability from which words count as another participant of the sentence


@dataclass(frozen=True, slots=True)
class Participant:
    """Words that may take part in a claim: what they denote, how likely they take part, and who found them."""

    span: tuple[int, int]
    mentions: tuple[Mention, ...]
    odds: float
    marked: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Features:
    """What a pair is weighed by; odds are natural log-odds, flags 0 or 1."""

    nutrient_odds: float
    outcome_odds: float
    claim_odds: float
    claiming_odds: float
    best_claim_odds: float
    nutrient_marked: float
    outcome_marked: float
    nutrient_known: float
    outcome_known: float
    nutrient_anaphoric: float
    outcome_anaphoric: float
    antecedents: float
    antecedent: float
    nutrient_rank: float
    outcome_rank: float
    nutrients: float
    outcomes: float
    cue: float
    denied: float
    undirected: float
    methods: float
    asserts_nothing: float
    population: float
    measure: float
    distance: float
    nutrient_first: float
    title: float
    question: float
    nutrient_in_title: float
    outcome_in_title: float
    nutrient_share: float
    outcome_count: float
    nutrient_in_name: float
    nutrient_in_outcome: float
    nutrient_words: float
    outcome_words: float
    sentence_words: float
    numbers: float
    no_effect: float
    associated: float
    unknown: float
    sure_relation: float


class DocumentWords:
    """What a document names, how often and where, as far as a pair's weight depends on it."""

    def __init__(self, annotated: AnnotatedDocument) -> None:
        named = [m for s in annotated.sentences for m in s.mentions if not m.anaphoric]
        self.counts = Counter(m.name for m in named)
        self.nutrients = sum(m.kind == "nutrient" for m in named)
        self.title = {m.name for s in annotated.sentences if s.kind == "title" for m in s.mentions}


class SentenceFeatures:
    """The features of the pairs of one sentence."""

    def __init__(
        self,
        words: DocumentWords,
        sentence: Sentence,
        found: EncoderOutput,
        participants: Sequence[Participant],
        readings: Sequence[PairReading],
        methods: bool,
    ) -> None:
        self._words, self._sentence, self._found, self._methods = words, sentence, found, methods
        self._odds: dict[bool, list[float]] = {
            is_nutrient: sorted(
                (p.odds for p in participants if (p.mentions[0].kind == "nutrient") == is_nutrient), reverse=True
            )
            for is_nutrient in (True, False)
        }
        mentioned = [
            (m.start - sentence.start, m.end - sentence.start, m.kind == "nutrient") for m in sentence.mentions
        ]
        marked = [(*p.span, p.mentions[0].kind == "nutrient") for p in participants]
        self._named = {*mentioned, *marked}
        self._best = max((log_odds(r.claim) for r in readings), default=0.0)
        self._size = math.log1p(len(_WORD.findall(sentence.text)))
        self._asks = float(asks(sentence.text))
        self._numbers = float(any(map(str.isdigit, sentence.text)))

    def of(
        self,
        nutrient: tuple[Participant, int],
        outcome: tuple[Participant, int],
        reading: PairReading,
        rule: RelationFinding | None,
        stated: Factuality | None,
        population: bool,
    ) -> Features:
        """Return the features of a pair, each side given as a participant and the number of its mention."""
        (n, n_index), (o, o_index) = nutrient, outcome
        names, name = n.mentions[n_index], o.mentions[o_index]
        sentence, words = self._sentence, self._words
        return Features(
            nutrient_odds=log_odds(n.odds),
            outcome_odds=log_odds(o.odds),
            claim_odds=log_odds(reading.claim),
            claiming_odds=log_odds(self._found.claiming),
            best_claim_odds=self._best,
            nutrient_marked=float(n.marked),
            outcome_marked=float(o.marked),
            nutrient_known=float(n.known),
            outcome_known=float(o.known),
            nutrient_anaphoric=float(names.anaphoric),
            outcome_anaphoric=float(name.anaphoric),
            antecedents=float(len(n.mentions)),
            antecedent=float(n_index),
            nutrient_rank=float(self._odds[True].index(n.odds)),
            outcome_rank=float(self._odds[False].index(o.odds)),
            nutrients=float(sum(p >= _LIKELY for p in self._odds[True])),
            outcomes=float(sum(p >= _LIKELY for p in self._odds[False])),
            cue=float(rule is not None),
            denied=float(rule is not None and rule.relation == "no_effect"),
            undirected=float(rule is not None and rule.relation == "associated"),
            methods=float(self._methods),
            asserts_nothing=float(stated == "Unknown"),
            population=float(population),
            measure=float(name.kind == "measure"),
            distance=math.log1p(max(o.span[0] - n.span[1], n.span[0] - o.span[1])),
            nutrient_first=float(n.span < o.span),
            title=float(sentence.kind == "title"),
            question=self._asks,
            nutrient_in_title=float(names.name in words.title),
            outcome_in_title=float(name.name in words.title),
            nutrient_share=words.counts[names.name] / max(1, words.nutrients),
            outcome_count=math.log1p(words.counts[name.name]),
            nutrient_in_name=float(any(not is_n and _within(n.span, (a, b)) for a, b, is_n in self._named)),
            nutrient_in_outcome=float(any(is_n and _within((a, b), o.span) for a, b, is_n in self._named)),
            nutrient_words=float(len(_WORD.findall(names.text))),
            outcome_words=float(len(_WORD.findall(name.text))),
            sentence_words=self._size,
            numbers=self._numbers,
            no_effect=reading.relation["no_effect"],
            associated=reading.relation["associated"],
            unknown=reading.factuality["Unknown"],
            sure_relation=max(reading.relation.values()),
        )


def _within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    """Whether words are part of longer ones ("folate" in "hereditary folate malabsorption")."""
    return outer[0] <= inner[0] and inner[1] <= outer[1] and inner != outer
