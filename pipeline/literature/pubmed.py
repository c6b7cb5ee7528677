"""In: a query in PubMed's syntax; out: files of PubMed XML, a batch of records each, to a corpus folder.

The protocol is that of the NCBI E-utilities (Sayers E, "The E-utilities In-Depth", NCBI Bookshelf NBK25499): ESearch
keeps the result on the history server, EFetch takes it from there in batches; EPost puts those records there that an
interrupted or earlier fetch has not got.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.config import Settings, load_settings
from pipeline.errors import WordError
from pipeline.literature import xml
from pipeline.literature.client import AGENT, Client, Damaged, Fault, Unavailable, host
from pipeline.literature.clock import Clock, Pacer
from pipeline.literature.ledger import FetchError, FetchLedger, open_ledger
from pipeline.literature.summary import FetchSummary, ProgressCallback

EARLIEST = date(1700, 1, 1)
"""Before the oldest record of PubMed, of 1781."""

MOST_SILENT_BATCHES = 3
"""So many batches in a row that the service does not answer for, and it is down rather than one batch bad."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A list of records that the history server keeps."""

    web_env: str
    query_key: str


@dataclass(frozen=True, slots=True)
class _Search:
    """What a search found: how many, the PMIDs that PubMed hands out, and where it keeps them.

    `translation` is the query as PubMed ran it.
    """

    name: str
    count: int
    pmids: tuple[str, ...]
    stored: _Stored
    translation: str = ""


def fetch_pubmed(
    query: str,
    out: str | Path,
    *,
    since: date | None = None,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    clock: Clock | None = None,
) -> FetchSummary:
    """Fetch the records that a query finds into the folder `out`, as PubMed XML.

    `since` asks for records that were added to PubMed on that day or later (its Entrez date). What the folder holds
    is not fetched again. PubMed hands out at most 9,999 records of a search, so a larger one is split by that date.

    Raises `ValueError` for an empty query, and `FetchError` where PubMed does not answer, refuses the query, or the
    folder cannot be written; what was fetched is kept and the next fetch goes on from there.
    """
    settings = settings or load_settings()
    clock = clock or Clock()
    if not query.strip():
        raise WordError('The query is empty; give words to search for, such as "vitamin b12 AND restless legs".')
    with (
        open_ledger("pubmed", query.strip(), since, out, progress=progress, clock=clock) as ledger,
        _Eutilities(settings, clock) as eutilities,
    ):
        had = {pmid for file in ledger.folder.files("pubmed-*.xml") for pmid in _pmids_of_file(file)}
        n_split = 0
        for search in eutilities.searches(query.strip(), since, ledger):
            n_split += search.count
            missing = [pmid for pmid in search.pmids if pmid not in had]
            ledger.already(len(search.pmids) - len(missing))
            if missing:
                stored = search.stored if len(missing) == len(search.pmids) else eutilities.post(missing)
                had |= _fetch(eutilities, stored, missing, ledger)
            if search.count > len(search.pmids):
                ledger.failed(
                    search.name,
                    f"PubMed hands out only {len(search.pmids):,} of these {search.count:,} records; "
                    "narrow the query and fetch again.",
                    search.count - len(search.pmids),
                )
        if n_split < ledger.n_found:
            ledger.failed(
                "records without a date",
                "PubMed counts them but names them for no date; narrow the query and fetch again.",
                ledger.n_found - n_split,
            )
        return ledger.finish()


def _fetch(eutilities: "_Eutilities", stored: _Stored, pmids: Sequence[str], ledger: FetchLedger) -> set[str]:
    """Fetch the records of a list in batches and return their PMIDs; a batch that fails does not stop the others."""
    got: set[str] = set()
    lost: set[str] = set()
    silent = 0
    size = eutilities.service.batch_records
    for start in range(0, len(pmids), size):
        batch = pmids[start : start + size]
        try:
            content, found = eutilities.fetch(stored, start, len(batch))
        except Fault as fault:
            silent = silent + 1 if isinstance(fault, Unavailable) else 0
            if silent == MOST_SILENT_BATCHES or (silent and not got and start + size >= len(pmids)):
                raise eutilities.error(fault) from None
            ledger.failed(f"PMID {batch[0]} to {batch[-1]}", f"PubMed {fault}; run the same command again.", len(batch))
            lost |= set(batch)
            continue
        silent = 0
        got |= found
        ledger.write(ledger.folder.next_name("pubmed", ".xml"), content, len(found))
    for pmid in pmids:
        if pmid not in got | lost:
            ledger.failed(f"PMID {pmid}", "PubMed lists it but gave no record for it; it may have been withdrawn.")
    return got


