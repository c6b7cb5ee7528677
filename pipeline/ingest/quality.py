"""In: what a reader found in a source; out: the finished `Document` with its source type and quality flags."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.errors import SourceError
from pipeline.ingest.inline import SURROGATE
from pipeline.ingest.kind import RECORD_FORMATS, source_type
from pipeline.ingest.language import with_foreign_marked
from pipeline.ingest.source import Source
from pipeline.ingest.table_lines import with_lines
from pipeline.ingest.tables import located
from pipeline.records import Block, Citation, Document, Page, Reference, Table
from pipeline.records.entries import labels_of
from pipeline.vocabulary import QualityFlag, SourceFormat, SourceStatus, SourceType

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a reader of one format knows about one record."""

    format: SourceFormat
    text: str
    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    publication_types: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    citations: tuple[Citation, ...] = ()
    references: Sequence[Reference] = ()
    pages: tuple[Page, ...] = ()
    flags: tuple[QualityFlag, ...] = ()
    tables: tuple[Table, ...] = ()
    source_type: SourceType | None = None
    record: str = ""
    status: SourceStatus = "processed"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """A record of a file that could not be read: its identifier or line, and whether the file ends within it."""

    name: str
    cut_off: bool = False


def damaged_record(form: SourceFormat, damage: Damage) -> Findings:
    """Return the findings of a record that could not be read: no text, and a flag that says so."""
    flags: tuple[QualityFlag, ...] = ("damaged record", "truncated") if damage.cut_off else ("damaged record",)
    return Findings(format=form, text="", flags=flags, record=damage.name)


def unread(status: SourceStatus, reason: str) -> Findings:
    """Return the findings of a file in an archive of which nothing was read, with the reason."""
    return Findings(format="unknown", text="", flags=("no text",), status=status, reason=reason)


def finish_records(source: Source, findings: Sequence[Findings]) -> list[Document]:
    """Return the documents of a file; where it has several records each gets a path of its own."""
    if len(findings) == 1:
        return [finish(source, replace(findings[0], record=""))]
    used: set[str] = set()
    documents = []
    for number, found in enumerate(findings, start=1):
        name = found.record or next(iter(found.identifiers.values()), str(number))
        if name in used:
            name = f"{name}-{number}"
        used.add(name)
        documents.append(finish(source, replace(found, record=name)))
    return documents


def finish(source: Source, findings: Findings) -> Document:
    """Return the document of one record; raises `SourceError` where its text passes the limit."""
    if len(findings.text) > source.limits.max_characters:
        raise SourceError(
            f"{source.path} has a text of {len(findings.text):,} characters, more than the limit of "
            f"{source.limits.max_characters:,}; split it or raise max_characters."
        )
    findings = _printable(findings)
    findings = replace(findings, blocks=with_foreign_marked(findings.text, findings.blocks))
    if any(block.foreign for block in findings.blocks):
        findings = replace(findings, flags=(*findings.flags, "text in another language"))
    text, blocks, tables = with_lines(
        findings.text, findings.blocks, located(findings.tables, findings.text, findings.blocks)
    )
    path = f"{source.path}#{findings.record}" if findings.record else source.path
    return Document(
        source_id=source_identity(path, findings.identifiers, keep_path=findings.format == "text"),
        path=path,
        format=findings.format,
        sha256=source.sha256,
        n_bytes=source.n_bytes,
        text=text,
        title=findings.title,
        date=findings.date,
        authors=findings.authors,
        identifiers=findings.identifiers,
        source_type=findings.source_type or _source_type(findings),
        publication_types=findings.publication_types,
        blocks=blocks,
        citations=findings.citations,
        references=findings.references,
        pages=findings.pages,
        quality_flags=quality_flags(findings),
        tables=tables,
        status=findings.status,
        reason=findings.reason,
    )


def _printable(findings: Findings) -> Findings:
    """Return the findings without halves of surrogate pairs, and their names without control characters.

    Neither can be written to a file or shown; the text keeps its length, so every offset holds.
    """
    return replace(
        findings,
        text=SURROGATE.sub("\ufffd", findings.text),
        title=_name(findings.title),
        date=_name(findings.date),
        authors=tuple(map(_name, findings.authors)),
        record=_name(findings.record),
    )


def _name(text: str) -> str:
    return " ".join(CONTROL.sub(" ", SURROGATE.sub("\ufffd", text)).split())


def _source_type(findings: Findings) -> SourceType:
    return source_type(
        findings.format,
        findings.publication_types,
        findings.flags,
        findings.title,
        findings.text,
        findings.blocks,
        has_references=bool(findings.references),
    )


def source_identity(path: str, identifiers: Mapping[str, str], *, keep_path: bool) -> str:
    """Return PMID:, PMCID: or DOI: with the identifier, or the path where there is none or it must be kept."""
    if not keep_path:
        for key in ("pmid", "pmcid", "doi"):
            if identifiers.get(key):
                return f"{key.upper()}:{identifiers[key]}"
    return path


def quality_flags(findings: Findings) -> tuple[QualityFlag, ...]:
    """Return what a reviewer should know about the source, in a fixed order."""
    if findings.status != "processed":
        return findings.flags
    flags = list(findings.flags)
    content = [block for block in findings.blocks if block.kind not in {"title", "heading"}]
    if not findings.blocks:
        flags.append("no text")
    if not findings.title:
        flags.append("no title")
    if not findings.date:
        flags.append("no date")
    if findings.format in RECORD_FORMATS | {"jats"} and not any(
        block.role == "abstract" or findings.format != "jats" or block.section.startswith("Abstract")
        for block in content
    ):
        flags.append("no abstract")
    if not findings.references and findings.format not in RECORD_FORMATS and findings.source_type != "abstract":
        flags.append("no references")
    flags.extend(_citation_flags(findings))
    return tuple(dict.fromkeys(flags))


def _citation_flags(findings: Findings) -> list[QualityFlag]:
    labels = set(labels_of(findings.references))
    missing = {label for citation in findings.citations for label in citation.labels} - labels
    if not missing:
        return []
    listed = bool(findings.references) and not all(entry.numbered for entry in findings.references)
    return ["citations without entry", "reference list incomplete"] if listed else ["citations without entry"]
