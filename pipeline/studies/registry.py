"""In: what sources tell of studies (`StudyReport`); out: the studies, each once (`Studies`)."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pipeline.records import BiasJudgement, Reference, Study, StudyReport
from pipeline.studies.names import Names, journal_locator, names_of, plain_doi, plain_title
from pipeline.studies.resolution import resolve
from pipeline.vocabulary import PublicationStatus

Value = TypeVar("Value")

_WORST_FIRST: tuple[PublicationStatus, ...] = ("retracted", "withdrawn", "expression of concern", "preprint", "")
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Studies:
    """All studies of a corpus, by `study_id`, and which of them each report of a source tells of."""

    by_id: Mapping[str, Study] = field(default_factory=dict)
    of_report: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def cited_own(self) -> bool:
        """Whether some source cites what another reports as its own."""
        return any(study.own_sources and study.citing_sources for study in self.by_id.values())

    def of(self, source_id: str, label: str = "") -> Study | None:
        """Return the study that a source reports as its own, or cites under a label; None where it names none."""
        study_id = self.of_report.get((source_id, label))
        return self.by_id[study_id] if study_id else None


def cited_report(source_id: str, reference: Reference) -> StudyReport:
    """Return what a source's reference entry tells of the study that it names."""
    known = {name.lower(): value for name, value in reference.identifiers.items()}
    return StudyReport(
        source_id=source_id,
        label=reference.label,
        pmid=known.get("pmid", ""),
        pmcid=known.get("pmcid", ""),
        doi=known.get("doi", ""),
        registry_ids=tuple(filter(None, [known.get("registry", "")])),
        title=reference.title or reference.text,
        year=reference.year,
        first_author=reference.authors[0] if reference.authors else "",
        locator=journal_locator(reference.text),
        status=reference.status,
        study_design=reference.design,
    )


def study_registry(reports: Iterable[StudyReport], same: Iterable[tuple[str, str]] = ()) -> Studies:
    """Return every study that is told of, once, with all that sources tell of it.

    A report that gives nothing to know a study by (no identifier, title, place or author) makes a study only where it
    is the source's own. What a source tells of its own study comes before what others tell of it. `same` are pairs of
    study_ids that a reviewer holds to be one study.
    """
    all_reports: list[StudyReport] = []
    for report in reports:
        all_reports.append(report)
        all_reports += [cited_report(report.source_id, reference) for reference in report.included]
    named = [(report, names_of(report)) for report in sorted(all_reports, key=_before)]
    named = [(report, names) for report, names in named if not report.label or names.sure or names.likely]
    of_first = resolve(names for _, names in named)
    if same := list(same):
        firsts = {_study_id(group): first for first, group in _groups(named, of_first).items()}
        pairs = [(firsts[one], firsts[other]) for one, other in same if one in firsts and other in firsts]
        of_first = resolve((names for _, names in named), pairs)
    by_id: dict[str, Study] = {}
    of_report: dict[tuple[str, str], str] = {}
    for group in _groups(named, of_first).values():
        if not any(_is_known(report) for report in group):
            continue
        study = _merged(group)
        by_id[study.study_id] = study
        of_report |= {(report.source_id, report.label): study.study_id for report in group}
    return Studies(_with_reviews(by_id, all_reports, of_report), of_report)


def _before(report: StudyReport) -> tuple[bool, bool, str]:
    """Own reports before citations, an article before its preprint."""
    return report.label != "", report.status == "preprint", report.source_id


def _is_known(report: StudyReport) -> bool:
    """Whether a report tells which study it is: its own source, an identifier, a place in a journal, or a title that
    comes with an author, a year or a design, as the title of a web page does not.
    """
    names = names_of(report)
    titled = any(name.startswith("title:") for name in names.likely)
    dated = bool(report.first_author or report.year) or report.study_design != "unclear"
    return not report.label or bool(names.sure) or bool(report.locator) or (titled and dated)


