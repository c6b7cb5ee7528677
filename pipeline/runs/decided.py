"""In: what reviewers decided of studies and outcomes, and the scheme. Out: studies and rows as they decided."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pipeline.grading.regrade import regraded, regraded_study
from pipeline.grading.scheme import Scheme
from pipeline.records import EvidenceRow, Override, Overrides, Study, StudyReport
from pipeline.studies import Studies, study_registry


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of reviewers on studies and outcomes, as they enter grading, studies and synthesis.

    `scheme` gives the scheme that something decided on is graded anew by.
    """

    overrides: Overrides
    scheme: Callable[[], Scheme]

    @property
    def names(self) -> dict[str, str]:
        """Names of outcomes, each with the name that it goes by after a reviewer's decision."""
        return {said.subject.lower(): said.value.lower() for said in self.overrides.same_outcomes}

    def studies(self, reports: Iterable[StudyReport]) -> Studies:
        """Return the studies that are told of, with those joined that are one, and each as it was decided."""
        same = [(said.subject, said.value) for said in self.overrides.same_studies]
        found = study_registry(reports, same)
        return replace(found, by_id={study_id: self._study(study) for study_id, study in found.by_id.items()})

    def regrade(self, row: EvidenceRow, study: Study) -> EvidenceRow:
        """Return a row graded anew by what was decided of the study that it rests on."""
        return regraded(row, study, self._of(study), self.scheme())

    def _study(self, study: Study) -> Study:
        decided = self._of(study)
        study = regraded_study(study, decided, self.scheme()) if decided else study
        known = _identifiers(study)
        joined = [
            f"the same as {said.value if said.subject in known else said.subject} {said.by}"
            for said in self.overrides.same_studies
            if known & {said.subject, said.value}
        ]
        return replace(study, overrides=(*study.overrides, *joined)) if joined else study

    def _of(self, study: Study) -> tuple[Override, ...]:
        known = _identifiers(study)
        return tuple(said for subject, found in self.overrides.studies.items() if subject in known for said in found)


def _identifiers(study: Study) -> set[str]:
    """All names that a reviewer may have known a study by: its study_id may change as more sources tell of it."""
    names = {"PMID": study.pmid, "PMCID": study.pmcid, "DOI": study.doi, "REG": study.registry_id}
    return {study.study_id, *(f"{kind}:{value}" for kind, value in names.items() if value)}
