"""Hundreds of damaged files: each has its rows with a true reason, and none costs another or shows a trace.

`PROVENDER_MUTATIONS` says how many are tried and `PROVENDER_SEED` which; `make test-hostile` tries 600.
"""

import logging
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT
from mutations import mutations

from pipeline import run
from pipeline.config import Settings
from pipeline.ingest import read
from pipeline.records import SourceRow
from pipeline.tables import read_evidence, read_sources, text_file

COUNT = int(os.environ.get("PROVENDER_MUTATIONS", "10"))
SEED = int(os.environ.get("PROVENDER_SEED", "17"))
REFERENCE = Path(os.environ.get("PROVENDER_REFERENCE", ROOT.parent / "shared"))
OUR_FAULT = re.compile(r"Traceback|please report|Provender itself|Error\b.*\bpipeline\.")
TRUE_OF: dict[str, re.Pattern[bytes]] = {
    "gzip": re.compile(rb"\A\x1f\x8b"),
    "PDF": re.compile(rb"%PDF-"),
    "password": re.compile(rb"Encrypt"),
    "binary": re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x80-\xff]"),
    "XML": re.compile(rb"<"),
}
"""What must be in a file of which a reason says this word."""
READ = ("processed", "skipped")
"""A record that is skipped was read, and found to be there twice."""
LOG = logging.getLogger(__name__)


def seeds() -> dict[str, bytes]:
    """The real files of the reference folder, where it is here, and those of the bundled corpus."""
    folders = [REFERENCE / "formats", ROOT / "corpora" / "rls-b12"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.name != "README.md"]
    return {path.name: path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], Path]:
    base = tmp_path_factory.mktemp("mutations")
    files = dict(mutations(seeds(), COUNT, seed=SEED))
    (base / "articles").mkdir()
    for name, data in files.items():
        (base / "articles" / name).write_bytes(data)
    run([base / "articles"], base / "out", settings=Settings(model="fast", figures=False, max_seconds=60))
    return files, base / "out"


def test_every_damaged_file_is_accounted_for_with_a_reason_that_is_true(
    damaged: tuple[dict[str, bytes], Path],
) -> None:
    files, out = damaged
    rows: dict[str, list[SourceRow]] = {name: [] for name in files}
    for row in read_sources(out / "sources.csv"):
        rows[row.path if row.path in rows else row.path.partition("#")[0]].append(row)
    tally: Counter[str] = Counter()
    for name, found in rows.items():
        assert found, f"{name} has no row"
        tally["read" if any(row.status in READ for row in found) else found[0].status] += 1
        for row in found:
            assert row.status == "processed" or (row.reason.endswith(".") and "\n" not in row.reason), row
            assert not OUR_FAULT.search(row.reason), row.reason
            said = row.reason.replace(row.path, "").replace(name, "").replace(row.source_id, "")
            for word, bytes_of in TRUE_OF.items():
                if row.status == "failed" and re.search(rf"\b{word}\b(?! \(|, JATS)", said.partition(";")[0]):
                    assert bytes_of.search(files[name]), f"{name}: {row.reason}"
    LOG.info("%d mutations: %s", COUNT, dict(tally))
    assert tally["read"] > COUNT / 3, tally  # the damage leaves something to read


def test_what_is_read_of_a_damaged_file_stands_where_its_offsets_say(
    damaged: tuple[dict[str, bytes], Path],
) -> None:
    _, out = damaged
    paths = {row.source_id: row for row in read_sources(out / "sources.csv") if row.status == "processed"}
    for row in read_evidence(out / "evidence.csv"):
        source = paths[row.source_id]
        if source.path.endswith(".txt") and source.format == "text":
            text = read(out.parent / "articles" / source.path)[0].text
        else:
            text = (out / "texts" / text_file(row.source_id)).read_bytes().decode()
        assert text[row.sentence_start : row.sentence_end] == row.sentence
