"""Hostile ground in short: one bad name, link, file, shard or worker costs itself, and what was lost is said."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest

from pipeline import run
from pipeline.config import Settings
from pipeline.errors import SourceError
from pipeline.ingest import find_sources
from pipeline.records import SourceRow
from pipeline.runs import Progress
from pipeline.runs.plan import make_plan
from pipeline.store import OutputFolder
from pipeline.tables import read_evidence, read_sources, text_file

FAST = Settings(model="fast", workers=1, figures=False)
PAGE = "Iron\n\nIron deficiency causes restless legs syndrome in adults.\n"
RECORD = (
    "<PubmedArticle><MedlineCitation><PMID>77</PMID><Article><ArticleTitle>Iron in sleep.</ArticleTitle>{}"
    "</Article></MedlineCitation></PubmedArticle>"
)
ABSTRACT = "<Abstract><AbstractText>Iron deficiency causes restless legs syndrome.</AbstractText></Abstract>"


def sources_of(out: Path) -> dict[str, SourceRow]:
    return {row.path: row for row in read_sources(out / "sources.csv")}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a good page among all that may lie there, and the tables of a run over it."""
    base = tmp_path_factory.mktemp("hostile")
    folder, out = base / "articles", base / "out"
    folder.mkdir()
    (folder / "good.txt").write_text(PAGE)
    (base / "outside").mkdir()
    (base / "outside" / "secret.txt").write_text(PAGE.replace("Iron", "Zinc"))
    (folder / "link-out").symlink_to(base / "outside")
    (folder / "link-file").symlink_to(base / "outside" / "secret.txt")
    (folder / "dangling").symlink_to(base / "nowhere")
    (folder / "loop").symlink_to("loop")
    (folder / "again").symlink_to(folder)
    (folder / "null").symlink_to("/dev/null")
    os.mkfifo(folder / "pipe")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket may have 107 characters
    listening.bind("socket")
    os.chdir(here)
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(PAGE.replace("Iron", "Magnesium"))
    (folder / "caf\\xe9.txt").write_text(PAGE.replace("Iron", "Selenium"))
    (folder / "line\nbreak.txt").write_text(PAGE.replace("Iron", "Folate"))
    (folder / ("n" * 250 + ".txt")).write_text(PAGE.replace("Iron", "Copper"))
    ids = ("10.1000/a", "10.1000/a.txt/b", "10.1000" + "/x" * 3_000, "10.1000/../../up")
    rows = "".join(f'{{"doi": "{doi}", "title": "T", "abstract": "Zinc reduced asthma ({n})."}}\n' for n, doi in
                   enumerate(ids))  # fmt: skip
    (folder / "ids.jsonl").write_text(rows)
    (folder / "a-title-only.xml").write_text(f"<PubmedArticleSet>{RECORD.format('')}</PubmedArticleSet>")
    (folder / "b-whole.xml").write_text(f"<PubmedArticleSet>{RECORD.format(ABSTRACT)}</PubmedArticleSet>")
    other = RECORD.replace(">77<", ">78<").replace("Iron", "Zinc")
    (folder / "c-whole.xml").write_text(f"<PubmedArticleSet>{other.format(ABSTRACT)}</PubmedArticleSet>")
    (folder / "d-title-only.xml").write_text(f"<PubmedArticleSet>{other.format('')}</PubmedArticleSet>")
    run([folder], out, settings=FAST)
    listening.close()
    return folder, out


def test_every_odd_name_link_and_file_is_a_row_and_costs_itself(hostile: tuple[Path, Path]) -> None:
    folder, out = hostile
    rows = sources_of(out)
    for name in ("link-out", "link-file", "dangling", "loop", "null", "pipe", "socket"):
        assert rows[name].status == "skipped" and rows[name].reason.startswith(name), name
    assert "leads out of the folder" in rows["link-out"].reason
    assert "leads nowhere" in rows["dangling"].reason and "named pipe" in rows["pipe"].reason
    for name in ("good.txt", "caf\\xe9.txt", "caf\\x5cxe9.txt", "line\\x0abreak.txt", "n" * 250 + ".txt"):
        assert rows[name].status == "processed" and rows[name].n_claims == 1, name
    assert not any("again" in name or "secret" in name for name in rows)
    followed = [found.path.resolve().name for found in find_sources([folder], follow_links=True) if not found.obstacle]
    assert followed.count("secret.txt") == 1


