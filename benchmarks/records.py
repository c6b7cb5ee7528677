"""Print what is read of exports of reference managers and databases: records, their fields, and where exports agree.

    python benchmarks/records.py [FOLDER ...]

Without FOLDER it reads tests/records (one file a dialect, written after its specification) and, where the reference
folder is there (PROVENDER_REFERENCE, else ../shared), its formats/records: real exports that mostly hold the same
records. Records are counted apart from the readers, by the marks that begin one. Exports agree where the readings of
one DOI in two files give the same title (but for a notice before it), year and number of authors.
"""

import csv
import io
import os
import re
import sys
import unicodedata
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import openpyxl

from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.records import Document

ROOT = Path(__file__).resolve().parent.parent
MARKS = {
    "ris": r"^\ufeff?TY\s+-",
    "nbib": r"^PMID-|^VN\s+-",
    "isi": r"^PT ",
    "enw": r"^%0 ",
    "cochrane": r"^ID: ",
    "endnote-xml": r"<record>",
    "bibtex": r"^@(?i:article|inproceedings|book|misc)\b",
    "jsonl": r'"title":',
}
FIELDS = ("title", "year", "authors", "identifiers", "abstract")


def counted(path: Path, form: str) -> int:
    """Return how many records a file holds, by the marks of its dialect or the rows below its widest first rows."""
    if form == "xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True).active
        rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    else:
        return len(re.findall(MARKS[form], path.read_text(encoding="utf-8"), re.MULTILINE))
    widest = max(sum(map(bool, row)) for row in rows[:10])
    header = next(index for index, row in enumerate(rows) if sum(map(bool, row)) == widest)
    return sum(any(row) for row in rows[header + 1 :])


def held(document: Document) -> dict[str, bool]:
    """Say which fields of a record were read."""
    has_abstract = any(block.kind not in {"title", "heading"} for block in document.blocks)
    return {
        "title": bool(document.title),
        "year": bool(document.date[:4]),
        "authors": bool(document.authors),
        "identifiers": bool(document.identifiers),
        "abstract": has_abstract,
    }


def key(title: str) -> str:
    """Return a title as its letters and digits, for comparison."""
    return "".join(c for c in unicodedata.normalize("NFKD", title).casefold() if c.isalnum())


def main() -> None:
    reference = Path(os.environ.get("PROVENDER_REFERENCE", ROOT.parent / "shared")) / "formats" / "records"
    folders = [Path(name) for name in sys.argv[1:]] or [ROOT / "tests" / "records", reference]
    totals: dict[str, int] = defaultdict(int)
    for folder in folders:
        if not folder.is_dir():
            print(f"{folder} is not here; left out.")
            continue
        print(f"\n{folder}\n{'file':28}{'format':13}{'records':>8}{'read':>6}" + "".join(f"{f:>12}" for f in FIELDS))
        by_doi: dict[str, list[Document]] = defaultdict(list)
        for path in sorted(folder.iterdir()):
            if path.suffix == ".md":
                continue
            try:
                documents = read(path)
            except SourceError as error:
                print(f"{path.name:28}not read: {error}")
                continue
            n = counted(path, documents[0].format)
            shares = [sum(held(document)[field] for document in documents) for field in FIELDS]
            print(f"{path.name:28}{documents[0].format:13}{n:8}{len(documents):6}" + "".join(f"{s:12}" for s in shares))
            for name, value in zip(("records", "read", *FIELDS), (n, len(documents), *shares), strict=True):
                totals[name] += value
            for document in documents:
                if doi := document.identifiers.get("doi"):
                    by_doi[doi].append(document)
        agreement(by_doi)
    print("\nall: " + ", ".join(f"{name} {value}" for name, value in totals.items()))


def agreement(by_doi: dict[str, list[Document]]) -> None:
    pairs = [pair for documents in by_doi.values() for pair in combinations(documents, 2)]
    if pairs:
        same = {
            "title": sum(key(a.title) in key(b.title) or key(b.title) in key(a.title) for a, b in pairs),
            "year": sum(a.date[:4] == b.date[:4] for a, b in pairs),
            "number of authors": sum(len(a.authors) == len(b.authors) for a, b in pairs),
        }
        print(f"pairs of readings of one DOI: {len(pairs)}; the same " +
              ", ".join(f"{name} {count / len(pairs):.3f}" for name, count in same.items()))  # fmt: skip


if __name__ == "__main__":
    main()
