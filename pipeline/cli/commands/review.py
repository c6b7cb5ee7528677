"""In: reviewed tables and the folder of a run. Out: `provender review`: decisions in, where they stand, and out."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app, errors_in_words, messages, output

review = typer.Typer(
    help="Take in what reviewers decided, say where it stands, and write it out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(review, name="review")

Out = Annotated[Path, typer.Option(metavar="DIR", help="The folder that a run wrote.")]


@review.command("import")
def take(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A reviewed CSV, XLSX or ODS; an exported ledger.")],
    out: Out,
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Who decided, where no reviewer is named.")] = "",
) -> None:
    """Take the decisions in a reviewed copy of evidence.csv or evidence.xlsx into the ledger.

    The next run puts them beside its claims. What stands in the tables of DIR itself needs no import: each run takes it
    in. A row that matches no claim is named, and kept in the ledger all the same.

    \b
    Examples:
      provender review import evidence-ann.xlsx --reviewer "Ann Lee" --out evidence/
    """
    with errors_in_words():
        from pipeline.runs import import_review

        taken = import_review(file, out, reviewer=reviewer)
        for note in taken.notes:
            messages.print(note, markup=False)
        output.print(f"{taken.n_decisions} decisions and {taken.n_corrections} corrections taken in.")


@review.command()
def decide(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="A study_id of studies.csv, a finding_id of findings.csv, or an outcome's name."
        ),
    ],
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help="study.study_design, study.sample_size, study.DOMAIN of bias, study.same_as, outcome.same_as, "
            "or finding.DOMAIN of GRADE.",
        ),
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help='What holds; "" takes a decision back.')],
    out: Out,
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
) -> None:
    """Decide of a study or an outcome: its design, size, a domain of bias, or that two are one.

    The next run grades and compares by it and says who decided. A study is known by its study_id or any of its
    identifiers (PMID:1, DOI:10.1/x, REG:NCT01234567).

    \b
    Examples:
      provender review decide PMID:1 study.study_design cohort --reviewer "Ann Lee" --out evidence/
      provender review decide PMID:1 study.attrition high --reviewer "Ann Lee" --out evidence/
      provender review decide "irls score" outcome.same_as "restless legs" --reviewer "Ann Lee" --out evidence/
    """
    with errors_in_words():
        from pipeline.runs import decide as recorded

        event = recorded(out, subject, field, value, reviewer=reviewer, note=note)
        said = f"{event.field} of {event.claim_id} is {event.value}" if event.value else f"{event.field} is taken back"
        output.print(f"{said}, by {reviewer}; the next run goes by it.", markup=False)


@review.command()
def status(out: Out) -> None:
    """Print what is decided, first what needs a look: not understood, gone, stale.

    \b
    Examples:
      provender review status --out evidence/
    """
    with errors_in_words():
        from pipeline.runs import review_status

        carried = review_status(out)
        counts = dict.fromkeys(("not understood", "gone", "stale", "in force"), 0)
        for placed in carried.placed:
            counts[placed.state] += 1
        said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
        output.print(f"{len(carried.placed)} decisions" + (f": {said}" if said else ""))
        for placed in carried.placed:
            if placed.state != "in force":
                who = " ".join(filter(None, [placed.review_status, placed.corrections, placed.reviewer]))
                output.print(f"  {placed.state}: {placed.claim_id} ({who}): {placed.reason}", markup=False)
                output.print(f"      {placed.source_id}: “{' '.join(placed.sentence.split())}”", markup=False)


@review.command()
def export(
    out: Out,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to: .csv for the decisions, .jsonl for the whole ledger."),
    ] = None,
    gold: Annotated[
        bool, typer.Option("--gold", help="Reviewed rows as annotated documents, to measure on and learn from.")
    ] = False,
) -> None:
    """Write all decisions as CSV, or the whole ledger, entry by entry, as JSON Lines, which import takes back.

    \b
    Examples:
      provender review export --out evidence/ > decisions.csv
      provender review export --out evidence/ --to ledger.jsonl
      provender review export --gold --out evidence/ > reviewed.jsonl
    """
    with errors_in_words():
        from pipeline.review.export import LINES, lines_of
        from pipeline.runs import review_events, review_status
        from pipeline.tables import DECISIONS, read_evidence, write_table

        if gold:
            from pipeline.review.gold import gold_lines

            lines = [f"{line}\n" for line in gold_lines(read_evidence(out / "evidence.csv"))]
            if to is None:
                print("".join(lines), end="")
            else:
                to.write_text("".join(lines), encoding="utf-8")
        elif to is not None and to.suffix.lower() == LINES:
            to.write_text("".join(f"{line}\n" for line in lines_of(review_events(out))), encoding="utf-8")
        else:
            placed = review_status(out).placed
            with tempfile.TemporaryDirectory() as scratch:
                written = to or Path(scratch, "decisions.csv")
                write_table(written, DECISIONS, placed)
                if to is None:
                    print(written.read_text(encoding="utf-8-sig"), end="")
