"""In: a query or a list of addresses. Out: a corpus folder, by a Prefect flow; `literature` then makes its tables."""

from datetime import UTC, date, datetime
from typing import Any, Literal

from prefect.artifacts import create_markdown_artifact
from prefect.flows import flow

from flows.evidence import evidence
from pipeline import literature as services
from pipeline.config import Settings
from pipeline.literature import FetchSummary, earliest_date
from pipeline.runs import RunSummary

ARTIFACT = "fetch-summary"


@flow(name="fetch-pubmed", flow_run_name="PubMed into {out}", persist_result=False)
def fetch_pubmed(query: str, out: str, since: str | None = None, options: dict[str, Any] | None = None) -> FetchSummary:
    """Do what `provender fetch pubmed` does; `since` is a date or days like `30d`, `options` are settings by name.

    An API key is taken from the environment of the process that runs the flow, never from a parameter. The summary
    is left as the artifact `fetch-summary`.
    """
    return _kept(services.fetch_pubmed(query, out, since=_date(since), settings=Settings(**(options or {}))))


@flow(name="fetch-europepmc", flow_run_name="Europe PMC into {out}", persist_result=False)
def fetch_europepmc(
    query: str,
    out: str,
    since: str | None = None,
    full_text: bool = False,
    options: dict[str, Any] | None = None,
) -> FetchSummary:
    """Do what `provender fetch europepmc` does; the parameters are as in `fetch_pubmed`."""
    settings = Settings(**(options or {}))
    return _kept(services.fetch_europepmc(query, out, since=_date(since), full_text=full_text, settings=settings))


@flow(name="fetch-urls", flow_run_name="pages into {out}", persist_result=False)
def fetch_urls(file: str, out: str, options: dict[str, Any] | None = None) -> FetchSummary:
    """Do what `provender fetch urls` does; `options` are settings by name."""
    return _kept(services.fetch_urls(file, out, settings=Settings(**(options or {}))))


@flow(name="literature", flow_run_name="{service} into {out}", persist_result=False)
def literature(
    service: Literal["pubmed", "europepmc"],
    query: str,
    corpus: str,
    out: str,
    since: str | None = None,
    full_text: bool = False,
    options: dict[str, Any] | None = None,
) -> RunSummary:
    """Fetch what a query finds into the folder `corpus`, then write the evidence tables of that folder into `out`.

    Run on a schedule, it fetches and reads only what is new. Records that could not be fetched stand in the artifact
    `fetch-summary` and are asked for again at the next run; a service that does not answer fails the flow.
    """
    if service == "pubmed":
        fetch_pubmed(query, corpus, since, options)
    else:
        fetch_europepmc(query, corpus, since, full_text, options)
    return evidence([corpus], out, options)


def _date(since: str | None) -> date | None:
    return earliest_date(since, datetime.now(UTC).date()) if since else None


def _kept(summary: FetchSummary) -> FetchSummary:
    """Leave the summary where Prefect shows it."""
    create_markdown_artifact(summary.to_markdown(), key=ARTIFACT, description=f"Articles fetched into {summary.out}")
    return summary
