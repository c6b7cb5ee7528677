"""Tables for other programs: what is written can be read there, and says the same."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from table_rows import ROW, SOURCE_ROW, row

from pipeline.export import csl_items, write_json_lines, write_metafor, write_parquet, write_ris


def test_parquet_and_json_lines_keep_lists_and_records(tmp_path: Path) -> None:
    assert write_parquet(tmp_path / "e.parquet", [ROW]) == write_json_lines(tmp_path / "e.jsonl", [ROW]) == 1
    [read] = pq.read_table(tmp_path / "e.parquet").to_pylist()
    [line] = map(json.loads, (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines())
    for values in (read, line):
        assert values["sentence"] == ROW.sentence and values["statistics"] == list(ROW.statistics)
        assert [flag["code"] for flag in values["flags"]] == [flag.code for flag in ROW.flags]


def test_effects_have_the_standard_error_that_their_interval_gives(tmp_path: Path) -> None:
    rows = [
        row(effect_measure="RR", effect_value=0.81, ci_low=0.71, ci_high=0.92, ci_level=95.0),
        row(effect_measure="MD", effect_value=-2.0, ci_low=-3.0, ci_high=-1.0, ci_level=90.0, source_id="=a.txt"),
        row(effect_measure="RR", effect_value=0.81, ci_low=None),
        row(effect_measure="RR", effect_value=0.5, ci_low=0.7, ci_high=0.9),
        row(effect_measure="%", effect_value=5.0, ci_low=4.0, ci_high=6.0),
        row(effect_measure="RR", effect_value=0.81, ci_low=0.71, ci_high=0.92, review_status="rejected"),
    ]
    assert write_metafor(tmp_path / "m.csv", rows) == 2
    with (tmp_path / "m.csv").open(newline="") as file:
        ratio, difference = csv.DictReader(file)
    assert float(ratio["yi"]) == pytest.approx(math.log(0.81))
    assert float(ratio["sei"]) == pytest.approx((math.log(0.92) - math.log(0.71)) / (2 * 1.959964), rel=1e-5)
    assert float(ratio["vi"]) == pytest.approx(float(ratio["sei"]) ** 2)
    assert float(difference["sei"]) == pytest.approx(1 / 1.644854, rel=1e-5) and difference["study"] == "'=a.txt"


def test_sources_become_references(tmp_path: Path) -> None:
    trial = replace(SOURCE_ROW, source_id="DOI:10.1/x", source_type="research article", date="2024-03-01", title="A\nB")
    failed = replace(SOURCE_ROW, status="failed")
    assert write_ris(tmp_path / "s.ris", [trial, SOURCE_ROW, failed]) == 2
    first, second, _ = (tmp_path / "s.ris").read_bytes().decode().split("ER  - \r\n\r\n")
    assert {"TY  - JOUR", "TI  - A B", "PY  - 2024", "DO  - 10.1/x"} <= set(first.splitlines())
    assert "TY  - ELEC" in second
    item = next(iter(csl_items([trial])))
    assert (item["type"], item["DOI"], item["issued"]) == ("article-journal", "10.1/x", {"date-parts": [[2024, 3, 1]]})
