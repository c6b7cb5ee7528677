"""The page on sources names what ingestion knows: every notice, and the data files that one may extend."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
INGEST = ROOT / "pipeline" / "ingest"
OUTPUTS = {"evidence.csv", "sources.csv"}  # written by a run


def test_every_notice_that_becomes_a_flag_is_explained():
    with (INGEST / "notices.csv").open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(line for line in lines if not line.startswith("#"))
        flags = {row["flag"] for row in table}
    assert flags
    assert {flag for flag in flags if f"`{flag}`" not in PAGE} == set()


def test_every_data_file_and_folder_that_the_page_names_exists():
    named = set(re.findall(r"`([\w./-]+\.(?:csv|md)|corpora/[\w-]+/)`", PAGE)) - OUTPUTS
    paths = [ROOT / name if "/" in name else INGEST / name for name in named]
    assert len(paths) >= 6
    assert [str(path) for path in paths if not path.exists()] == []
