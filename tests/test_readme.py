"""The README's examples run as they stand; `make figures` checks its figures."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpora").symlink_to(ROOT / "corpora")
    exec(compile(example, "README.md", "exec"), {})
    assert "restless legs syndrome" in capsys.readouterr().out
    assert (tmp_path / "outputs" / "from-python" / "evidence.csv").is_file()


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links and all((ROOT / link).exists() for link in links)


def test_the_first_screen_names_the_two_commands() -> None:
    first = "\n".join(README.splitlines()[:25])
    assert "make evidence" in first and "make test" in first
