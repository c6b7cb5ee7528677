"""In: the reference list of a JATS article; out: its entries and the labels that citations stand for."""

import re
from collections import Counter
from typing import Any

from pipeline.ingest.citations import expand_labels
from pipeline.ingest.inline import tag_of
from pipeline.ingest.references import make_reference
from pipeline.records import Reference
from pipeline.records.entries import Entries

CITATIONS = ("mixed-citation", "element-citation", "citation", "nlm-citation")
LONG_PARTS = frozenset({"person-group", "article-title", "chapter-title", "source", "collab", "publisher-name"})
NAMES = frozenset({"name", "string-name"})
SPACED = re.compile(r"\s+([.,;:)\]])")


class ReferenceList:
    """The entries of an article, and `labels`: the identifier of each entry -> the label that the text uses."""

    def __init__(self, article: Any) -> None:
        elements = [ref for holder in article.iter("{*}ref-list", "ref-list") for ref in holder if tag_of(ref) == "ref"]
        numeric = _cites_by_number(article)
        self.labels: dict[str, str] = {}
        found: list[tuple[Any, str]] = []
        used: Counter[str] = Counter()
        for position, element in enumerate(elements, start=1):
            label = _label(element, position, numeric=numeric)
            used[label] += 1
            if used[label] > 1:
                label = f"{label}{chr(96 + min(used[label], 26))}"
            for node in (element, *element.iter(*(f"{{*}}{name}" for name in CITATIONS), *CITATIONS)):
                if node.get("id"):
                    self.labels.setdefault(node.get("id"), label)
            found.append((element, label))
        self.entries = Entries([label for _, label in found], lambda place: _entry(*found[place]))

    def cited(self, rid: str, written: str) -> tuple[str, ...]:
        """Return the labels of a citation: by what it points to, else by the numbers written."""
        labels = tuple(self.labels[name] for name in rid.split() if name in self.labels)
        numbers = expand_labels(written) if re.fullmatch(r"[\s\[\]()\d,;–—−-]+", written) else ()
        return numbers if len(numbers) > len(labels) else labels


def _cites_by_number(article: Any) -> bool:
    written = ["".join(xref.itertext()) for xref in article.iter("{*}xref", "xref") if xref.get("ref-type") == "bibr"]
    return sum(bool(re.fullmatch(r"[\s\[\]()\d,;–—−-]+", text)) for text in written) >= 0.5 * len(written)


def _label(element: Any, position: int, *, numeric: bool) -> str:
    element_label = element.find("./{*}label")
    stated = "" if element_label is None else " ".join("".join(element_label.itertext()).split()).strip("[]().")
    if stated and (stated.isdigit() or not numeric):
        return stated
    if numeric:
        return str(position)
    surname = next(
        (text for name in element.iter("{*}surname", "surname") if (text := "".join(name.itertext()).strip())), ""
    )
    year = _part(element, "year")[:4]
    return f"{surname} {year}".strip() or str(position)


def _part(element: Any, *names: str) -> str:
    for name in names:
        for found in element.iter(f"{{*}}{name}", name):
            if text := " ".join("".join(found.itertext()).split()):
                return text
    return ""


def _entry(element: Any, label: str) -> Reference:
    identifiers: dict[str, str] = {}
    for node in element.iter("{*}pub-id", "pub-id"):
        kind, value = node.get("pub-id-type", ""), "".join(node.itertext()).strip()
        if kind in {"pmid", "doi"} and value:
            identifiers.setdefault(kind, value.lower())
        elif kind in {"pmc", "pmcid"} and value:
            identifiers.setdefault("pmcid", value if value.upper().startswith("PMC") else f"PMC{value}")
    year = re.search(r"(?:19|20)\d\d", _part(element, "year"))
    return make_reference(
        label,
        _entry_text(element),
        title=_part(element, "article-title", "chapter-title") or _part(element, "source"),
        year=year[0] if year else "",
        identifiers=identifiers,
    )


def _entry_text(element: Any) -> str:
    """Return the entry as one line; parts that the file keeps apart by markup alone are set apart by punctuation."""
    holder = next((node for node in element if tag_of(node) in CITATIONS), element)
    mixed = any((node.tail or "").strip(" .") for node in holder)
    parts: list[str] = [holder.text or ""]
    for node in holder:
        tag = tag_of(node)
        if tag not in {"label", "pub-id", ""}:
            names = list(node.iter("{*}name", "name", "{*}collab", "collab"))
            text = ", ".join(_words(name) for name in names) if names and not mixed else _words(node)
            parts.append(text if mixed else f"{text}. " if tag in LONG_PARTS else f"{text} ")
        following = node.getnext()
        if tag in NAMES and following is not None and tag_of(following) in NAMES and not (node.tail or "").strip():
            parts.append(", ")
        else:
            apart = ". " if mixed and tag == "person-group" and not text.endswith((".", ",")) else " "
            parts.append(node.tail if (node.tail or "").strip() else apart if mixed else node.tail or "")
    return SPACED.sub(r"\1", " ".join("".join(parts).split())).replace("..", ".").replace("?.", "?")


def _words(node: Any) -> str:
    """Return a part's text; names get a space between surname and initials."""
    tags = {tag_of(child) for child in node}
    if tags & NAMES and not any((child.tail or "").strip() for child in node):
        return ", ".join(filter(None, ("et al" if tag_of(child) == "etal" else _words(child) for child in node)))
    joint = " " if tags & {"surname", "given-names", "name"} else ""
    return " ".join(joint.join(node.itertext()).split())
