"""In: the folder of a run and the name of a format. Out: `provender export`: its tables for another program."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import WRONG_USAGE, app, errors_in_words, fail, messages


class ExportFormat(StrEnum):
    """What the tables can be written as."""

    parquet = "parquet"
    jsonl = "jsonl"
    ris = "ris"
    csl = "csl"
    metafor = "metafor"


@app.command()
def export(
    form: Annotated[ExportFormat, typer.Argument(metavar="FORMAT", help="parquet, jsonl, ris, csl or metafor.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder that a run wrote.")],
    to: Annotated[Path, typer.Option(metavar="FILE", help="Where to.")],
) -> None:
    """Write the tables of a run for other programs.

    parquet and jsonl hold the evidence with its lists and records; ris and csl (CSL-JSON) the sources, for reference
    managers; metafor the effects with their standard errors, for R's metafor and for RevMan.

    \b
    Examples:
      provender export parquet --out evidence/ --to evidence.parquet
      provender export metafor --out evidence/ --to effects.csv
    """
    with errors_in_words():
        from pipeline import export as formats
        from pipeline.tables import read_evidence, read_sources

        name = "sources.csv" if form in ("ris", "csl") else "evidence.csv"
        if not (out / name).is_file():
            fail(f"{out} holds no {name}; give the folder that `provender run ... --out` wrote.", WRONG_USAGE)
        if form is ExportFormat.ris:
            count = formats.write_ris(to, read_sources(out / name))
        elif form is ExportFormat.csl:
            count = formats.write_csl(to, read_sources(out / name))
        elif form is ExportFormat.parquet:
            count = formats.write_parquet(to, read_evidence(out / name))
        elif form is ExportFormat.jsonl:
            count = formats.write_json_lines(to, read_evidence(out / name))
        else:
            count = formats.write_metafor(to, read_evidence(out / name))
        messages.print(f"{count} entries are in {to}.", markup=False)
