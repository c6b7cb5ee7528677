"""Fetching from Europe PMC: pages of abstracts, full texts where they are open, nothing twice and nothing lost."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import EuropePmc, Fault, TestClock, europepmc_result

from pipeline.config import Settings
from pipeline.ingest import list_sources, read
from pipeline.literature import FetchError, FetchProgress, FetchSummary, fetch_europepmc

QUERY = "magnesium AND migraine"
OPEN = {2, 5, 6, 9}


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def service() -> Iterator[EuropePmc]:
    server = EuropePmc([europepmc_result(number, is_open=number in OPEN) for number in range(1, 12)])
    with server.running():
        yield server


def settings(server: EuropePmc) -> Settings:
    own = {"url": f"{server.url}/rest", "page_records": 4}
    return Settings(services={"europepmc": own, "timeout_seconds": 0.3, "attempts": 3})  # type: ignore[arg-type]


def fetch(server: EuropePmc, out: Path, clock: TestClock | None = None, **options: Any) -> FetchSummary:
    return fetch_europepmc(QUERY, out, settings=settings(server), clock=(clock or TestClock()).clock(), **options)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("[!.]*") if file.name != "fetch.json")


def test_abstracts_come_in_a_file_for_each_page_that_can_be_read(service: EuropePmc, tmp_path: Path) -> None:
    summary = fetch(service, tmp_path)
    assert (summary.n_found, summary.n_fetched, summary.n_already, summary.n_failed) == (11, 11, 0, 0)
    assert names(tmp_path) == [f"europepmc-{number:06d}.jsonl" for number in (1, 2, 3)]
    document = read(tmp_path / "europepmc-000001.jsonl")[1]
    assert document.identifiers == {"pmid": "30000002", "pmcid": "PMC7000002", "doi": "10.1000/nutr.2"}
    assert (document.title, document.date) == ("Magnesium and migraine, part 2.", "2024-05-01")
    assert document.authors == ("Lee A", "Okoro B")
    assert document.publication_types == ("Randomized Controlled Trial", "Journal Article")
    assert "Results\n\nMagnesium reduced migraine days in both groups (p<0.05)." in document.text


def test_with_full_text_an_open_article_comes_whole_and_the_others_as_abstracts(
    service: EuropePmc, tmp_path: Path
) -> None:
    summary = fetch(service, tmp_path, full_text=True)
    assert summary.n_fetched == 11
    assert names(tmp_path)[:4] == [f"PMC{7_000_000 + number}.xml" for number in sorted(OPEN)]
    documents = [document for path, root in list_sources([tmp_path]) for document in read(path, root=root)]
    assert sorted(document.identifiers["pmid"] for document in documents) == [
        result["pmid"] for result in service.results
    ]
    assert sum(document.format == "jats" for document in documents) == 4


def test_odd_characters_of_an_abstract_neither_stop_a_fetch_nor_the_next(tmp_path: Path) -> None:
    odd = "Magnesium\u2028reduced \x01 <i>migraine\ud800</i>\x85 days."
    with (server := EuropePmc([europepmc_result(1, abstractText=odd), europepmc_result(2)])).running():
        assert fetch(server, tmp_path).n_fetched == 2
        assert fetch(server, tmp_path).n_already == 2
    (first, _) = read(tmp_path / "europepmc-000001.jsonl")
    assert "Magnesium reduced" in first.text and "days." in first.text


def test_since_is_the_day_of_the_first_index(service: EuropePmc, tmp_path: Path) -> None:
    fetch(service, tmp_path, since=date(2024, 3, 1))
    assert service.asked[0].form["query"] == f"({QUERY}) AND (FIRST_IDATE:[2024-03-01 TO 3000-12-31])"


@pytest.mark.parametrize("full_text", [True, False])
def test_what_is_there_is_not_fetched_again_and_what_is_new_is(
    service: EuropePmc, tmp_path: Path, full_text: bool
) -> None:
    fetch(service, tmp_path, full_text=full_text)
    before = {file.name: file.read_bytes() for file in tmp_path.glob("[!.f]*")}
    service.results += [europepmc_result(40, is_open=True), europepmc_result(41)]
    service.asked.clear()
    summary = fetch(service, tmp_path, full_text=full_text)
    assert (summary.n_fetched, summary.n_already) == (2, 11)
    assert service.paths().count("fullTextXML") == full_text
    assert before.items() <= {file.name: file.read_bytes() for file in tmp_path.glob("[!.f]*")}.items()


@pytest.mark.parametrize("stop_at", [4, 5, 6, 8])
def test_an_interrupted_fetch_goes_on_with_the_page_it_had_come_to(
    service: EuropePmc, tmp_path: Path, stop_at: int
) -> None:
    def interrupt(event: FetchProgress) -> None:
        if event.done == stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(service, tmp_path / "cut", full_text=True, progress=interrupt)
    summary = fetch(service, tmp_path / "cut", full_text=True)
    assert summary.n_fetched + summary.n_already == 11
    articles = [asked.path for asked in service.asked if asked.path.endswith("fullTextXML")]
    assert len(articles) == len(set(articles)) == 4, "each once"
    pages = [asked.form["cursorMark"] for asked in service.asked if asked.path.endswith("search")]
    assert pages.count("*") == (2 if stop_at == 4 else 1) and len(pages) == 5
    fetch(service, tmp_path / "whole", full_text=True)
    assert names(tmp_path / "cut") == names(tmp_path / "whole")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=429, headers={"Retry-After": "1"}),
        Fault("truncated"),
        Fault("cut"),
        Fault("reset"),
        Fault("slow"),
        Fault(status=200, body=b'{"hitCount": "many"}'),
        Fault(status=200, body=b"<html>maintenance</html>"),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status} {fault.body[:20]!r}",
)
@pytest.mark.parametrize("request_number", [0, 1])
def test_a_fault_that_passes_costs_a_pause(
    service: EuropePmc, tmp_path: Path, fault: Fault, request_number: int
) -> None:
    service.faults.extend([None] * request_number + [fault])
    clock = TestClock()
    summary = fetch(service, tmp_path, clock, full_text=True)
    assert (summary.n_fetched, summary.n_failed) == (11, 0)
    assert len(service.asked) == 4 + 4 + 1 and clock.pauses.count(1) == 1


def test_an_article_without_the_promised_text_comes_as_its_abstract(service: EuropePmc, tmp_path: Path) -> None:
    service.without_text = {"PMC7000005"}
    summary = fetch(service, tmp_path, full_text=True)
    assert (summary.n_fetched, summary.n_failed) == (11, 0) and "PMC7000005.xml" not in names(tmp_path)
    assert b"30000005" in (tmp_path / "europepmc-000002.jsonl").read_bytes()
    service.asked.clear()
    fetch(service, tmp_path, full_text=True)
    assert "fullTextXML" not in service.paths()


def test_an_article_that_stays_broken_is_listed_and_tried_again(service: EuropePmc, tmp_path: Path) -> None:
    service.broken = {"PMC7000005"}
    summary = fetch(service, tmp_path, full_text=True)
    [failure] = summary.failures
    assert (summary.n_fetched, failure.item) == (10, "PMC7000005") and "damaged or cut off" in failure.reason
    service.broken = set()
    assert fetch(service, tmp_path, full_text=True).n_fetched == 1
    assert "PMC7000005.xml" in names(tmp_path)


def test_a_failure_before_an_interruption_is_not_forgotten(service: EuropePmc, tmp_path: Path) -> None:
    def interrupt(event: FetchProgress) -> None:
        if event.done == 9:
            raise KeyboardInterrupt

    service.broken = {"PMC7000002"}
    with pytest.raises(KeyboardInterrupt):
        fetch(service, tmp_path, full_text=True, progress=interrupt)
    service.broken = set()
    fetch(service, tmp_path, full_text=True)
    assert "PMC7000002.xml" in names(tmp_path)


def test_a_service_that_goes_down_ends_the_fetch_in_one_sentence(service: EuropePmc, tmp_path: Path) -> None:
    service.faults.extend([None, *[Fault(status=503)] * 100])
    with pytest.raises(FetchError, match=r"Europe PMC at 127.0.0.1:\d+ answered 503 .*what was fetched is kept"):
        fetch(service, tmp_path)
    assert json.loads((tmp_path / "fetch.json").read_text())["fetches"][0]["fetched"] == 4


def test_the_pace_is_kept(service: EuropePmc, tmp_path: Path) -> None:
    clock = TestClock()
    fetch(service, tmp_path, clock, full_text=True)
    assert clock.seconds - 1_000 == pytest.approx((len(service.asked) - 1) / 5)


def test_a_query_without_results_writes_no_file(tmp_path: Path) -> None:
    server = EuropePmc([])
    with server.running():
        assert fetch(server, tmp_path).n_found == 0
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("marked_up", "text"),
    [
        ("Iron <b>and</b> <sup>59</sup>Fe", "Iron and 59Fe"),
        ("n < 3, p<0.05 &amp; more", "n < 3, p<0.05 & more"),
        ("<h4>Aim:</h4>To <i>see</i>.<h4>Results </h4>Seen.", "Aim: To see.\nResults: Seen."),
        ("", ""),
        (None, ""),
        ("<!-- nothing -->", ""),
    ],
)
def test_markup_of_abstracts_becomes_text(tmp_path: Path, marked_up: str | None, text: str) -> None:
    server = EuropePmc([europepmc_result(1, abstractText=marked_up)])
    with server.running():
        fetch(server, tmp_path)
    assert json.loads((tmp_path / "europepmc-000001.jsonl").read_text()).get("abstract", "") == text
