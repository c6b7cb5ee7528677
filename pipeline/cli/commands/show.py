"""In: an output folder. Out: `provender show`: the comparison and the first claims of its tables, on the terminal."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.app import WRONG_USAGE, app, errors_in_words, fail, output

WIDTH_OF_NO_TERMINAL = 160


@app.command()
def show(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that a run wrote.")],
    rows: Annotated[int, typer.Option(metavar="N", min=0, help="Rows of each table to print.")] = 10,
) -> None:
    """Print the first rows of the tables of a run.

    Where sources agree and differ comes first, the pairs that most sources speak of on top; then the claims.

    \b
    Examples:
      provender show evidence/ --rows 20
    """
    with errors_in_words():
        from pipeline.tables import read_comparison, read_evidence

        for name in ("comparison.csv", "evidence.csv"):
            if not (out / name).is_file():
                fail(f"{out} holds no {name}; give the folder that `provender run ... --out` wrote.", WRONG_USAGE)
        ranked = sorted(read_comparison(out / "comparison.csv"), key=lambda row: (-row.n_sources, -row.n_claims))
        compared = _table(
            "Comparison", "nutrient", "exposure", "condition", "verdict", "certainty", "sources", "differ"
        )
        for row in ranked[:rows]:
            differ = "yes" if row.disagreement else ""
            compared.add_row(
                row.nutrient, row.exposure, row.condition, row.verdict, row.certainty, str(row.n_sources), differ
            )
        claims = _table("Claims", "claim", "source", "nutrient", "relation", "condition", "certainty", "sentence")
        for claim in islice(read_evidence(out / "evidence.csv"), rows):
            relation = f"{claim.exposure}: {claim.relation.replace('_', ' ')}"
            sentence = claim.sentence if len(claim.sentence) <= 90 else claim.sentence[:89] + "…"
            claims.add_row(
                claim.claim_id, claim.source_id, claim.nutrient, relation, claim.condition, claim.certainty, sentence
            )
        width = None if output.is_terminal else WIDTH_OF_NO_TERMINAL
        for table in (compared, claims):
            output.print(table, width=width, markup=False, soft_wrap=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", min_width=16 if column == "claim" else None)
    return table