@pytest.mark.parametrize(("name", "said"), [("n" * 5_000, "too long"), ("a\0b", "is no path")])
def test_a_path_that_can_be_none_is_a_sentence(name: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        find_sources([Path(name)])


def test_identifiers_that_clash_as_paths_are_stored_side_by_side(hostile: tuple[Path, Path]) -> None:
    _, out = hostile
    texts = out / "texts"
    stored = {path.name for path in texts.iterdir()}
    assert all(path.is_file() for path in texts.iterdir())
    ids = {row.source_id for row in read_evidence(out / "evidence.csv") if "10.1000" in row.source_id}
    assert len(ids) == 4 and {text_file(name).name for name in ids} <= stored


def test_the_record_with_a_text_wins_whatever_the_order_of_names(hostile: tuple[Path, Path]) -> None:
    _, out = hostile
    rows = sources_of(out)
    for whole_name, bare_name in (("b-whole", "a-title-only"), ("c-whole", "d-title-only")):
        whole, bare = (next(row for path, row in rows.items() if name in path) for name in (whole_name, bare_name))
        assert (whole.status, whole.n_claims) == ("processed", 1)
        assert bare.status == "skipped" and whole_name in bare.reason


def test_the_store_is_private_and_the_tables_are_not(hostile: tuple[Path, Path]) -> None:
    _, out = hostile
    assert (out / ".provender").stat().st_mode & 0o777 == 0o700
    assert (out / "evidence.csv").stat().st_mode & 0o044


def test_a_flipped_byte_in_a_shard_is_read_anew(tmp_path: Path) -> None:
    page, out = tmp_path / "page.txt", tmp_path / "out"
    page.write_text(PAGE)
    run([page], out, settings=FAST)
    first, html = (out / "evidence.csv").read_bytes(), (out / "report.html").read_bytes()
    (shard,) = (out / ".provender" / "shards").glob("*/*.parquet")
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 0xFF
    shard.write_bytes(data)
    read: list[Progress] = []
    run([page], out, settings=FAST, progress=read.append)
    assert [event.source for event in read if event.source] == ["page.txt"]
    assert (out / "evidence.csv").read_bytes() == first
    assert (out / "report.html").read_bytes() == html, "the page tells of the run"


def test_an_innocent_source_outlives_six_kills_of_its_worker(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PAGE)
    killed = 0

    def kill() -> None:
        nonlocal killed
        while killed < 6:
            for child in psutil.Process().children():
                with_pipeline = "pipeline.runs.worker" in " ".join(child.cmdline() or [])
                if with_pipeline and child.status() != psutil.STATUS_ZOMBIE:
                    child.send_signal(signal.SIGKILL)
                    killed += 1
            time.sleep(0.05)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    summary = run([tmp_path / "page.txt"], tmp_path / "out", settings=FAST)
    thread.join(5)
    assert killed >= 6 and summary.n_claims == 1 and not summary.failures


def test_a_source_that_ran_out_of_time_waits_for_a_higher_limit(tmp_path: Path) -> None:
    page, out = tmp_path / "page.txt", tmp_path / "out"
    page.write_text("Iron\n\n" + "Iron improved asthma and zinc reduced cancer. " * 20_000)
    brief = FAST.model_copy(update={"max_seconds": 1})
    read: list[Progress] = []
    summary = run([page], out, settings=brief, progress=read.append)
    assert len(summary.failures) == 1 and "processor time" in summary.failures[0].reason
    assert len(OutputFolder(out).exhausted()) == 1
    read.clear()
    again = run([page], out, settings=brief, progress=read.append)
    assert len(again.failures) == 1 and not [event for event in read if event.source], "it was tried again"
    higher = make_plan([page], OutputFolder(out), brief.model_copy(update={"max_seconds": 2}))
    assert [source.name for source in higher.todo] == ["page.txt"], "a higher limit is not tried"
    page.write_text(PAGE)
    assert run([page], out, settings=brief).n_claims == 1
