"""Expressions that were compiled once are the same when they come out of the file, and no file is ever needed."""

import re
import subprocess
import sys
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from pipeline import screen
from pipeline.expression_cache import remembered

TEXT = "A double-blind trial: 20 women took 5 mg of café-made zinc; Ärzte said 0.5 (95% CI 0.3–0.8)."
EXPRESSIONS = (
    (r"(?P<dose>\d+) ?(?P<unit>mg|g)\b", re.IGNORECASE),
    (r"double[ -]blind|placebo", 0),
    (r"(?<![\w-])(?:women|men)(?!\w)", re.I),
    (r"[^\W\d_]+é-(\w+)", re.UNICODE),
    (r"ä\w+ (?:said|told)", re.I),
    (r"(?s)\((?:(?!\)).)*+\)", 0),
    ("[\ud800-\udfff]|zinc", 0),
)


def found(folder: Path) -> list[Any]:
    re.purge()
    with remembered(folder):
        patterns = [re.compile(*each) for each in EXPRESSIONS]
    matches = [pattern.search(TEXT) for pattern in patterns]
    assert all(matches)
    return [
        (
            pattern.pattern,
            pattern.flags,
            pattern.groups,
            dict(pattern.groupindex),
            match and (match.span(), match.groups()),
        )
        for pattern, match in zip(patterns, matches, strict=True)
    ]


def test_an_expression_is_parsed_once_and_ever_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    re.purge()
    plain = [re.compile(*each) for each in EXPRESSIONS]
    first = found(tmp_path)
    assert [(each[:4]) for each in first] == [(p.pattern, p.flags, p.groups, dict(p.groupindex)) for p in plain]
    monkeypatch.setattr(parser, "parse", lambda *given: pytest.fail("parsed again"))
    assert found(tmp_path) == first


def test_what_a_screen_needs_is_read_off_an_expression_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = re.compile(r"never seen before (?:in|on) a screen")
    with remembered(tmp_path):
        lists = screen.needed(pattern)
    screen.REMEMBERED.clear()
    monkeypatch.setattr(screen, "_needed", lambda *given: pytest.fail("read again"))
    with remembered(tmp_path):
        assert screen.needed(pattern) == lists


@pytest.mark.parametrize("content", ["", "[]", "{", '[{"0 zinc": ["AAAA", 0, 0, {}]}, {"0 zinc": 5}]', "\x00\xff"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: str) -> None:
    screen.REMEMBERED.clear()
    first = found(tmp_path)
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_text(content.replace("0 zinc", f"0 {EXPRESSIONS[1][0]}"), "utf-8")
    screen.REMEMBERED.clear()
    assert found(tmp_path) == first
    assert file.read_bytes() == whole and len(list(tmp_path.iterdir())) == 1


def test_a_changed_letter_is_noticed(tmp_path: Path) -> None:
    screen.REMEMBERED.clear()
    first = found(tmp_path)
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    at = whole.index(b"AAA") + 1
    file.write_bytes(whole[:at] + b"Q" + whole[at + 1 :])
    screen.REMEMBERED.clear()
    assert found(tmp_path) == first
    assert file.read_bytes() == whole


def test_without_a_place_for_the_file_all_is_as_ever(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert found(tmp_path / "file") == found(tmp_path / "other")


def test_a_wrong_expression_is_told_as_ever(tmp_path: Path) -> None:
    with remembered(tmp_path), pytest.raises(re.error, match="unterminated"):
        re.compile("(zinc")
    assert re.compile.__module__ == "re" and not list(tmp_path.glob("*.part"))


def test_importing_the_package_compiles_as_ever() -> None:
    imports = "import pipeline.cli, pipeline.runs.worker"
    code = f"import re._compiler as c; before = c.compile; {imports}; assert c.compile is before"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
