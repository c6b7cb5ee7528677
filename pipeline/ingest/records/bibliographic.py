"""In: the fields of one bibliographic record; out: what ingestion found in it (`Findings`)."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from pipeline.errors import SourceError
from pipeline.ingest.boilerplate import notices
from pipeline.ingest.dates import iso_date, month_number, parse_date
from pipeline.ingest.passages import Passage, Piece, assemble
from pipeline.ingest.quality import Damage, Findings, damaged_record, finish_records
from pipeline.ingest.records.abstracts import abstract_passages, plain
from pipeline.ingest.records.fields import Fields
from pipeline.ingest.records.people import author_names
from pipeline.ingest.references import DOI, find_identifiers
from pipeline.ingest.resources import rows
from pipeline.ingest.source import Source
from pipeline.records import Document
from pipeline.vocabulary import QUALITY_FLAGS, QualityFlag, SourceFormat, one_of

PMID = re.compile(r"(?:(?:PMID|PUBMED|MEDLINE)\s*[:#]?\s*)?(\d{1,9})(?:\.0)?", re.IGNORECASE)
NAMED_PMID = re.compile(r"\b(?:PUBMED|MEDLINE|PMID)[:\s]+(\d{4,9})\b", re.IGNORECASE)
# An accession number of these databases is the PMID; those of other databases are numbers too.
PUBMED = re.compile(r"\b(?:pubmed|medline|nlm|ncbi|national library of medicine)\b", re.IGNORECASE)
ACCESSION = re.compile(r"(\d{5,8})(?:\.0)?")
REGISTRY_ID = re.compile(
    r"\b(?:NCT\d{8}|ISRCTN\d{5,8}|ACTRN\d{14}|CTRI/\d{4}/\d\d/\d{4,6}|ChiCTR[\w-]{6,20}|DRKS\d{8}|JPRN-\w+"
    r"|EUCTR\d{4}-\d{6}-\d\d|\d{4}-5\d{5}-\d\d-\d\d|PACTR\d{12,18}|IRCT\w{8,20})\b"
)
PLAIN = frozenset({"article", "preprint"})
COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)?")
SLASHED_DATE = re.compile(r"((?:19|20)\d\d)/(\d{1,2})?/(\d{1,2})?/?")
UNKNOWN_LANGUAGE = re.compile(r"und|mul|zxx|n/?a|unknown|other|multiple languages|undetermined", re.IGNORECASE)
ENGLISH = re.compile(r"\b(?:english|eng?|en[-_](?:us|gb|ca|au))\b", re.IGNORECASE)
# The fields of one record, and what its file says of it beyond them.
Record = tuple[Fields, tuple[QualityFlag, ...]]
# Where the words of a retraction stand in an abstract.
NOTICE = 400
NOTICES: frozenset[QualityFlag] = frozenset({"retraction notice", "withdrawn notice", "expression of concern"})


def read_records(source: Source, form: SourceFormat, records: Iterable[Record | Damage]) -> list[Document]:
    """Return a document for each record, given as its fields and flags; raises `SourceError` beyond the limit."""
    findings: list[Findings] = []
    for record in records:
        if len(findings) == source.limits.max_records:
            raise SourceError(
                f"{source.path} has more than {source.limits.max_records:,} records; split it or raise max_records."
            )
        if isinstance(record, Damage):
            findings.append(damaged_record(form, record))
        else:
            findings.append(record_findings(form, *record))
    return finish_records(source, findings)


def record_findings(form: SourceFormat, fields: Fields, flags: Sequence[QualityFlag] = ()) -> Findings:
    """Return what one record states; `fields` maps title, abstract, authors ... to its values."""
    title = re.sub(r"^\[(.*)\]\.?$", r"\1", " ".join(plain(_first(fields, "title")).split()))
    abstract = _abstract(fields)
    passages = [Passage(Piece(title, "title"), "", "title")] if title else []
    passages.extend(abstract_passages(abstract) if abstract else ())
    assembly = assemble(passages)
    identifiers = record_identifiers(fields)
    types = _types(fields)
    return Findings(
        format=form,
        text=assembly.text,
        title=title,
        date=record_date(fields),
        authors=author_names(fields.get("authors", ())) + author_names(fields.get("group", ())),
        identifiers=identifiers,
        publication_types=types,
        blocks=assembly.blocks,
        flags=tuple(dict.fromkeys([*flags, *record_flags({**fields, "types": types}, title, abstract)])),
        record=next(iter(identifiers.values()), "") or _name(_first(fields, "record")),
    )


def record_identifiers(fields: Fields) -> dict[str, str]:
    """Return pmid, pmcid, doi and registry (its number): from their own field first, then from what may name them."""
    others = " ; ".join(fields.get("identifiers", ()))
    elsewhere = find_identifiers(others)
    if "pmid" not in elsewhere and (named := NAMED_PMID.search(others)):
        elsewhere["pmid"] = named[1]
    found = {
        "pmid": _pmid(fields) or elsewhere.get("pmid", ""),
        "pmcid": _pmcid(_first(fields, "pmcid")) or elsewhere.get("pmcid", ""),
        "doi": find_identifiers(_first(fields, "doi")).get("doi", "") or elsewhere.get("doi", ""),
        "registry": next((match[0] for match in map(REGISTRY_ID.search, fields.get("registry", ())) if match), ""),
    }
    return {key: value for key, value in found.items() if value}


def record_date(fields: Fields) -> str:
    """Return the date of publication; a more precise date counts where it is of the year that the record states."""
    dates = [iso for value in fields.get("date", ()) if (iso := iso_of(value))]
    year = next((iso[:4] for value in fields.get("year", ()) if (iso := iso_of(value))), "")
    if not year:
        return max(dates, key=len, default="")
    precise = max((date for date in dates if date.startswith(year)), key=len, default=year)
    if len(precise) == len(year) and (stated := _first(fields, "month")):
        month = month_number(re.split(r"[\s/–-]", stated.strip())[0])
        day = re.search(r"(?<!\d)\d{1,2}(?!\d)", _first(fields, "day") or re.sub(r"^\d+", "", stated))
        return iso_date(int(year), month, int(day[0]) if day and month else 0) or year
    return precise


def iso_of(stated: str) -> str:
    """Return the ISO date of a cell: "2024/05//", "20240503" and "2024.0" beside what `parse_date` reads."""
    text = stated.strip().removesuffix(".0")
    if compact := COMPACT_DATE.fullmatch(text):
        return iso_date(int(compact[1]), int(compact[2]), int(compact[3] or 0)) or compact[1]
    if slashed := SLASHED_DATE.match(text):
        month, day = int(slashed[2] or 0), int(slashed[3] or 0)
        return iso_date(int(slashed[1]), month, day if month else 0) or slashed[1]
    return parse_date(text)


def record_flags(fields: Fields, title: str, abstract: str) -> list[QualityFlag]:
    """Return the quality flags of a record's standing: retracted, withdrawn, preprint, of concern, cut off."""
    flags: list[QualityFlag] = [*notices(title), *(flag for flag in notices(abstract[:NOTICE]) if flag in NOTICES)]
    if "truncated" in notices(abstract[-200:]):
        flags.append("truncated")
    for field, flag, pattern in _status():
        if field != "abstract" and any(pattern.search(value) for value in fields.get(field, ())):
            flags.append(flag)
    return [*flags, *language_flags(fields.get("language", ()))]


