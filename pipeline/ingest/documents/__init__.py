"""Files that hold articles beside PDF and web pages come in (DOCX, EPUB, MHTML, ZIP); what they hold goes out."""

from pipeline.ingest.documents.archive import members
from pipeline.ingest.documents.epub import read_epub
from pipeline.ingest.documents.mhtml import saved_page

__all__ = ["members", "read_epub", "saved_page"]