def _groups(named: Iterable[tuple[StudyReport, Names]], of_first: Mapping[str, str]) -> dict[str, list[StudyReport]]:
    members: defaultdict[str, list[StudyReport]] = defaultdict(list)
    for report, names in named:
        members[of_first[names.own]].append(report)
    return members


def _with_reviews(
    by_id: dict[str, Study], reports: Iterable[StudyReport], of_report: Mapping[tuple[str, str], str]
) -> dict[str, Study]:
    """The studies, each with the reviews that pool it."""
    reviews: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for report in reports:
        review = of_report.get((report.source_id, report.label), "")
        for reference in report.included:
            study = of_report.get((report.source_id, reference.label), "")
            if review and study and study != review:
                reviews[study].setdefault(review)
    return {
        study_id: replace(study, included_in=tuple(reviews[study_id])) if study_id in reviews else study
        for study_id, study in sorted(by_id.items())
    }


def _merged(reports: Sequence[StudyReport]) -> Study:
    own = [report for report in reports if not report.label]
    cited = [report for report in reports if report.label]
    printed = any(report.status != "preprint" for report in own)
    statuses = {report.status for report in reports} - ({"preprint"} if printed else set())
    status = min(statuses, key=_WORST_FIRST.index)
    judgements: dict[str, BiasJudgement] = {}
    for report in own:
        for judgement in report.judgements:
            judgements.setdefault(judgement.domain, judgement)
    doi = plain_doi(_first(reports, lambda r: r.doi) or "")
    pmid, pmcid = _first(reports, lambda r: r.pmid) or "", _first(reports, lambda r: r.pmcid) or ""
    return Study(
        study_id=_study_id(reports),
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        registry_id=_first(reports, lambda r: next(iter(r.registry_ids), "")) or "",
        url=_address(pmid, pmcid, doi),
        title=_first(reports, lambda r: r.title) or "",
        year=(_first(reports, lambda r: r.year) or "")[:4],
        first_author=_first(reports, lambda r: r.first_author) or "",
        status=status,
        study_design=_first(reports, lambda r: r.study_design if r.study_design != "unclear" else None) or "unclear",
        sample_size=_first(reports, lambda r: r.sample_size),
        population=_first(reports, lambda r: r.population) or "",
        judgements=tuple(judgements.values()),
        risk_of_bias=_first(own, lambda r: r.risk_of_bias) or "no information",
        funding=_first(reports, lambda r: r.funding) or "",
        own_sources=tuple(sorted({report.source_id for report in own})),
        citing_sources=tuple(sorted({report.source_id for report in cited} - {report.source_id for report in own})),
    )


def _first(reports: Iterable[StudyReport], value: Callable[[StudyReport], Value | None]) -> Value | None:
    return next((found for report in reports if (found := value(report))), None)


def _study_id(reports: Sequence[StudyReport]) -> str:
    """An identifier that stays the same whichever sources tell of the study, as far as they allow."""
    for mark, value in (
        ("PMID", _first(reports, lambda r: r.pmid)),
        ("PMCID", _first(reports, lambda r: r.pmcid)),
        ("DOI", plain_doi(_first(reports, lambda r: r.doi) or "")),
        ("REG", _first(reports, lambda r: next(iter(r.registry_ids), None))),
    ):
        if value:
            return f"{mark}:{value}"
    first = reports[0]
    title = _first(reports, lambda r: plain_title(r.title))
    known = f"{title}|{(_first(reports, lambda r: r.year) or '')[:4]}" if title else f"{first.source_id}\n{first.label}"
    return f"study:{hashlib.sha256(known.encode(errors='surrogatepass')).hexdigest()[:_DIGITS]}"


def _address(pmid: str, pmcid: str, doi: str) -> str:
    if pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    if doi:
        return f"https://doi.org/{doi}"
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/" if pmcid else ""
