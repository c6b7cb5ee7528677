"""At the door: what comes from the network or leads out, and who else on this machine may look in."""

import base64
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from loopback import Reply, TestClock, Web

from pipeline.config import Settings
from pipeline.literature import FetchSummary, fetch_urls
from pipeline.literature.address import is_private, shown
from pipeline.tables.cells import neutralise, restore

PAGE = "<html><body><p>Iron deficiency is associated with restless legs syndrome in adults.</p></body></html>"


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def fetch(folder: Path, address: str, **services: object) -> FetchSummary:
    (folder / "urls.txt").write_text(address)
    given = {"page_delay_seconds": 0, "attempts": 1, **services}
    settings = Settings(services=given)  # type: ignore[arg-type]
    return fetch_urls(folder / "urls.txt", folder / "pages", settings=settings, clock=TestClock().clock())


def test_a_password_in_an_address_reaches_no_name_ledger_or_reason(tmp_path: Path) -> None:
    with (web := Web({"/page": Reply(PAGE.encode())})).running():
        address = web.url.replace("://", "://ann:s3cret@") + "/page"
        assert fetch(tmp_path, address).n_fetched == 1
        failed = fetch(tmp_path, f"{address}-that-is-not-there")
    told = [failed.failures[0].item, failed.failures[0].reason, *(str(path) for path in (tmp_path / "pages").iterdir())]
    told.append((tmp_path / "pages" / "fetch.json").read_text())
    assert not any("s3cret" in text or "ann" in text for text in told)
    assert shown("s3://key:secret@bucket/a cannot be read") == "s3://bucket/a cannot be read"


@pytest.mark.parametrize("allowed", [False, True])
def test_a_server_may_not_lead_on_to_the_own_network(tmp_path: Path, allowed: bool) -> None:
    with (inside := Web({"/page": Reply(PAGE.encode())})).running():
        address = inside.url.replace("127.0.0.1", "localhost") + "/page"
        with (web := Web({"/page": Reply(status=302, headers={"Location": address})})).running():
            summary = fetch(tmp_path, f"{web.url}/page", private_redirects=allowed)
    if allowed:
        assert summary.n_fetched == 1
    else:
        assert "private address" in summary.failures[0].reason and not inside.asked


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "10.1.2.3",
        "192.168.0.9",
        "169.254.169.254",
        "0.0.0.0",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_addresses_of_the_own_network_are_known(host: str) -> None:
    assert is_private(f"http://{host}/latest")


def test_headers_that_never_end_count_against_the_time(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                for number in range(200):
                    connection.sendall(b"X-%d: y\r\n" % number)
                    time.sleep(0.05)
            except OSError:
                pass

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    summary = fetch(tmp_path, f"http://127.0.0.1:{listening.getsockname()[1]}/page", max_seconds=0.5)
    listening.close()
    assert "longer than 0.5 seconds" in summary.failures[0].reason
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "text", ["＝1+1", "＋1", "－1", "＠SUM(A1)", "\u200b=1+1", "\ufeff@x", "\u00ad\u2060-1", "﹢1", "=1"]
)
def test_formulas_in_any_width_are_neutralised_and_come_back(text: str) -> None:
    cell = neutralise(text)
    assert cell.startswith("'") and restore(cell) == text
    assert neutralise("vitamin＝D") == "vitamin＝D"


def test_no_other_user_can_steer_the_own_prefect_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    from flows.server import prefect_api

    with prefect_api() as api:
        from prefect.settings import PREFECT_API_AUTH_STRING

        request = urllib.request.Request(
            f"{api}/flows/filter", data=b"{}", headers={"Content-Type": "application/json"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        assert refused.value.code == 401
        secret = PREFECT_API_AUTH_STRING.value()
        assert secret
        word = base64.b64encode(getattr(secret, "get_secret_value", lambda: str(secret))().encode()).decode()
        request.add_header("Authorization", f"Basic {word}")
        assert urllib.request.urlopen(request, timeout=30).status == 200
