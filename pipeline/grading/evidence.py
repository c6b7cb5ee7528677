"""The parts of an appraisal come in; one record of the evidence behind a claim, before it is graded, goes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.grading.basis import Basis
from pipeline.grading.effect import Effect
from pipeline.grading.sample import SampleSize
from pipeline.grading.scheme import Pooled, Scheme, Step
from pipeline.records import Claim, Population, QualityFlag, Sentence, StudyDesign


@dataclass(frozen=True, slots=True)
class SourceWords:
    """What the whole source says that bears on its own results, read once for all its claims.

    `triggers` holds the words of each step of the scheme, in the scheme's order, "" where it has none;
    `blinding` whether the source tells who knew the treatment.
    """

    triggers: tuple[str, ...]
    blinding: bool


def source_words(sentences: Sequence[Sentence], scheme: Scheme) -> SourceWords:
    """Return the words of a source that trigger steps; sentences that cite other studies do not count."""
    own = [sentence for sentence in sentences if not sentence.citations]
    triggers = tuple(
        next((words for s in own if (words := trigger(step, s.text))), "") if step.where == "source" else ""
        for step in scheme.certainty.steps
    )
    return SourceWords(triggers, any(scheme.certainty.blinding.search(s.text) for s in sentences))


def trigger(step: Step, text: str) -> str:
    """Return the words in `text` that trigger a step of the scheme, "" where none do or others undo it."""
    match = step.find.search(text)
    return " ".join(match.group().split()) if match and not step.unless.search(text) else ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about the evidence behind one claim, before it is graded."""

    claim: Claim
    basis: Basis
    design: StudyDesign
    design_words: str
    pooled: Pooled | None
    sample: SampleSize
    population: Population
    effects: tuple[Effect, ...]
    source: SourceWords
    quality_flags: tuple[QualityFlag, ...] = ()
