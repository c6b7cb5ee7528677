"""Runs: the same tables whatever happens on the way, nothing read twice, and no source stops the others."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline import run
from pipeline.config import Settings
from pipeline.errors import SourceError
from pipeline.records import SourceRow
from pipeline.runs import Progress, RunError, RunSummary
from pipeline.runs.plan import SourceFile, list_sources, make_batches
from pipeline.store import OutputFolder, StoreError
from pipeline.tables import read_evidence, read_sources, text_file

TABLES = ("evidence.csv", "comparison.csv", "comparison_matrix.csv", "evidence.xlsx")
PAGE = """Does iron help?

{claim} Vitamin D deficiency may increase the risk of falls in older adults. A trial found that magnesium
supplementation did not improve insomnia (p = 0.42).

References
1. Doe J. Iron in adults. J Examples. 2019.
"""
TWO = Settings(workers=2, figures=False)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """A folder of small sources: pages, and files of the example corpus in several formats."""
    folder = tmp_path_factory.mktemp("articles")
    for number in range(6):
        claim = f"Iron deficiency causes restless legs syndrome in {number + 2} of 10 adults [1]."
        (folder / f"page-{number}.txt").write_text(PAGE.format(claim=claim), encoding="utf-8")
    for name in ("pubmed-rls-nutrients.xml", "trial-iron-b12-ibd.nxml"):
        shutil.copy(corpus / name, folder / name)
    (folder / "empty.txt").write_text("")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, articles: Path) -> Iterator[RunSummary]:
    """An undisturbed run over these, by two workers."""
    yield run([articles], tmp_path_factory.mktemp("finished") / "out", settings=TWO)


def copy_of(finished: RunSummary, folder: Path) -> Path:
    shutil.copytree(finished.out, folder)
    return folder


def statuses(out: Path) -> dict[str, str]:
    return {row.path: row.status for row in read_sources(out / "sources.csv")}


def same_tables(first: Path, second: Path) -> bool:
    return all((first / name).read_bytes() == (second / name).read_bytes() for name in TABLES)


def without_timing(out: Path) -> list[SourceRow]:
    from dataclasses import replace

    return [replace(row, seconds=0.0) for row in read_sources(out / "sources.csv")]


def workers_of(parent: int) -> list[int]:
    """The processes that read for another: started anew, or copies of it."""
    own = psutil.Process(parent)
    found = []
    for child in own.children():
        with contextlib.suppress(psutil.Error):
            if child.cmdline() == own.cmdline() or "pipeline.runs.worker" in child.cmdline():
                found.append(child.pid)
    return found


def test_every_input_has_a_row_and_failures_say_what_to_do(finished: RunSummary) -> None:
    found = statuses(finished.out)
    assert {path.split("#")[0] for path in found} >= {"empty.txt", "page-0.txt", "trial-iron-b12-ibd.nxml"}
    (failure,) = finished.failures
    assert failure.source_id == "empty.txt" and failure.reason.endswith(".")
    assert finished.n_read == sum(status == "processed" for status in found.values())
    assert finished.n_claims == sum(1 for _ in read_evidence(finished.out / "evidence.csv")) > 0
    assert sum(finished.certainty.values()) == finished.n_claims
    assert all(file.exists() for file in finished.files)


def test_offsets_refer_to_the_file_or_to_the_stored_text(finished: RunSummary, articles: Path) -> None:
    paths = {row.source_id: row.path for row in read_sources(finished.out / "sources.csv")}
    for row in read_evidence(finished.out / "evidence.csv"):
        path = paths[row.source_id]
        stored = articles / path if path.endswith(".txt") else finished.out / "texts" / text_file(row.source_id)
        text = stored.read_bytes().decode()
        assert text[row.sentence_start : row.sentence_end] == row.sentence
        assert text[row.nutrient_start : row.nutrient_end] == row.nutrient_text
        assert text[row.condition_start : row.condition_end] == row.condition_text


def test_one_worker_gives_the_same_bytes_as_two(finished: RunSummary, articles: Path, tmp_path: Path) -> None:
    run([articles], tmp_path / "out", settings=Settings(workers=1, batch_bytes=10, figures=False))
    assert same_tables(tmp_path / "out", finished.out)
    assert without_timing(tmp_path / "out") == without_timing(finished.out)


def test_a_second_run_reads_nothing_and_changes_no_table(finished: RunSummary, articles: Path, tmp_path: Path) -> None:
    out = copy_of(finished, tmp_path / "out")
    events: list[Progress] = []
    summary = run([articles], out, settings=TWO, progress=events.append)
    assert [event.source for event in events] == [""]
    assert summary.n_unchanged == summary.n_read == finished.n_read
    assert set(statuses(out).values()) == {"unchanged", "failed"}
    assert same_tables(out, finished.out)


def test_only_what_changed_is_read_again_and_what_is_gone_has_no_rows(
    finished: RunSummary, articles: Path, tmp_path: Path
) -> None:
    out, sources = copy_of(finished, tmp_path / "out"), tmp_path / "articles"
    shutil.copytree(articles, sources)
    text = (sources / "page-0.txt").read_text(encoding="utf-8")
    (sources / "page-0.txt").write_text(text.replace("2 of 10", "9 of 10"), encoding="utf-8")
    (sources / "page-1.txt").unlink()
    (sources / "pubmed-rls-nutrients.xml").unlink()
    events: list[Progress] = []
    run([sources], out, settings=TWO, progress=events.append)
    assert [event.source for event in events if event.source] == ["page-0.txt"]
    rows = list(read_evidence(out / "evidence.csv"))
    assert any("9 of 10" in row.sentence for row in rows)
    assert not {row.source_id for row in rows} & {"page-1.txt"}
    assert "page-1.txt" not in statuses(out)
    stored = {path.name for path in (out / "texts").rglob("*.txt")}
    assert stored and not any(name.startswith("PMID%3A") and "99000001" in name for name in stored)


def test_a_run_killed_in_the_middle_is_finished_by_the_next_with_the_same_tables(
    finished: RunSummary, articles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        str(articles),
        "--out",
        str(out),
        "--plain",
        "--workers",
        "2",
        "--model",
        "fast",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list((out / ".provender" / "shards").glob("*/*.parquet")) and process.poll() is None:
        time.sleep(0.02)
    workers = workers_of(process.pid)
    process.kill()
    process.wait()
    assert workers and not (out / "evidence.csv").exists()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    run([articles], out, settings=TWO)
    assert same_tables(out, finished.out)
    assert without_timing(out) == without_timing(finished.out)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_at_once_with_status_130_and_no_traceback(
    ending: signal.Signals, articles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", str(articles), "--out", str(out), "--plain", "--model", "fast"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not workers_of(process.pid) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(ending)
    said, told = process.communicate(timeout=10)
    assert (process.returncode, said) == (130, "")
    assert told.splitlines()[-1].startswith("Interrupted;") and "Traceback" not in told


def test_a_worker_that_is_killed_costs_nothing(finished: RunSummary, articles: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_one(event: Progress) -> None:
        if event.source and not killed:
            (*_, victim) = workers_of(os.getpid())
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    run([articles], tmp_path / "out", settings=TWO, progress=kill_one)
    assert killed and same_tables(tmp_path / "out", finished.out)


def test_a_source_that_ends_every_process_fails_alone(tmp_path: Path, articles: Path) -> None:
    sources = tmp_path / "articles"
    sources.mkdir()
    shutil.copy(articles / "page-0.txt", sources / "page.txt")
    stop = threading.Event()

    def kill_all() -> None:
        while not stop.wait(0.05):
            for pid in workers_of(os.getpid()):
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        summary = run([sources], tmp_path / "out", settings=Settings(model="fast", workers=1))
    finally:
        stop.set()
        killer.join()
    (failure,) = summary.failures
    assert "ended the process" in failure.reason and "SIGKILL" in failure.reason
    assert run([sources], tmp_path / "out", settings=Settings(model="fast", workers=1)).n_read == 1


def test_a_source_that_takes_too_long_fails_and_the_others_go_on(tmp_path: Path, articles: Path) -> None:
    sources = tmp_path / "articles"
    sources.mkdir()
    sentence = "Iron deficiency causes restless legs syndrome and vitamin D deficiency causes rickets. "
    (sources / "endless.txt").write_text("Iron\n\n" + sentence * 30_000)
    shutil.copy(articles / "page-0.txt", sources / "page.txt")
    summary = run([sources], tmp_path / "out", settings=Settings(model="fast", workers=1, max_seconds=1))
    (failure,) = summary.failures
    assert failure.source_id == "endless.txt" and "took longer than 1 seconds" in failure.reason
    assert statuses(tmp_path / "out")["page.txt"] == "processed"


def test_a_source_that_outgrows_the_memory_of_a_worker_fails_alone(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.runs.workers import _Worker

    sources, taken = tmp_path / "articles", [0]
    sources.mkdir()
    shutil.copy(articles / "page-0.txt", sources / "page.txt")
    memory = _Worker._memory

    def noted(worker: _Worker) -> int:
        taken.append(memory(worker))
        return taken[-1]

    monkeypatch.setattr(_Worker, "_memory", noted)
    run([sources], tmp_path / "out", settings=Settings(model="fast", workers=1))
    sentence = "Iron deficiency causes restless legs syndrome \U0001f34e and vitamin D deficiency causes rickets. "
    (sources / "growing.txt").write_text("Iron\n\n" + sentence * 30_000)
    limit = max(taken) // 1_000_000 + 30
    summary = run([sources], tmp_path / "out", settings=Settings(model="fast", workers=1, max_memory_mb=limit))
    (failure,) = summary.failures
    assert failure.source_id == "growing.txt" and "MB of memory" in failure.reason
    assert summary.n_unchanged == 1


def test_a_model_that_is_not_there_ends_the_run_in_one_sentence(tmp_path: Path, articles: Path) -> None:
    with pytest.raises((RunError, ValueError)) as told:
        run([articles], tmp_path / "out", settings=Settings(model="fast", workers=2, scheme=tmp_path / "missing.toml"))
    assert "missing.toml" in str(told.value) and "\n" not in str(told.value)


def test_an_output_folder_is_held_by_one_run_at_a_time(tmp_path: Path, articles: Path) -> None:
    with OutputFolder(tmp_path / "out").locked(), pytest.raises(StoreError, match="Another run"):
        run([articles], tmp_path / "out", settings=TWO)


def test_a_missing_path_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        run([tmp_path / "nothing"], tmp_path / "out", settings=TWO)


def test_the_tables_of_a_run_are_no_sources_of_the_next_even_in_the_same_folder(tmp_path: Path, articles: Path) -> None:
    shutil.copy(articles / "page-0.txt", tmp_path / "page.txt")
    (tmp_path / "texts").mkdir()
    shutil.copy(articles / "page-1.txt", tmp_path / "texts" / "mine.txt")
    first = run([tmp_path], tmp_path, settings=TWO)
    again = run([tmp_path], tmp_path, settings=TWO)
    assert (first.n_sources, again.n_sources, again.n_unchanged) == (2, 2, 2)
    assert (tmp_path / "texts" / "mine.txt").exists()


def test_files_of_the_same_name_in_two_folders_keep_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.txt").write_text(folder)
    names = [source.name for source in list_sources([tmp_path / "a", tmp_path / "b"])]
    assert names == ["a/page.txt", "b/page.txt"]
    assert [source.name for source in list_sources([tmp_path / "a"])] == ["page.txt"]


def test_batches_keep_the_order_hold_everything_and_keep_all_workers_busy() -> None:
    sources = [SourceFile(Path(str(i)), Path(), str(i), n_bytes=i * 1000) for i in range(50)]
    batches = make_batches(sources, workers=2, batch_bytes=1_000_000)
    assert [source for batch in batches for source in batch] == sources
    assert len(batches) >= 8
    assert make_batches([], workers=2, batch_bytes=10) == []
    assert len(make_batches(sources, workers=1, batch_bytes=1)) == 49


def test_a_damaged_record_is_a_failed_source_and_its_neighbours_are_read(tmp_path: Path) -> None:
    sources = tmp_path / "in"
    sources.mkdir()
    good = '{"title": "Zinc and colds", "abstract": "Zinc supplementation shortened the common cold."}\n'
    (sources / "abstracts.jsonl").write_text(good + '{"title": "Broken", "abstract": \n' + good.replace("Zinc", "Iron"))
    summary = run([sources], tmp_path / "out", settings=Settings(model="fast", workers=1, figures=False))
    assert summary.n_read == 2
    [failure] = summary.failures
    assert "damaged" in failure.reason
