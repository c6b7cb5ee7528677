"""Servers on loopback that speak the protocols of PubMed, Europe PMC and the web, and fail when they are told to."""

import gzip
import html
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.literature import Clock

SLOW_SECONDS = 0.6


@dataclass(frozen=True)
class Reply:
    """What a server answers."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """How a request goes wrong: `status` (with headers), `truncated`, `cut` (without a length), `reset`, `slow`."""

    kind: str = "status"
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"<html>out of order</html>"


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    form: dict[str, str]
    headers: dict[str, str]


class Server:
    """A server whose `faults` befall the next requests in turn; None lets one pass."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self.faults: deque[Fault | None] = deque()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self.serve("")

            def do_POST(self) -> None:
                self.serve(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

            def serve(self, body: str) -> None:
                parts = urlsplit(self.path)
                form = {name: values[0] for name, values in parse_qs(f"{parts.query}&{body}").items()}
                asked = Asked(self.command, parts.path, form, dict(self.headers))
                outer.asked.append(asked)
                fault = outer.faults.popleft() if outer.faults else None
                if fault and fault.kind == "status":
                    self.send(Reply(fault.body, fault.status, headers=fault.headers))
                elif fault and fault.kind == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.close_connection = True
                else:
                    self.send(answer(asked), fault.kind if fault else "")

            def send(self, reply: Reply, fault: str = "") -> None:
                if fault == "slow":
                    time.sleep(SLOW_SECONDS)
                self.send_response(reply.status)
                if reply.media_type:
                    self.send_header("Content-Type", reply.media_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if fault == "cut":
                    self.send_header("Connection", "close")
                else:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if fault == "dripping":
                    for start in range(len(reply.body)):
                        self.wfile.write(reply.body[start : start + 1])
                        time.sleep(0.02)
                    return
                self.wfile.write(reply.body[: len(reply.body) // 2] if fault in {"truncated", "cut"} else reply.body)
                if fault in {"truncated", "cut"}:
                    self.close_connection = True

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hung up is part of the tests."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()

    def paths(self) -> list[str]:
        return [asked.path.rpartition("/")[2] for asked in self.asked]


@dataclass
class TestClock:
    """A clock that stands still but for the pauses, which it counts."""

    __test__ = False
    seconds: float = 1_000.0
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.seconds, sleep=self.sleep, utc=lambda: datetime(2025, 6, 30, 12, tzinfo=UTC))

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


@dataclass(frozen=True)
class Record:
    """A record of PubMed: its number, the day it was added, title and abstract."""

    pmid: str
    added: date
    title: str
    abstract: str = "Serum ferritin was lower in 12 of 40 adults with restless legs syndrome (p < 0.05)."


class PubMed(Server):
    """ESearch, EPost and EFetch over some records; a search is for all words, newest first."""

    def __init__(self, records: list[Record], *, max_found: int = 9_999) -> None:
        super().__init__(self._answer)
        self.records = records
        self.withheld: set[str] = set()
        self.broken: set[str] = set()
        self.max_found = max_found
        self._kept: dict[str, list[str]] = {}

    def fetched(self) -> list[str]:
        """The PMIDs that were asked for by EFetch, in order, as often as they were asked for."""
        calls = [asked.form for asked in self.asked if asked.path.endswith("efetch.fcgi")]
        return [pmid for form in calls for pmid in self._batch(form)]

    def _answer(self, asked: Asked) -> Reply:
        return getattr(self, "_" + asked.path.rpartition("/")[2].removesuffix(".fcgi"))(asked.form)  # type: ignore[no-any-return]

    def _keep(self, pmids: list[str]) -> str:
        web_env = f"MCID_{len(self._kept):08x}"
        self._kept[web_env] = pmids
        return web_env

    def _esearch(self, form: dict[str, str]) -> Reply:
        first, last = (form.get(name, "").replace("/", "-") for name in ("mindate", "maxdate"))
        found = [
            record
            for record in sorted(self.records, key=lambda record: (record.added, int(record.pmid)), reverse=True)
            if set(form["term"].lower().split()) <= set(record.title.lower().split())
            and (not first or (form["datetype"] == "edat" and first <= record.added.isoformat() <= last))
        ]
        pmids = [record.pmid for record in found][: self.max_found]
        result = {
            "count": str(len(found)),
            "retmax": form["retmax"],
            "retstart": "0",
            "querykey": "1",
            "webenv": self._keep(pmids),
            "idlist": pmids[: int(form["retmax"])],
            "translationset": [],
            "querytranslation": form["term"],
        }
        document = {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result}
        return Reply(json.dumps(document).encode(), media_type="application/json")

    def _epost(self, form: dict[str, str]) -> Reply:
        web_env = self._keep(form["id"].split(","))
        text = f'<?xml version="1.0"?><ePostResult><QueryKey>1</QueryKey><WebEnv>{web_env}</WebEnv></ePostResult>'
        return Reply(text.encode(), media_type="text/xml")

    def _batch(self, form: dict[str, str]) -> list[str]:
        start = int(form["retstart"])
        return self._kept[form["WebEnv"]][start : start + int(form["retmax"])]

    def _efetch(self, form: dict[str, str]) -> Reply:
        if int(form["retstart"]) >= self.max_found:
            return Reply(b"<eFetchResult><ERROR>Cannot retrieve history data.</ERROR></eFetchResult>", 400)
        batch = self._batch(form)
        if self.broken & set(batch):
            return Reply(
                b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>", media_type="text/xml"
            )
        known = {record.pmid: record for record in self.records if record.pmid not in self.withheld}
        articles = "".join(pubmed_article(known[pmid]) for pmid in batch if pmid in known)
        text = (
            '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC '
            '"-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
            f"<PubmedArticleSet>\n{articles}</PubmedArticleSet>"
        )
        return Reply(text.encode(), media_type="text/xml; charset=UTF-8")


def pubmed_article(record: Record) -> str:
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{record.pmid}</PMID>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Internet">
<PubDate><Year>{record.added.year}</Year></PubDate></JournalIssue><Title>Journal of nutrients</Title></Journal>
<ArticleTitle>{html.escape(record.title)}</ArticleTitle>
<Abstract><AbstractText Label="RESULTS" NlmCategory="RESULTS">{html.escape(record.abstract)}</AbstractText></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Lee</LastName><ForeName>Ann</ForeName></Author></AuthorList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>
<CommentsCorrectionsList><CommentsCorrections RefType="Cites"><PMID Version="1">1</PMID></CommentsCorrections>
</CommentsCorrectionsList></MedlineCitation><PubmedData><ArticleIdList>
<ArticleId IdType="pubmed">{record.pmid}</ArticleId>
</ArticleIdList></PubmedData></PubmedArticle>
"""


class EuropePmc(Server):
    """`search` with cursor marks and `fullTextXML` over some results, which are as `resultType=core` gives them."""

    def __init__(self, results: list[dict[str, Any]]) -> None:
        super().__init__(self._answer)
        self.results = results
        self.without_text: set[str] = set()
        self.broken: set[str] = set()

    def _answer(self, asked: Asked) -> Reply:
        if asked.path.endswith("/search"):
            return self._search(asked.form)
        pmcid = asked.path.split("/")[-2]
        if pmcid in self.without_text:
            return Reply(b"", 404)
        if pmcid in self.broken:
            return Reply(b"<article><front>", media_type="application/xml")
        [result] = [result for result in self.results if result.get("pmcid") == pmcid]
        return Reply(jats_article(result).encode(), media_type="application/xml")

    def _search(self, form: dict[str, str]) -> Reply:
        start = 0 if form["cursorMark"] == "*" else int(form["cursorMark"].removeprefix("AoE"))
        end = min(start + int(form["pageSize"]), len(self.results))
        page = {
            "version": "6.9",
            "hitCount": len(self.results),
            "nextCursorMark": f"AoE{end}",
            "request": {"queryString": form["query"], "resultType": form["resultType"]},
            "resultList": {"result": self.results[start:end]},
        }
        return Reply(json.dumps(page).encode(), media_type="application/json")


def europepmc_result(number: int, *, is_open: bool = False, **parts: Any) -> dict[str, Any]:
    return {
        "id": str(30_000_000 + number),
        "source": "MED",
        "pmid": str(30_000_000 + number),
        **({"pmcid": f"PMC{7_000_000 + number}"} if is_open else {}),
        "doi": f"10.1000/nutr.{number}",
        "title": f"Magnesium and migraine, part {number}.",
        "authorString": "Lee A, Okoro B.",
        "firstPublicationDate": "2024-05-01",
        "isOpenAccess": "Y" if is_open else "N",
        "pubTypeList": {"pubType": ["Randomized Controlled Trial", "Journal Article"]},
        "abstractText": "<h4>Results</h4>Magnesium reduced migraine days in <i>both</i> groups (p&lt;0.05).",
    } | parts


def jats_article(result: dict[str, Any]) -> str:
    return f"""<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.2//EN" "archive.dtd">
<article article-type="research-article"><front><article-meta>
<article-id pub-id-type="pmid">{result["pmid"]}</article-id>
<article-id pub-id-type="pmc">{result["pmcid"].removeprefix("PMC")}</article-id><title-group><article-title>
{result["title"]}</article-title></title-group></article-meta></front><body><sec><title>Results</title>
<p>Magnesium reduced the number of migraine days.</p></sec></body></article>"""


class Web(Server):
    """Pages by path; a path that is not there is not found."""

    def __init__(self, pages: dict[str, Reply]) -> None:
        super().__init__(lambda asked: self.pages.get(asked.path, Reply(b"not here", 404)))
        self.pages = pages

    def add(self, path: str, text: str, **parts: Any) -> str:
        """Serve a text, and return its address."""
        self.pages[path] = Reply(text.encode(), **parts)
        return f"{self.url}{path}"


def packed(reply: Reply) -> Reply:
    return Reply(gzip.compress(reply.body), reply.status, reply.media_type, {"Content-Encoding": "gzip"})
