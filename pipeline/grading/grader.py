"""In: an annotated document and its claims; out: their appraisals and rows of the evidence table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.grading.basis import Basis, basis_of, entries_of, own_begins
from pipeline.grading.certainty import certainty_of
from pipeline.grading.checks import flags_of
from pipeline.grading.design import (
    DesignFinding,
    association_within_trial,
    design_in_words,
    design_of_reference,
    pooled_in_words,
    study_design,
)
from pipeline.grading.design_rules import Pooled
from pipeline.grading.effect import effects
from pipeline.grading.evidence import Evidence, SourceWords, source_words
from pipeline.grading.explanation import explain_flag
from pipeline.grading.level import evidence_level, question_of
from pipeline.grading.report import own_report, statuses_of
from pipeline.grading.row import evidence_row
from pipeline.grading.sample import SampleSize, population_in_words, sample_in_words
from pipeline.grading.scheme import Scheme
from pipeline.grading.schemes import load_scheme
from pipeline.grading.spin import spun
from pipeline.grading.stated import is_review, stated_for
from pipeline.records import (
    AnnotatedDocument,
    Appraisal,
    CitedReference,
    Claim,
    Document,
    EvidenceRow,
    Flag,
    Population,
    Reference,
    StudyReport,
)
from pipeline.vocabulary import PublicationStatus, StudyDesign

_REVIEWS: tuple[StudyDesign, ...] = ("meta-analysis", "systematic review")


@dataclass(frozen=True, slots=True)
class _Source:
    """What is found once for a source and used for all its claims."""

    annotated: AnnotatedDocument
    finding: DesignFinding
    begins: int | None
    words: SourceWords
    entries: Mapping[str, Reference]


@dataclass(frozen=True, slots=True)
class _Behind:
    """The design behind a claim, the words it came from, and what it pools."""

    design: StudyDesign
    words: str
    pooled: Pooled | None = None


@dataclass(frozen=True, slots=True)
class GradedSource:
    """The graded rows of a source, the design that was found of it, and its own study, where it reports one.

    A source without claims has no row to be graded by its design, which is then not looked for.
    """

    rows: tuple[EvidenceRow, ...] = ()
    design: DesignFinding | None = None
    study: StudyReport | None = None


def grade(
    annotated: AnnotatedDocument,
    claims: Sequence[Claim],
    *,
    scheme: Scheme | None = None,
    model_version: str = "",
    finding: DesignFinding | None = None,
) -> tuple[EvidenceRow, ...]:
    """Return one row of the evidence table for every claim of a document, in the order given.

    `scheme` is the default GRADE scheme unless one was loaded with `load_scheme`; `model_version` is written
    into the rows as it is; `finding` is the study design of the source where that is known.
    """
    return grade_source(annotated, claims, scheme=scheme, model_version=model_version, finding=finding).rows


def grade_source(
    annotated: AnnotatedDocument,
    claims: Sequence[Claim],
    *,
    scheme: Scheme | None = None,
    model_version: str = "",
    finding: DesignFinding | None = None,
) -> GradedSource:
    """Return the rows of a document, as `grade`, with what it tells of its own study."""
    if not claims:
        return GradedSource(design=finding)
    scheme = scheme or load_scheme()
    source = _source(annotated, scheme, finding)
    rows = []
    evidences = [_evidence(claim, source, scheme) for claim in claims]
    own = [evidence.claim for evidence in evidences if evidence.basis.kind == "own result"]
    parts = [claim.claim_id for claim in own if scheme.certainty.subgroup.search(claim.sentence.text)]
    against_results = spun(own, scheme.spin, parts)
    for claim, evidence in zip(claims, evidences, strict=True):
        if claim.claim_id in against_results:
            evidence = replace(evidence, spin=True)
        appraisal = _appraisal(evidence, scheme)
        row = evidence_row(annotated, claim, appraisal, evidence.effects, model_version)
        flags = tuple(Flag(code, explain_flag(code, row, scheme)) for code in appraisal.flags)
        rows.append(replace(row, flags=flags))
    bases = [row.evidence_basis for row in rows]
    return GradedSource(tuple(rows), source.finding, own_report(annotated, source.finding, source.words, bases, scheme))


def appraise(annotated: AnnotatedDocument, claim: Claim, scheme: Scheme) -> Appraisal:
    """Return how strong the evidence behind one claim is, with every step that led there in words."""
    return _appraisal(_evidence(claim, _source(annotated, scheme), scheme), scheme)


def _appraisal(evidence: Evidence, scheme: Scheme) -> Appraisal:
    basis = evidence.basis
    flags = flags_of(evidence, scheme)
    certainty, reasons = certainty_of(evidence, scheme, flags)
    question = question_of(evidence.claim)
    level = evidence_level(evidence, question, scheme)
    entries = {reference.label: reference for reference in basis.references}
    return Appraisal(
        study_design=evidence.design,
        evidence_basis=basis.kind,
        sample_size=evidence.sample.size,
        population=evidence.population,
        citations=tuple(CitedReference(label, entries.get(label)) for label in basis.labels),
        evidence_level=level,
        certainty=certainty,
        certainty_reasons=(f"Level {level} as a question of {question}", *reasons),
        flags=flags,
    )


def _source(annotated: AnnotatedDocument, scheme: Scheme, finding: DesignFinding | None = None) -> _Source:
    finding = finding or study_design(annotated, scheme)
    words = source_words(annotated.sentences, finding.design, scheme)
    return _Source(annotated, finding, own_begins(annotated, scheme), words, entries_of(annotated))


def _evidence(claim: Claim, source: _Source, scheme: Scheme) -> Evidence:
    basis = basis_of(source.annotated, claim, source.finding.design, source.begins, scheme, source.entries)
    behind = _behind(claim, basis, source.finding, scheme)
    own_review = basis.kind == "own result" and is_review(behind.design)
    stated = stated_for(claim, source.annotated.sentences, scheme) or source.words.stated if own_review else None
    sample, people = _participants(claim, basis, source.finding, scheme)
    return Evidence(
        claim=claim,
        basis=basis,
        design=behind.design,
        design_words=behind.words,
        pooled=behind.pooled,
        sample=sample,
        population=people,
        effects=effects(claim.statistics),
        source=source.words,
        stated=stated,
        statuses=_statuses(basis, source.annotated.document),
        quality_flags=source.annotated.document.quality_flags,
    )


def _behind(claim: Claim, basis: Basis, source: DesignFinding, scheme: Scheme) -> _Behind:
    """The design of the evidence that the sentence rests on: its own words, the entry, or the source's."""
    text = claim.sentence.text
    said, words = design_in_words(text, scheme)
    if basis.kind == "own result":
        if source.design == "unclear" and said != "unclear":
            return _Behind(said, words, pooled_in_words(text, scheme) if said in _REVIEWS else None)
        if within := association_within_trial(claim, source.design, scheme):
            return _Behind(*within)
        return _Behind(source.design, ", ".join(source.words[:3]), source.pooled)
    if basis.kind == "cited guideline":
        return _Behind("guideline", basis.words)
    if basis.kind == "cited study":
        for reference in basis.references:
            design, phrase = design_of_reference(reference, scheme)
            if design != "unclear":
                told = f"{reference.title} {reference.text}"
                return _Behind(design, phrase, pooled_in_words(told, scheme) if design in _REVIEWS else None)
        if said not in ("unclear", "guideline"):
            return _Behind(said, words, pooled_in_words(text, scheme) if said in _REVIEWS else None)
        return _Behind("unclear", "")
    if source.design in ("consumer health page", "narrative review", "guideline", "other"):
        return _Behind(source.design, ", ".join(source.words[:3]))
    return _Behind("unclear", "")


def _statuses(basis: Basis, document: Document) -> tuple[PublicationStatus, ...]:
    """What became of the study that a sentence rests on: as its reference entry says, or the source of itself."""
    if basis.kind == "own result":
        return statuses_of(document)
    return tuple(dict.fromkeys(reference.status for reference in basis.references if reference.status))


def _participants(claim: Claim, basis: Basis, source: DesignFinding, scheme: Scheme) -> tuple[SampleSize, Population]:
    """How many people stand behind the claim, and who: as its sentence says, else the source's own study."""
    text = claim.sentence.text
    if basis.kind == "own result":
        counted = next((s for s in claim.statistics if s.kind == "count" and s.total), None)
        if source.sample.size is None and counted is not None:
            return SampleSize(counted.total, counted.text, text), source.population
        return source.sample, source.population
    if basis.kind == "uncited statement":
        return SampleSize(), Population()
    counted = next((s for s in claim.statistics if s.kind == "count" and s.total), None)
    sample = SampleSize(counted.total, counted.text, text) if counted else sample_in_words(text, scheme.population)
    return sample, population_in_words(text, scheme.population).record