class _Eutilities:
    """The three utilities that are needed, at the pace that NCBI allows."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.service = settings.services.pubmed
        self._clock = clock
        self._own = {"db": "pubmed", "tool": AGENT}
        if settings.services.email:
            self._own["email"] = settings.services.email
        key = os.environ.get(self.service.api_key_env, "").strip()
        if key:
            self._own["api_key"] = key
        pacer = Pacer(1 / (self.service.per_second_with_key if key else self.service.per_second), clock)
        self._client = Client(
            settings.services, pace=lambda url: pacer.wait(), max_bytes=settings.limits.max_bytes, clock=clock
        )

    def __enter__(self) -> "_Eutilities":
        return self

    def __exit__(self, *raised: object) -> None:
        self._client.__exit__(None, None, None)

    def searches(self, query: str, since: date | None, ledger: FetchLedger) -> Iterator[_Search]:
        """Yield searches that find the records of the query between them, none with more than PubMed hands out."""
        last = self._clock.utc().date() + timedelta(days=1)
        whole = self._search(query, since, last) if since else self._search(query)
        limits = f"Entrez date from {since} to {last}" if since else ""
        ledger.asked(self.service.url, whole.translation or query, limits)
        ledger.found(whole.count)
        if whole.count <= self.service.max_found:
            yield whole
        else:
            yield from self._split(query, since or EARLIEST, last)

    def _split(self, query: str, first: date, last: date) -> Iterator[_Search]:
        middle = first + (last - first) // 2
        for begin, end in ((first, middle), (middle + timedelta(days=1), last)):
            found = self._search(query, begin, end)
            if found.count > self.service.max_found and begin < end:
                yield from self._split(query, begin, end)
            elif found.count:
                yield found

    def _search(self, query: str, first: date | None = None, last: date | None = None) -> _Search:
        form = {"term": query, "usehistory": "y", "retmode": "json", "retmax": str(self.service.max_found)}
        if first and last:
            form |= {"datetype": "edat", "mindate": f"{first:%Y/%m/%d}", "maxdate": f"{last:%Y/%m/%d}"}
        result = _result(self._ask("esearch.fcgi", form, _result))
        return _Search(
            name=f"records added from {first} to {last}" if first and last else "records of the query",
            count=int(result["count"]),
            pmids=tuple(result["idlist"]),
            stored=_Stored(result["webenv"], result["querykey"]),
            translation=str(result.get("querytranslation") or ""),
        )

    def post(self, pmids: Sequence[str]) -> _Stored:
        """Put a list of records on the history server. Raises `FetchError`."""
        root = xml.parse(self._ask("epost.fcgi", {"id": ",".join(pmids)}, _posted), "ePostResult")
        return _Stored(root.findtext("WebEnv"), root.findtext("QueryKey"))

    def fetch(self, stored: _Stored, start: int, count: int) -> tuple[bytes, set[str]]:
        """Return records from a stored list, as they were sent, and their PMIDs. Raises a `Fault`."""
        form = {
            "WebEnv": stored.web_env,
            "query_key": stored.query_key,
            "retstart": str(start),
            "retmax": str(count),
            "retmode": "xml",
        }
        content = self._client.post(f"{self.service.url}/efetch.fcgi", self._own | form, check=_pmids).content
        return content, _pmids(content)

    def _ask(self, utility: str, form: dict[str, str], check: Any) -> bytes:
        try:
            return self._client.post(f"{self.service.url}/{utility}", self._own | form, check=check).content
        except Fault as fault:
            raise self.error(fault) from None

    def error(self, fault: Fault) -> FetchError:
        """Return the sentence for a fetch that a fault ends."""
        where = f"PubMed at {host(self.service.url)}"
        if isinstance(fault, Unavailable):
            advice = "check the connection and run the same command again: what was fetched is kept"
        else:
            advice = (
                f"check the query, the configured address and the key in {self.service.api_key_env}, if you set one"
            )
        return FetchError(f"{where} {fault}; {advice}.")


def _result(content: bytes) -> dict[str, Any]:
    """Return the result in an answer of ESearch. Raises `Damaged`."""
    try:
        result = json.loads(content)["esearchresult"]
        if error := result.get("ERROR"):
            raise Damaged(f'said "{" ".join(str(error).split())[:200]}"')
        int(result["count"]), result["webenv"], result["querykey"]
        if not all(isinstance(pmid, str) and pmid.isdigit() for pmid in result["idlist"]):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged("sent something else than the result of a search") from None
    return result  # type: ignore[no-any-return]


def _posted(content: bytes) -> None:
    root = xml.parse(content, "ePostResult")
    if not (root.findtext("WebEnv") and root.findtext("QueryKey")):
        raise Damaged("did not keep the list of records that are still to be fetched")


def _pmids(content: bytes) -> set[str]:
    """Return the PMIDs of the records in PubMed XML. Raises `Damaged` where there is none."""
    root = xml.parse(content, "PubmedArticleSet")
    found = {
        (node.text or "").strip()
        for path in ("PubmedArticle/MedlineCitation/PMID", "PubmedBookArticle/BookDocument/PMID")
        for node in root.iterfind(path)
    }
    if not found:
        raise Damaged("sent no record")
    return found


def _pmids_of_file(path: Path) -> set[str]:
    try:
        return _pmids(path.read_bytes())
    except (Damaged, OSError) as error:
        raise FetchError(
            f"{path} is no file of PubMed records ({error}); move it away: what it held is fetched again."
        ) from None
