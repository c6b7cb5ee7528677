"""Which reports are one study, what is known of it, and what a row takes over from it."""

from dataclasses import replace

import pytest
from table_rows import row as evidence_row

from pipeline.records import BiasJudgement, CitedReference, EvidenceRow, Reference, StudyReport
from pipeline.studies import Corpus, corpus_of, grades_of, reports_of, study_registry
from pipeline.studies.names import journal_locator, plain_title, surname

TITLE = "Oral iron for restless legs syndrome in women with low ferritin"


def report(source_id: str, label: str = "", **fields: object) -> StudyReport:
    return StudyReport(source_id=source_id, label=label, **fields)  # type: ignore[arg-type]


def n_studies(*reports: StudyReport) -> int:
    return len(study_registry(reports).by_id)


TRIAL = report("PMID:123456", pmid="123456", doi="10.1000/x.1", title=TITLE, year="2019", first_author="Smith J")


@pytest.mark.parametrize(
    "cited",
    [
        report("page", "1", pmid="123456"),
        report("page", "1", doi="https://doi.org/10.1000/X.1"),
        report("page", "1", title=f"RETRACTED: {TITLE.upper()}.", year="2019"),
        report("page", "1", title=TITLE, first_author="Smith"),
        report("page", "Smith 2019", first_author="Smith", year="2019"),
    ],
)
def test_what_names_a_study_leads_to_it(cited: StudyReport) -> None:
    studies = study_registry([TRIAL, cited])
    assert len(studies.by_id) == 1
    found = studies.of("page", cited.label)
    assert found and found.study_id == "PMID:123456"
    assert (found.own_sources, found.citing_sources) == (("PMID:123456",), ("page",))


def test_a_doi_joins_what_a_pmid_and_a_page_tell() -> None:
    by_doi = report("a", "1", doi="10.1000/x.1", locator="2019|12|34|med")
    by_locator = report("b", "1", locator="2019|12|34|med")
    assert n_studies(TRIAL, by_doi, by_locator) == 1
    assert n_studies(TRIAL, by_locator) == 2


def test_one_title_and_year_but_other_identifiers_are_two_studies() -> None:
    other = report("PMID:999999", pmid="999999", title=TITLE, year="2019")
    assert n_studies(TRIAL, other) == 2
    # and a page that gives the title alone cannot be told to mean either
    assert n_studies(TRIAL, other, report("page", "1", title=TITLE, year="2019")) == 3


def test_a_title_of_another_year_is_another_study() -> None:
    assert n_studies(report("a", "1", title=TITLE, year="2009"), report("b", "1", title=TITLE, year="2015")) == 2


def test_an_author_and_year_that_fit_two_studies_name_neither() -> None:
    second = report("PMID:7", pmid="7", title="Something else entirely in older men and women", year="2019")
    second = replace(second, first_author="Smith K")
    studies = study_registry([TRIAL, second, report("page", "Smith 2019", first_author="Smith", year="2019")])
    assert studies.of("page", "Smith 2019") is None and len(studies.by_id) == 2


def test_a_registry_number_is_the_same_trial() -> None:
    first = report("PMID:1", pmid="1", registry_ids=("NCT01234567",), title="The main results of a trial of zinc")
    later = report("PMID:2", pmid="2", registry_ids=("NCT 01234567",), title="Secondary outcomes of a trial of zinc")
    assert n_studies(first, later) == 1


def test_what_nobody_could_look_up_is_no_study() -> None:
    assert n_studies(report("page", "1", title="Vitamin D"), report("page", "2", first_author="Lee", year="2020")) == 0


def test_a_study_knows_its_worst_status_its_bias_and_the_reviews_that_pool_it() -> None:
    blinded = BiasJudgement("blinding of participants", "low", "double-blind", 3, 15)
    own = replace(TRIAL, judgements=(blinded,), risk_of_bias="low", study_design="rct", sample_size=80)
    cited = report("page", "4", pmid="123456", status="retracted", study_design="cohort")
    entry = Reference("1", TITLE, title=TITLE, identifiers={"PMID": "123456"})
    review = report("PMID:55", pmid="55", title="Iron: a systematic review of everything", included=(entry,))
    studies = study_registry([own, cited, review])
    found = studies.by_id["PMID:123456"]
    assert (found.status, found.study_design, found.sample_size) == ("retracted", "rct", 80)
    assert found.judgements == (blinded,) and found.included_in == ("PMID:55",)


def cited_row(source_id: str, reference: Reference, **fields: object) -> EvidenceRow:
    given = {"evidence_basis": "cited study", "citations": (CitedReference(reference.label, reference),)}
    return evidence_row(source_id=source_id, **(given | fields))


def test_a_page_inherits_the_grade_of_the_study_it_cites() -> None:
    trial = evidence_row(
        source_id="PMID:5", evidence_basis="own result", certainty="High", study_design="rct", evidence_level=2
    )
    page = cited_row("page", Reference("1", "Zinc", identifiers={"pmid": "5"}), certainty="Moderate")
    rested = corpus_of([trial, page]).rest(page)
    assert (rested.certainty, rested.study_design, rested.study_id) == ("High", "rct", ("PMID:5",))
    assert any("in the corpus (PMID:5)" in reason for reason in rested.certainty_reasons)


def test_what_rests_on_a_retracted_study_carries_nothing() -> None:
    retracted = StudyReport(source_id="PMID:5", pmid="5", status="retracted", title=TITLE)
    page = cited_row("page", Reference("1", "Zinc", identifiers={"pmid": "5"}), certainty="Moderate")
    studies = study_registry(reports_of([page], [retracted]))
    rested = Corpus(studies, grades_of([page], studies)).rest(page)
    assert rested.certainty == "Very low" and "rests-on-retracted" in {flag.code for flag in rested.flags}
    concern = StudyReport(source_id="PMID:5", pmid="5", status="expression of concern", title=TITLE)
    high = evidence_row(source_id="PMID:5", evidence_basis="own result", certainty="High")
    studies = study_registry(reports_of([high], [concern]))
    assert Corpus(studies).rest(high).certainty == "Moderate"


def test_names_are_compared_without_their_dress() -> None:
    assert plain_title("[WITHDRAWN] Zinc: a trial") == plain_title("Zinc, a Trial.")
    assert surname("O'Brien, K. H.") == "o'brien"
    assert journal_locator("no place at all, 2018") == ""
