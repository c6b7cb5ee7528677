"""In: a BioC collection (XML or JSON); out: a `Document` for each document in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import SourceError
from pipeline.ingest.boilerplate import notices
from pipeline.ingest.citations import find_citations
from pipeline.ingest.dates import parse_date
from pipeline.ingest.decoding import decode_records
from pipeline.ingest.json_records import json_records
from pipeline.ingest.markup import iterate_records
from pipeline.ingest.passages import Passage, Piece, assemble
from pipeline.ingest.quality import Damage, Findings, damaged_record, finish_records
from pipeline.ingest.references import make_reference
from pipeline.ingest.sections import is_back_matter, section_role
from pipeline.ingest.source import Source
from pipeline.records import Document, Reference
from pipeline.vocabulary import BlockKind, SectionRole, SourceFormat

ROLES: dict[str, SectionRole] = {
    "TITLE": "title",
    "ABSTRACT": "abstract",
    "INTRO": "background",
    "METHODS": "methods",
    "RESULTS": "results",
    "DISCUSS": "discussion",
    "CONCL": "conclusion",
    "CASE": "results",
}
NO_ARTICLE = frozenset({"SUPPL", "ACK_FUND", "AUTH_CONT", "COMP_INT", "ABBR", "KEYWORD", "APPENDIX", "REVIEW_INFO"})
TITLES = frozenset({"title", "front", "article_title"})


@dataclass(frozen=True, slots=True)
class _Passage:
    """One passage of a BioC document: its text and its infons."""

    text: str
    infons: Mapping[str, str]


def read_bioc_xml(source: Source) -> list[Document]:
    """Read a BioC XML collection; raises `SourceError` where no document of it can be read."""
    findings = []
    for element in iterate_records(source, ("document",)):
        if isinstance(element, Damage):
            findings.append(damaged_record("bioc-xml", element))
            continue
        passages = [
            _Passage(
                node.findtext("text") or _sentences(node),
                {i.get("key", ""): i.text or "" for i in node.iterfind("infon")},
            )
            for node in element.iterfind("passage")
        ]
        findings.append(_findings("bioc-xml", element.findtext("id") or "", passages))
    return _finish(source, findings)


def read_bioc_json(source: Source) -> list[Document]:
    """Read a BioC JSON collection, a list of collections, or a line for each document."""
    values = json_records(
        decode_records(source.data, source.path), lambda value: isinstance(value, dict) and "passages" in value
    )
    if not values:
        raise SourceError(f"{source.path} is damaged or cut-off JSON; download it again.")
    return _finish(source, [_json_document(document) for document in _json_documents(values)])


def _finish(source: Source, findings: list[Findings]) -> list[Document]:
    if all("damaged record" in found.flags for found in findings):
        raise SourceError(f"{source.path} holds no BioC document that can be read; download it again.")
    return finish_records(source, findings)


def _sentences(node: Any) -> str:
    return " ".join(sentence.findtext("text") or "" for sentence in node.iterfind("sentence"))


def _json_documents(whole: Any) -> Iterator[Mapping[str, Any] | Damage]:
    if isinstance(whole, Damage):
        yield whole
    elif isinstance(whole, list):
        for part in whole:
            yield from _json_documents(part)
    elif isinstance(whole, dict) and isinstance(whole.get("documents"), list):
        yield from _json_documents(whole["documents"])
    elif isinstance(whole, dict) and isinstance(whole.get("passages"), list):
        yield whole
    else:
        yield Damage(str(whole.get("id", "unnamed")) if isinstance(whole, dict) else "unnamed")


def _json_document(document: Mapping[str, Any] | Damage) -> Findings:
    if isinstance(document, Damage):
        return damaged_record("bioc-json", document)
    name = str(document.get("id", ""))
    passages = []
    for node in document["passages"]:
        if not isinstance(node, dict) or not isinstance(infons := node.get("infons") or {}, dict):
            return damaged_record("bioc-json", Damage(name or "unnamed"))
        sentences = [sentence for sentence in node.get("sentences") or () if isinstance(sentence, dict)]
        text = node.get("text") or " ".join(str(sentence.get("text", "")) for sentence in sentences)
        passages.append(_Passage(str(text), {str(key): str(value) for key, value in infons.items()}))
    return _findings("bioc-json", name, passages)


def _findings(kind: SourceFormat, name: str, raw: list[_Passage]) -> Findings:
    infons = next((passage.infons for passage in raw if passage.infons), {})
    references = tuple(_reference(position, passage) for position, passage in enumerate(_entries(raw), start=1))
    passages = list(_article(raw))
    assembly = assemble(passages)
    title = next((passage.piece.text for passage in passages if passage.piece.kind == "title"), "")
    identifiers = _identifiers(infons, name)
    return Findings(
        format=kind,
        text=assembly.text,
        title=title,
        date=parse_date(infons.get("date") or infons.get("year") or infons.get("publication_date", "")),
        authors=tuple(_authors(infons)),
        identifiers=identifiers,
        blocks=assembly.blocks,
        citations=find_citations(assembly.text, assembly.blocks, references),
        references=references,
        flags=notices(title),
        source_type=None if any(block.role == "methods" for block in assembly.blocks) else "abstract",
        record=name,
    )


def _entries(raw: list[_Passage]) -> list[_Passage]:
    return [
        p for p in raw if p.infons.get("section_type") == "REF" and p.infons.get("type") == "ref" and p.text.strip()
    ]


def _article(raw: list[_Passage]) -> Iterator[Passage]:
    heading, role, titled = "", "body", False
    for passage in raw:
        section_type, type_ = passage.infons.get("section_type", "").upper(), passage.infons.get("type", "").lower()
        text = " ".join(passage.text.split())
        if not text or section_type == "REF" or section_type in NO_ARTICLE or type_ in {"table", "ref", "footnote"}:
            continue
        if type_ in TITLES and not titled:
            titled = True
            yield Passage(Piece(text, "title"), "", "title")
            continue
        own = ROLES.get(section_type)
        if own is None and type_.startswith("abstract"):
            own = "abstract"
        if type_.startswith("title") or type_.endswith("title_1"):
            if is_back_matter(text):
                continue
            heading, role = text, section_role(text) or own or role
            yield Passage(Piece(text, "heading"), heading, role)  # type: ignore[arg-type]
            continue
        block: BlockKind = "caption" if "caption" in type_ else "paragraph"
        section = "Abstract" if own == "abstract" and not heading else heading
        yield Passage(Piece(text, block), section, own or role)  # type: ignore[arg-type]


def _reference(position: int, passage: _Passage) -> Reference:
    infons = passage.infons
    surname = re.search(r"surname:([^;]+)", infons.get("name_0", ""))
    label = infons.get("label", "").strip("[]. ") or str(position)
    words = (
        f"{surname[1]}." if surname else "",
        f"{passage.text.rstrip('.')}.",
        infons.get("source", ""),
        infons.get("year", ""),
    )
    identifiers = {key: infons[f"pub-id_{key}"] for key in ("pmid", "doi") if infons.get(f"pub-id_{key}")}
    return make_reference(
        label, " ".join(filter(None, words)), title=passage.text, year=infons.get("year", ""), identifiers=identifiers
    )


def _authors(infons: Mapping[str, str]) -> Iterator[str]:
    for key in sorted((key for key in infons if re.fullmatch(r"name_\d+", key)), key=lambda key: int(key[5:])):
        parts = dict(part.split(":", 1) for part in infons[key].split(";") if ":" in part)
        yield f"{parts.get('given-names', '')} {parts.get('surname', '')}".strip()


def _identifiers(infons: Mapping[str, str], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in (
        ("pmid", infons.get("article-id_pmid", "")),
        ("pmcid", infons.get("article-id_pmc", "")),
        ("doi", infons.get("article-id_doi", "")),
    ):
        if value:
            found[key] = f"PMC{value}" if key == "pmcid" and not value.upper().startswith("PMC") else value
    if not found and re.fullmatch(r"PMC\d{4,9}", name):
        found["pmcid"] = name
    elif not found and re.fullmatch(r"\d{4,9}", name):
        found["pmid"] = name
    return found
