"""In: rows of the sources table. Out: references: RIS for their managers, CSL-JSON for citation programs."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.records import SourceRow

_IDENTIFIER = re.compile(r"(?P<kind>PMID|PMCID|DOI):(?P<value>\S+)", re.IGNORECASE)
_TYPES = {"research article": "JOUR", "review": "JOUR", "abstract": "JOUR", "guideline": "RPRT"}
_CSL_TYPES = {"JOUR": "article-journal", "RPRT": "report", "ELEC": "webpage"}


def write_ris(path: Path, sources: Iterable[SourceRow]) -> int:
    """Write a RIS record for each source that was read; return how many. Raises `OSError`."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for source in _read(sources):
            file.write(
                "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in _tags(source)) + "ER  - \r\n\r\n"
            )
            count += 1
    return count


def write_csl(path: Path, sources: Iterable[SourceRow]) -> int:
    """Write the sources that were read as a CSL-JSON list; return how many. Raises `OSError`."""
    items = list(csl_items(sources))
    path.write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(items)


def csl_items(sources: Iterable[SourceRow]) -> Iterator[dict[str, Any]]:
    """Yield each source that was read as an item of CSL-JSON 1.0."""
    for source in _read(sources):
        item: dict[str, Any] = {"id": source.source_id, "type": _CSL_TYPES[_type(source)]}
        if source.title:
            item["title"] = source.title
        if source.date:
            item["issued"] = {"date-parts": [[int(part) for part in re.findall(r"\d+", source.date)[:3]]]}
        if found := _IDENTIFIER.fullmatch(source.source_id):
            item[found["kind"].upper()] = found["value"]
        yield item


def _tags(source: SourceRow) -> Iterator[tuple[str, str]]:
    yield "TY", _type(source)
    yield "ID", source.source_id
    if source.title:
        yield "TI", source.title
    if source.date:
        yield "PY", source.date[:4]
        yield "DA", source.date.replace("-", "/")
    if found := _IDENTIFIER.fullmatch(source.source_id):
        yield ("DO" if found["kind"].upper() == "DOI" else "AN"), found["value"]
    if source.study_design not in ("", "unclear"):
        yield "KW", source.study_design


def _type(source: SourceRow) -> str:
    return _TYPES.get(source.source_type, "ELEC")


def _read(sources: Iterable[SourceRow]) -> Iterator[SourceRow]:
    return (source for source in sources if source.status in ("processed", "unchanged", "empty"))
