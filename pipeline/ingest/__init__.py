"""Bytes come in; a `Document` for each article or record goes out: `read` a file, `list_sources` of folders."""

from pipeline.ingest.reader import read
from pipeline.ingest.source import list_sources

__all__ = ["list_sources", "read"]
