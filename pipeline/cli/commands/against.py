"""In: new documents and the folder of a run. Out: `provender run --against`: what they add, confirm or contradict."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from pipeline.cli.app import SOME_FAILED, messages, output, print_json

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.runs import AgainstReport, Finding, ProgressCallback

_COLOURS = {"contradicts": "red", "confirms": "green", "adds": "cyan"}


def look_against(
    paths: list[str], out: Path, settings: "Settings", tell: "ProgressCallback", *, add: bool, as_json: bool
) -> int:
    """Print what new documents bring to the tables in `out`, add them if asked to, and return the exit status."""
    from pipeline.api import add as add_to
    from pipeline.api import against
    from pipeline.literature import local_sources

    with tempfile.TemporaryDirectory(prefix="provender-") as copies:
        documents = local_sources(paths, copies)
        report = against(documents, out, settings=settings, progress=tell)
        is_new = bool(set(report.source_ids) - set(report.known))
        summary = add_to(documents, out, settings=settings, progress=tell) if add and is_new else None
    if as_json:
        print_json(report.to_dict() | {"added": summary.to_dict() if summary else None})
    else:
        _print(report)
        if summary:
            messages.print(f"Added: the tables in {out} now have {summary.n_claims} claims.", markup=False)
        elif add:
            messages.print("Nothing was added.", markup=False)
    return SOME_FAILED if report.failures else 0


def _print(report: "AgainstReport") -> None:
    for line in report.lines():
        output.print(line, markup=False)
    if not report.findings:
        return
    table = Table("", "nutrient and condition", "it says", "the table says", "together", show_edge=False)
    for finding in report.findings:
        table.add_row(*_cells(finding), style=_COLOURS[finding.bearing])
    output.print(table)


def _cells(finding: "Finding") -> tuple[str, ...]:
    from rich.markup import escape

    counted = f"{finding.n_sources} {'source' if finding.n_sources == 1 else 'sources'}"
    table = f"{finding.verdict} ({finding.certainty}; {counted})" if finding.verdict else "nothing yet"
    cells = (
        finding.bearing,
        f"{finding.nutrient} ({finding.exposure}) and {finding.condition}",
        finding.says,
        table,
        f"{finding.verdict_with} ({finding.certainty_with})",
    )
    return tuple(map(escape, cells))
