"""`provender fetch` speaks in sentences and leaves with the status it promises; a flow does the same and goes on."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from loopback import EuropePmc, Fault, PubMed, Record, Web, europepmc_result
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.literature import earliest_date

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def pubmed() -> Iterator[PubMed]:
    server = PubMed([Record(str(number), date(2025, 1, 2), f"Iron and legs {number}") for number in range(11, 16)])
    with server.running():
        yield server


def config(folder: Path, **urls: str) -> str:
    file = folder / "provender.toml"
    lines = ["[services]", "attempts = 1", "timeout_seconds = 2", "page_delay_seconds = 0"]
    for service, url in urls.items():
        lines += [f"[services.{service}]", f'url = "{url}"', "per_second = 1000"]
    file.write_text("\n".join(lines))
    return str(file)


def fetch(folder: Path, *arguments: str, **urls: str) -> Result:
    return CliRunner().invoke(
        app, ["fetch", *arguments, "--out", str(folder / "corpus"), "--config", config(folder, **urls)]
    )


def test_pubmed_prints_lines_and_a_summary(pubmed: PubMed, tmp_path: Path) -> None:
    said = fetch(tmp_path, "pubmed", "iron legs", "--since", "2025-01", pubmed=pubmed.url)
    assert said.exit_code == 0
    times, lines = zip(*(line.split(" ", 1) for line in said.stderr.splitlines()), strict=True)
    assert lines == ("5 articles found.", "[5/5] pubmed-000001.xml")
    assert all(datetime.fromisoformat(moment).tzinfo for moment in times)
    for text in ("Articles found", "Already there", str(tmp_path / "corpus"), "provender run"):
        assert text in said.stdout
    assert pubmed.asked[0].form["mindate"] == "2025/01/01"


def test_json_is_all_that_is_printed(tmp_path: Path) -> None:
    server = EuropePmc([europepmc_result(1), europepmc_result(2, is_open=True)])
    with server.running():
        said = fetch(tmp_path, "europepmc", "iron", "--full-text", "--json", europepmc=server.url)
    summary = json.loads(said.stdout)
    assert (said.exit_code, said.stderr) == (0, "")
    assert (summary["n_found"], summary["n_fetched"], summary["n_failed"]) == (2, 2, 0)
    assert [Path(file).name for file in summary["files"]] == ["PMC7000002.xml", "europepmc-000001.jsonl"]


def test_a_page_that_failed_is_named_and_the_status_is_3(tmp_path: Path) -> None:
    server = Web({})
    with server.running():
        (tmp_path / "urls.txt").write_text(f"{server.add('/there', '<p>Iron</p>')}\n{server.url}/gone\n")
        said = fetch(tmp_path, "urls", str(tmp_path / "urls.txt"))
    assert said.exit_code == 3
    assert f"{server.url}/gone: Its server answered 404 (Not Found)." in said.stdout
    assert f"[2/2] {server.url}/gone" in said.stderr


def test_a_service_that_is_not_reached_is_one_sentence_and_status_1(pubmed: PubMed, tmp_path: Path) -> None:
    pubmed.faults.extend([Fault(status=500)] * 9)
    said = fetch(tmp_path, "pubmed", "iron legs", pubmed=pubmed.url)
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.startswith("PubMed at 127.0.0.1") and said.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pubmed", " "], "The query is empty"),
        (["pubmed", "iron", "--since", "yesterday"], "'yesterday' is no date"),
        (["europepmc", ""], "The query is empty"),
        (["urls", "nowhere.txt"], "nowhere.txt cannot be read"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    told = fetch(tmp_path, *arguments)
    assert (told.exit_code, told.stdout) == (2, "") and said in told.stderr and told.stderr.count("\n") == 1
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("2024", date(2024, 1, 1)),
        ("2024-03", date(2024, 3, 1)),
        ("2024-03-15", date(2024, 3, 15)),
        ("30d", date(2025, 1, 1)),
        ("0d", date(2025, 1, 31)),
    ],
)
def test_since_is_understood(text: str, since: date) -> None:
    assert earliest_date(text, date(2025, 1, 31)) == since


@pytest.mark.parametrize("text", ["", "soon", "2024-13", "2024-2-1", "2025-02-01", "-3d", "２０２４"])
def test_what_is_no_date_that_has_been_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no date that has been"):
        earliest_date(text, date(2025, 1, 31))


FLOW = """
import json, sys, httpx
from flows.server import prefect_api
corpus, out, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with prefect_api() as api:
    from flows.sources import literature
    from prefect.settings import PREFECT_API_AUTH_STRING
    secret = PREFECT_API_AUTH_STRING.value()
    summary = literature("pubmed", "iron legs", corpus, out, since="2024", options=options)
    def ask(what):
        return httpx.post(f"{api}/{what}/filter", json={}, auth=tuple(secret.split(":"))).json()
    runs = sorted((run["name"], run["state_type"]) for run in ask("flow_runs"))
    artifacts = {artifact["key"]: artifact["data"] for artifact in ask("artifacts")}
print(json.dumps([summary.n_read, runs, artifacts]))
"""


def test_the_literature_flow_fetches_then_reads_and_leaves_both_summaries(pubmed: PubMed, tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    options = {"services": {"pubmed": {"url": pubmed.url}}, "model": "fast", "workers": 1}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    told = subprocess.run(
        [sys.executable, "-c", FLOW, str(corpus), str(out), json.dumps(options)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=kept | {"PREFECT_HOME": str(tmp_path / "prefect")},
    )
    assert told.returncode == 0, told.stderr
    n_read, runs, artifacts = json.loads(told.stdout)
    assert n_read == 5 and (out / "evidence.csv").exists()
    assert runs == [
        [f"PubMed into {corpus}", "COMPLETED"],
        [f"evidence into {out}", "COMPLETED"],
        [f"pubmed into {out}", "COMPLETED"],
    ]
    assert "| Fetched | 5 |" in artifacts["fetch-summary"] and "evidence-summary" in artifacts
    assert "refect" not in told.stderr and "Traceback" not in told.stderr


def test_a_fetch_that_is_killed_goes_on_and_fetches_nothing_twice(tmp_path: Path) -> None:
    server = PubMed([Record(str(number), date(2025, 1, 2), f"Iron and legs {number}") for number in range(11, 31)])
    with server.running():
        file = Path(config(tmp_path, pubmed=server.url))
        file.write_text(file.read_text() + "\nbatch_records = 5\n")
        server.faults.extend([None, None, None, Fault("slow")])
        command = ["pubmed", "iron legs", "--out", str(tmp_path / "corpus"), "--config", str(file)]
        process = subprocess.Popen([sys.executable, "-m", "pipeline.cli", "fetch", *command], cwd=ROOT)
        deadline = time.monotonic() + 60
        while len(server.asked) < 4 and time.monotonic() < deadline:
            time.sleep(0.005)
        process.kill()
        process.wait()
        said = CliRunner().invoke(app, ["fetch", *command, "--json"])
    summary = json.loads(said.stdout)
    assert (summary["n_fetched"], summary["n_already"]) == (10, 10)
    cut_off = server.fetched()[10:15]
    assert sorted(server.fetched()) == sorted([str(number) for number in range(11, 31)] + cut_off)
