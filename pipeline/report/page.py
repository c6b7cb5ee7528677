"""In: what a report shows. Out: one HTML file that needs nothing else, in which nothing from a document is markup."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report.contents import ReportContents

_ASSETS = Path(__file__).parent / "assets"
_VENDORED = "vendor/tabulator.min.js"
_SCRIPTS = (
    "dom.js", "table.js", "served.js", "decisions.js", "override.js", "filters.js", "grid.js", "claim.js", "finding.js",
    "source.js", "overview.js", "reviews.js", "desk.js",
)  # fmt: skip
_STYLES = ("vendor/tabulator_simple.min.css", "report.css")
_BEGIN, _END = '<script type="application/json" id="contents">', "</script>"
_MARKUP = [(character, f"\\u{ord(character):04x}") for character in "<>&\u2028\u2029"]
"""Characters that could end or begin markup where JSON stands in a page."""
_PLACE = "\0"
"""Stands where the contents come."""
_TOGETHER = 500
"""Values of a list that are put into JSON together."""


def write_report(path: Path, contents: ReportContents) -> None:
    """Write the report. Raises `OSError` where the disk is full."""
    before, after = render(_PLACE).split(_PLACE)
    with path.open("w", encoding="utf-8", newline="\n", errors="replace") as file:
        file.write(before)
        file.writelines(embeddable(contents.values()))
        file.write(after)


def render(contents: str, *, served: bool = False) -> str:
    """Return the page around its contents (the pieces of `embeddable`).

    It runs our scripts and no others, and loads nothing; `served` lets it save decisions where it came from.
    """
    scripts = _scripts()
    sources = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    connect = "'self'" if served else "'none'"
    return _environment().get_template("report.html").render(
        policy=f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'",
        served=served,
        styles=[Markup(_asset(name)) for name in _STYLES],
        contents=Markup(_BEGIN + contents + _END),
        scripts=[Markup(script) for script in scripts],
    )  # fmt: skip


def embeddable(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield, piece by piece, values as JSON that can stand in a page whatever it says: `</script>` ends no script."""
    before = "{"
    for name, value in values.items():
        yield f"{before}{_json(name)}:"
        if isinstance(value, list):
            yield from _list(value)
        else:
            yield _json(value)
        before = ","
    yield "}"


def _list(values: Sequence[Any]) -> Iterator[str]:
    """The JSON of a list, some of its values at a time: a report's is too long to be in memory more than once."""
    for first in range(0, len(values), _TOGETHER):
        yield ("," if first else "[") + _json(values[first : first + _TOGETHER])[1:-1]
    yield "]" if values else "[]"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escaped in _MARKUP:  # five passes take a fiftieth of the time of one `translate`
        text = text.replace(character, escaped)
    return text


def read_contents(path: Path) -> str:
    """Return the contents of a report as they stand in it. Raises `ValueError` where it is none."""
    page = path.read_text(encoding="utf-8")
    begin = page.find(_BEGIN)
    end = page.find(_END, begin)
    if begin < 0 or end < 0:
        raise ValueError(f"{path} is not a report that a run wrote; run again to make it anew.")
    return page[begin + len(_BEGIN) : end]


def _scripts() -> tuple[str, ...]:
    own = "\n".join(_asset(name) for name in _SCRIPTS)
    return _asset(_VENDORED), f'(function () {{\n"use strict";\n{own}\n}})();'


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8").strip()


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pipeline.report", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
