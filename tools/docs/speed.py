"""In: README.md and what `make bench` wrote. Out: the page with that table between its markers."""

import re
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "RESULTS.md"
MARKERS = re.compile(r"(?<=<!-- speed: begin -->\n).*(?=<!-- speed: end -->)", re.DOTALL)


def speed(page: str) -> str:
    """Return the page with the tables of the last `make bench`, and what stands after them."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("|"))
    table = "\n".join(lines[first:]) + "\n"
    return MARKERS.sub(lambda _: table, page)
