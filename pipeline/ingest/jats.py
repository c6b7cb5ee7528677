"""In: a JATS/NXML file; out: a `Document` for each article in it."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.errors import SourceError
from pipeline.ingest.boilerplate import notices
from pipeline.ingest.dates import iso_date, month_number
from pipeline.ingest.inline import SKIP, InlineText, tag_of, write_element, write_inline
from pipeline.ingest.jats_references import ReferenceList
from pipeline.ingest.markup import parse_xml, salvage
from pipeline.ingest.passages import Passage, Piece, assemble
from pipeline.ingest.quality import Damage, Findings, damaged_record, finish
from pipeline.ingest.records.bibliographic import language_flags
from pipeline.ingest.sections import is_back_matter, section_role
from pipeline.ingest.source import Source
from pipeline.ingest.tables import foot_notes, jats_tables
from pipeline.records import Document, Table
from pipeline.vocabulary import BlockKind, QualityFlag, SectionRole

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Abstracts that repeat or advertise the main one.
SIDE_ABSTRACTS = frozenset({"graphical", "toc", "teaser", "precis", "short", "web-summary", "video", "key-words"})
NO_TEXT = frozenset(
    {
        "fn",
        "table",
        "graphic",
        "media",
        "alternatives",
        "object-id",
        "tex-math",
        "email",
        "related-article",
        "permissions",
    }
    | {"supplementary-material", "index-term", "disp-formula", "disp-formula-group", "ack", "ref-list", "attrib"}
)
LISTS = frozenset({"list", "def-list"})
FIGURES = frozenset({"fig", "table-wrap", "fig-group", "table-wrap-group", "chem-struct-wrap"})
BLOCKS = LISTS | FIGURES | {"p", "sec", "boxed-text", "disp-quote", "statement", "verse-group"}
PAPER_NOT = frozenset({"supplementary-material", "display-objects"})


def read_jats(source: Source) -> list[Document]:
    """Read every article of a JATS file; raises `SourceError` where it is damaged or holds none."""
    articles = _articles(source)
    if not articles:
        raise SourceError(f"{source.path} holds no article; give JATS full texts (an <article> element).")
    return [
        finish(source, damaged_record("jats", article))
        if isinstance(article, Damage)
        else _Article(article, str(number) if len(articles) > 1 else "").document(source)
        for number, article in enumerate(articles, start=1)
    ]


def _articles(source: Source) -> list[Any]:
    """Return the article elements; of a damaged file with several, those that can be read and a `Damage` for others."""
    try:
        root = parse_xml(source)
    except SourceError:
        parts = list(salvage(source, ("article",)))
        if len(parts) > 1 and any(not isinstance(part, Damage) for part in parts):
            return parts
        raise
    return [root] if tag_of(root) == "article" else [node for node in root.iter() if tag_of(node) == "article"]


class _Article:
    """One article element while it is read."""

    def __init__(self, element: Any, record: str) -> None:
        self.element = element
        self.record = record
        self.meta = element.find("./{*}front/{*}article-meta")
        if self.meta is None:
            self.meta = element.find("./{*}front-stub")
        self.references = ReferenceList(element)
        self.tables: list[Table] = []

    def document(self, source: Source) -> Document:
        title, title_piece = self._title()
        passages = [title_piece] if title_piece else []
        for abstract in self._of_meta("abstract"):
            if abstract.get("abstract-type", "") not in SIDE_ABSTRACTS:
                passages.extend(self._part(abstract, "Abstract", "abstract"))
        body = self.element.find("./{*}body")
        if body is not None:
            passages.extend(self._part(body, "", "body"))
        for group in self.element.findall("./{*}floats-group"):
            passages.extend(self._part(group, "", "body"))
        assembly = assemble(passages)
        types = self._types()
        identifiers = self._identifiers()
        return finish(
            source,
            Findings(
                format="jats",
                text=assembly.text,
                title=title,
                date=self._date(),
                authors=tuple(self._authors()),
                identifiers=identifiers,
                publication_types=types,
                blocks=assembly.blocks,
                citations=assembly.citations,
                references=self.references.entries,
                flags=self._flags(title, types),
                tables=tuple(self.tables),
                record=self.record and next(iter(identifiers.values()), self.record),
            ),
        )

    # -- front matter ------------------------------------------------------------------------------------------

    def _of_meta(self, name: str) -> list[Any]:
        return [] if self.meta is None else self.meta.findall(f"./{{*}}{name}")

    def _title(self) -> tuple[str, Passage | None]:
        if self.meta is None:
            return "", None
        element = self.meta.find(".//{*}article-title")
        text = self._inline(element).text.strip() if element is not None else ""
        subtitle = self.meta.find("./{*}title-group/{*}subtitle")
        if text and subtitle is not None and (extra := self._inline(subtitle).text.strip()):
            text = f"{text.rstrip(': ')}: {extra}"
        return text, Passage(Piece(text, "title"), "", "title") if text else None

    def _identifiers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for element in self._of_meta("article-id"):
            kind, value = element.get("pub-id-type", ""), "".join(element.itertext()).strip()
            if kind == "pmid" and value:
                found["pmid"] = value
            elif kind in {"pmc", "pmcid"} and value:
                found["pmcid"] = value if value.upper().startswith("PMC") else f"PMC{value}"
            elif kind == "doi" and value:
                found["doi"] = value.lower()
        return {key: found[key] for key in ("pmid", "pmcid", "doi") if key in found}

    def _date(self) -> str:
        """Return the electronic publication date, else the printed, else any, as precise as stated."""
        dates: dict[str, str] = {}
        for element in self._of_meta("pub-date"):
            kind = element.get("pub-type") or element.get("date-type") or "other"
            year = (element.findtext("{*}year") or "").strip()
            month = month_number(element.findtext("{*}month") or "")
            day = (element.findtext("{*}day") or "").strip()
            if year.isdigit() and len(year) == 4:
                number = int(day) if day.isdigit() and month else 0
                dates.setdefault(kind, iso_date(int(year), month, number) or year)
        order = ("epub", "pub", "ppub", "epub-ppub", "collection", *dates)
        return next((dates[kind] for kind in order if kind in dates), "")

    def _authors(self) -> Iterator[str]:
        if self.meta is None:
            return
        for contributor in self.meta.iterfind("./{*}contrib-group/{*}contrib"):
            if contributor.get("contrib-type", "author") != "author":
                continue
            name = contributor.find(".//{*}name")
            if name is not None:
                given, surname = name.findtext("{*}given-names") or "", name.findtext("{*}surname") or ""
                yield " ".join(f"{given} {surname}".split())
            elif (collective := contributor.find("./{*}collab")) is not None:
                yield self._inline(collective).text

    def _types(self) -> tuple[str, ...]:
        kinds = [self.element.get("article-type", "").strip()]
        if self.meta is not None:
            for subject in self.meta.iterfind(
                "./{*}article-categories/{*}subj-group[@subj-group-type='heading']/{*}subject"
            ):
                kinds.append(" ".join("".join(subject.itertext()).split()))
        return tuple(dict.fromkeys(kind for kind in kinds if kind))

    def _flags(self, title: str, types: tuple[str, ...]) -> tuple[QualityFlag, ...]:
        flags = list(notices(title))
        related = {
            element.get("related-article-type", "")
            for element in self.element.iter("{*}related-article", "related-article")
        }
        if "retraction" in types or related & {"retraction-forward", "retracted-article", "retraction"}:
            flags.append("retraction notice")
        flags.extend(language_flags([self.element.get(LANGUAGE, "")]))
        return tuple(dict.fromkeys(flags))

    # -- text --------------------------------------------------------------------------------------------------

    def _reading(self, element: Any) -> tuple[str, ...] | None:
        tag = tag_of(element)
        if tag in NO_TEXT or tag in BLOCKS:
            return SKIP
        if tag == "xref":
            if element.get("ref-type") == "bibr" or element.get("rid") in self.references.labels:
                return self.references.cited(element.get("rid", ""), "".join(element.itertext()))
            if element.get("ref-type") in {"fn", "table-fn", "aff", "corresp"}:
                return SKIP
        return None

    def _inline(self, element: Any, kind: BlockKind = "paragraph", level: int = 0) -> Piece:
        text = InlineText()
        write_inline(element, text, self._reading)
        content, citations = text.result()
        return Piece(content, kind, level, citations=citations)

    def _part(self, element: Any, section: str, role: SectionRole, level: int = 1) -> Iterator[Passage]:
        """Yield the passages of an abstract, body or section, in order, its own title first."""
        for child in element:
            tag = tag_of(child)
            if tag == "title":
                heading = self._inline(child, "heading", level)
                if heading.text and heading.text.lower() != "abstract":
                    yield Passage(heading, section, role)
            elif tag in {"sec", "boxed-text"}:
                yield from self._section(child, section, role, level)
            elif tag in BLOCKS:
                yield from self._block(child, section, role, level)

    def _section(self, element: Any, parent: str, parent_role: SectionRole, level: int) -> Iterator[Passage]:
        title_element = element.find("./{*}title")
        title = self._inline(title_element).text if title_element is not None else ""
        kind = element.get("sec-type", "").strip()
        if is_back_matter(title) or kind in PAPER_NOT or (not title and is_back_matter(kind)):
            return
        role = section_role(title) or section_role(kind) or parent_role
        in_abstract = parent.startswith("Abstract")
        section = f"Abstract: {title}" if in_abstract and title else title or parent
        if in_abstract and role == "abstract":
            role = parent_role
        yield from self._part(element, section, role, level + 1)

    def _block(self, element: Any, section: str, role: SectionRole, level: int) -> Iterator[Passage]:
        tag = tag_of(element)
        if tag == "p":
            yield from self._paragraph(element, section, role, "paragraph", level)
        elif tag in LISTS:
            for item in element:
                if tag_of(item) in {"list-item", "def-item"}:
                    yield from self._item(item, section, role, level)
        elif tag in FIGURES:
            if tag == "table-wrap":
                self.tables.extend(jats_tables(element, section, self._reading))
            for caption in element.iter("{*}caption", "caption"):
                for part in caption:
                    if tag_of(part) in {"p", "title"} and (piece := self._inline(part, "caption")).text:
                        yield Passage(piece, section, role)
            for note in foot_notes(element):
                if (piece := self._inline(note, "caption")).text:
                    yield Passage(piece, section, role)
        else:
            yield from self._part(element, section, role, level + 1)

    def _item(self, item: Any, section: str, role: SectionRole, level: int) -> Iterator[Passage]:
        if tag_of(item) == "def-item":
            text = InlineText()
            for index, part in enumerate(child for child in item if tag_of(child) in {"term", "def"}):
                text.add(": " if index else "")
                for node in [part, *part.iter("{*}p", "p")]:
                    write_inline(node, text, self._reading)
            content, citations = text.result()
            yield Passage(Piece(content, "list item", citations=citations), section, role)
            return
        for child in item:
            if tag_of(child) == "p":
                yield from self._paragraph(child, section, role, "list item", level)
            elif tag_of(child) in BLOCKS:
                yield from self._block(child, section, role, level)

    def _paragraph(
        self, element: Any, section: str, role: SectionRole, kind: BlockKind, level: int
    ) -> Iterator[Passage]:
        """Yield a paragraph; lists, quotations and boxes in it become passages where they stand, figures after it."""
        text = InlineText()
        text.add(element.text or "")
        figures: list[Any] = []
        for child in element:
            tag = tag_of(child)
            if tag in FIGURES:
                figures.append(child)
            elif tag in BLOCKS:
                yield from _flush(text, section, role, kind)
                text = InlineText()
                yield from self._block(child, section, role, level)
            else:
                write_element(child, text, self._reading)
            text.add(child.tail or "")
        yield from _flush(text, section, role, kind)
        for figure in figures:
            yield from self._block(figure, section, role, level)


def _flush(text: InlineText, section: str, role: SectionRole, kind: BlockKind) -> Iterable[Passage]:
    content, citations = text.result()
    return [Passage(Piece(content, kind, citations=citations), section, role)] if content else []
