"""Fetching web pages: as they are served, only where robots.txt allows it, with pauses, and none is lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Fault, Reply, TestClock, Web, packed

from pipeline.config import Settings
from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.literature import FetchSummary, fetch_urls

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Iron and restless legs</title></head><body>
<nav>Home | Café</nav><article><h1>Iron and restless legs</h1>
<p>Iron deficiency is associated with restless legs syndrome, as several studies of adults have shown.</p>
<p>Iron tablets improved symptoms in most people who had a low ferritin level to begin with.</p></article>
</body></html>"""
DELAY = 2


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web({})
    with server.running():
        yield server


@pytest.fixture
def other() -> Iterator[Web]:
    server = Web({})
    with server.running():
        yield server


def fetch(folder: Path, *addresses: str, clock: TestClock | None = None) -> FetchSummary:
    folder.mkdir(exist_ok=True)
    (folder / "urls.txt").write_text("# pages\n\n" + "\n".join(addresses))
    services = {"page_delay_seconds": DELAY, "timeout_seconds": 0.3, "attempts": 2, "max_wait_seconds": 60}
    settings = Settings(services=services)  # type: ignore[arg-type]
    return fetch_urls(folder / "urls.txt", folder / "pages", settings=settings, clock=(clock or TestClock()).clock())


def reason(summary: FetchSummary) -> str:
    [failure] = summary.failures
    return failure.reason


def test_a_page_is_kept_as_it_was_served_and_can_be_read(web: Web, tmp_path: Path) -> None:
    address = web.add("/health/Iron & legs?", PAGE).replace(" ", "%20").replace("?", "%3F")
    web.pages["/health/Iron%20&%20legs%3F"] = packed(Reply(PAGE.encode()))
    summary = fetch(tmp_path, address)
    [file] = summary.files
    assert file.read_bytes() == PAGE.encode()
    assert file.name.startswith("127.0.0.1-") and "iron" in file.name and file.suffix == ".html"
    [document] = read(file)
    assert document.title == "Iron and restless legs" and "Home" not in document.text
    ledger = json.loads((tmp_path / "pages" / "fetch.json").read_text())
    assert ledger["files"][file.name]["url"] == address


def test_pdfs_and_other_forms_that_are_read_keep_theirs(web: Web, tmp_path: Path) -> None:
    address = web.add("/a", "%PDF-1.7", media_type="application/pdf")
    [file] = fetch(tmp_path, address, web.add("/b", "\x89PNG", media_type="image/png")).files
    assert file.suffix == ".pdf"


def test_what_is_there_is_not_fetched_again_and_what_failed_is(web: Web, tmp_path: Path) -> None:
    first, late = web.add("/first", PAGE), f"{web.url}/late"
    summary = fetch(tmp_path, first, late, first)
    assert (summary.n_found, summary.n_fetched, summary.n_failed) == (2, 1, 1)
    assert reason(summary) == "Its server answered 404 (Not Found)."
    web.add("/late", PAGE)
    web.asked.clear()
    summary = fetch(tmp_path, first, late)
    assert (summary.n_fetched, summary.n_already, summary.n_failed) == (1, 1, 0)
    assert [asked.path for asked in web.asked] == ["/robots.txt", "/late"]


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/", False),
        ("User-agent: *\nDisallow: /*?print=", False),
        ("User-agent: Provender\nDisallow: /", False),
        ("User-agent: *\nDisallow: /private/\nAllow: /private/page", True),
        ("User-agent: otherbot\nDisallow: /", True),
        ("User-agent: *\nDisallow:", True),
        ("", True),
        ("<html>no rules here</html>", True),
    ],
)
def test_robots_txt_is_heeded(web: Web, tmp_path: Path, rules: str, allowed: bool) -> None:
    web.add("/robots.txt", rules, media_type="text/plain")
    address = web.add("/private/page", PAGE) + "?print=1"
    summary = fetch(tmp_path, address)
    assert summary.n_fetched == allowed and ("/private/page" in [asked.path for asked in web.asked]) == allowed
    if not allowed:
        assert reason(summary) == "It was left out, because the robots.txt of its host does not allow it."


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_robots_txt_that_fails_forbids_and_one_that_is_not_there_allows(
    web: Web, tmp_path: Path, status: int, allowed: bool
) -> None:
    web.pages["/robots.txt"] = Reply(b"no", status)
    summary = fetch(tmp_path, web.add("/page", PAGE))
    assert summary.n_fetched == allowed
    if not allowed:
        assert f"robots.txt of its host cannot be had, because that answered {status}" in reason(summary)


