"""A reviewer at a table: reads it, types into it, saves it in the ways that spreadsheet programs do."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl

Cells = Mapping[str, str]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str = "utf-8-sig") -> None:
    header = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)


def type_into(path: Path, changes: Mapping[str, Cells]) -> None:
    """Type into the rows of a CSV table, by their claim_id."""
    rows = table(path)
    assert changes.keys() <= {row["claim_id"] for row in rows}
    for row in rows:
        row.update(changes.get(row["claim_id"], {}))
    save(path, rows)


def type_into_book(path: Path, changes: Mapping[str, Cells]) -> None:
    """Type into the rows of a workbook, by their claim_id."""
    book = openpyxl.load_workbook(path)
    sheet = book["evidence"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number in range(2, sheet.max_row + 1):
        for name, text in changes.get(sheet.cell(number, places["claim_id"]).value, {}).items():
            sheet.cell(number, places[name]).value = text
    book.save(path)


def reviewed(path: Path) -> Iterator[tuple[str, str, str]]:
    for row in table(path):
        if row["review_status"]:
            yield row["claim_id"], row["review_status"], row["reviewer"]
