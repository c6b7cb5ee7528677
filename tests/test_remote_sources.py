"""Sources in a store: copied once, called by their path in the store, and gone when they are gone there."""

import csv
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import SourceError
from pipeline.literature import is_remote, local_sources

PAGE = b"Iron\n\nIron deficiency causes restless legs syndrome.\n"
URL = "memory://bucket/pages"


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    memory = fsspec.filesystem("memory")
    memory.pipe({"/bucket/pages/a.txt": PAGE, "/bucket/pages/deep/b.txt": PAGE, "/bucket/pages/.git/c": b"hidden"})
    yield memory
    memory.rm("/bucket", recursive=True)


def copied(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_folder_in_a_store_becomes_a_local_one_with_the_same_names(
    store: fsspec.AbstractFileSystem, tmp_path: Path
) -> None:
    [folder, here] = local_sources([URL, "articles"], tmp_path / "out")
    assert copied(folder) == {"a.txt": PAGE, "deep/b.txt": PAGE} and here == Path("articles")
    assert is_remote(URL) and not is_remote("articles/a:b")


def test_only_what_changed_is_copied_again_and_what_is_gone_goes(
    store: fsspec.AbstractFileSystem, tmp_path: Path
) -> None:
    [folder] = local_sources([URL], tmp_path)
    (folder / "a.txt").write_bytes(b"would be written over by a second copy")
    assert copied(local_sources([URL], tmp_path)[0])["a.txt"].startswith(b"would")
    store.pipe({"/bucket/pages/a.txt": b"changed"})
    store.rm("/bucket/pages/deep/b.txt")
    assert copied(local_sources([URL], tmp_path)[0]) == {"a.txt": b"changed"}


def test_a_single_file_is_taken_alone(store: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    [file] = local_sources([f"{URL}/deep/b.txt"], tmp_path)
    assert file.name == "b.txt" and file.read_bytes() == PAGE


def test_a_name_that_leads_out_of_the_folder_is_refused(store: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    store.store["/bucket/pages/../../evil.txt"] = store.store["/bucket/pages/a.txt"]
    try:
        with pytest.raises(SourceError, match="cannot be the name of a file"):
            local_sources([URL], tmp_path / "out")
    finally:
        del store.store["/bucket/pages/../../evil.txt"]
    assert not list(tmp_path.rglob("evil.txt"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://nowhere/at-all", "holds no file; check the address"),
        ("nostore://bucket/x", "cannot be read"),
        ("https://example.org/page", "is a web page; fetch it with provender fetch urls"),
        pytest.param(
            "s3://bucket/x",
            r"needs a package that is not installed; pip install 'provender\[cloud\]'",
            marks=pytest.mark.skipif(importlib.util.find_spec("s3fs") is not None, reason="s3fs is installed"),
        ),
    ],
)
def test_a_store_that_cannot_be_read_is_one_sentence(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as error:
        local_sources([url], tmp_path)
    assert str(error.value).startswith(url) and "\n" not in str(error.value)


def test_a_run_over_a_store_calls_sources_by_their_path_there(store: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    arguments = ["run", URL, "--out", str(tmp_path / "out"), "--plain", "--model", "fast", "--workers", "1"]
    for status in ("processed", "unchanged"):
        said = CliRunner().invoke(app, arguments)
        assert said.exit_code == 0, said.output
        with (tmp_path / "out" / "sources.csv").open(encoding="utf-8-sig") as lines:
            rows = [(row["source_id"], row["status"]) for row in csv.DictReader(lines)]
        assert rows == [("a.txt", status), ("deep/b.txt", status)]
