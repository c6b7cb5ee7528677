"""In: a list of retractions, as Retraction Watch and Crossref give it. Out: studies with what became of them."""

import csv
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from pipeline.delimited import Rows
from pipeline.errors import SettingsError
from pipeline.studies.names import plain_doi
from pipeline.studies.registry import Studies
from pipeline.vocabulary import PublicationStatus

_FORMS = ("%m/%d/%Y", "%Y-%m-%d", "%d/%m/%Y", "%Y")
_GRAVEST: tuple[PublicationStatus, ...] = ("", "preprint", "expression of concern", "withdrawn", "retracted")


@dataclass(frozen=True, slots=True)
class Retractions:
    """What became of papers, by `doi:...` and `pmid:...`."""

    statuses: Mapping[str, PublicationStatus] = field(default_factory=dict)

    def mark(self, studies: Studies) -> tuple[Studies, Collection[str]]:
        """Return the studies with what the list says of them, and the study_ids of those that it changed."""
        marked = {}
        for study_id, study in studies.by_id.items():
            names = (f"doi:{plain_doi(study.doi)}" if study.doi else "", f"pmid:{study.pmid}" if study.pmid else "")
            listed = max((self.statuses.get(name, "") for name in names), key=_GRAVEST.index)
            if _GRAVEST.index(listed) > _GRAVEST.index(study.status):
                marked[study_id] = replace(study, status=listed)
        return replace(studies, by_id={**studies.by_id, **marked}), frozenset(marked)


def read_retractions(path: Path) -> Retractions:
    """Read a list of retractions; of several notices on one paper the last counts, so that it may be reinstated.

    Raises `SettingsError` where the file cannot be read or has no column for the paper or the kind of notice.
    """
    last: dict[str, tuple[datetime, PublicationStatus]] = {}
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for name, date, status in _notices(Rows(file), path):
                if name not in last or date >= last[name][0]:
                    last[name] = date, status
    except (OSError, csv.Error) as error:
        raise SettingsError(f"The list of retractions {path} cannot be read ({error}); give a CSV file.") from None
    return Retractions({name: status for name, (_, status) in last.items() if status})


def _notices(rows: Rows, path: Path) -> Iterator[tuple[str, datetime, PublicationStatus]]:
    tables = _tables()
    header = [re.sub(r"[^a-z]", "", name.lower()) for name in next(rows, [])]
    places = {
        wanted: next((header.index(name) for name in names if name in header), -1)
        for wanted, names in tables["columns"].items()
    }
    if places["nature"] < 0 or max(places["doi"], places["pmid"]) < 0:
        raise SettingsError(
            f"The list of retractions {path} names no paper or no kind of notice; give a CSV in the form of Retraction "
            "Watch, with OriginalPaperDOI, OriginalPaperPubMedID, RetractionNature and RetractionDate."
        )
    for row in rows:
        cells = {wanted: row[place].strip() if 0 <= place < len(row) else "" for wanted, place in places.items()}
        nature = cells["nature"].casefold()
        if nature not in tables["natures"]:
            continue
        date, status = _date(cells["date"]), tables["natures"][nature]
        if cells["doi"].lower().startswith(("10.", "http", "doi")):
            yield f"doi:{plain_doi(cells['doi'])}", date, status
        if cells["pmid"].isdigit() and int(cells["pmid"]):
            yield f"pmid:{cells['pmid']}", date, status


def _date(cell: str) -> datetime:
    day = cell.partition(" ")[0].partition("T")[0]
    for form in _FORMS:
        try:
            return datetime.strptime(day, form)
        except ValueError:
            continue
    return datetime.min


def _tables() -> Mapping[str, Any]:
    tables = tomllib.loads((Path(__file__).parent / "retractions.toml").read_text(encoding="utf-8"))
    assert set(tables["natures"].values()) <= set(get_args(PublicationStatus))
    return tables
