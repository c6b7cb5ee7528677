"""In: a claim and its source; out: what the sentence rests on, with the references it names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.grading.scheme import BasisRules, Scheme
from pipeline.records import AnnotatedDocument, Claim, Reference
from pipeline.records.entries import ByLabel
from pipeline.vocabulary import EvidenceBasis, QualityFlag, SourceType, StudyDesign

_REVIEWS: tuple[StudyDesign, ...] = ("meta-analysis", "systematic review")
_NO_STUDY: tuple[StudyDesign, ...] = ("consumer health page", "narrative review", "guideline")
_NO_REPORT: tuple[SourceType, ...] = ("consumer health page", "AI-generated summary")
_INCOMPLETE: QualityFlag = "reference list incomplete"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a sentence rests on and the words that say so.

    `references` are the entries that its labels resolve to; `missing` are labels without an entry, `unsafe`
    labels that only a position in an incomplete, unnumbered list would resolve.
    """

    kind: EvidenceBasis
    words: str
    labels: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    missing: tuple[str, ...] = ()
    unsafe: tuple[str, ...] = ()


def basis_of(
    annotated: AnnotatedDocument,
    claim: Claim,
    design: StudyDesign,
    begins: int | None,
    scheme: Scheme,
    entries: Mapping[str, Reference],
) -> Basis:
    """Return what the claim's sentence rests on: its own study, a cited one, a guideline, or nothing.

    `design` is the source's own, `begins` where it starts to tell of its own study (`own_begins`), `entries` its
    references by label (`entries_of`). A label with an entry decides unless the words speak of the source's own
    study, a label that leads nowhere is worth no more than none; then words that report somebody else's; then where
    in the source the sentence stands.
    """
    sentence = claim.sentence
    labels, references, missing, unsafe = _resolved(annotated, claim, entries)
    rules = scheme.basis
    if not references and (short := _short_citations(sentence.text, scheme)):
        labels, references = tuple(reference.label for reference in short), short
    own = rules.own.search(sentence.text)
    others = rules.others.search(sentence.text)
    guideline = rules.guideline.search(sentence.text)

    def basis(kind: EvidenceBasis, words: str) -> Basis:
        return Basis(kind, words, labels, references, missing, unsafe)

    a_study = design not in _NO_STUDY and annotated.document.source_type not in _NO_REPORT
    if labels and not references and not a_study:
        return basis("uncited statement", f"{', '.join(labels)} leads to no entry")
    if labels and (references or not own):
        if own and a_study and not others and sentence.role in ("results", "conclusion", "discussion", "abstract"):
            return basis("own result", own.group())
        cited = f"cites {', '.join(labels)}"
        kinds = [r.design for r in references]
        if guideline or (kinds and all(kind == "guideline" for kind in kinds)):
            return basis("cited guideline", guideline.group() if guideline else cited)
        return basis("cited study", cited)
    if guideline:
        return basis("cited guideline", guideline.group())
    if others and not own and design in _REVIEWS and _is_pooled(claim, begins, others, rules):
        return basis("own result", f"{others.group()}, in what the review found")
    if others and not own:
        return basis("cited study", others.group())
    if design == "guideline":
        return basis("cited guideline", "a guideline's own statement")
    if not a_study:
        return basis("uncited statement", "no reference and no study named")
    if own:
        return basis("own result", own.group())
    if sentence.role in ("results", "conclusion", "methods"):
        return basis("own result", f"stands in the {sentence.role}")
    if sentence.role in ("background", "aim", "discussion"):
        return basis("uncited statement", f"stands in the {sentence.role} without a reference")
    if sentence.role == "title" or sentence.kind == "title":
        return basis("own result", "stands in the title of a study")
    if begins is not None and sentence.index >= begins:
        return basis("own result", "follows the source's own aim or methods")
    if claim.statistics and begins is None:
        return basis("own result", "gives numbers without a reference")
    return basis("uncited statement", "stands before the source's own aim and methods, without a reference")


def _is_pooled(claim: Claim, begins: int | None, others: re.Match[str], rules: BasisRules) -> bool:
    """Whether words of a review that report studies are about those that it pools, not about earlier work."""
    sentence = claim.sentence
    if sentence.role in ("background", "aim", "discussion") or rules.earlier.search(others.group()):
        return False
    return sentence.role in ("results", "conclusion") or (begins is not None and sentence.index > begins)


def own_begins(annotated: AnnotatedDocument, scheme: Scheme) -> int | None:
    """Return the index of the first sentence that tells of the source's own study, None where none does."""
    found = (
        s.index
        for s in annotated.sentences
        if s.kind != "title" and not s.citations and scheme.basis.own_begins.search(s.text)
    )
    return next(found, None)


def _short_citations(text: str, scheme: Scheme) -> tuple[Reference, ...]:
    """The studies that a sentence names by author and year ("Smith et al. 2022"), as entries without a title."""
    found: dict[str, Reference] = {}
    for match in scheme.study.short_citation.finditer(text):
        parts = match.groupdict()
        author = parts["author"] or parts["author2"] or parts["author3"] or ""
        year = parts["year"] or parts["year2"] or parts["year3"] or ""
        if author and year:
            label = f"{author} {year}"
            found.setdefault(label, Reference(label, "", year=year, numbered=False, authors=(author,)))
    return tuple(found.values())


def entries_of(annotated: AnnotatedDocument) -> Mapping[str, Reference]:
    """Return the references of a source by their labels."""
    return ByLabel(annotated.document.references)


def _resolved(
    annotated: AnnotatedDocument, claim: Claim, entries: Mapping[str, Reference]
) -> tuple[tuple[str, ...], tuple[Reference, ...], tuple[str, ...], tuple[str, ...]]:
    """The claim's labels, the entries they name, those without an entry, and those not to be resolved."""
    by_position = _INCOMPLETE in annotated.document.quality_flags
    labels = tuple(dict.fromkeys(claim.sentence.citations))
    references: list[Reference] = []
    missing: list[str] = []
    unsafe: list[str] = []
    for label in labels:
        entry = entries.get(label)
        if by_position and (entry is None or not entry.numbered):
            unsafe.append(label)
        elif entry is None:
            missing.append(label)
        else:
            references.append(entry)
    return labels, tuple(references), tuple(missing), tuple(unsafe)
