"""The parts of an appraisal come in; one record of the evidence behind a claim, before it is graded, goes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.grading.basis import Basis
from pipeline.grading.effect import Effect
from pipeline.grading.sample import SampleSize
from pipeline.grading.scheme import Pooled
from pipeline.records import Claim, Sentence, StudyDesign


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about the evidence behind one claim, before it is graded."""

    claim: Claim
    basis: Basis
    design: StudyDesign
    design_words: str
    pooled: Pooled | None
    sample: SampleSize
    population: str
    effects: tuple[Effect, ...]
    source_sentences: Sequence[Sentence] = ()
    quality_flags: tuple[str, ...] = ()
