"""In: an output folder. Out: `provender replay`: whether its sources, read again, give the same values and quotes."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import SOME_FAILED, app, errors_in_words, output, print_json


@app.command()
def replay(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that a run wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Read the sources of a folder again and say whether values and quotes are the same.

    Nothing that was stored is used, and nothing is changed. Settings and decisions are those of the last run. Sources
    that have changed since are named and not compared. The exit status is 0 where all is the same, else 3.

    \b
    Examples:
      provender replay evidence/
    """
    with errors_in_words():
        from pipeline.runs.replay import replay as read_again

        found = read_again(out)
        if as_json:
            print_json(found.to_dict())
        else:
            for line in found.lines():
                output.print(line, markup=False)
        if not found.is_identical:
            raise typer.Exit(SOME_FAILED)
