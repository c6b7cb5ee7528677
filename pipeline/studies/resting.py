"""In: rows and the studies of their corpus; out: each row with the study it rests on and what became of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.records import EvidenceRow, Flag, Override, Reference, Study, StudyReport, with_values
from pipeline.studies.registry import Studies, cited_report, study_registry
from pipeline.vocabulary import CERTAINTIES, Certainty, FlagCode, RiskOfBias, StudyDesign, pair_key

GONE = ("retracted", "withdrawn")
_STATUS_FLAGS: Mapping[str, FlagCode] = {"preprint": "preprint", "expression of concern": "expression-of-concern"}
_LOWEST: Certainty = "Very low"
_CAP: Certainty = "Moderate"
_ResultKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Grade:
    """How strong a study's own result on one nutrient, exposure and condition is, as its own source was graded.

    `is_judged` says that nothing which must be known of it was unknown.
    """

    source_id: str
    certainty: Certainty
    design: StudyDesign
    level: int
    sample_size: int | None
    is_judged: bool = True


Regrade = Callable[[EvidenceRow, Study], EvidenceRow]
"""Grades a row anew by what reviewers decided of the study that it rests on."""


def as_graded(row: EvidenceRow, study: Study) -> EvidenceRow:
    """Return a row as it is: nothing was decided of its study."""
    return row


@dataclass(frozen=True, slots=True)
class Corpus:
    """The studies of a corpus and the grades of their own results, for those that other sources cite.

    `regrade` brings what reviewers decided of a study to its rows; `same_outcomes` are their decisions on names,
    `findings` those on GRADE's domains, by finding_id.
    """

    studies: Studies = field(default_factory=Studies)
    grades: Mapping[_ResultKey, Grade] = field(default_factory=dict)
    regrade: Regrade = as_graded
    same_outcomes: tuple[Override, ...] = ()
    findings: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)

    def rest(self, row: EvidenceRow) -> EvidenceRow:
        """Return a row with the studies it rests on and what follows from them.

        A study that was retracted or withdrawn carries nothing, one under an expression of concern or not reviewed
        by peers nothing High. What a source takes from a study of the corpus has the grade of that study's own result.
        """
        found = studies_of(row, self.studies)
        if not found:
            return row
        row = with_values(row, study_id=tuple(study.study_id for study in found))
        own = row.evidence_basis == "own result"
        inherited = row if own else self._inherited(row, found)
        if inherited is row:
            decided = next((study for study in found if study.overrides), None)
            row = self.regrade(row, decided) if decided else row
        else:
            row = inherited
        if all(study.status in GONE for study in found):
            flag: FlagCode = "retracted-source" if row.evidence_basis == "own result" else "rests-on-retracted"
            return _lowered(row, _LOWEST, flag, f"the study {found[0].study_id} was {found[0].status}")
        for study in found:
            if code := _STATUS_FLAGS.get(study.status):
                row = _lowered(row, _CAP, code, f"the study {study.study_id} is marked: {study.status}")
        return row

    def _inherited(self, row: EvidenceRow, found: Iterable[Study]) -> EvidenceRow:
        for study in found:
            grade = self.grades.get(_result_key(study.study_id, row))
            if grade is None:
                continue
            certainty = max(grade.certainty, row.certainty, key=CERTAINTIES.index)
            if row.factuality in ("Factual", "Probable"):
                certainty = grade.certainty
            told = f"Inherited {grade.certainty}: the study is in the corpus ({grade.source_id}) and graded there"
            own = row.certainty_reasons[:-1]
            kept = tuple(reason for reason in own if not (grade.is_judged and reason.startswith("Not judged")))
            reasons = (*kept, told, f"Result {certainty}")
            return with_values(
                row,
                study_design=grade.design,
                evidence_level=grade.level,
                sample_size=row.sample_size if row.sample_size is not None else grade.sample_size,
                certainty=certainty,
                certainty_reasons=reasons,
                flags=tuple(flag for flag in row.flags if not (grade.is_judged and flag.code == "not-judged")),
            )
        return row


def studies_of(row: EvidenceRow, studies: Studies) -> list[Study]:
    """Return the studies that a row rests on: its source's own, or those that it cites and that can be known."""
    if row.evidence_basis == "own result":
        own = studies.of(row.source_id)
        return [own] if own else []
    if row.evidence_basis != "cited study":
        return []
    found = (studies.of(row.source_id, cited.label) for cited in row.citations)
    return list({study.study_id: study for study in found if study}.values())


