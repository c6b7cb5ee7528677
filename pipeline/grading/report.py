"""In: a source and what was found of its study; out: what it tells of that study (`StudyReport`)."""

import re
from collections.abc import Iterable

from pipeline.grading.bias import overall
from pipeline.grading.design import DesignFinding
from pipeline.grading.evidence import SourceWords
from pipeline.grading.scheme import Scheme
from pipeline.records import AnnotatedDocument, Document, Reference, StudyReport
from pipeline.vocabulary import EvidenceBasis, PublicationStatus, StudyDesign

STATUS_OF_NOTICE: dict[str, PublicationStatus] = {
    "retraction notice": "retracted",
    "withdrawn notice": "withdrawn",
    "expression of concern": "expression of concern",
    "preprint notice": "preprint",
}
_REVIEWS: tuple[StudyDesign, ...] = ("meta-analysis", "systematic review")


def own_report(
    annotated: AnnotatedDocument,
    finding: DesignFinding,
    words: SourceWords,
    bases: Iterable[EvidenceBasis],
    scheme: Scheme,
) -> StudyReport | None:
    """Return what a source tells of its own study, None where none of its claims is an own result.

    A registry number counts where the source names only one outside what it cites: a list of several names others.
    """
    if "own result" not in bases:
        return None
    document = annotated.document
    known = {name.lower(): value for name, value in document.identifiers.items()}
    funding = next((j.quote for j in words.judgements if j.domain == "funding and interests" and j.quote), "")
    return StudyReport(
        source_id=document.source_id,
        pmid=known.get("pmid", ""),
        pmcid=known.get("pmcid", ""),
        doi=known.get("doi", ""),
        registry_ids=_registry_ids(annotated, known.get("registry", ""), scheme),
        title=document.title,
        year=document.date[:4],
        first_author=document.authors[0] if document.authors else "",
        status=next(iter(statuses_of(document)), ""),
        study_design=finding.design,
        sample_size=finding.sample_size,
        population=", ".join(finding.population.traits),
        judgements=words.judgements,
        risk_of_bias=overall(words.judgements, finding.design, scheme.bias),
        funding=funding,
        included=_included(annotated, scheme) if finding.design in _REVIEWS else (),
    )


def statuses_of(document: Document) -> tuple[PublicationStatus, ...]:
    """Return what became of a source, as its notices say; the gravest first."""
    return tuple(status for notice, status in STATUS_OF_NOTICE.items() if notice in document.quality_flags)


def _registry_ids(annotated: AnnotatedDocument, known: str, scheme: Scheme) -> tuple[str, ...]:
    if known:
        return (known,)
    found = {
        re.sub(r"[\s:]", "", match.group()).upper()
        for sentence in annotated.sentences
        if not sentence.citations
        for match in scheme.study.registry.finditer(sentence.text)
    }
    return tuple(found) if len(found) == 1 else ()


def _included(annotated: AnnotatedDocument, scheme: Scheme) -> tuple[Reference, ...]:
    """The references that a review says it includes, or cites in its results."""
    entries = {reference.label: reference for reference in annotated.document.references}
    labels = {
        label
        for sentence in annotated.sentences
        if sentence.citations and (sentence.role == "results" or scheme.study.included.search(sentence.text))
        for label in sentence.citations
    }
    return tuple(reference for label, reference in entries.items() if label in labels)
