"""`provender review ...` on a small table: agreement, conflicts, undo, precision, a sample, annotated documents."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import run
from pipeline.cli import app
from pipeline.config import Settings
from pipeline.desk import Session
from pipeline.store import OutputFolder
from pipeline.tables import read_evidence

FAST = Settings(model="fast", workers=1, figures=False)
PAGE = (
    "Iron and sleep\n\nIron deficiency causes restless legs syndrome. Zinc improves asthma. Vitamin D prevents falls.\n"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "page.txt").write_text(PAGE)
    return run([tmp_path / "articles"], tmp_path / "out", settings=FAST).out


def provender(*words: str) -> str:
    result = CliRunner().invoke(app, ["review", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_what_two_readers_decided_is_told_taken_back_measured_and_learned_from(out: Path, tmp_path: Path) -> None:
    claims = [row.claim_id for row in read_evidence(out / "evidence.csv")]
    assert len(claims) >= 3
    desk = Session(OutputFolder(out))
    desk.page()
    for reader, statuses in (
        ("Ann", ("accepted", "rejected", "accepted")),
        ("Bo", ("accepted", "rejected", "rejected")),
    ):
        for claim, status in zip(claims, statuses, strict=False):
            desk.decide({"claim": claim, "field": "review_status", "value": status, "reviewer": reader})
    here = ("--out", str(out))
    assert "Ann and Bo: 3 claims read by both, 67% the same" in provender("agreement", *here)
    assert provender("conflicts", *here).startswith("1 claims on which readers differ") and claims[2] in provender(
        "conflicts", *here
    )
    assert "rejected by Bo" in provender("undo", claims[2], *here, "--reviewer", "Bo")
    assert provender("conflicts", *here).startswith("0 claims")
    run([tmp_path / "articles"], out, settings=FAST)
    assert "all, all rows: 2 of 3 right, 67%" in provender("precision", *here)
    provender("sample", *here, "--to", str(tmp_path / "sample.csv"), "-n", "2")
    left = {row.claim_id for row in read_evidence(tmp_path / "sample.csv")}
    assert not left & set(claims[:3])
    [document] = map(json.loads, provender("export", "--gold", *here).splitlines())
    assert [claim["nutrient_name"] for claim in document["claims"]] == ["iron", "vitamin d"]
    assert len(document["sentences"]) == 3


def test_a_claim_that_nobody_decided_cannot_be_taken_back(out: Path) -> None:
    result = CliRunner().invoke(app, ["review", "undo", "f" * 16, "--out", str(out)])
    assert result.exit_code != 0
