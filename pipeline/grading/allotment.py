"""In: sentences about a source's own study; out: how those studied came to their groups, with the words that say so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.grading.design_rules import AllotmentRules
from pipeline.records import Sentence

Way = Literal["chance", "otherwise", "untold"]


@dataclass(frozen=True, slots=True)
class Allotment:
    """How people came to their groups: by chance, otherwise (alternation, dates, numbers), or it is not told."""

    way: Way = "untold"
    words: str = ""


def allotment(own: Iterable[Sentence], rules: AllotmentRules, masked: re.Pattern[str]) -> Allotment:
    """Return how a study allotted, from what its own abstract, methods and results say.

    `masked` are longer terms in which words of chance say nothing of allotment.

    An order that anybody can foresee is no chance, whatever the study calls itself (Cochrane Handbook, 8.3.3), unless
    a list or a concealment that is one is told of too.
    """
    told = [s.text for s in own if s.role in rules.roles or s.section.startswith("Abstract")]
    for way in (rules.refused, rules.order):
        otherwise = next((m for text in told if (m := way.search(text))), None)
        if otherwise and not any(rules.concealed.search(text) for text in told):
            return Allotment("otherwise", otherwise.group())
    likely = (masked.sub(" ", text) for text in told if rules.tells_of_chance(text))
    by_chance = next((m for text in likely if (m := rules.chance.search(text))), None)
    return Allotment("chance", by_chance.group()) if by_chance else Allotment()
