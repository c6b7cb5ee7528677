"""In: an annotated file. Out: `provender evaluate`: how well claims and names in it are found."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.app import app, errors_in_words, output, print_json

evaluate = typer.Typer(help="Measure the extraction on an annotated file.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(evaluate, name="evaluate")

AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
Gold = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The annotated file.")]


@evaluate.command()
def claims(
    gold: Gold,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="default, fast, or an installed model's name.")
    ] = "default",
    errors: Annotated[int, typer.Option(metavar="N", min=0, help="Print N errors of each cause.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Extract the claims of annotated documents (JSON Lines) and compare.

    A claim is found where it stands in the annotated sentence and its nutrient and condition overlap the annotated
    words or have the same name. Claims that assert nothing count neither way.

    \b
    Examples:
      provender evaluate claims dev.jsonl
      provender evaluate claims dev.jsonl --errors 5
    """
    with errors_in_words():
        from pipeline.config import load_settings
        from pipeline.evaluation import evaluate_claims, read_gold
        from pipeline.evaluation.errors import errors_by_cause
        from pipeline.extractor import Extractor

        extractor = Extractor.load(load_settings(model=model))
        documents = read_gold(gold)
        readings = {document.doc_id: extractor.annotate(document.document()) for document in documents}
        scores = evaluate_claims((d, extractor.extract(readings[d.doc_id])) for d in documents)
        groups = errors_by_cause(scores.matched, readings)
        figures = scores.as_dict() | {"errors_by_cause": {cause: len(found) for cause, found in groups.items()}}
        if as_json:
            print_json(figures)
            return
        table = Table("", "precision", "recall", "F1", title=f"{len(documents)} documents", show_edge=False)
        for name in ("claims", "direction", "relation", "measure_claims"):
            score = getattr(scores, name)
            table.add_row(name.replace("_", " "), f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}")
        output.print(table)
        for name, value in scores.accuracy.items():
            output.print(f"{name} right in {value:.3f} of the matched claims")
        output.print(f"statistics found: {scores.statistics_recall:.3f}")
        turned = scores.turned
        output.print(
            f"turned between harm and benefit: {turned.conditions} of {turned.of_conditions} conditions, "
            f"{turned.measures} of {turned.of_measures} measures; {turned.sure} of them sure and not flagged"
        )
        output.print(f"expected calibration error: {figures['expected_calibration_error']}")
        for cause, found in groups.items():
            output.print(f"{len(found):5}  {cause}", markup=False)
            for error in islice(found, errors):
                output.print(f"         {error.doc_id}: {error.claim}\n           {error.sentence}", markup=False)


@evaluate.command()
def ner(gold: Gold, as_json: AsJson = False) -> None:
    """Recognise chemicals and diseases in sentences with IOB tags (token, tab, tag) and compare.

    \b
    Examples:
      provender evaluate ner bc5cdr/test.tsv
    """
    with errors_in_words():
        from pipeline.claims.learned import load_encoder
        from pipeline.evaluation.recognition import evaluate_recognition, read_iob

        scores = evaluate_recognition(load_encoder(), read_iob(gold))
        if as_json:
            print_json({kind: score.as_dict() for kind, score in scores.items()})
            return
        table = Table("kind", "precision", "recall", "F1", show_edge=False)
        for kind, score in scores.items():
            table.add_row(kind, f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}")
        output.print(table)
