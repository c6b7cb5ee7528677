"""In: a query in Europe PMC's syntax; out: files of abstracts (JSON Lines) and full texts (JATS) to a folder.

The protocol is that of the Europe PMC RESTful web service: `search` gives pages of results, each with the mark of the
next, and `PMCID/fullTextXML` gives an open-access article.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from lxml import html

from pipeline.config import Settings, load_settings
from pipeline.errors import WordError
from pipeline.literature import xml
from pipeline.literature.client import Client, Damaged, Fault, Refused, Unavailable, host
from pipeline.literature.clock import Clock, Pacer
from pipeline.literature.ledger import FetchError, FetchLedger, open_ledger
from pipeline.literature.summary import FetchSummary, ProgressCallback

FIRST_PAGE = "*"
MOST_SILENT_ARTICLES = 3
"""So many articles in a row that the service does not answer for, and it is down rather than one article bad."""

_PMCID = re.compile(r"PMC\d+")


def fetch_europepmc(
    query: str,
    out: str | Path,
    *,
    since: date | None = None,
    full_text: bool = False,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    clock: Clock | None = None,
) -> FetchSummary:
    """Fetch the articles that a query finds into the folder `out`: abstracts, and full texts where they are open.

    `since` asks for articles that Europe PMC first indexed on that day or later. With `full_text`, an open-access
    article is fetched as JATS in place of its abstract. What the folder holds, in either form, is not fetched again;
    an interrupted fetch goes on from the page of results that it had come to.

    Raises `ValueError` for an empty query, and `FetchError` where Europe PMC does not answer, refuses the query, or
    the folder cannot be written; what was fetched is kept.
    """
    settings = settings or load_settings()
    clock = clock or Clock()
    if not query.strip():
        raise WordError('The query is empty; give words to search for, such as "vitamin b12 AND restless legs".')
    pacer = Pacer(1 / settings.services.europepmc.per_second, clock)
    with (
        open_ledger("europepmc", query.strip(), since, out, progress=progress, clock=clock) as ledger,
        Client(
            settings.services, pace=lambda url: pacer.wait(), max_bytes=settings.limits.max_bytes, clock=clock
        ) as client,
    ):
        fetch = _Fetch(client, settings, ledger, full_text=full_text)
        asked = query.strip() if since is None else f"({query.strip()}) AND (FIRST_IDATE:[{since} TO 3000-12-31])"
        limits = [f"first indexed from {since} on"] if since else []
        limits += ["full texts where they are open access"] if full_text else []
        ledger.asked(settings.services.europepmc.url, asked, "; ".join(limits))
        mark: str = ledger.mark.get("cursor", FIRST_PAGE)
        ledger.already(ledger.mark.get("articles", 0))
        articles = ledger.n_already
        while mark:
            page = fetch.page(asked, mark)
            if ledger.n_found != page["hitCount"]:
                ledger.found(page["hitCount"])
            results = page["resultList"]["result"]
            fetch.articles(results)
            articles += len(results)
            following = page.get("nextCursorMark", "") if results else ""
            mark = following if following != mark else ""
            if not ledger.n_failed:
                ledger.mark = {"cursor": mark, "articles": articles} if mark else {}
                ledger.save()
        return ledger.finish()


class _Fetch:
    """One fetch: what is there, and what a page of results adds to it."""

    def __init__(self, client: Client, settings: Settings, ledger: FetchLedger, *, full_text: bool) -> None:
        self._client = client
        self._service = settings.services.europepmc
        self._ledger = ledger
        self._full_text = full_text
        self._silent = 0
        self._had = {identity for file in ledger.folder.files("europepmc-*.jsonl") for identity in _identities(file)}

    def page(self, query: str, mark: str) -> dict[str, Any]:
        """Return one page of results. Raises `FetchError`."""
        parameters = {
            "query": query,
            "cursorMark": mark,
            "pageSize": str(self._service.page_records),
            "resultType": "core",
            "format": "json",
        }
        try:
            return _page(self._client.get(f"{self._service.url}/search", parameters, check=_page).content)
        except Fault as fault:
            raise self._error(fault) from None

    def articles(self, results: Sequence[Mapping[str, Any]]) -> None:
        """Fetch the full texts of a page's articles, and write the abstracts of the others to one file."""
        abstracts: dict[str, dict[str, Any]] = {}
        for result in results:
            identity = _identity(result)
            pmcid = str(result.get("pmcid") or "")
            is_open = result.get("isOpenAccess") == "Y" and _PMCID.fullmatch(pmcid)
            if identity in self._had or identity in abstracts or self._ledger.folder.has(f"{pmcid}.xml"):
                self._ledger.already(1)
            elif not (self._full_text and is_open and self._article(identity, pmcid)):
                abstracts[identity] = _record(identity, result)
        if abstracts:
            lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in abstracts.values())
            name = self._ledger.folder.next_name("europepmc", ".jsonl")
            self._ledger.write(name, lines.encode(errors="replace"), len(abstracts))
            self._had |= abstracts.keys()

    def _article(self, identity: str, pmcid: str) -> bool:
        """Fetch a full text or say that it failed; False where there is none, so that the abstract is wanted."""
        try:
            answer = self._client.get(f"{self._service.url}/{pmcid}/fullTextXML", check=lambda body: _article(body))
        except Refused:
            return False
        except Fault as fault:
            self._silent = self._silent + 1 if isinstance(fault, Unavailable) else 0
            if self._silent == MOST_SILENT_ARTICLES:
                raise self._error(fault) from None
            self._ledger.failed(pmcid, f"Europe PMC {fault}; run the same command again.")
            return True
        self._silent = 0
        self._ledger.write(f"{pmcid}.xml", answer.content, 1, id=identity)
        return True

    def _error(self, fault: Fault) -> FetchError:
        where = f"Europe PMC at {host(self._service.url)}"
        if isinstance(fault, Unavailable):
            advice = "check the connection and run the same command again: what was fetched is kept"
        else:
            advice = "check the query and the configured address"
        return FetchError(f"{where} {fault}; {advice}.")


