"""Where the time of a run went: every stage is named, and a stage within another counts once."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.cli.profile import START, TABLES
from pipeline.runs import stages as timed
from pipeline.runs.stages import STAGES, Stages


def test_a_stage_within_another_is_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 4.0, 9.0])
    monkeypatch.setattr(timed.time, "process_time", lambda: next(ticks))
    stages = Stages()
    with stages.of("storing"), stages.of("claims"):
        pass
    assert {stage: taken for stage, taken in stages.taken().items() if taken} == {"storing": 6.0, "claims": 3.0}
    assert set(stages.taken().values()) == {0}


def test_a_run_says_what_each_stage_took(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Zinc\n\nZinc supplementation reduced the duration of colds in adults.\n", encoding="utf-8")
    words = ["run", str(page), "--out", str(tmp_path / "out"), "--plain", "--model", "fast"]
    told = CliRunner().invoke(app, [*words, "--profile", "--json"])
    profile = json.loads(told.stdout)["profile"]
    assert list(profile) == [START, *STAGES, TABLES]
    assert all(profile[stage] > 0 for stage in (START, "storing", TABLES)) and min(profile.values()) >= 0
    told = CliRunner().invoke(app, [*words, "--profile"])
    assert TABLES in told.stdout.splitlines()[-1] and "%" in told.stdout.splitlines()[-1]
    assert "profile" not in json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
