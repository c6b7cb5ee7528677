"""A title and paragraphs as the bytes of a file, in every format that is read; what the text holds is escaped."""

import io
import json
import quopri
from collections.abc import Callable, Mapping, Sequence
from html import escape

import openpyxl
import pymupdf
from test_ingest_documents import docx, packed, paragraph, run

from pipeline.vocabulary import SourceFormat

Form = Callable[[str, Sequence[str]], bytes]


def _text(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\r\n\r\n".join([title, *paragraphs, ""]).encode()


def _html(title: str, paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{escape(title)}</title></head>"
        f"<body><article><h1>{escape(title)}</h1>{body}</article></body></html>"
    ).encode()


def _mhtml(title: str, paragraphs: Sequence[str]) -> bytes:
    head = b'Subject: A\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n--B\r\n'
    part = b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head + part + quopri.encodestring(_html(title, paragraphs)) + b"\r\n--B--\r\n"


def _pdf(title: str, paragraphs: Sequence[str]) -> bytes:
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((60, 80), title, fontsize=18)
    for number, text in enumerate(paragraphs):
        top = 110 + number * 90
        page.insert_textbox((60, top, 540, top + 80), text.encode("latin-1", "replace").decode("latin-1"), fontsize=10)
    return bytes(pdf.tobytes())


def _docx(title: str, paragraphs: Sequence[str]) -> bytes:
    return docx(paragraph(run(escape(title)), style="Title") + "".join(paragraph(run(escape(t))) for t in paragraphs))


def _epub(title: str, paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return packed(
        {
            "META-INF/container.xml": "<container><rootfile full-path='book.opf'/></container>",
            "book.opf": f"<package><metadata><title>{escape(title)}</title></metadata>"
            "<manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest>"
            "<spine><itemref idref='a'/></spine></package>",
            "a.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>{escape(title)}</h1>{body}</body></html>",
        }
    )


def _jats(title: str, paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        "<article><front><article-meta><article-id pub-id-type='pmid'>71</article-id><title-group><article-title>"
        f"{escape(title)}</article-title></title-group></article-meta></front>"
        f"<body><sec><title>Results</title>{body}</sec></body></article>"
    ).encode()


def _medline(title: str, paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<AbstractText>{escape(text)}</AbstractText>" for text in paragraphs)
    return (
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>72</PMID><Article><ArticleTitle>{escape(title)}"
        f"</ArticleTitle><Abstract>{body}</Abstract></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    ).encode()


def _bioc_xml(title: str, paragraphs: Sequence[str]) -> bytes:
    parts = [("title", title), *(("abstract", text) for text in paragraphs)]
    passages = "".join(
        f"<passage><infon key='type'>{kind}</infon><text>{escape(text)}</text></passage>" for kind, text in parts
    )
    return f"<collection><document><id>73</id>{passages}</document></collection>".encode()


def _bioc_json(title: str, paragraphs: Sequence[str]) -> bytes:
    parts = [("title", title), *(("abstract", text) for text in paragraphs)]
    passages = [{"infons": {"type": kind}, "text": text} for kind, text in parts]
    return json.dumps({"documents": [{"id": "74", "passages": passages}]}).encode()


def _csv(title: str, paragraphs: Sequence[str]) -> bytes:
    cells = ("75", title, " ".join(paragraphs))
    return ("pmid,title,abstract\r\n" + ",".join('"' + c.replace('"', '""') + '"' for c in cells) + "\r\n").encode()


def _xlsx(title: str, paragraphs: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["pmid", "title", "abstract"])
    book.active.append([76, title, " ".join(paragraphs)])
    for cell in book.active[2][1:]:
        cell.data_type = "s"  # what begins like a formula is a text all the same
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _jsonl(title: str, paragraphs: Sequence[str]) -> bytes:
    return (json.dumps({"pmid": "77", "title": title, "abstract": " ".join(paragraphs)}) + "\n").encode()


def _endnote_xml(title: str, paragraphs: Sequence[str]) -> bytes:
    return (
        f"<xml><records><record><titles><title>{escape(title)}</title></titles>"
        f"<abstract>{escape(' '.join(paragraphs))}</abstract></record></records></xml>"
    ).encode()


def _bibtex(title: str, paragraphs: Sequence[str]) -> bytes:
    return (
        f"@article{{a1,\n title = {{{title}}},\n year = {{2019}},\n abstract = {{{' '.join(paragraphs)}}},\n}}".encode()
    )


def _tagged(before: str, title_tag: str, abstract_tag: str, after: str) -> Form:
    def form(title: str, paragraphs: Sequence[str]) -> bytes:
        return f"{before}{title_tag}{title}\n{abstract_tag}{' '.join(paragraphs)}\n{after}".encode()

    return form


FORMS: Mapping[SourceFormat, Form] = {
    "text": _text,
    "html": _html,
    "pdf": _pdf,
    "docx": _docx,
    "epub": _epub,
    "mhtml": _mhtml,
    "zip": lambda title, paragraphs: packed({"a/page.html": _html(title, paragraphs)}),
    "jats": _jats,
    "medline": _medline,
    "bioc-xml": _bioc_xml,
    "bioc-json": _bioc_json,
    "csv": _csv,
    "xlsx": _xlsx,
    "jsonl": _jsonl,
    "ris": _tagged("TY  - JOUR\n", "TI  - ", "AB  - ", "PY  - 2019\nER  - \n"),
    "nbib": _tagged("\nPMID- 78\nOWN - NLM\n", "TI  - ", "AB  - ", "PT  - Journal Article\n"),
    "isi": _tagged("FN Clarivate\nVR 1.0\nPT J\n", "TI ", "AB ", "PY 2019\nER\n\nEF\n"),
    "enw": _tagged("%0 Journal Article\n", "%T ", "%X ", "%D 2019\n"),
    "cochrane": _tagged("Record #1 of 1\nID: CN-1\nAU: Doe J\n", "TI: ", "AB: ", "YR: 2019\n"),
    "endnote-xml": _endnote_xml,
    "bibtex": _bibtex,
}
"""How an article or a record of each format looks."""
