"""In: a BibTeX value in LaTeX; out: its plain text, nothing of it lost to a stray % or $."""

import re
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text

MATHS = re.compile(r"(?<!\\)\$([^$\n]{1,120})(?<!\\)\$")
FORMULA = re.compile(r"[\\^_=<>]|^\S{1,12}$")
SCRIPT = re.compile(r"(?P<mark>[_^])(?:\{(?P<group>[^{}]*)\}|(?P<one>[^\s{}\\]))")
SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
# Characters that exporters leave unescaped: in LaTeX % opens a comment, which would cut the abstract there.
BARE = re.compile(r"(?<!\\)([%&#_])")
NAMED = {r"\\textless(?:\{\}|\s)?": "<", r"\\textgreater(?:\{\}|\s)?": ">", r"\\textbackslash(?:\{\}|\s)?": " "}
MARKED = re.compile(r"[\\{}$~]|--|``|''")


def from_latex(value: str) -> str:
    """Return the text of a LaTeX value: accents, symbols, raised and lowered digits; groups lose their braces."""
    if not MARKED.search(value):
        return value
    text = value
    for pattern, character in NAMED.items():
        text = re.sub(pattern, character, text)
    text = MATHS.sub(_formula, text)
    parts = re.split(r"((?<!\\)\$[^$]*\$)", BARE.sub(r"\\\1", text))
    escaped = "".join(part if index % 2 else re.sub(r"(?<!\\)\$", r"\\$", part) for index, part in enumerate(parts))
    return str(_decoder().latex_to_text(escaped))


def _formula(match: re.Match[str]) -> str:
    """Return a formula without its dollar signs where it is plain; two prices are no formula."""
    inner = match[1]
    if not FORMULA.search(inner):
        return match[0].replace("$", r"\$")
    plain = SCRIPT.sub(_script, inner)
    return f"${plain}$" if "\\" in plain else plain


def _script(match: re.Match[str]) -> str:
    inner = match["group"] if match["group"] is not None else match["one"]
    raised = match["mark"] == "^" and re.fullmatch(r"[\d+−-]+", inner)
    return inner.translate(SUPERSCRIPTS) if raised else inner


@cache
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(keep_braced_groups=False, math_mode="text", strict_latex_spaces=False)
