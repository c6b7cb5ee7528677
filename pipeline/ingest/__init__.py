"""In: bytes; out: a `Document` for each article or record: `read` a file, `list_sources` of folders."""

from pipeline.ingest.listing import find_sources, list_sources
from pipeline.ingest.reader import read

__all__ = ["find_sources", "list_sources", "read"]
