"""Fetching from PubMed: nothing twice, nothing lost, at the pace that is allowed, whatever the server does."""

import itertools
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Fault, PubMed, Record, TestClock

from pipeline.config import Settings
from pipeline.ingest import read
from pipeline.literature import FetchError, FetchProgress, FetchSummary, fetch_pubmed

FIRST_DAY = date(2025, 1, 1)
QUERY = "iron legs"


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("NCBI_API_KEY", raising=False)


def records(count: int, *, first: int = 1, day: date | None = None) -> list[Record]:
    return [
        Record(str(40_000_000 + number), day or FIRST_DAY + timedelta(days=number), f"Iron and legs & sleep {number}")
        for number in range(first, first + count)
    ]


@pytest.fixture
def pubmed() -> Iterator[PubMed]:
    server = PubMed(records(23))
    with server.running():
        yield server


def settings(server: PubMed, *, services: dict[str, Any] | None = None, **pubmed: Any) -> Settings:
    own = {"url": server.url, "batch_records": 5} | pubmed
    return Settings(services={"pubmed": own, "timeout_seconds": 0.3, "attempts": 4} | (services or {}))  # type: ignore[arg-type]


def fetch(server: PubMed, out: Path, clock: TestClock | None = None, **options: Any) -> FetchSummary:
    given = options.pop("settings", settings(server))
    return fetch_pubmed(QUERY, out, settings=given, clock=(clock or TestClock()).clock(), **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.xml")}


def test_records_come_in_batches_that_can_be_read(pubmed: PubMed, tmp_path: Path) -> None:
    told: list[FetchProgress] = []
    summary = fetch(pubmed, tmp_path / "rls", progress=told.append)
    assert (summary.n_found, summary.n_fetched, summary.n_already, summary.n_failed) == (23, 23, 0, 0)
    assert [file.name for file in summary.files] == [f"pubmed-{number:06d}.xml" for number in range(1, 6)]
    documents = [document for file in summary.files for document in read(file)]
    assert sorted(document.identifiers["pmid"] for document in documents) == [record.pmid for record in pubmed.records]
    assert "Iron and legs & sleep 23" in {document.title for document in documents}
    assert [event.done for event in told] == [0, 5, 10, 15, 20, 23]
    assert pubmed.paths() == ["esearch.fcgi"] + 5 * ["efetch.fcgi"]


def test_every_request_says_who_asks(pubmed: PubMed, tmp_path: Path) -> None:
    fetch(pubmed, tmp_path, settings=settings(pubmed, services={"email": "team@example.org"}))
    for asked in pubmed.asked:
        assert (asked.form["tool"], asked.form["email"]) == ("provender", "team@example.org")
        assert asked.headers["User-Agent"].startswith("provender/") and "api_key" not in asked.form


def test_the_ledger_says_what_was_asked_and_what_came(pubmed: PubMed, tmp_path: Path) -> None:
    fetch(pubmed, tmp_path, since=date(2025, 1, 4))
    ledger = json.loads((tmp_path / "fetch.json").read_text())
    [entry] = ledger["fetches"]
    assert (entry["service"], entry["query"], entry["since"]) == ("pubmed", QUERY, "2025-01-04")
    assert (entry["found"], entry["fetched"], entry["failed"]) == (21, 21, [])
    assert entry["ended"] == "2025-06-30T12:00:00+00:00"
    assert sum(file["articles"] for file in ledger["files"].values()) == 21


def test_since_is_the_day_on_which_pubmed_added_a_record(pubmed: PubMed, tmp_path: Path) -> None:
    assert fetch(pubmed, tmp_path, since=date(2025, 1, 20)).n_fetched == 5
    assert pubmed.asked[0].form["mindate"] == "2025/01/20" and pubmed.asked[0].form["datetype"] == "edat"


def test_what_is_there_is_not_fetched_again_and_what_is_new_is(pubmed: PubMed, tmp_path: Path) -> None:
    fetch(pubmed, tmp_path)
    before = contents(tmp_path)
    again = fetch(pubmed, tmp_path)
    assert (again.n_fetched, again.n_already, again.files) == (0, 23, ())
    pubmed.records += records(2, first=50)
    more = fetch(pubmed, tmp_path)
    assert (more.n_fetched, more.n_already) == (2, 23)
    assert [file.name for file in more.files] == ["pubmed-000006.xml"]
    assert before.items() <= contents(tmp_path).items()
    assert sorted(pubmed.fetched()) == sorted(record.pmid for record in pubmed.records)


@pytest.mark.parametrize("ledger_too", [True, False])
def test_an_interrupted_fetch_goes_on_and_ends_as_if_it_had_not_been(
    pubmed: PubMed, tmp_path: Path, ledger_too: bool
) -> None:
    def interrupt(event: FetchProgress) -> None:
        if event.done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(pubmed, tmp_path / "cut", progress=interrupt)
    entry = json.loads((tmp_path / "cut" / "fetch.json").read_text())["fetches"][0]
    assert entry["ended"] is None and entry["fetched"] == 10
    (tmp_path / "cut" / ".pubmed-000099.xml.part").write_bytes(b"<PubmedArt")
    if not ledger_too:
        (tmp_path / "cut" / "fetch.json").unlink()
    summary = fetch(pubmed, tmp_path / "cut")
    assert (summary.n_fetched, summary.n_already) == (13, 10)
    assert sorted(pubmed.fetched()) == [record.pmid for record in pubmed.records], "each once"
    fetch(pubmed, tmp_path / "whole")
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
    assert not list((tmp_path / "cut").glob(".*.part"))


@pytest.mark.parametrize(("key", "per_second"), [("", 3), ("secret-key", 10)])
def test_the_pace_is_that_which_ncbi_allows(
    pubmed: PubMed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, per_second: int
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", key)
    starts: list[float] = []
    clock = TestClock()
    fetch(pubmed, tmp_path, clock, progress=lambda event: starts.append(clock.seconds))
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps == pytest.approx([1 / per_second] * 5)
    assert clock.seconds - 1_000 == pytest.approx((len(pubmed.asked) - 1) / per_second)


def test_an_api_key_is_sent_but_neither_stored_nor_told(
    pubmed: PubMed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "secret-key")
    fetch(pubmed, tmp_path)
    assert all(asked.form["api_key"] == "secret-key" for asked in pubmed.asked)
    assert all(b"secret-key" not in file.read_bytes() for file in tmp_path.iterdir())
    assert "secret-key" not in settings(pubmed).model_dump_json()
    pubmed.faults.append(Fault(status=400, body=b'{"error":"API key invalid","api-key":"secret-key"}'))
    with pytest.raises(FetchError, match="400") as error:
        fetch(pubmed, tmp_path / "other")
    assert "secret-key" not in str(error.value) and "NCBI_API_KEY" in str(error.value)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=502),
        Fault(status=429, body=b'{"error":"API rate limit exceeded","count":"4"}'),
        Fault("truncated"),
        Fault("cut"),
        Fault("reset"),
        Fault("slow"),
        Fault(status=200, body=b"<html>maintenance</html>"),
        Fault(status=200, body=b'{"esearchresult":{"ERROR":"Search Backend failed: timeout"}}'),
        Fault(status=200, body=b'["not", "a", "result"]'),
        Fault(status=200, body=b"<PubmedArticleSet></PubmedArticleSet>"),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status} {fault.body[:20]!r}",
)
@pytest.mark.parametrize("request_number", [0, 2])
def test_a_fault_that_passes_costs_a_pause(pubmed: PubMed, tmp_path: Path, fault: Fault, request_number: int) -> None:
    pubmed.faults.extend([None] * request_number + [fault])
    clock = TestClock()
    summary = fetch(pubmed, tmp_path, clock)
    assert (summary.n_fetched, summary.n_failed) == (23, 0)
    assert len(pubmed.asked) == 7 and clock.pauses.count(1) == 1


