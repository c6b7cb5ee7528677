"""In: files that hold articles beside PDF and web pages (DOCX, EPUB, MHTML, ZIP); out: what they hold."""

from pipeline.ingest.documents.archive import members
from pipeline.ingest.documents.epub import read_epub
from pipeline.ingest.documents.mhtml import saved_page

__all__ = ["members", "read_epub", "saved_page"]
