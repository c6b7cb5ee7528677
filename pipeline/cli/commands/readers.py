"""In: the folder of a run that people have reviewed. Out: `provender review ...`: what their decisions say together."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import errors_in_words, messages, output
from pipeline.cli.commands.review import Out, review


@review.command()
def agreement(out: Out) -> None:
    """Print how well every two readers agree on the claims that both have decided: Cohen's kappa and Gwet's AC1.

    \b
    Examples:
      provender review agreement --out evidence/
    """
    with errors_in_words():
        from pipeline.review.readers import agreements
        from pipeline.runs import review_events

        found = list(agreements(review_events(out)))
        for each in found:
            kappa = "not defined" if each.kappa is None else f"{each.kappa:.2f}"
            output.print(
                f"{each.first} and {each.second}: {each.n} claims read by both, {each.share:.0%} the same, "
                f"Cohen's kappa {kappa}, Gwet's AC1 {each.ac1:.2f}",
                markup=False,
            )
        if not found:
            output.print("No claim was read by two.")


@review.command()
def conflicts(out: Out) -> None:
    """Print the claims of which readers say different things, and that nobody has settled.

    At the desk they are in the filter Review, "readers differ"; the next decision there settles one.

    \b
    Examples:
      provender review conflicts --out evidence/
    """
    with errors_in_words():
        from pipeline.review.readers import conflicts as find
        from pipeline.runs import review_events

        found = find(review_events(out))
        output.print(f"{len(found)} claims on which readers differ")
        for claim_id, said in found.items():
            first = next(iter(said.values()))
            words = "; ".join(f"{reader or 'an unnamed reviewer'}: {each.status}" for reader, each in said.items())
            output.print(f"  {claim_id} ({words})", markup=False)
            output.print(f"      {first.source_id}: “{' '.join(first.sentence.split())}”", markup=False)


@review.command()
def undo(
    claim_id: Annotated[str, typer.Argument(metavar="CLAIM_ID", help="A claim that was decided.")],
    out: Out,
    reviewer: Annotated[
        str, typer.Option(metavar="NAME", help="Whose decision; the last of anybody if not given.")
    ] = "",
) -> None:
    """Take the last decision or correction of a claim back: a reversal is added to the ledger, nothing is deleted.

    \b
    Examples:
      provender review undo 3f2a9c0d1e5b7a48 --out evidence/
    """
    with errors_in_words():
        from pipeline.runs import undo_decision

        event = undo_decision(out, claim_id, reviewer=reviewer)
        output.print(
            f"Taken back: {event.field} {event.was} by {event.reviewer or 'an unnamed reviewer'}; "
            "the next run shows it in the tables.",
            markup=False,
        )


@review.command()
def precision(out: Out) -> None:
    """Print how many of the reviewed rows were right, by relation, certainty, source and confidence.

    Accepted rows are right, rejected and corrected ones are not; the interval is Wilson's, of 95 percent. The tables of
    the last run are counted, with the decisions that they hold.

    \b
    Examples:
      provender review precision --out evidence/
    """
    with errors_in_words():
        from pipeline.review.precision import precisions
        from pipeline.tables import read_evidence

        rows = list(read_evidence(out / "evidence.csv"))
        reviewed = sum(bool(row.review_status) for row in rows)
        output.print(f"{reviewed} of {len(rows)} rows reviewed")
        for each in precisions(rows):
            output.print(
                f"  {each.kind}, {each.value}: {each.right} of {each.n} right, {each.share:.0%} "
                f"(95 % interval {each.low:.0%} to {each.high:.0%})",
                markup=False,
            )


@review.command()
def sample(
    out: Out,
    to: Annotated[Path, typer.Option(metavar="FILE", help="Where to: a CSV with the columns of evidence.csv.")],
    n: Annotated[int, typer.Option("-n", metavar="N", min=1, help="How many rows.")] = 50,
) -> None:
    """Write some rows that nobody has reviewed, each relation and certainty in its share, for review.

    The same tables give the same sample. `review import` takes the file back when it is filled in.

    \b
    Examples:
      provender review sample -n 50 --out evidence/ --to sample.csv
    """
    with errors_in_words():
        from pipeline.review.sample import sample as draw
        from pipeline.tables import EVIDENCE, read_evidence, write_table

        count = write_table(to, EVIDENCE, draw(read_evidence(out / "evidence.csv"), n))
        messages.print(f"{count} rows are in {to}.", markup=False)
