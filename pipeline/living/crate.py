"""In: the files of a run and the declared columns. Out: ro-crate-metadata.json, which describes folder and columns.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1); the columns of a table are a schema of CSV on the Web
(https://www.w3.org/TR/tabular-metadata/).
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.tables.column import Column, Table
from pipeline.tables.columns import TABLES

NAME = "ro-crate-metadata.json"
OF_THE_RUN = frozenset(
    {
        *("sources.csv", "changes.csv", "history.csv", "prisma.csv"),
        *("figures/prisma-flow.svg", "figures/prisma-flow.png"),
    }
)
"""Files that tell of the run itself: how long a source took, what differs from the run before. All others are the same
where the sources, the decisions and the program are."""
_DATE = re.compile(r'"datePublished": "([^"]+)"')
_CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"csvw": "http://www.w3.org/ns/csvw#"}]
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_HOME = "#provender"
_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".md": "text/markdown",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_crate(
    path: Path, files: Mapping[str, Path], *, hashes: Mapping[str, str], before: Path, today: str, version: str
) -> None:
    """Write the description of `files`, by their names in the folder, as JSON-LD. Raises `OSError`.

    `hashes` are the SHA-256 of some of them. It is dated `today`, unless the description `before` says the same: then
    nothing was published anew, and its date stays.
    """
    said = before.read_text(encoding="utf-8", errors="replace") if before.is_file() else ""
    dated = _DATE.search(said)
    text = _text(files, hashes, version, dated[1] if dated else today)
    if text != said and dated:
        text = _text(files, hashes, version, today)
    path.write_text(text, encoding="utf-8", newline="\n")


def _text(files: Mapping[str, Path], hashes: Mapping[str, str], version: str, date: str) -> str:
    tables = {f"{table.name}.csv": table for table in TABLES}
    graph: list[dict[str, Any]] = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _SPECIFICATION},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "Evidence tables on nutrients and conditions",
            "description": "Claims that articles make about a nutrient and a condition, the studies behind them, and "
            "how sure the evidence is (GRADE), with the words that each value was read from. Machine judgements unless "
            "a reviewer is named; methods.md says how they were made.",
            "datePublished": date,
            "license": "Quotations are the authors' of the sources; see there.",
            "hasPart": [{"@id": name} for name in files],
            "mentions": {"@id": "#run"},
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": "A run of Provender",
            "instrument": {"@id": _HOME},
            "result": [{"@id": name} for name in files],
        },
        {
            "@id": _HOME,
            "@type": "SoftwareApplication",
            "name": "Provender",
            "version": version,
            "softwareVersion": version,
        },
    ]
    graph += [_file(name, file, tables.get(name), hashes.get(name, "")) for name, file in files.items()]
    for name in files:
        if name in tables:
            graph += _schema(tables[name])
    return json.dumps({"@context": _CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _file(name: str, file: Path, table: Table | None, sha256: str) -> dict[str, Any]:
    found: dict[str, Any] = {"@id": name, "@type": "File", "name": name}
    if name not in OF_THE_RUN:
        found["contentSize"] = str(file.stat().st_size)
    if media := _FORMATS.get(file.suffix):
        found["encodingFormat"] = media
    if sha256:
        found["sha256"] = sha256
    if table is not None:
        found |= {
            "@type": ["File", "csvw:Table"],
            "description": f"{table.row[0].upper()}{table.row[1:]}.",
            "csvw:url": name,
            "csvw:tableSchema": {"@id": _schema_id(table)},
        }
    return found


def _schema(table: Table) -> Iterable[dict[str, Any]]:
    yield {
        "@id": _schema_id(table),
        "@type": "csvw:Schema",
        "name": f"Columns of {table.name}.csv",
        "csvw:column": [{"@id": _column_id(table, column)} for column in table.columns],
    }
    for column in table.columns:
        yield {
            "@id": _column_id(table, column),
            "@type": "csvw:Column",
            "name": column.name,
            "description": column.meaning,
            "csvw:name": column.name,
            "csvw:datatype": _datatype(column),
        }


def _datatype(column: Column) -> Any:
    base = _TYPES.get(column.kind, "string")
    if not column.values:
        return base
    return {"csvw:base": base, "csvw:format": "|".join(column.values)}


def _schema_id(table: Table) -> str:
    return f"#columns-of-{table.name}"


def _column_id(table: Table, column: Column) -> str:
    return f"#{table.name}.{column.name}"
