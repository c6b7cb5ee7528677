"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# The same inputs each time, so that a change is judged by itself; `make test-hostile` tries others (see its variables).
settings.register_profile("usual", derandomize="PROVENDER_EXAMPLES" not in os.environ, deadline=None)
settings.load_profile("usual")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The bundled example corpus."""
    return ROOT / "corpora" / "rls-b12"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder with annotated claims and real files; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("PROVENDER_REFERENCE", ROOT.parent / "shared"))
    if not (folder / "gold").is_dir():
        pytest.skip(f"the reference folder {folder} is not here (set PROVENDER_REFERENCE to its path)")
    return folder
