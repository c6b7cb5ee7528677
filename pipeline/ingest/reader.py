"""A path comes in; the documents of that file (`Document`) go out, whatever its format."""

from collections.abc import Callable
from pathlib import Path

from pipeline.config import ReadLimits
from pipeline.ingest.bioc import read_bioc_json, read_bioc_xml
from pipeline.ingest.html import read_html
from pipeline.ingest.jats import read_jats
from pipeline.ingest.medline import read_medline
from pipeline.ingest.pdf import read_pdf
from pipeline.ingest.recognise import recognise
from pipeline.ingest.source import Source, load
from pipeline.ingest.table import read_csv, read_jsonl
from pipeline.ingest.text import read_text
from pipeline.records import Document, SourceError, SourceFormat

READERS: dict[SourceFormat, Callable[[Source], list[Document]]] = {
    "text": read_text,
    "html": read_html,
    "pdf": read_pdf,
    "jats": read_jats,
    "medline": read_medline,
    "bioc-xml": read_bioc_xml,
    "bioc-json": read_bioc_json,
    "csv": read_csv,
    "jsonl": read_jsonl,
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
    kind = recognise(source)
    try:
        return READERS[kind](source)
    except SourceError:
        raise
    except (RecursionError, MemoryError):
        raise SourceError(f"{source.path} is nested too deeply or too large to read; simplify or split it.") from None
    except Exception as error:
        # The parsers of five libraries stand behind this line; one bad file must not end a run over thousands.
        raise SourceError(
            f"{source.path} is damaged and could not be read as {kind} "
            f"({type(error).__name__}: {error}); save it again."
        ) from error