def language_flags(stated: Sequence[str]) -> list[QualityFlag]:
    """Return the flag of an article that states its languages, and English is none of them."""
    named = [language for language in stated if language.strip() and not UNKNOWN_LANGUAGE.fullmatch(language.strip())]
    return ["article not in English"] if named and not any(map(ENGLISH.search, named)) else []


def type_flags(types: Sequence[str]) -> list[QualityFlag]:
    """Return the quality flags that publication types alone give ("Preprint", "Retracted Publication" ...)."""
    return [flag for field, flag, pattern in _status() if field == "types" and any(map(pattern.search, types))]


def _first(fields: Fields, field: str) -> str:
    return next(iter(fields.get(field, ())), "")


def _abstract(fields: Fields) -> str:
    """Return the abstract; another one where it is the only English one; "" where the cell says that there is none."""
    absent = [pattern for field, _, pattern in _status() if field == "abstract"]
    stated = "\n".join(fields.get("abstract", ()))
    if stated and not any(pattern.search(stated) for pattern in absent):
        return stated
    languages = fields.get("other language", ())
    for index, other in enumerate(fields.get("other abstract", ())):
        if index >= len(languages) or ENGLISH.search(languages[index]):
            return other
    return ""


def _pmid(fields: Fields) -> str:
    for value in fields.get("pmid", ()):
        if match := PMID.fullmatch(value.strip()):
            return match[1]
        if named := find_identifiers(value).get("pmid"):
            return named
    databases = " ; ".join(fields.get("database", ()))
    if not PUBMED.search(databases):
        return ""
    numbers = (*fields.get("accession", ()), *fields.get("medline", ()))
    return next((match[1] for match in map(ACCESSION.fullmatch, numbers) if match), "")


def _pmcid(value: str) -> str:
    match = re.fullmatch(r"(?:PMC(?:ID)?:?\s*)*(\d{3,9})(?:\.\d)?", value.strip(), re.IGNORECASE)
    return f"PMC{match[1]}" if match else ""


def _types(fields: Fields) -> tuple[str, ...]:
    stated = [
        part.strip()
        for value in fields.get("types", ())
        for part in re.split(r"[;|\n]", value)
        if part.strip() and not DOI.search(part)
    ]
    kinds = {row["kind"]: row["publication_type"] for row in rows("records/kinds")}
    kind = kinds.get(_first(fields, "kind").strip().lower(), "")
    # A bare "article" says less than what stands beside it and is kept; codes ("J", "journalArticle") are spelt out.
    named = [name if name.lower() in PLAIN else kinds.get(name.lower(), name) for name in stated]
    unique: dict[str, str] = {}
    for name in [*named, kind] if kind else named:
        unique.setdefault(name.lower(), name)
    return tuple(unique.values())


def _name(stated: str) -> str:
    """Return a record's own name as it can stand in a path after `#`."""
    return " ".join(stated.split())[:80].removeprefix("#")


@cache
def _status() -> tuple[tuple[str, QualityFlag, re.Pattern[str]], ...]:
    return tuple(
        (row["field"], one_of(row["flag"], QUALITY_FLAGS), re.compile(row["pattern"], re.IGNORECASE))
        for row in rows("records/status")
    )
