"""The desk served: for this machine alone, with a token; decisions go to the ledger; several readers."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from browser import Desk, chromium
from fastapi.testclient import TestClient
from httpx import Response

from pipeline import run
from pipeline.config import Settings
from pipeline.desk import Session, make_app
from pipeline.review import overrides_of
from pipeline.runs import review_events
from pipeline.store import OutputFolder
from pipeline.tables import read_evidence

FAST = Settings(model="fast", workers=1, figures=False)
TOKEN = "a-token"
PAGE = (
    "Iron and sleep\n\nIron deficiency causes restless legs syndrome. Zinc improves asthma. Vitamin D prevents falls.\n"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "page.txt").write_text(PAGE)
    return run([tmp_path / "articles"], tmp_path / "out", settings=FAST).out


def client(out: Path, *, blind: bool = False, **headers: str) -> TestClient:
    made = TestClient(make_app(Session(OutputFolder(out), blind), TOKEN), base_url="http://127.0.0.1:1")
    made.headers.update({"X-Provender-Token": TOKEN, **headers})
    return made


def decide(desk: TestClient, claim: str, value: str, reader: str = "Ann", **more: object) -> Response:
    said = {"claim": claim, "field": "review_status", "value": value, "reviewer": reader, **more}
    return desk.post("/api/decisions", json=said)


def ids(out: Path) -> list[str]:
    return [row.claim_id for row in read_evidence(out / "evidence.csv")]


def test_who_has_no_token_or_comes_by_another_name_is_refused(out: Path) -> None:
    desk = client(out)
    assert desk.get("/").status_code == 200 and "connect-src &#39;self&#39;" in desk.get("/").text
    for headers in ({"X-Provender-Token": "b"}, {"X-Provender-Token": ""}):
        assert desk.get("/api/decisions", headers=headers).status_code == 403
        assert desk.post("/api/decisions", json={}, headers=headers).status_code == 403
    for host in ("evil.example:1", "127.0.0.1.evil.example", ""):
        assert desk.get("/", headers={"Host": host}).status_code == 421


def test_a_decision_reaches_the_tables_with_the_next_run_and_can_be_taken_back(out: Path, tmp_path: Path) -> None:
    desk = client(out)
    desk.get("/")
    first, second, *_ = ids(out)
    number = decide(desk, first, "rejected", note="no claim").json()["number"]
    assert decide(desk, second, "accepted").status_code == 200
    run([tmp_path / "articles"], out, settings=FAST)
    rows = {row.claim_id: row for row in read_evidence(out / "evidence.csv")}
    assert (rows[first].review_status, rows[first].review_note, rows[first].reviewer) == ("rejected", "no claim", "Ann")
    assert desk.post("/api/decisions", json={"reviewer": "Bo", "reverses": number}).status_code == 409
    assert desk.post("/api/decisions", json={"reviewer": "Ann", "reverses": number}).status_code == 200
    run([tmp_path / "articles"], out, settings=FAST)
    rows = {row.claim_id: row for row in read_evidence(out / "evidence.csv")}
    assert (rows[first].review_status, rows[second].review_status) == ("", "accepted")


def test_what_cannot_be_decided_is_refused_in_one_sentence(out: Path) -> None:
    desk = client(out)
    desk.get("/")
    claim = ids(out)[0]
    for answer, words in (
        (decide(desk, claim, "accepted", ""), "Type your name"),
        (decide(desk, "f" * 16, "accepted"), "No claim is called"),
        (decide(desk, claim, "excellent"), "is no review_status"),
        (decide(desk, claim, "x", field="claim_id"), "is no column"),
        (decide(desk, claim, "harmful", field="relation"), "is no relation"),
    ):
        assert answer.status_code == 409 and words in answer.json()["detail"]
    assert desk.get("/api/decisions").json() == []


def test_decisions_on_studies_and_outcomes_are_taken_and_wrong_ones_refused(out: Path) -> None:
    desk = client(out)

    def override(field: str, value: str, subject: str = "PMID:1") -> Response:
        return desk.post("/api/decisions", json={"reviewer": "Ann", "subject": subject, "field": field, "value": value})

    number = override("study.study_design", "cohort").json()["number"]
    assert override("outcome.same_as", "restless legs", "irls score").status_code == 200
    for field, value in (("study.study_design", "a good one"), ("study.title", "x"), ("certainty", "High")):
        assert override(field, value).status_code == 409
    assert desk.post("/api/decisions", json={"reviewer": "Ann", "reverses": number}).status_code == 200
    assert overrides_of(review_events(out)).studies == {} and desk.get("/api/decisions").json() == []


def test_two_readers_are_blind_until_both_have_decided_and_a_third_settles(out: Path) -> None:
    desk = client(out, blind=True)
    desk.get("/")
    claim = ids(out)[0]

    def seen(reader: str) -> list[dict[str, object]]:
        return desk.get("/api/decisions", params={"reviewer": reader}).json()

    decide(desk, claim, "accepted", "Ann")
    assert seen("Bo") == [] and seen("Ann")[0]["others"] == []
    decide(desk, claim, "rejected", "Bo")
    [own] = seen("Bo")
    assert (own["status"], own["others"], own["conflict"]) == ("rejected", [["Ann", "accepted"]], True)
    decide(desk, claim, "accepted", "Cy", settles=True)
    assert seen("Bo")[0]["conflict"] is False


@pytest.fixture
def address(out: Path) -> Iterator[str]:
    config = uvicorn.Config(make_app(Session(OutputFolder(out)), TOKEN), port=0, log_level="error")
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    while not server.started:
        threading.Event().wait(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/?token={TOKEN}"
    server.should_exit = True
    serving.join(30)


def test_two_reviewers_at_their_browsers_and_a_run_meanwhile(out: Path, tmp_path: Path, address: str) -> None:
    with chromium(tmp_path) as desk:
        first, second, *_ = ids(out)
        _name(desk, address, "Ann")
        desk.keys("j", "a")
        desk.wait("return document.getElementById('unsaved').textContent === 'all decisions saved'")
        run([tmp_path / "articles"], out, settings=FAST)
        desk.keys("r")
        desk.wait("return document.getElementById('unsaved').textContent === 'all decisions saved'")
        assert desk.js("return document.getElementById('trouble').hidden")
        _name(desk, address, "Bo")
        desk.wait("return document.querySelectorAll('.state.accepted, .state.rejected').length === 2")
    run([tmp_path / "articles"], out, settings=FAST)
    rows = {row.claim_id: row for row in read_evidence(out / "evidence.csv")}
    assert [(rows[claim].review_status, rows[claim].reviewer) for claim in (first, second)] == [
        ("accepted", "Ann"),
        ("rejected", "Ann"),
    ]


def _name(desk: Desk, address: str, name: str) -> None:
    desk.open(address)
    change = (
        "const i = document.getElementById('reviewer'); i.value = arguments[0]; i.dispatchEvent(new Event('change'));"
    )
    desk.js(change, name)
