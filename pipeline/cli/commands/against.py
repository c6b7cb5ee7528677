"""In: new documents and the folder of a run. Out: `provender run --against`: what they add, confirm or contradict."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.app import SOME_FAILED, messages, output, print_json

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.runs import AgainstReport, ProgressCallback

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
    """Print whole lines, which a terminal of any width wraps: no cell is ever cut."""
    for line in report.lines():
        output.print(line, markup=False)
    for finding in report.findings:
        first, *more = finding.lines()
        output.print()
        output.print(first, style=_COLOURS[finding.bearing], markup=False)
        for line in more:
            output.print(line, markup=False)
