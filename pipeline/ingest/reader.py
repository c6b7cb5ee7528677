"""In: a path; out: the documents of that file (`Document`), whatever its format."""

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb

from pipeline.config import ReadLimits
from pipeline.errors import ArticleError, SourceError
from pipeline.ingest.bioc import read_bioc_json, read_bioc_xml
from pipeline.ingest.documents import members, read_epub, saved_page
from pipeline.ingest.html import read_html
from pipeline.ingest.jats import read_jats
from pipeline.ingest.medline import read_medline
from pipeline.ingest.quality import finish, unread
from pipeline.ingest.recognise import recognise
from pipeline.ingest.records import (
    read_csv,
    read_endnote_xml,
    read_jsonl,
    read_tagged,
    read_workbook,
)
from pipeline.ingest.source import Source, load
from pipeline.ingest.text import read_text
from pipeline.records import Document
from pipeline.vocabulary import SourceFormat, SourceStatus

LOG = logging.getLogger(__name__)


def _read_pdf(source: Source) -> list[Document]:
    # MuPDF takes longer to load than most sources to read, so it is loaded with the first PDF, as others are below.
    from pipeline.ingest.pdf import read_pdf

    return read_pdf(source)


def _read_docx(source: Source) -> list[Document]:
    from pipeline.ingest.documents.docx import read_docx

    return read_docx(source)


def _read_bibtex(source: Source) -> list[Document]:
    from pipeline.ingest.records.bibtex import read_bibtex

    return read_bibtex(source)


def _read_mhtml(source: Source) -> list[Document]:
    return [replace(document, format="mhtml") for document in read_html(saved_page(source))]


def _read_zip(source: Source) -> list[Document]:
    """Read every article and record of an archive.

    A file that cannot be read, or is none (a picture, a style), is a document without text that says why.
    """
    documents: list[Document] = []
    refused: list[SourceError] = []
    for member, obstacle in members(source):
        try:
            if obstacle:
                raise obstacle
            kind = recognise(member)
            if kind == "zip":
                raise SourceError(f"{member.path} is an archive in an archive; unpack it first.")
            documents.extend(_documents(member, kind))
        except SourceError as error:
            LOG.info("%s", error)
            refused.append(error)
            status: SourceStatus = "skipped" if isinstance(error, ArticleError) else "failed"
            documents.append(finish(member, unread(status, str(error))))
    if len(refused) == len(documents):
        first = next((str(error) for error in refused if not isinstance(error, ArticleError)), "")
        raise SourceError(
            f"{source.path} holds no article or record that is read ({first.rstrip('.')})."
            if first
            else f"{source.path} holds no article or record that is read; check that it is the file you meant."
        )
    return documents


READERS: dict[SourceFormat, Callable[[Source], list[Document]]] = {
    "text": read_text,
    "html": read_html,
    "pdf": _read_pdf,
    "docx": _read_docx,
    "epub": read_epub,
    "mhtml": _read_mhtml,
    "zip": _read_zip,
    "jats": read_jats,
    "medline": read_medline,
    "bioc-xml": read_bioc_xml,
    "bioc-json": read_bioc_json,
    "csv": read_csv,
    "xlsx": read_workbook,
    "jsonl": read_jsonl,
    "ris": read_tagged,
    "nbib": read_tagged,
    "isi": read_tagged,
    "enw": read_tagged,
    "cochrane": read_tagged,
    "endnote-xml": read_endnote_xml,
    "bibtex": _read_bibtex,
}


def read(path: Path, *, root: Path | None = None, limits: ReadLimits | None = None) -> list[Document]:
    """Return the documents of one file: one for an article, one for each record of a file of records.

    The format is recognised by content, gzip is unpacked. `root` is the folder that the document's path is
    relative to (default: the file's own). Raises `SourceError`, and nothing else, with one sentence that says what
    is wrong and what to do.

    >>> from pathlib import Path
    >>> documents = read(Path("article.txt"))  # doctest: +SKIP
    """
    source = load(Path(path), root=root, limits=limits or ReadLimits.model_validate({}))
    return _documents(source, recognise(source))


def _documents(source: Source, kind: SourceFormat) -> list[Document]:
    try:
        return READERS[kind](source)
    except SourceError:
        raise
    except (RecursionError, MemoryError):
        raise SourceError(f"{source.path} is nested too deeply or too large to read; simplify or split it.") from None
    except Exception as error:
        # The parsers of five libraries stand behind this line; one bad file must not end a run over thousands.
        raise SourceError(f"{source.path} could not be read as {kind}: {_fault(error)}.") from error


def _fault(error: Exception) -> str:
    """Say whose fault an unforeseen error is: that of Provender's own code, or that of a library that met the file."""
    modules = [str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__)]
    raised_in = next(name for name in reversed(modules) if name.split(".")[0] not in sys.stdlib_module_names)
    packages = [name.split(".")[0] for name in (raised_in, type(error).__module__)]
    foreign = [name for name in packages if name != "pipeline" and name not in sys.stdlib_module_names]
    shown = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}".rstrip(": ")
    if not foreign:
        return f"Provender itself failed ({shown} in {raised_in}); please report this, with the file if you may"
    library = foreign[0]
    return f"the library {library} failed on it ({shown}); save it again, or give the article in another format"
