"""In: an output folder. Out: `provender restore`: the tables before the last run are in place again."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app, errors_in_words, messages, output


@app.command()
def restore(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that a run wrote.")],
) -> None:
    """Bring back the tables that stood before the last run.

    The tables of the last run are kept in their place: restoring a second time brings those back. Decisions are never
    undone by it; the next run puts all of them beside its claims.

    \b
    Examples:
      provender restore evidence/
    """
    with errors_in_words():
        from pipeline.runs.restore import restore as bring_back

        taken = bring_back(out)
        for note in taken.notes:
            messages.print(note, markup=False)
        output.print(f"The tables in {out} are those before the last run.", markup=False)
