"""In: what a source tells of a study; out: the names that the study goes by, sure and less sure."""

import re
import unicodedata
from dataclasses import dataclass

from pipeline.records import StudyReport

SHORTEST_TITLE = 30
"""Letters that a title needs before it can name a study: shorter ones ("Vitamin D and falls") name many."""

_STATUS = re.compile(
    r"^\s*\W*(?:retracted(?: article| paper)?|retraction(?: notice| of)?|withdrawn|(?:editorial )?"
    r"expression of concern)"
    r"\W*\s*[:\]\-–]\s*",
    re.IGNORECASE,
)
_LETTERS_OF_JOURNAL = 3  # "Med" and "Medicine" are the same word
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:?\s*)?(10\.\d{4,9}/\S+?)[.,;)\]]*$", re.IGNORECASE)
_PAGE = re.compile(
    r"(?P<journal>[A-Za-z][A-Za-z .&()-]{2,80}?)[.,]?\s*"
    r"(?:\(?(?P<year>(?:19|20)\d\d)\)?(?:\s[A-Z][a-z]{2}[a-z]*(?:\s\d{1,2})?)?\s?[;,:]\s?)"
    r"(?:vol(?:ume)?\.?\s?)?(?P<volume>\d{1,4})(?:\s?\([^)]{1,20}\))?\s?[:,]\s?(?:pp?\.\s?)?(?P<page>[eE]?\d{1,7})"
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one study in one source.

    `sure` are identifiers: who shares one is the same study. `likely` are title and year, place in a journal, or first
    author and year: who shares one is the same study unless identifiers or other studies of that name speak against
    it. `own` names the source itself; a preprint has identifiers of its own beside those of its article.
    """

    own: str
    sure: tuple[str, ...]
    likely: tuple[str, ...]
    is_preprint: bool = False


def names_of(report: StudyReport) -> Names:
    """Return the names that a study goes by in one source."""
    own = f"{report.source_id}\n{report.label}"
    sure = [
        f"{kind}:{value}"
        for kind, value in (
            ("pmid", report.pmid.strip()),
            ("pmcid", report.pmcid.strip().upper()),
            ("doi", plain_doi(report.doi)),
        )
        if value
    ]
    sure += [f"registry:{plain_registry(identifier)}" for identifier in report.registry_ids]
    return Names(own, tuple(sure), tuple(_likely(report)), report.status == "preprint")


def plain_doi(doi: str) -> str:
    """Return a DOI without its resolver, in lower case.

    >>> plain_doi("https://doi.org/10.1000/ABC.1.")
    '10.1000/abc.1'
    """
    match = _DOI.match(doi.strip())
    return match[1].lower() if match else doi.strip().lower()


def plain_registry(identifier: str) -> str:
    """Return a registry number as one word in capitals: "NCT 01234567" is NCT01234567."""
    return re.sub(r"[\s:/-]", "", identifier).upper()


def plain_title(title: str) -> str:
    """Return the letters and digits of a title in lower case, without a note of retraction before it.

    >>> plain_title("RETRACTED: Zinc and colds — a trial"), plain_title("[Zinc & colds]")
    ('zincandcoldsatrial', 'zinccolds')
    """
    folded = unicodedata.normalize("NFKD", _STATUS.sub("", title))
    return "".join(letter for letter in folded.casefold() if letter.isalnum())


def journal_locator(text: str) -> str:
    """Return where a reference entry says a study stands (year, volume, first page, last word of the journal), or "".

    >>> journal_locator("Lee A et al. N Engl J Med 2018; 378: 12-20.")
    '2018|378|12|med'
    >>> journal_locator("New England Journal of Medicine. 2018;378(2):12")
    '2018|378|12|med'
    """
    matches = list(_PAGE.finditer(text))
    if not matches:
        return ""
    match = matches[-1]
    words = re.findall(r"[A-Za-z]+", match["journal"])
    last = words[-1].lower()[:_LETTERS_OF_JOURNAL] if words else ""
    return f"{match['year']}|{match['volume']}|{match['page'].lower()}|{last}" if last else ""


def surname(author: str) -> str:
    """Return the surname of an author as a reference writes it, in lower case.

    >>> surname("Smith J"), surname("van der Berg, K. H."), surname("J. B. Smith")
    ('smith', 'van der berg', 'smith')
    """
    before = author.split(",")[0].strip()
    words = [word for word in re.split(r"\s+", before) if word]
    kept = [word for word in words if not re.fullmatch(r"(?:[A-Z]\.?-?){1,4}", word)]
    return " ".join(kept or words).casefold()


def _likely(report: StudyReport) -> list[str]:
    title, names = plain_title(report.title), []
    year = report.year[:4]
    if len(title) >= SHORTEST_TITLE:
        names.append(f"title:{title}|{year}")
    if report.locator:
        names.append(f"place:{report.locator}")
    if report.first_author and year:
        names.append(f"author:{surname(report.first_author)}|{year}")
    return names
