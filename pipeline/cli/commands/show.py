"""In: an output folder. Out: `provender show`: the comparison and the first claims of its tables, on the terminal."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import WRONG_USAGE, app, errors_in_words, fail, output

if TYPE_CHECKING:
    from pipeline.records import ComparisonRow, EvidenceRow


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
        output.print(f"Where sources agree and differ ({min(rows, len(ranked))} of {len(ranked)} rows)", style="bold")
        for row in ranked[:rows]:
            _print_comparison(row)
        output.print("\nClaims", style="bold")
        for claim in islice(read_evidence(out / "evidence.csv"), rows):
            _print_claim(claim)


def _print_comparison(row: "ComparisonRow") -> None:
    from pipeline.tables import joined

    output.print(f"  {row.nutrient} ({row.exposure}) and {row.condition}: ", end="", markup=False)
    output.print(f"{row.verdict}, {row.certainty.lower()} certainty", style="bold", markup=False)
    sources, claims, studies = (
        f"{count} {name if count == 1 else plural}"
        for count, name, plural in (
            (row.n_sources, "source", "sources"),
            (row.n_claims, "claim", "claims"),
            (row.n_independent_studies, "independent study", "independent studies"),
        )
    )
    output.print(f"      {sources}, {claims}, {studies}")
    if row.disagreement:
        output.print(f"      they disagree: {joined(row.disagreement_note)}", markup=False)


def _print_claim(claim: "EvidenceRow") -> None:
    from pipeline.vocabulary import in_words

    output.print(f"  {claim.claim_id}  {claim.source_id}  {claim.certainty}", markup=False)
    output.print(f"      {in_words(claim)}", markup=False)
    output.print(f"      “{' '.join(claim.sentence.split())}”", markup=False)
