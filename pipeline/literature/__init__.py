"""In: a query, a list of addresses or the address of a store; out: files of a corpus folder.

Beside `ingest`, `store` and `tables`, which touch files, this is the only package that touches the network, and it
sends nothing but what it is asked to fetch.

>>> from pipeline.literature import fetch_pubmed
>>> summary = fetch_pubmed("vitamin b12 AND restless legs", "corpora/rls")   # doctest: +SKIP
>>> summary.n_fetched, summary.failures                                      # doctest: +SKIP
"""

from typing import TYPE_CHECKING

from pipeline.lazy import on_demand

if TYPE_CHECKING:
    from pipeline.literature.clock import Clock
    from pipeline.literature.dates import earliest_date
    from pipeline.literature.europepmc import fetch_europepmc
    from pipeline.literature.ledger import FetchError
    from pipeline.literature.pubmed import fetch_pubmed
    from pipeline.literature.remote import is_remote, local_sources
    from pipeline.literature.summary import FetchFailure, FetchProgress, FetchSummary, ProgressCallback
    from pipeline.literature.urls import fetch_urls

__all__ = [
    "Clock",
    "FetchError",
    "FetchFailure",
    "FetchProgress",
    "FetchSummary",
    "ProgressCallback",
    "earliest_date",
    "fetch_europepmc",
    "fetch_pubmed",
    "fetch_urls",
    "is_remote",
    "local_sources",
]

__getattr__ = on_demand(
    __name__,
    {
        "Clock": "clock",
        "FetchError": "ledger",
        "FetchFailure": "summary",
        "FetchProgress": "summary",
        "FetchSummary": "summary",
        "ProgressCallback": "summary",
        "earliest_date": "dates",
        "fetch_europepmc": "europepmc",
        "fetch_pubmed": "pubmed",
        "fetch_urls": "urls",
        "is_remote": "remote",
        "local_sources": "remote",
    },
)