def test_the_requests_to_a_host_keep_apart_and_hosts_do_not_wait_for_each_other(
    web: Web, other: Web, tmp_path: Path
) -> None:
    clock = TestClock()
    fetch(tmp_path, web.add("/1", PAGE), other.add("/1", PAGE), web.add("/2", PAGE), clock=clock)
    assert clock.seconds - 1_000 == 2 * DELAY, "robots.txt and two pages of one host"


def test_a_host_that_wants_longer_pauses_gets_them(web: Web, tmp_path: Path) -> None:
    web.add("/robots.txt", "User-agent: *\nCrawl-delay: 10")
    clock = TestClock()
    fetch(tmp_path, web.add("/1", PAGE), web.add("/2", PAGE), web.add("/3", PAGE), clock=clock)
    assert clock.seconds - 1_000 == 30
    web.add("/robots.txt", "User-agent: *\nCrawl-delay: 86400")
    assert "asks for 86400 seconds between pages" in reason(fetch(tmp_path, web.add("/4", PAGE)))


def test_a_redirect_is_followed_where_the_other_host_allows_it(web: Web, other: Web, tmp_path: Path) -> None:
    web.pages["/old"] = Reply(status=301, headers={"Location": other.add("/new", PAGE)})
    web.pages["/closed"] = Reply(status=302, headers={"Location": other.add("/closed", PAGE)})
    other.add("/robots.txt", "User-agent: *\nDisallow: /closed")
    summary = fetch(tmp_path, f"{web.url}/old", f"{web.url}/closed")
    assert summary.n_fetched == 1 and "does not allow it" in reason(summary)
    assert [asked.path for asked in other.asked] == ["/robots.txt", "/new"]
    [entry] = json.loads((tmp_path / "pages" / "fetch.json").read_text())["files"].values()
    assert (entry["url"], entry["final_url"]) == (f"{web.url}/old", f"{other.url}/new")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=302, headers={"Location": "/page"}), "redirects more than 10 times"),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), "no http or https address"),
        (Reply(b"GIF89a", media_type="image/gif"), "it is image/gif, which is not read"),
        (Reply(b"  "), "sent an empty page"),
        (Reply(b"", 410), "answered 410 (Gone)"),
    ],
)
def test_a_page_that_cannot_be_had_is_listed_with_its_reason(web: Web, tmp_path: Path, reply: Reply, said: str) -> None:
    web.pages["/page"] = reply
    assert said in reason(fetch(tmp_path, f"{web.url}/page"))


@pytest.mark.parametrize("address", ["ftp://example.org/a", "example.org/a", "http://", "http://[::1"])
def test_an_address_that_is_none_is_listed(tmp_path: Path, address: str) -> None:
    assert "address" in reason(fetch(tmp_path, address))


@pytest.mark.parametrize("kind", ["truncated", "reset", "slow"])
def test_a_fault_that_passes_is_not_noticed_and_one_that_stays_is_named(web: Web, tmp_path: Path, kind: str) -> None:
    address = web.add("/page", PAGE)
    web.faults.extend([None, Fault(kind), Fault(kind)])
    said = {"slow": "was silent for 0.3 seconds"}.get(kind, "broke off its answer")
    assert reason(fetch(tmp_path, address)) == f"Its server {said} (2 attempts)."
    web.faults.extend([None, Fault(kind)])
    assert fetch(tmp_path, address).n_fetched == 1


@pytest.mark.parametrize("content", [b"", b"# nothing\n\n", b"\xff\xfe\x00"])
def test_a_list_without_addresses_is_wrong_usage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "urls.txt").write_bytes(content)
    with pytest.raises(SourceError, match="one address on each line"):
        fetch_urls(tmp_path / "urls.txt", tmp_path / "pages")
