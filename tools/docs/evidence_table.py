"""In: the declared columns. Out: docs/evidence-table.md."""

from pipeline.tables import TABLES, markdown

_INTRODUCTION = """# The tables of a run

UTF-8 with a byte-order mark, so that spreadsheet programs read it; fields quoted where they need it, lines ended by
CRLF (RFC 4180); one header line; dates as ISO 8601; `.` as decimal separator; an empty cell means not stated. Numbers
are written with as few digits as tell them apart, twelve at most. A text cell that a spreadsheet would run as a formula
(first character `=`, `+`, `-`, `@`, tab or carriage return) gets a leading `'`, which `pipeline.tables.read_evidence`
takes away again. The same inputs, decisions, configuration and version give the same bytes, whatever the number of
workers and however often the run was interrupted; only `status` and `seconds` of sources.csv, changes.csv, what a
living review reports, and rows
with the flag `stale`, which an earlier run left because their source could not be read now, tell of the run itself.

The review columns, and corrections in the others, are yours: see [reviewing](reviewing.md).

Offsets count characters, end exclusive: for a .txt source in the decoded file, for others in the text stored in
`texts/`, under the source_id and `.txt` (a slash, and what some file system does not take, stands as `%` and its code:
`PMID:12` is `texts/PMID%3A12.txt`).
"""

_CHANGES = """
Verdicts that moved come first, then sources that failed (and did not fail for the same reason in the last run; all
failures stand in sources.csv), then claims that are new, that changed, and that are gone. The last run is the last that
finished; a run that was killed does not count. A claim has not changed where only its place in the text, its page,
`confidence`, `model_version` or a reviewer's answer differ.
"""

_MATRIX = """
## comparison_matrix.csv

The comparison seen across: the columns nutrient, nutrient_id, exposure, condition and condition_id, then one column for
each source that makes a claim, named by its source_id. A cell holds the source's stance and its certainty:
`harmful (Low)`.

## What a living review reports

Of prisma.csv `figures/prisma-flow.svg` is the diagram. `methods.md` is the statement on the use of automation for the
methods section of a review: which columns are machine judgements, how they were validated, how many rows people
checked, versions and hashes. `ro-crate-metadata.json` describes the folder and the columns of its tables for machines
(RO-Crate 1.1, CSV on the Web). These, and history.csv and searches.csv, tell of the run itself.

## evidence.xlsx and report.html

The same rows as evidence.csv: as a sheet with filters, with drop-downs for what a reviewer fills in and colours by
certainty (further sheets hold findings, studies, the comparison, the sources and a legend), and as one page at which
reviewers read, filter and decide ([reviewing](reviewing.md)). The page is one file that needs no network; the pictures
of the run stand in it ([the pictures of a run](figures.md)).
"""


def evidence_table() -> str:
    """Return the page, in Markdown."""
    parts = [_INTRODUCTION]
    for table in TABLES:
        parts.append(f"\n## {table.name}.csv\n\n{table.row[0].upper()}{table.row[1:]}.\n\n{markdown(table)}")
    return "".join([*parts, _CHANGES, _MATRIX])
