"""In: marked-up inline content (an element of XML or HTML); out: its running text with the citations in it."""

import re
from collections.abc import Callable
from html.entities import html5
from typing import Any

from lxml import html as lxml_html

from pipeline.ingest.citations import merge
from pipeline.records import Citation

# Returns the labels an element cites, None where it is ordinary content, or SKIP where its content is no text.
Reading = Callable[[Any], tuple[str, ...] | None]
SKIP: tuple[str, ...] = ("",)
SUPERSCRIPTS = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
SURROGATE = re.compile("[\ud800-\udfff]")
EXPONENT = re.compile(r"[+\-−–]?\d{1,3}")


class InlineText:
    """Running text under construction: white space is collapsed, citations are noted where they stand."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = " "
        self._citations: list[Citation] = []

    def add(self, text: str) -> None:
        """Append text; runs of white space become one space, none at the start."""
        if not text or (self._last.isspace() and text.isspace()):
            return
        text = text.replace("\u00ad", "").replace("\u200b", "")
        collapsed = " ".join(text.split())
        if text[:1].isspace():
            collapsed = f" {collapsed}"
        if collapsed != " " and text[-1:].isspace():
            collapsed += " "
        if self._last.isspace():
            collapsed = collapsed.lstrip(" ")
        if collapsed:
            self._parts.append(collapsed)
            self._length += len(collapsed)
            self._last = collapsed[-1]

    def cite(self, text: str, labels: tuple[str, ...], *, raised: bool) -> None:
        """Append the words of a citation; raised digits get a space before them, so that they join no word."""
        if raised and not self._last.isspace() and self._last not in "([,–-":
            self.add(" ")
        start, index = self._length, len(self._parts)
        self.add(text)
        written = "".join(self._parts[index:])
        trailing = len(written) - len(written.rstrip())
        if labels and written.strip():
            self._citations.append(Citation(start, self._length - trailing, labels))

    def raise_digits(self, text: str) -> None:
        """Append an exponent: "10" and raised "9" become 10⁹, not 109."""
        self.add(text.translate(SUPERSCRIPTS) if self._last.isdigit() and EXPONENT.fullmatch(text.strip()) else text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet but white space."""
        return not self._parts

    def result(self) -> tuple[str, tuple[Citation, ...]]:
        """Return the text without outer blanks and its merged citations."""
        text = "".join(self._parts).rstrip()
        kept = [citation for citation in self._citations if citation.end <= len(text)]
        return text, merge(text, kept) if kept else ()


def marked_up(text: str) -> Any:
    """Return the root of a text with HTML in it; control characters and halves of surrogate pairs do no harm."""
    return lxml_html.document_fromstring(f"<html><body>{SURROGATE.sub(chr(0xFFFD), text)}</body></html>")


def tag_of(element: Any) -> str:
    """Return an element's local name in lower case; "" for comments, instructions and entities."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def entity_text(element: Any) -> str:
    """Return the character of an entity that the parser left unresolved; "" for any other node without a tag."""
    name = getattr(element, "name", None)
    return html5.get(f"{name};", "") if isinstance(name, str) else ""


def write_inline(element: Any, into: InlineText, reading: Reading, *, raised: bool = False) -> None:
    """Write an element's content into `into`, without the text that follows the element."""
    into.add(element.text or "") if not raised else into.raise_digits(element.text or "")
    for child in element:
        write_element(child, into, reading, raised=raised)
        if child.tail:
            into.add(child.tail)


def write_element(element: Any, into: InlineText, reading: Reading, *, raised: bool = False) -> None:
    """Write one inline element, as a citation, an exponent or ordinary text."""
    tag = tag_of(element)
    if not tag:
        into.add(entity_text(element))
        return
    labels = reading(element)
    if labels is SKIP:
        return
    if labels is not None:
        into.cite("".join(element.itertext()), labels, raised=raised or _holds_raised(element))
        return
    if tag in {"br", "break"}:
        into.add(" ")
        return
    write_inline(element, into, reading, raised=raised or tag == "sup")


def _holds_raised(element: Any) -> bool:
    return tag_of(element) == "sup" or any(tag_of(child) == "sup" for child in element)
