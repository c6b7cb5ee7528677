"""In: a MEDLINE/PubMed XML file; out: a `Document` for each record."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipeline.errors import SourceError
from pipeline.ingest.boilerplate import notices
from pipeline.ingest.dates import iso_date, month_number, parse_date
from pipeline.ingest.inline import InlineText, write_inline
from pipeline.ingest.language import is_foreign
from pipeline.ingest.markup import iterate_records
from pipeline.ingest.passages import Passage, Piece, assemble
from pipeline.ingest.quality import Damage, Findings, damaged_record, finish_records
from pipeline.ingest.records.bibliographic import language_flags, type_flags
from pipeline.ingest.sections import section_role
from pipeline.ingest.source import Source
from pipeline.records import Document
from pipeline.vocabulary import QualityFlag, SectionRole

RECORDS = ("PubmedArticle", "PubmedBookArticle")
DELETED = "DeleteCitation"
ENGLISH = frozenset({"", "eng"})
CATEGORIES: dict[str, SectionRole] = {
    "BACKGROUND": "background",
    "OBJECTIVE": "aim",
    "METHODS": "methods",
    "RESULTS": "results",
    "CONCLUSIONS": "conclusion",
}
RETRACTIONS = {"RetractionIn", "PartialRetractionIn"}
RETRACTED = {"Retracted Publication", "Retraction of Publication"}


def read_medline(source: Source) -> list[Document]:
    """Read every record; raises `SourceError` where the file holds none that can be read, or too many."""
    findings: list[Findings] = []
    deleted: set[str] = set()
    for element in iterate_records(source, (*RECORDS, DELETED)):
        if not isinstance(element, Damage) and element.tag == DELETED:
            deleted.update((node.text or "").strip() for node in element.iterfind("PMID"))
            continue
        if len(findings) == source.limits.max_records:
            raise SourceError(
                f"{source.path} has more than {source.limits.max_records:,} records; split it or raise max_records."
            )
        findings.append(damaged_record("medline", element) if isinstance(element, Damage) else _record(element))
    if not findings:
        raise SourceError(f"{source.path} holds no MEDLINE record; export the records again.")
    if deleted:
        findings = [_marked_deleted(found, deleted) for found in findings]
    return finish_records(source, findings)


def _marked_deleted(found: Findings, deleted: set[str]) -> Findings:
    """Flag a record that the same file says was taken out of PubMed."""
    is_deleted = found.identifiers.get("pmid") in deleted
    return replace(found, flags=(*found.flags, "deleted record")) if is_deleted else found


def _record(element: Any) -> Findings:
    article = next(element.iter("Article", "BookDocument"), element)
    title = _text(article.find("ArticleTitle"))
    bare_title = re.sub(r"^\[(.*)\]\.?$", r"\1", title)
    passages = [Passage(Piece(bare_title, "title"), "", "title")] if bare_title else []
    if (abstract := _main_abstract(element, article)) is not None:
        passages.extend(_abstract(abstract))
    assembly = assemble(passages)
    types = tuple(_text(node) for node in article.iter("PublicationType"))
    return Findings(
        format="medline",
        text=assembly.text,
        title=bare_title,
        date=_date(article),
        authors=tuple(filter(None, (_author(node) for node in article.iterfind("AuthorList/Author")))),
        identifiers=_identifiers(element, article),
        publication_types=types,
        blocks=assembly.blocks,
        flags=_flags(element, title, assembly.text, types),
    )


def _text(element: Any) -> str:
    if element is None:
        return ""
    text = InlineText()
    write_inline(element, text, lambda _: None)
    return text.result()[0]


def _main_abstract(element: Any, article: Any) -> Any:
    """Return the abstract, or where the record has none in English, another one that is; None without any."""
    abstract = article.find("Abstract")
    others = element.iterfind("./*/OtherAbstract")
    other = next((other for other in others if other.get("Language", "eng").lower() in ENGLISH), None)
    words = "" if other is None or abstract is None else " ".join(" ".join(abstract.itertext()).split())
    return abstract if other is None or (words and not is_foreign(words)) else other


def _abstract(abstract: Any) -> Iterator[Passage]:
    for part in abstract.iterfind("AbstractText"):
        text = _text(part)
        label = (part.get("Label") or "").strip()
        if label.upper() == "UNLABELLED" or not text:
            label = ""
        role = section_role(label) or CATEGORIES.get((part.get("NlmCategory") or "").upper(), "abstract")
        if label:
            yield Passage(Piece(label, "heading"), label, role)
        if text:
            yield Passage(Piece(text), label or "Abstract", role)


def _date(article: Any) -> str:
    for path in ("ArticleDate", "Journal/JournalIssue/PubDate", "Book/PubDate"):
        node = article.find(path)
        if node is None:
            continue
        year, day = (node.findtext("Year") or "").strip(), (node.findtext("Day") or "").strip()
        if year.isdigit():
            month = month_number(node.findtext("Month") or "")
            return iso_date(int(year), month, int(day) if day.isdigit() and month else 0) or year
        if stated := parse_date(node.findtext("MedlineDate") or ""):
            return stated
    return ""


def _author(node: Any) -> str:
    name = f"{node.findtext('ForeName') or node.findtext('Initials') or ''} {node.findtext('LastName') or ''}".strip()
    return name or _text(node.find("CollectiveName"))


def _identifiers(element: Any, article: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    pmid = element.find("./*/PMID")
    if pmid is not None and (pmid.text or "").strip():
        found["pmid"] = pmid.text.strip()
    for node in element.iterfind("./*/ArticleIdList/ArticleId"):
        kind, value = node.get("IdType"), (node.text or "").strip()
        if kind == "pmc" and value:
            found["pmcid"] = value if value.upper().startswith("PMC") else f"PMC{value}"
        elif kind == "doi" and value:
            found["doi"] = value.lower()
    for node in article.iterfind("ELocationID[@EIdType='doi']"):
        if (node.text or "").strip():
            found.setdefault("doi", node.text.strip().lower())
    return {key: found[key] for key in ("pmid", "pmcid", "doi") if key in found}


def _flags(element: Any, title: str, text: str, types: tuple[str, ...]) -> tuple[QualityFlag, ...]:
    flags = list(notices(title))
    corrections = {node.get("RefType") for node in element.iter("CommentsCorrections")}
    if corrections & RETRACTIONS or RETRACTED & set(types):
        flags.append("retraction notice")
    if "ExpressionOfConcernIn" in corrections:
        flags.append("expression of concern")
    flags.extend(flag for flag in type_flags(types) if flag not in flags)
    if "truncated" in notices(text[-200:]):
        flags.append("truncated")
    flags.extend(language_flags([node.text or "" for node in element.iter("Language")]))
    return tuple(dict.fromkeys(flags))
