"""The tables that tell the design of a source: cues, allotment, what only observed people of a trial."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field

from pipeline.grading.phrase import ALWAYS, NEVER, Phrase, itself
from pipeline.rule_table import RuleTable
from pipeline.screen import Screen
from pipeline.vocabulary import Exposure, StudyDesign

Pooled = Literal["trials", "observational"]


class DesignCue(RuleTable):
    """Words that speak for a design, where they count, and how much."""

    where: Literal["publication", "title", "text", "study", "sentence"] = Field(alias="in")
    points: int
    find: Phrase


class Likely(NamedTuple):
    """Texts as a design reads them, what would mislead it left out, and its cues that they may hold."""

    texts: tuple[str, ...]
    cues: list[DesignCue]


class PageTraits(RuleTable):
    """What makes a source without a stated type look like a consumer health page."""

    question_title_points: int
    second_person_share: float
    second_person_points: int
    plain_points: int
    plain_title_bonus: int
    type_points: int
    numbers: Phrase
    second_person: Phrase


class SourceShape(RuleTable):
    """When a source tells of a whole study, and when of a subject."""

    enough_in_study: int
    findings: Phrase
    numbers: Phrase
    statistics: Phrase
    study_sentences: int
    paper_characters: int
    by_chance: Phrase
    review_sentences: int
    review_title_not: Phrase
    review_points: int
    review_phrase: str


class AllotmentRules(RuleTable):
    """How a study says that it allotted people to its groups."""

    roles: tuple[str, ...]
    points: int
    chance: Phrase
    refused: Phrase
    order: Phrase
    concealed: Phrase

    @cached_property
    def _chances(self) -> Screen[re.Pattern[str]]:
        return Screen([self.chance], itself)

    def tells_of_chance(self, text: str) -> bool:
        """Whether a sentence has words of chance."""
        return self._chances.find(text) is not None


class ObservedCue(RuleTable):
    """Words that speak for or against a paper out of a trial telling of what was not allotted; `weight` in log odds."""

    label: str
    where: Literal["title", "abstract", "conclusion"] = Field(alias="in")
    weight: float
    find: Phrase
    unless: Phrase = NEVER


class PointsWeight(RuleTable):
    """What the points of some designs, added up and by their logarithm, say of the same."""

    designs: tuple[StudyDesign, ...]
    weight: float


class ObservedRules(RuleTable):
    """What tells a paper that observed people of a trial from one that reports the trial."""

    characters: int
    conclusion_characters: int
    intercept: float
    cues: tuple[ObservedCue, ...]
    points: tuple[PointsWeight, ...]
    one_time: Phrase
    over_time: Phrase

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The weight of each cue, then of each count of points."""
        return (*(cue.weight for cue in self.cues), *(count.weight for count in self.points))


class WithinTrial(RuleTable):
    """When a trial tells of an association that owes nothing to what was allotted, and what design that is."""

    exposures: tuple[Exposure, ...]
    eaten: tuple[Exposure, ...]
    degree: Phrase
    becomes: StudyDesign
    followed: StudyDesign
    association: Phrase
    baseline: Phrase
    follow_up: Phrase
    allotted: Phrase


class DesignRules(RuleTable):
    """How the design of a source is found."""

    enough: int
    text_characters: int
    beyond_abstract: float
    precedence: tuple[StudyDesign, ...]
    about_others: Phrase
    reference_mark: Phrase
    cues: Mapping[StudyDesign, tuple[DesignCue, ...]]
    page: PageTraits
    shape: SourceShape
    pooled: Mapping[Pooled, Phrase]
    masked: Mapping[StudyDesign, Phrase]
    within_trial: WithinTrial
    allotment: AllotmentRules

    @cached_property
    def _others(self) -> Screen[re.Pattern[str]]:
        return Screen([self.about_others], itself)

    def tells_of_others(self, text: str) -> bool:
        """Whether a sentence tells of other studies than its source's own."""
        return self._others.find(text) is not None

    @cached_property
    def _screens(self) -> Mapping[str, Screen[tuple[StudyDesign, DesignCue]]]:
        cues = [(design, cue) for design, cues in self.cues.items() for cue in cues]
        told = {
            "source": [(design, cue) for design, cue in cues if cue.where != "sentence"],
            "sentence": [(design, cue) for design, cue in cues if cue.where == "sentence"],
            "reference": [
                (design, cue) for design, cue in cues if cue.where in ("title", "sentence") and cue.points >= 6
            ],
        }
        # A publication type is no words of the text.
        return {
            of: Screen(chosen, lambda found: ALWAYS if found[1].where == "publication" else found[1].find)
            for of, chosen in told.items()
        }

    @cached_property
    def _masks(self) -> Screen[tuple[StudyDesign, re.Pattern[str]]]:
        return Screen(self.masked.items(), lambda found: found[1])

    def likely(self, of: Literal["source", "sentence", "reference"], *texts: str) -> dict[StudyDesign, Likely]:
        """Return for each design the texts about a source, sentence or reference, masked for it, and likely cues."""
        told = "\n".join(texts)
        found = {design: Likely(texts, []) for design in self.cues}
        for design, cue in self._screens[of].likely(told):
            found[design].cues.append(cue)
        for masked, mask in self._masks.likely(told):
            if not found[masked].cues:
                continue
            bare = tuple(mask.sub(" ", text) for text in texts)
            if bare != texts:
                likely = self._screens[of].likely("\n".join(bare))
                found[masked] = Likely(bare, [cue for design, cue in likely if design == masked])
        return found