def test_pauses_double(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.faults.extend([Fault()] * 3)
    clock = TestClock()
    assert fetch(pubmed, tmp_path, clock).n_fetched == 23
    assert clock.pauses[:3] == [1, 2, 4]


@pytest.mark.parametrize("asked", ["7", "Mon, 30 Jun 2025 12:00:07 GMT"])
def test_retry_after_is_heeded(pubmed: PubMed, tmp_path: Path, asked: str) -> None:
    pubmed.faults.append(Fault(status=429, headers={"Retry-After": asked}))
    clock = TestClock()
    assert fetch(pubmed, tmp_path, clock).n_fetched == 23
    assert clock.pauses[0] == 7


def test_a_server_that_asks_for_an_hour_ends_the_fetch_at_once(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.faults.append(Fault(status=503, headers={"Retry-After": "3600"}))
    with pytest.raises(FetchError, match="come back in 3600 seconds; check the connection"):
        fetch(pubmed, tmp_path)
    assert len(pubmed.asked) == 1


def test_an_answer_that_drips_for_ever_is_given_up(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.faults.append(Fault("dripping"))
    given = settings(pubmed, services={"max_seconds": 0.2, "first_wait_seconds": 0}, per_second=1_000)
    summary = fetch_pubmed(QUERY, tmp_path, settings=given)
    assert summary.n_fetched == 23 and pubmed.paths().count("esearch.fcgi") == 2


def test_a_service_that_is_down_ends_the_fetch_in_one_sentence(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.faults.extend([None, None, *[Fault()] * 100])
    with pytest.raises(FetchError) as error:
        fetch(pubmed, tmp_path)
    assert str(error.value) == (
        f"PubMed at {pubmed.host} answered 500 (Internal Server Error) (4 attempts); check the connection and run the "
        "same command again: what was fetched is kept."
    )
    assert len(contents(tmp_path)) == 1 and len(pubmed.asked) == 2 + 3 * 4
    pubmed.faults.clear()
    assert fetch(pubmed, tmp_path).n_fetched == 18


def test_a_server_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    gone = PubMed([])
    with gone.running():
        pass
    with pytest.raises(FetchError, match="cannot be reached \\(Connection refused\\)"):
        fetch(gone, tmp_path)


def test_a_batch_that_stays_broken_is_listed_and_the_others_are_fetched(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.broken = {"40000010"}
    summary = fetch(pubmed, tmp_path)
    [failure] = summary.failures
    assert (summary.n_fetched, summary.n_failed) == (18, 5)
    assert failure.item == "PMID 40000013 to 40000009" and "Unable to obtain query #1" in failure.reason
    assert json.loads((tmp_path / "fetch.json").read_text())["fetches"][0]["failed"][0]["articles"] == 5
    pubmed.broken = set()
    assert fetch(pubmed, tmp_path).n_fetched == 5


def test_a_record_that_is_listed_but_not_given_is_named(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.withheld = {"40000007"}
    summary = fetch(pubmed, tmp_path)
    assert summary.n_fetched == 22 and [failure.item for failure in summary.failures] == ["PMID 40000007"]


def test_a_query_without_results_writes_no_file(pubmed: PubMed, tmp_path: Path) -> None:
    summary = fetch_pubmed("copper", tmp_path, settings=settings(pubmed), clock=TestClock().clock())
    assert (summary.n_found, summary.n_failed, summary.files) == (0, 0, ())
    assert not contents(tmp_path) and (tmp_path / "fetch.json").exists()


@pytest.mark.parametrize("since", [None, date(2025, 1, 1)])
def test_more_records_than_pubmed_hands_out_are_fetched_by_date(
    pubmed: PubMed, tmp_path: Path, since: date | None
) -> None:
    pubmed.max_found = 6
    summary = fetch(pubmed, tmp_path, settings=settings(pubmed, max_found=6), since=since)
    assert (summary.n_found, summary.n_fetched, summary.failures) == (23, 23, ())
    assert sorted(pubmed.fetched()) == [record.pmid for record in pubmed.records]
    again = fetch(pubmed, tmp_path, settings=settings(pubmed, max_found=6), since=since)
    assert (again.n_fetched, again.n_already) == (0, 23)


def test_a_day_with_more_records_than_pubmed_hands_out_is_admitted(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.max_found = 6
    pubmed.records += records(9, first=100, day=date(2025, 6, 1))
    summary = fetch(pubmed, tmp_path, settings=settings(pubmed, max_found=6))
    [failure] = summary.failures
    assert (summary.n_found, summary.n_fetched, summary.n_failed) == (32, 29, 3)
    assert failure.item == "records added from 2025-06-01 to 2025-06-01" and "only 6 of these 9" in failure.reason


def test_two_fetches_into_one_folder_do_not_mix(pubmed: PubMed, tmp_path: Path) -> None:
    def meanwhile(event: FetchProgress) -> None:
        with pytest.raises(FetchError, match="Another fetch is writing"):
            fetch(pubmed, tmp_path)

    assert fetch(pubmed, tmp_path, progress=meanwhile).n_fetched == 23


def test_a_folder_that_cannot_be_written_is_named(pubmed: PubMed, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match="cannot be written"):
        fetch(pubmed, tmp_path / "file")


@pytest.mark.parametrize("name", ["fetch.json", "pubmed-000001.xml"])
def test_a_foreign_file_in_the_way_is_named_not_overwritten(pubmed: PubMed, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("something else")
    with pytest.raises(FetchError, match=f"{name} is no .* move it away"):
        fetch(pubmed, tmp_path)
    assert (tmp_path / name).read_text() == "something else"


def test_an_empty_query_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="query is empty"):
        fetch_pubmed(" ", tmp_path)
