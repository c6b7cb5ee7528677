"""The store: shards are whole or not there, and give back what was put in, sorted, each identity once."""

import os
import random
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from table_rows import ROW, SOURCE_ROW, row

from pipeline.comparison import COMPARISON_ORDER, Names, compare, compare_pair, load_rules, pairs_of
from pipeline.config import Settings
from pipeline.records import ComparisonRow, SourceRow
from pipeline.store import (
    Contents,
    Extraction,
    Finished,
    OutputFolder,
    StoreError,
    extractor_version,
    grader_version,
    shard_key,
    write_shard,
)
from pipeline.store.columnar import from_values
from pipeline.store.contents import OPEN
from pipeline.store.database import database, fetched, make_room, one_thread
from pipeline.store.shards import is_whole
from pipeline.studies import corpus_of


def source(name: str, **changes: object) -> SourceRow:
    return replace(SOURCE_ROW, source_id=name, path=name, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> OutputFolder:
    folder = OutputFolder(tmp_path / "out")
    with folder.locked():
        pass
    folder.drafts.mkdir()
    return folder


def put(folder: OutputFolder, key: str, *extractions: Extraction) -> Path:
    write_shard(folder.shard(key), extractions, temporary=folder.drafts)
    return folder.shard(key)


def test_a_shard_gives_back_rows_sources_and_texts(folder: OutputFolder) -> None:
    odd = row(source_id="a.pdf", page=3, sample_size=None, effect_value=-0.5, sentence="=1\nα µg “x”")
    shard = put(folder, "k1", Extraction(source("a.pdf"), "text\r\nof a", (odd,)))
    with Contents([shard], scratch=folder.drafts) as contents:
        assert list(contents.evidence()) == [odd]
        assert list(contents.sources(frozenset())) == [source("a.pdf")]
        assert list(contents.texts(["a.pdf"])) == [("a.pdf", "text\r\nof a")]
        assert contents.text_owners() == {"a.pdf": "k1"}


def test_rows_come_in_the_order_of_the_contract_whatever_the_order_of_shards(folder: OutputFolder) -> None:
    rows = [
        row(source_id=source_id, sentence_start=start, nutrient_start=nutrient, claim_id=f"{number:016x}")
        for number, (source_id, start, nutrient) in enumerate(
            [("b", 5, 1), ("B", 9, 1), ("b", 10, 1), ("b", 5, 0), ("a#10", 1, 1), ("a#9", 1, 1), ("é", 0, 0)]
        )
    ]
    shards = [
        put(folder, f"k{i}", Extraction(source(r.source_id), "", tuple(x for x in rows if x.source_id == r.source_id)))
        for i, r in enumerate(rows)
        if r.source_id not in {x.source_id for x in rows[:i]}
    ]
    for order in (shards, shards[::-1]):
        with Contents(order, scratch=folder.drafts) as contents:
            got = list(contents.evidence())
        assert got == sorted(
            rows, key=lambda r: (r.source_id, r.sentence_start, r.nutrient_start, r.condition_start, r.claim_id)
        )


def test_of_two_records_with_one_identity_the_first_by_path_counts(folder: OutputFolder) -> None:
    one = replace(source("PMID:1"), path="a.xml")
    two = replace(source("PMID:1"), path="b.xml")
    shards = [
        put(folder, "k2", Extraction(two, "later", (row(source_id="PMID:1", sentence="later"),))),
        put(folder, "k1", Extraction(one, "first", (row(source_id="PMID:1", sentence="first"),))),
    ]
    with Contents(shards, scratch=folder.drafts) as contents:
        assert [r.sentence for r in contents.evidence()] == ["first"]
        assert list(contents.texts(["PMID:1"])) == [("PMID:1", "first")]
        kept, skipped = contents.sources(frozenset())
    assert (kept.path, kept.status) == ("a.xml", "processed")
    assert (skipped.path, skipped.status, skipped.n_claims) == ("b.xml", "skipped", 0)
    assert "already read from a.xml" in skipped.reason


def test_pair_by_pair_from_disk_the_comparison_is_that_of_all_rows_in_memory(folder: OutputFolder) -> None:
    rng = random.Random(7)
    rows = []
    for number in range(400):
        nutrient, condition = rng.choice("abc"), rng.choice("xyz")
        rows.append(
            row(
                claim_id=f"{number:016x}",
                source_id=f"s{rng.randrange(40)}",
                sentence_start=number,
                nutrient=rng.choice([nutrient, f"{nutrient} salt"]),
                nutrient_id=rng.choice(["", f"CHEBI:{nutrient}", f"CHEBI:{nutrient}", "CHEBI:q"]),
                condition=condition,
                condition_id=rng.choice(["", f"MESH:{condition}"]),
                exposure=rng.choice(["deficiency", "supplementation"]),
                relation=rng.choice(["increases_risk", "no_effect", "improves"]),
            )
        )
    shards = [
        put(folder, f"k{name}", Extraction(source(name), "", tuple(r for r in rows if r.source_id == name)))
        for name in sorted({r.source_id for r in rows})
    ]
    with Contents(shards, scratch=folder.drafts) as contents:
        pairs = pairs_of(Names(*names) for names in contents.names())
        corpus, rules = corpus_of(contents.evidence()), load_rules()
        bodies = contents.ordered(ComparisonRow, COMPARISON_ORDER)
        for claims in contents.pairs(pairs.items()):
            bodies.extend(compare_pair(claims, rules, corpus))
        expected = compare(rows)
        assert tuple(bodies) == expected and len(bodies) == len(expected) and expected[3] in bodies
        # several readers at once
        assert all(one == other for one, other in zip(bodies, bodies, strict=True))


def test_a_source_of_the_last_finished_run_is_unchanged_but_a_failure_stays_one(folder: OutputFolder) -> None:
    shards = [
        put(folder, "k1", Extraction(source("a"))),
        put(folder, "k2", Extraction(source("b", status="failed", reason="Broken."))),
        put(folder, "k3", Extraction(source("c"))),
    ]
    with Contents(shards, scratch=folder.drafts) as contents:
        statuses = [s.status for s in contents.sources(frozenset({"k1", "k2"}))]
    assert statuses == ["unchanged", "failed", "processed"]


def test_an_interrupt_while_the_database_works_is_one(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests side by side have it ignored
    try:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            list(fetched(database(tmp_path), "SELECT sum(hash(range)) FROM range(20000000000)"))
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_is_done_by_one_thread_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    threads = "SELECT current_setting('threads')"
    connection = database(tmp_path)
    before = list(fetched(connection, threads))
    with pytest.raises(StoreError), one_thread(connection):
        assert list(fetched(connection, threads)) == [(1,)]
        list(fetched(connection, "SELECT * FROM read_parquet('none.parquet')"))
    assert list(fetched(connection, threads)) == before


def test_more_shards_than_are_open_at_a_time_are_all_read(folder: OutputFolder) -> None:
    names = [f"s{number:03}" for number in range(2 * OPEN + 1)]
    shards = [put(folder, name, Extraction(source(name), f"text of {name}", (row(source_id=name),))) for name in names]
    with Contents(shards, scratch=folder.drafts) as contents:
        assert [found.source_id for found in contents.evidence()] == names
        assert contents.text_owners() == {name: name for name in names}
        assert sorted(contents.texts(names[1:])) == [(name, f"text of {name}") for name in names[1:]]


def test_without_shards_there_are_no_rows(folder: OutputFolder) -> None:
    with Contents([], scratch=folder.drafts) as contents:
        assert not [*contents.evidence(), *contents.sources(frozenset()), *contents.texts(["a"])]


def test_a_shard_whose_writing_fails_leaves_nothing_and_the_old_one_stands(folder: OutputFolder) -> None:
    def extractions():  # type: ignore[no-untyped-def]
        yield Extraction(source("a"), "text", (ROW,))
        raise RuntimeError("reading failed")

    with pytest.raises(RuntimeError):
        write_shard(folder.shard("k"), extractions(), temporary=folder.drafts)
    assert not folder.has("k") and not list(folder.drafts.iterdir())
    put(folder, "k", Extraction(source("a"), "text", (ROW,)))
    before = folder.shard("k").read_bytes()
    with pytest.raises(RuntimeError):
        write_shard(folder.shard("k"), extractions(), temporary=folder.drafts)
    assert folder.shard("k").read_bytes() == before


def test_half_a_shard_does_not_count(folder: OutputFolder) -> None:
    shard = put(folder, "k", Extraction(source("a"), "text", (ROW,)))
    whole = shard.read_bytes()
    for length in (0, 3, len(whole) // 2, len(whole) - 1):
        shard.write_bytes(whole[:length])
        assert not is_whole(shard)
    shard.write_bytes(whole)
    assert is_whole(shard)


def test_many_records_of_one_file_are_kept_in_one_shard(folder: OutputFolder) -> None:
    extractions = (
        Extraction(source(f"x.xml#{i:05}"), "t" * 9_000, (row(source_id=f"x.xml#{i:05}"),)) for i in range(2000)
    )
    write_shard(folder.shard("k"), extractions, temporary=folder.drafts)
    with Contents([folder.shard("k")], scratch=folder.drafts) as contents:
        assert sum(1 for _ in contents.evidence()) == 2000
        assert sum(len(text) for _, text in contents.texts(contents.text_owners())) == 18_000_000


def test_the_key_changes_with_bytes_name_and_settings_but_not_with_workers(tmp_path: Path) -> None:
    usual = extractor_version(Settings())
    assert extractor_version(Settings(workers=7, batch_bytes=5)) == usual
    assert extractor_version(Settings(model="fast")) != usual
    scheme = tmp_path / "scheme.toml"
    scheme.write_text("a = 1")
    first = grader_version(Settings(scheme=scheme))
    scheme.write_text("a = 2")
    assert len({grader_version(Settings()), first, grader_version(Settings(scheme=scheme))}) == 3
    assert extractor_version(Settings(scheme=scheme)) == usual
    scheme.write_text("a = 2\n[comparison.weight]\nuncited = 0.1")
    compared = grader_version(Settings(scheme=scheme))
    scheme.write_text("a = 2")
    assert grader_version(Settings(scheme=scheme)) == compared
    nutrients = tmp_path / "lexicons"
    nutrients.mkdir()
    (nutrients / "head_words.csv").write_text("kind,stands_alone,pattern\ncondition,yes,blight\n")
    assert extractor_version(Settings(lexicons=nutrients)) != usual
    keys = {
        shard_key(extractor=usual, grader="g", source_sha256="1", path="a"),
        shard_key(extractor=usual, grader="g", source_sha256="2", path="a"),
        shard_key(extractor=usual, grader="g", source_sha256="1", path="b"),
        shard_key(extractor="other", grader="g", source_sha256="1", path="a"),
    }
    assert len(keys) == 4


def test_a_second_process_is_told_that_the_folder_is_held(folder: OutputFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.store import OutputFolder, StoreError\n"
        "try:\n    with OutputFolder(Path(sys.argv[1])).locked(): print('held')\n"
        "except StoreError as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, str(folder.path)]
    with folder.locked():
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("Another run (process ") and said.count("\n") == 1
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "held\n"


def test_drafts_of_a_killed_run_are_cleared_away(folder: OutputFolder) -> None:
    (folder.drafts / "half").write_text("x")
    with folder.locked():
        assert not list(folder.drafts.iterdir())


def test_an_output_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"), OutputFolder(tmp_path / "file" / "out").locked():
        pass


def test_finishing_lets_go_of_shards_that_no_source_has_any_more(folder: OutputFolder) -> None:
    put(folder, "k1", Extraction(source("a")))
    put(folder, "k2", Extraction(source("b")))
    folder.finish(Finished(frozenset({"k2"})))
    assert (folder.has("k1"), folder.has("k2")) == (False, True)
    assert folder.finished_keys() == {"k2"}


def test_records_come_back_as_they_went_whether_their_fields_are_given_by_place_or_by_name() -> None:
    @dataclass(frozen=True)
    class ByPlace:
        name: str
        parts: tuple[str, ...]

    @dataclass(frozen=True, kw_only=True)
    class ByName:
        name: str
        parts: tuple[str, ...]

    assert from_values(ByPlace)(("zinc", ["a", "b"])) == ByPlace("zinc", ("a", "b"))
    assert from_values(ByName)(("zinc", ["a", "b"])) == ByName(name="zinc", parts=("a", "b"))


def test_sorting_may_take_more_memory_where_claims_are_many(tmp_path: Path) -> None:
    connection = database(tmp_path)

    def allowed() -> str:
        [(limit,)] = connection.execute("SELECT current_setting('memory_limit')").fetchall()
        return str(limit)

    least = allowed()
    make_room(connection, 50_000)
    assert allowed() == least
    make_room(connection, 1_000_000)
    assert allowed() == "2.3 GiB"
