"""In: sources and an output folder. Out: `provender run`: progress, then a summary of the tables written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.app import SOME_FAILED, WRONG_USAGE, app, errors_in_words, fail, messages, output, print_json
from pipeline.cli.commands.against import look_against
from pipeline.cli.options import Config, Model, PdfPasswords, Scheme, Workers
from pipeline.cli.profile import Profile
from pipeline.logs import now

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.runs import Progress, RunSummary


@app.command()
def run(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files and folders to read, also in a store (s3://, gs://).")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the tables; made where it is missing.")
    ] = None,
    workers: Workers = None,
    runner: Annotated[
        str | None, typer.Option(metavar="NAME", help="local (processes of this machine) or dask (a cluster).")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler, tcp://HOST:PORT; its workers must see DIR and PATH."),
    ] = None,
    config: Config = None,
    model: Model = None,
    scheme: Scheme = None,
    retractions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A list of retractions: CSV as Retraction Watch and Crossref give it."),
    ] = None,
    pdf_passwords: PdfPasswords = None,
    plain: Annotated[bool, typer.Option("--plain", help="Run without Prefect, which keeps a record of runs.")] = False,
    look: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="DIR",
            help="Say what PATH brings to the tables in DIR, in place of a run; change nothing.",
        ),
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="With --against: then add PATH to its sources and tables.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Let go of the rows of sources that are gone, however many they are.")
    ] = False,
    profiled: Annotated[
        bool, typer.Option("--profile", help="Say what share of the processor time each stage took.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read sources and write their evidence tables.

    Sources read before, and unchanged since, are not read again; where nothing at all has changed, the tables stay as
    they are and the summary says since when. A source that fails is named with its reason and stands in sources.csv;
    the others go on, and the exit status is 3. What people have put into evidence.csv and evidence.xlsx since the last
    run is kept in a ledger and stands in the new tables.

    \b
    Examples:
      provender run articles/ --out evidence/
      provender run trials.xml.gz pages/ --out evidence/ --workers 4 --config provender.toml
      provender run articles/ --out evidence/ --json | jq .certainty
      provender run new.pdf --against evidence/
    """
    if (out is None) == (look is None):
        fail("Say where the tables go with --out DIR, or which to look at with --against DIR.", WRONG_USAGE)
    if add and look is None:
        fail("--add goes with --against DIR; see provender run --help.", WRONG_USAGE)
    with errors_in_words():
        from pipeline.config import load_settings
        from pipeline.literature import local_sources
        from pipeline.store.columnar import hold_back_pandas

        hold_back_pandas()

        settings = load_settings(
            config,
            workers=workers,
            runner=runner or ("dask" if scheduler else None),
            scheduler=scheduler,
            model=model,
            scheme=scheme,
            retractions=retractions,
            max_dropped_share=1.0 if prune else None,
            limits={"pdf_password_file": pdf_passwords} if pdf_passwords else None,
        )
        if look is not None:
            with _progress(quiet=True) as tell:
                raise typer.Exit(look_against(paths, look, settings, tell, add=add, as_json=as_json))
        assert out is not None
        profile = Profile()
        with _progress(quiet=as_json) as tell:
            summary = _run(local_sources(paths, out), out, settings, profile.heard(tell), plain=plain)
        if as_json:
            print_json(summary.to_dict() | ({"profile": profile.seconds()} if profiled else {}))
        else:
            _print_summary(summary)
            if profiled:
                output.print(f"\n{profile}", markup=False)
        if summary.failures:
            raise typer.Exit(SOME_FAILED)


def _run(
    paths: list[Path], out: Path, settings: "Settings", tell: Callable[["Progress"], None], *, plain: bool
) -> "RunSummary":
    from pipeline.expression_cache import remembered

    if not plain:
        from flows.server import ServerError, prefect_api

        try:
            with prefect_api(copied=True):
                from flows.evidence import hush_at_exit, run_flow

                hush_at_exit()
                return run_flow(paths, out, settings=settings, progress=tell)
        except ServerError as error:
            messages.print(f"{error}; it goes on without (--plain does so from the start).", markup=False)
    with remembered():
        from flows.runners import pool_of
        from pipeline.runs import run as run_plain

        return run_plain(paths, out, settings=settings, progress=tell, pool=pool_of(settings, copied=True))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[["Progress"], None]]:
    """A bar on a terminal, a line for each source elsewhere, nothing where only JSON is wanted."""
    if quiet:
        yield lambda event: None
    elif messages.is_terminal:
        from rich import progress as bars

        columns = (
            bars.TextColumn("Reading"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeElapsedColumn(),
            bars.TextColumn("{task.description}"),
        )
        bar = bars.Progress(*columns, console=messages, transient=True)
        row = bar.add_task("starting", total=None)

        def draw(event: "Progress") -> None:
            bar.start()  # only now: its thread would keep this process from being copied for its workers
            bar.update(row, completed=event.done, total=event.total, description=escape(event.source))

        try:
            yield draw
        finally:
            bar.stop()
    else:
        yield _say


def _say(event: "Progress") -> None:
    if not event.source:
        messages.print(f"{now()} {event.total} sources, {event.total - event.done} of them to read.")
    elif event.reason:
        messages.print(f"{now()} [{event.done}/{event.total}] {event.source}: {event.reason}", markup=False)
    else:
        messages.print(f"{now()} [{event.done}/{event.total}] {event.source}: {event.n_claims} claims", markup=False)


def _print_summary(summary: "RunSummary") -> None:
    table = Table.grid(padding=(0, 2))
    for name, value in summary.figures():
        table.add_row(name, escape(value))
    output.print(table)
    if summary.changes and summary.changes.moved:
        output.print("\nVerdicts that moved:")
        for line in summary.changes.moved:
            output.print(f"  {line}", markup=False)
    if summary.retracted:
        output.print("\nBecause of the list of retractions:")
        for line in summary.retracted:
            output.print(f"  {line}", markup=False)
    if summary.failures:
        output.print("\nSources that failed:")
        for failure in summary.failures:
            output.print(f"  {failure.source_id}: {failure.reason}", markup=False)
    for note in summary.notes:
        messages.print(note, markup=False)
    output.print(f"\nThe tables are in {summary.out}:", markup=False)
    for file in summary.files:
        output.print(f"  {file.name}{'/' if file.is_dir() else ''}", markup=False)