def _page(content: bytes) -> dict[str, Any]:
    """Return a page of results. Raises `Damaged` where the answer is none."""
    try:
        page = json.loads(content)
        if not isinstance(page["hitCount"], int):
            raise TypeError
        for result in page["resultList"]["result"]:
            _identity(result)
    except (ValueError, KeyError, TypeError):
        raise Damaged("sent something else than a page of results") from None
    return page  # type: ignore[no-any-return]


def _article(content: bytes) -> None:
    xml.parse(content, "article")


def _identity(result: Mapping[str, Any]) -> str:
    """Return what names an article in Europe PMC: its database and its number there."""
    return f"{result['source']}/{result['id']}"


def _record(identity: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a result that are read later, under the names that tables of abstracts have."""
    types = result.get("pubTypeList") or {}
    authors = str(result.get("authorString") or "").split(",")
    record = {
        "id": identity,
        "pmid": result.get("pmid"),
        "pmcid": result.get("pmcid"),
        "doi": result.get("doi"),
        "title": _plain(result.get("title")),
        "authors": [name.strip(" .") for name in authors if name.strip(" .")],
        "date": result.get("firstPublicationDate") or result.get("pubYear"),
        "publication_type": types.get("pubType"),
        "abstract": _plain(result.get("abstractText")),
    }
    return {name: value for name, value in record.items() if value}


def _plain(text: str | None) -> str:
    """Return the text of a title or an abstract, a line for each labelled part, without its HTML."""
    if not text or not text.strip():
        return ""
    whole = text.encode(errors="replace").decode()  # half a surrogate pair would end the text
    root = html.document_fromstring(f"<html><body>{whole}</body></html>")
    for heading in root.iter("h4"):
        label = " ".join(str(heading.xpath("string()")).split()).rstrip(":")
        for child in list(heading):
            heading.remove(child)
        heading.text = f"\n{label}: "
    lines = (" ".join(line.split()) for line in str(root.xpath("string()")).split("\n"))
    return "\n".join(line for line in lines if line)


def _identities(path: Path) -> set[str]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a string of JSON may hold other ends of lines
        return {json.loads(line)["id"] for line in lines if line.strip()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FetchError(
            f"{path} is no file of Europe PMC records ({type(error).__name__}); move it away: what it held is fetched "
            "again."
        ) from None
