"""In: sources, an output folder and a cron line. Out: `provender serve`: a run whenever it is due."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import NOT_DONE, app, errors_in_words, fail, messages
from pipeline.cli.options import Config, Model, Scheme, Workers


@app.command()
def serve(
    paths: Annotated[list[str], typer.Argument(metavar="SOURCE", help="What `provender run` takes.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the tables; made where it is missing.")],
    cron: Annotated[
        str, typer.Option(metavar="CRON", help='When to run: minute, hour, day, month, weekday ("0 6 * * *").')
    ],
    timezone: Annotated[str, typer.Option(metavar="NAME", help="Time zone of CRON.")] = "UTC",
    workers: Workers = None,
    config: Config = None,
    model: Model = None,
    scheme: Scheme = None,
) -> None:
    """Run whenever it is due, until ended: a Prefect deployment, served from this process.

    Each run reads only what is new, and leaves a summary and a table of what changed as Prefect artifacts. One that
    fails is tried again twice. An output folder has one deployment, with one run at a time. Where PREFECT_API_URL or
    a profile names a Prefect server, that keeps the deployment; else this process starts its own.

    \b
    Examples:
      provender serve articles/ --out evidence/ --cron "0 6 * * *"
      provender serve articles/ --out evidence/ --cron "30 22 * * 1-5" --timezone Europe/Paris
    """
    with errors_in_words():
        from flows.server import ServerError, prefect_api, quiet

        quiet()
        from flows.schedule import deployment_name, schedule_of
        from flows.schedule import serve as serve_deployment
        from pipeline.config import load_settings

        settings = load_settings(config, workers=workers, model=model, scheme=scheme)
        schedule = schedule_of(cron, timezone)
        try:
            with prefect_api(schedules=True) as api:
                messages.print(
                    f'Serving scheduled-evidence/{deployment_name(out)} at "{cron}" ({timezone}), kept by {api}; '
                    "Ctrl-C ends it.",
                    markup=False,
                )
                serve_deployment(paths, out, schedule, settings=settings)
        except ServerError as error:
            fail(f"{error}; start one (prefect server start) and set PREFECT_API_URL to its address.", NOT_DONE)
