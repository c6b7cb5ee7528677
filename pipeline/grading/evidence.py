"""In: the parts of an appraisal; out: one record of the evidence behind a claim, before it is graded."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.grading.basis import Basis
from pipeline.grading.bias import is_judged, judge_bias, overall
from pipeline.grading.design_rules import Pooled
from pipeline.grading.effect import Effect
from pipeline.grading.plausibility import arm_sizes, groups_against_total
from pipeline.grading.sample import SampleSize
from pipeline.grading.scheme import Scheme, Step
from pipeline.grading.stated import StatedCertainty, is_review, stated_overall
from pipeline.records import BiasJudgement, Claim, Population, Sentence
from pipeline.vocabulary import PublicationStatus, QualityFlag, RiskOfBias, StudyDesign


@dataclass(frozen=True, slots=True)
class SourceWords:
    """What the whole source says that bears on its own results, read once for all its claims.

    `triggers` holds the words of each step of the scheme, in the scheme's order, "" where it has none; `no_control`
    whether it says that it had no control group; `groups` sizes of groups that do not add up; `arms` the sizes of
    its two groups, empty where it does not give them; `judgements` how its study guards against bias, domain by
    domain; `stated` the certainty that a review states for all it found.
    """

    triggers: tuple[str, ...]
    no_control: bool = False
    groups: str = ""
    arms: tuple[int, ...] = ()
    judgements: tuple[BiasJudgement, ...] = ()
    stated: StatedCertainty | None = None


def source_words(sentences: Sequence[Sentence], design: StudyDesign, scheme: Scheme) -> SourceWords:
    """Return what a source says that bears on its results; sentences that cite other studies trigger no step."""
    own = [sentence for sentence in sentences if not sentence.citations]
    triggers = [""] * len(scheme.certainty.steps)
    for sentence in own:
        for place, step in scheme.certainty.of_source.likely(sentence.text):
            triggers[place] = triggers[place] or trigger(step, sentence.text)
    telling = [s for s in sentences if s.role not in ("background", "discussion", "references")]
    judgements = judge_bias(telling, design, scheme.bias, scheme.design.about_others)
    alone = any(scheme.level.no_control_words.search(sentence.text) for sentence in own)
    groups = next((words for s in own if (words := groups_against_total(s.text, scheme.plausibility))), "")
    arms = next((sizes for s in own if (sizes := arm_sizes(s.text, scheme.plausibility))), ())
    stated = stated_overall(sentences, scheme) if is_review(design) else None
    return SourceWords(tuple(triggers), alone, groups, arms, judgements, stated)


def trigger(step: Step, text: str) -> str:
    """Return the words in `text` that trigger a step of the scheme, "" where none do or others undo it."""
    match = step.find.search(text)
    return " ".join(match.group().split()) if match and not step.unless.search(text) else ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about the evidence behind one claim, before it is graded.

    `stated` is the certainty that a review's authors state for it, `spin` whether it is a title or conclusion that the
    source's results do not bear out.
    """

    claim: Claim
    basis: Basis
    design: StudyDesign
    design_words: str
    pooled: Pooled | None
    sample: SampleSize
    population: Population
    effects: tuple[Effect, ...]
    source: SourceWords
    stated: StatedCertainty | None = None
    statuses: tuple[PublicationStatus, ...] = ()
    quality_flags: tuple[QualityFlag, ...] = ()
    spin: bool = False

    def risk_of_bias(self, scheme: Scheme) -> RiskOfBias:
        """The risk of bias of the source's own study; of a cited one nothing is known here."""
        if self.basis.kind != "own result":
            return "no information"
        return overall(self.source.judgements, self.design, scheme.bias)

    def is_bias_judged(self, scheme: Scheme) -> bool:
        """Whether the domains that matter for the design were judged, here or by the review's authors."""
        own = self.basis.kind == "own result"
        return self.stated is not None or (own and is_judged(self.source.judgements, self.design, scheme.bias))
