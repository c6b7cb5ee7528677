"""In: bytes; out: a `Document` for each article or record: `read` a file, `list_sources` of folders."""

from typing import TYPE_CHECKING

from pipeline.lazy import on_demand

if TYPE_CHECKING:
    from pipeline.ingest.listing import find_sources, list_sources
    from pipeline.ingest.reader import read

__all__ = ["find_sources", "list_sources", "read"]

__getattr__ = on_demand(
    __name__,
    {
        "find_sources": "listing",
        "list_sources": "listing",
        "read": "reader",
    },
)