def reports_of(rows: Iterable[EvidenceRow], own: Iterable[StudyReport] = ()) -> Iterable[StudyReport]:
    """Yield what rows tell of studies: each source's own, unless `own` tells it, and each entry that they cite."""
    known = set()
    for report in own:
        known.add((report.source_id, ""))
        yield report
    for row in rows:
        if row.evidence_basis == "own result" and (row.source_id, "") not in known:
            known.add((row.source_id, ""))
            yield _own_report(row)
        alone = len(row.citations) == 1
        for cited in row.citations:
            if cited.reference is None or (row.source_id, cited.label) in known:
                continue
            known.add((row.source_id, cited.label))
            report = cited_report(row.source_id, cited.reference)
            if report.study_design == "unclear" and alone and row.evidence_basis == "cited study":
                report = replace(report, study_design=row.study_design, sample_size=row.sample_size)
            yield report


def corpus_of(rows: Iterable[EvidenceRow]) -> Corpus:
    """Return the studies that the rows alone tell of, without what only their sources could."""
    rows = list(rows)
    studies = study_registry(reports_of(rows))
    return Corpus(studies, grades_of(rows, studies))


def grades_of(rows: Iterable[EvidenceRow], studies: Studies, regrade: Regrade = as_graded) -> dict[_ResultKey, Grade]:
    """Return the best grade of each study's own results, for studies that others cite."""
    grades: dict[_ResultKey, Grade] = {}
    for row in rows:
        if row.evidence_basis != "own result" or row.factuality == "Unknown":
            continue
        study = studies.of(row.source_id)
        if study is None or not study.citing_sources:
            continue
        row = regrade(row, study) if study.overrides else row
        key = _result_key(study.study_id, row)
        known = grades.get(key)
        if known is None or CERTAINTIES.index(row.certainty) < CERTAINTIES.index(known.certainty):
            judged = not any(flag.code == "not-judged" for flag in row.flags)
            grades[key] = Grade(
                row.source_id, row.certainty, row.study_design, row.evidence_level, row.sample_size, judged
            )
    return grades


def _own_report(row: EvidenceRow) -> StudyReport:
    kind, _, value = row.source_id.partition(":")
    known = {kind.lower(): value} if kind in ("PMID", "PMCID", "DOI") else {}
    bare = Reference("", "", identifiers=known)
    report = replace(cited_report(row.source_id, bare), label="", title=row.source_title, year=row.source_date[:4])
    unknown = any(flag.code == "not-judged" for flag in row.flags)
    bias: RiskOfBias = "no information" if unknown else "some concerns"
    return replace(report, study_design=row.study_design, sample_size=row.sample_size, risk_of_bias=bias)


def _result_key(study_id: str, row: EvidenceRow) -> _ResultKey:
    return (study_id, *pair_key(row), row.exposure)


def _lowered(row: EvidenceRow, cap: Certainty, code: FlagCode, why: str) -> EvidenceRow:
    flags = row.flags if any(flag.code == code for flag in row.flags) else (*row.flags, Flag(code))
    if CERTAINTIES.index(row.certainty) >= CERTAINTIES.index(cap):
        return with_values(row, flags=flags)
    reasons = (*row.certainty_reasons[:-1], f"Capped at {cap}: {why}", f"Result {cap}")
    return with_values(row, flags=flags, certainty=cap, certainty_reasons=reasons)
