"""In: a claim and the folder that holds it. Out: `provender explain`: why its row says what it says."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from pipeline.cli.app import WRONG_USAGE, app, errors_in_words, fail, output, print_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipeline.records import EvidenceRow
    from pipeline.vocabulary import FlagCode


@app.command()
def explain(
    claim_id: Annotated[str, typer.Argument(metavar="CLAIM_ID", help="A claim_id of evidence.csv, or its start.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder that the run wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON.")] = False,
) -> None:
    """Say why a row says what it says.

    Its sentence with the words for nutrient and condition marked, where it stands, every step up or down of its
    certainty, what each flag means, the study that it rests on, and the finding that it belongs to.

    \b
    Examples:
      provender explain 3f2a9c0d1e5b7a48 --out evidence/
    """
    with errors_in_words():
        from pipeline.config import load_settings
        from pipeline.grading import explain_flag, load_scheme
        from pipeline.tables import EVIDENCE, plain_values

        row = _find(claim_id, out)
        scheme = load_scheme(load_settings().scheme)
        flags = {flag.code: explain_flag(flag.code, row, scheme) for flag in row.flags}
        if as_json:
            claim = dict(zip(EVIDENCE.header, plain_values(EVIDENCE, row), strict=True))
            print_json(
                {
                    "claim": claim,
                    "certainty_reasons": row.certainty_reasons,
                    "flags": flags,
                    "studies": _rows(out, "studies", row.study_id),
                    "finding": next(iter(_rows(out, "findings", [row.finding_id])), None),
                }
            )
            return
        _print_claim(row, flags)
        for study in _rows(out, "studies", row.study_id):
            _print_cells("\nStudy", study)
        for finding in _rows(out, "findings", [row.finding_id]):
            _print_cells("\nFinding", finding)


def _find(claim_id: str, out: Path) -> "EvidenceRow":
    from pipeline.tables import read_evidence

    path = out / "evidence.csv"
    if not path.is_file():
        fail(f"{out} holds no evidence.csv; give the folder that `provender run ... --out` wrote.", WRONG_USAGE)
    asked = claim_id.strip().lower()
    found = list(read_evidence(path, claim_id=asked)) if asked else []
    exact = [row for row in found if row.claim_id == asked]
    if len(exact or found) != 1:
        many = (
            f"{len(found)} claims begin with {claim_id}; give more of it" if found else f"No claim is called {claim_id}"
        )
        fail(f"{many} (claim_id is the first column of {path}).", WRONG_USAGE)
    return (exact or found)[0]


def _rows(out: Path, table: str, wanted: "Collection[str]") -> list[dict[str, str]]:
    """The rows of studies.csv or findings.csv whose first cell is wanted; none where an older run did not write it."""
    from pipeline.tables import FINDINGS, STUDIES, read_texts

    header = (STUDIES if table == "studies" else FINDINGS).header
    path = out / f"{table}.csv"
    if not path.is_file():
        return []
    return [dict(zip(header, cells, strict=True)) for cells in read_texts(path, header) if cells[0] in wanted]


def _print_cells(title: str, cells: "Mapping[str, str]") -> None:
    name, *rest = cells.items()
    output.print(f"{title} {name[1]}", style="bold", markup=False)
    for column, cell in rest:
        if cell:
            output.print(Text.assemble((f"  {column.replace('_', ' '):<24}", "bold"), cell))


def _print_claim(row: "EvidenceRow", flags: "Mapping[FlagCode, str]") -> None:
    from pipeline.tables import citation_text, population_text
    from pipeline.vocabulary import words_for

    output.print(f"Claim {row.claim_id}", style="bold")
    sentence = Text(row.sentence)
    for start, end, style in (
        (row.nutrient_start, row.nutrient_end, "bold green"),
        (row.condition_start, row.condition_end, "bold yellow"),
    ):
        sentence.stylize(style, start - row.sentence_start, end - row.sentence_start)
    output.print(Text("  “") + sentence + Text("”"))
    place = ", ".join(filter(None, [row.section, f"page {row.page}" if row.page else ""]))
    facts = {
        "Source": " · ".join(filter(None, [row.source_id, row.source_title, row.source_date, row.source_type])),
        "Where": f"{place or 'text'}, characters {row.sentence_start} to {row.sentence_end}",
        "Nutrient": _named(row.nutrient, row.nutrient_id, row.nutrient_text),
        "Condition": _named(row.condition, row.condition_id, row.condition_text) + f" [{row.condition_type}]",
        "Says": f"{row.exposure} {words_for(row.relation)} it ({row.factuality}, {row.strength})",
        "Numbers": "; ".join(row.statistics),
        "Evidence": f"{row.study_design}, {row.evidence_basis}, level {row.evidence_level} (Oxford CEBM 2011)",
        "Participants": " ".join(filter(None, [str(row.sample_size or ""), population_text(row.population)])),
        "Cites": "; ".join(map(citation_text, row.citations)),
        "Confidence": f"{row.confidence:.2f}, extracted by {row.model_version}",
        "Review": " ".join(filter(None, [row.review_status, row.reviewer, row.review_note, row.reviewed_at])),
    }
    for name, value in facts.items():
        if value:
            output.print(Text.assemble((f"{name:<13}", "bold"), value))
    output.print(f"\nCertainty: {row.certainty}", style="bold")
    for number, reason in enumerate(row.certainty_reasons, start=1):
        output.print(f"  {number}. {reason}", markup=False)
    if flags:
        output.print("\nFlags", style="bold")
    for code, meaning in flags.items():
        output.print(f"  {code}: {meaning}", markup=False)


def _named(name: str, identifier: str, words: str) -> str:
    return f"{name}{f' ({identifier})' if identifier else ''}, written “{words}”"
