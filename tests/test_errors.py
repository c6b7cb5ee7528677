"""What a user did wrong is said in one sentence; what the program did wrong is said to be its fault, with a trace."""

import inspect
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import errors
from pipeline.cli import app
from pipeline.errors import FAULT, ProvenderError

runner = CliRunner()
ROOT = Path(__file__).resolve().parent.parent
SOURCE = "Zinc and colds\n\nZinc supplementation reduced colds in adults.\n"


def tree() -> list[type[ProvenderError]]:
    return [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ProvenderError)]


def test_every_error_stands_in_the_tree_that_the_module_draws() -> None:
    drawn = re.findall(r"^ +(\w+Error)\b", errors.__doc__ or "", flags=re.M)
    assert sorted(drawn) == sorted(one.__name__ for one in tree())
    assert {one.status for one in tree()} == {1, 2}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["run", "nowhere", "--out", "OUT", "--plain"], 2),
        (["run", "SOURCES", "--out", "OUT", "--plain", "--scheme", "nowhere.toml"], 1),
        (["run", "SOURCES", "--out", "OUT", "--plain", "--model", "en_not_here"], 1),
        (["run", "SOURCES", "--out", "OUT", "--plain", "--config", "nowhere.toml"], 1),
        (["run", "SOURCES", "--out", "OUT", "--runner", "abacus"], 1),
        (["show", "SOURCES"], 2),
        (["read", "nowhere.pdf"], 2),
        (["fetch", "pubmed", "", "--out", "OUT"], 2),
        (["fetch", "pubmed", "zinc", "--since", "yore", "--out", "OUT"], 2),
    ],
)
def test_what_a_user_can_mend_is_one_sentence_with_its_status(words: list[str], status: int, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.txt").write_text(SOURCE)
    places = {"SOURCES": str(tmp_path / "sources"), "OUT": str(tmp_path / "out")}
    told = runner.invoke(app, [places.get(word, word) for word in words])
    assert told.exit_code == status, told.output
    last = told.output.strip().splitlines()[-1]
    assert last.endswith(".") and "Traceback" not in told.output and "fault of Provender" not in told.output


def test_a_fault_of_the_program_has_a_status_of_its_own_and_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("an index went astray")

    monkeypatch.setattr("pipeline.api.read", broken)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    told = runner.invoke(app, ["read", str(ROOT / "README.md")])
    assert told.exit_code == FAULT
    [trace] = tmp_path.glob("provender-*.txt")
    assert "fault of Provender itself (ValueError)" in told.output and str(trace) in told.output.replace("\n", "")
    assert "an index went astray" in trace.read_text() and "Traceback" not in told.output
    shown = runner.invoke(app, ["--debug", "read", str(ROOT / "README.md")])
    assert shown.exit_code == FAULT and "Traceback" in shown.output and "an index went astray" in shown.output
