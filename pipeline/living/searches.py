"""In: the files of a run. Out: the searches that brought them, after PRISMA-S, and the database of each file."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.records import SearchRow

LEDGER = "fetch.json"
DATABASES = {"pubmed": "PubMed", "europepmc": "Europe PMC", "urls": "web pages"}
"""What the services of `provender fetch` are called in a review."""


def searches_of(files: Iterable[tuple[Path, str]]) -> tuple[tuple[SearchRow, ...], dict[str, str]]:
    """Return the searches recorded beside some files, and by the name of each file the database that it is from.

    `files` are paths with their names in the tables. A record that cannot be read tells of no search.
    """
    searches: list[SearchRow] = []
    origins: dict[str, str] = {}
    ledgers: dict[Path, Mapping[str, Any]] = {}
    for path, name in files:
        folder = path.parent
        if folder not in ledgers:
            ledgers[folder] = _read(folder / LEDGER)
            searches += _searches(ledgers[folder], folder)
        brought = ledgers[folder].get("files", {}).get(path.name)
        if brought:
            origins[name] = _database(brought)
    return tuple(sorted(searches, key=lambda row: (row.database, row.query, row.began))), origins


def _searches(ledger: Mapping[str, Any], folder: Path) -> Iterable[SearchRow]:
    for entry in ledger.get("fetches", ()):
        for search in entry.get("searches") or [entry | {"failed": len(entry.get("failed", ()))}]:
            since = f"since {entry['since']}" if entry.get("since") else ""
            yield SearchRow(
                database=_database(entry),
                address=entry.get("address", ""),
                query=entry.get("query", ""),
                as_run=search.get("as run", ""),
                limits=search.get("limits") or since,
                began=search.get("began") or "",
                ended=search.get("ended") or "",
                found=search.get("found", 0),
                fetched=search.get("fetched", 0),
                already_there=search.get("already there", 0),
                failed=search.get("failed", 0),
                folder=folder.name,
            )


def _database(entry: Mapping[str, Any]) -> str:
    service = str(entry.get("service", ""))
    return DATABASES.get(service, service)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return ledger if isinstance(ledger, dict) else {}
