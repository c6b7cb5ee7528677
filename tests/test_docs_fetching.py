"""The page on fetching gives the settings as they are."""

import re
import tomllib
from pathlib import Path

from pipeline.config import load_settings

PAGE = (Path(__file__).parent.parent / "docs" / "fetching.md").read_text(encoding="utf-8")


def test_the_settings_on_the_page_are_all_there_are_with_their_defaults() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert tomllib.loads(example)["services"] == load_settings().services.model_dump()
