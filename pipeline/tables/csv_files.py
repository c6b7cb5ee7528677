"""In: the CSV files of a run. Out: records back from them; and comparisons written across sources."""

import csv
import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import nsmallest
from pathlib import Path
from typing import Any, TypeVar

from pipeline.delimited import Rows
from pipeline.errors import TableError
from pipeline.records import ChangeRow, ComparisonRow, EvidenceRow, SourceRow
from pipeline.tables.cells import from_cell, neutralise, restore, to_cell
from pipeline.tables.column import Table
from pipeline.tables.columns import COMPARISON, EVIDENCE
from pipeline.tables.run_columns import CHANGES, SOURCES
from pipeline.tables.writing import ENCODING

MOST_CELLS = 20_000_000
"""Cells of the matrix below its sources: it grows with rows times sources, and would soon fill any disk."""
MOST_SOURCES = 16_384 - len(COMPARISON.columns[:5]) - 1
"""Sources in the matrix: a spreadsheet has 16,384 columns."""
OTHER_SOURCES = "other_sources"

Record = TypeVar("Record", EvidenceRow, ComparisonRow, SourceRow, ChangeRow)


def write_matrix(path: Path, rows: Collection[ComparisonRow], spoken: Mapping[str, int]) -> None:
    """Write the comparison seen across: a column a source, in each cell its stance and certainty.

    `spoken` says of how many of the rows each source speaks.
    Where that would be more than `MOST_CELLS` or `MOST_SOURCES`, the sources that speak of most rows have columns,
    and a last column, `other_sources`, counts for each row those that have none.
    """
    keys = COMPARISON.columns[:5]
    most = min(MOST_SOURCES, max(1, MOST_CELLS // max(1, len(rows))))
    shown = sorted(nsmallest(most, spoken, key=lambda source: (-spoken[source], source)))
    places = {source: place for place, source in enumerate(shown)}
    is_cut = len(shown) < len(spoken)
    with path.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        header = [column.name for column in keys] + [neutralise(source) for source in shown]
        writer.writerow([*header, OTHER_SOURCES] if is_cut else header)
        for row in rows:
            cells = [to_cell(getattr(row, column.name), column) for column in keys]
            stances = [""] * len(shown)
            for source, (stance, certainty) in row.stances.items():
                if source in places:
                    stances[places[source]] = f"{stance} ({certainty})"
            others = [str(len(row.stances.keys() - places.keys()))] if is_cut else []
            writer.writerow(cells + stances + others)


def read_evidence(path: Path, *, claim_id: str = "") -> Iterator[EvidenceRow]:
    """Yield the rows of an evidence.csv, as they were before writing; columns of others' are passed over.

    With `claim_id`, only those whose own begins with it. Raises `ValueError` with one sentence naming the file, the
    line and what is wrong there.
    """
    return _read(path, EVIDENCE, EvidenceRow, claim_id)


def revive(values: Mapping[str, Any]) -> EvidenceRow:
    """Return a row of the evidence table from values by name, as an earlier version had them: lists as their cells."""
    found: dict[str, Any] = {}
    for column in EVIDENCE.columns:
        if column.name in values:
            value = values[column.name]
            found[column.name] = from_cell(value, column) if isinstance(value, str) else value
    return EvidenceRow(**found)


def read_comparison(path: Path) -> Iterator[ComparisonRow]:
    """Yield the rows of a comparison.csv (`stances` are left empty). Raises `ValueError` as `read_evidence`."""
    return _read(path, COMPARISON, ComparisonRow)


def read_sources(path: Path) -> Iterator[SourceRow]:
    """Yield the rows of a sources.csv. Raises `ValueError` as `read_evidence`."""
    return _read(path, SOURCES, SourceRow)


def read_changes(path: Path) -> Iterator[ChangeRow]:
    """Yield the rows of a changes.csv. Raises `ValueError` as `read_evidence`."""
    return _read(path, CHANGES, ChangeRow)


def read_texts(path: Path, columns: Iterable[str]) -> Iterator[list[str]]:
    """Yield some columns of a table that a run wrote, as text, in the order asked for."""
    with path.open(encoding=ENCODING, newline="") as file:
        reader = Rows(file)
        header = next(reader)
        places = [header.index(name) for name in columns]
        for cells in reader:
            yield [restore(cells[place]) for place in places]


def _read(path: Path, table: Table, record: type[Record], begins: str = "") -> Iterator[Record]:
    """The rows of a table, or only those whose first column begins with a text: no other is taken apart."""
    required = {
        field.name
        for field in dataclasses.fields(record)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    with path.open(encoding=ENCODING, newline="") as file:
        reader = Rows(file)
        header = next(reader, [])
        missing = required.difference(header)
        if missing:
            raise TableError(
                f"{path} lacks the column {sorted(missing)[0]}; give the {table.name}.csv that a run wrote."
            )
        places = [(header.index(column.name), column) for column in table.columns if column.name in header]
        key = header.index(table.columns[0].name) if begins else 0
        for cells in reader:
            if begins and not (len(cells) > key and cells[key].startswith(begins)):
                continue
            values: dict[str, Any] = {}
            for place, column in places:
                try:
                    values[column.name] = from_cell(cells[place], column)
                except (IndexError, ValueError) as error:
                    raise TableError(
                        f"{path}, line {reader.line_num}: the cell {column.name} cannot be read ({error})."
                    ) from error
            yield record(**values)
