"""In: the code and its tables. Out: the pages that are made of them, as they should stand."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.docs.command_line import command_line
from tools.docs.evidence_table import evidence_table
from tools.docs.grading import grading
from tools.docs.speed import speed

ROOT = Path(__file__).resolve().parents[2]
PAGES: Mapping[str, Callable[[str], str]] = {
    "docs/command-line.md": lambda _: command_line(),
    "docs/evidence-table.md": lambda _: evidence_table(),
    "docs/grading.md": grading,
    "README.md": speed,
}
"""What makes each page of the page as it stands, whose text outside of its markers stays."""
