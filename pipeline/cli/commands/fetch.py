"""In: a query or a list of addresses. Out: `provender fetch`: progress, then what was fetched into a corpus folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.app import SOME_FAILED, app, errors_in_words, messages, output, print_json
from pipeline.cli.options import Config
from pipeline.logs import now

if TYPE_CHECKING:
    from datetime import date

    from pipeline.literature import FetchProgress, FetchSummary

GROUP = """Fetch articles into a folder, for provender run.

It sends the query, or asks for the pages, and nothing else. What the folder holds is not fetched again, so an
interrupted fetch goes on where it stopped, and the same command every night fetches what is new. What was asked for
and what failed stands in the folder's fetch.json.
"""

fetch = typer.Typer(help=GROUP, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(fetch, name="fetch")

Query = Annotated[str, typer.Argument(metavar="QUERY", help="What to search for, in the syntax of the service.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for the articles; made where it is missing.")]
Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only what the service added since: 2024-03-15, 2024-03, 2024, or 30d."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


@fetch.command()
def pubmed(query: Query, out: Out, since: Since = None, config: Config = None, as_json: AsJson = False) -> None:
    """Fetch the records that a query finds in PubMed, with their abstracts.

    With an NCBI API key in the environment variable NCBI_API_KEY, ten requests a second are made in place of three.

    \b
    Examples:
      provender fetch pubmed "vitamin b12 AND restless legs" --out corpora/rls
      provender fetch pubmed "vitamin d[mh] AND accidental falls[mh]" --since 2024-01 --out corpora/falls
    """
    with errors_in_words():
        from pipeline.config import load_settings
        from pipeline.literature import fetch_pubmed

        settings = load_settings(config)
        _show(fetch_pubmed(query, out, since=_date(since), settings=settings, progress=_teller(as_json)), as_json)


@fetch.command()
def europepmc(
    query: Query,
    out: Out,
    since: Since = None,
    full_text: Annotated[
        bool, typer.Option("--full-text", help="Fetch the whole article where it is open access.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the articles that a query finds in Europe PMC: abstracts, or full texts.

    \b
    Examples:
      provender fetch europepmc "ferritin AND pregnancy" --out corpora/ferritin
      provender fetch europepmc "TITLE:magnesium AND TITLE:migraine" --full-text --out corpora/migraine
    """
    with errors_in_words():
        from pipeline.config import load_settings
        from pipeline.literature import fetch_europepmc

        settings = load_settings(config)
        tell = _teller(as_json)
        summary = fetch_europepmc(query, out, since=_date(since), full_text=full_text, settings=settings, progress=tell)
        _show(summary, as_json)


@fetch.command()
def urls(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text file with one web address on each line.")],
    out: Out,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Fetch web pages and PDFs, as they are served.

    The robots.txt of each host is heeded, and its pages are fetched with pauses between them. A page that cannot be
    fetched is named with its reason and tried again next time.

    \b
    Examples:
      provender fetch urls pages.txt --out corpora/pages
    """
    with errors_in_words():
        from pipeline.config import load_settings
        from pipeline.literature import fetch_urls

        _show(fetch_urls(file, out, settings=load_settings(config), progress=_teller(as_json)), as_json)


def _date(since: str | None) -> "date | None":
    from datetime import UTC, datetime

    from pipeline.literature import earliest_date

    return earliest_date(since, datetime.now(UTC).date()) if since is not None else None


def _teller(quiet: bool) -> "Callable[[FetchProgress], None]":
    """A line for each file and each failure, or nothing where only JSON is wanted."""

    def say(event: "FetchProgress") -> None:
        if not event.item:
            messages.print(f"{now()} {event.total} articles found.")
        else:
            said = f"{event.item}: {event.reason}" if event.reason else event.item
            messages.print(f"{now()} [{event.done}/{event.total}] {said}", markup=False)

    return (lambda event: None) if quiet else say


def _show(summary: "FetchSummary", as_json: bool) -> None:
    if as_json:
        print_json(summary.to_dict())
    else:
        table = Table.grid(padding=(0, 2))
        for name, value in summary.figures():
            table.add_row(name, escape(value))
        output.print(table)
        if summary.failures:
            output.print("\nNot fetched:")
            for failure in summary.failures:
                output.print(f"  {failure.item}: {failure.reason}", markup=False)
        output.print(f"\nThe articles are in {summary.out}; read them with provender run.", markup=False)
    if summary.failures:
        raise typer.Exit(SOME_FAILED)
