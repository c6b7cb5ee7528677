"""In: shapes and text at places in inches. Out: a picture as SVG and PNG, the same bytes on every machine."""

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from pipeline.figures.labels import clean
from pipeline.figures.style import STYLE, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL, NORMAL, HEADING = 8.0, 9.5, 13.0
"""Sizes of text, in points."""
LINE = 1.35
"""Height of a line, in sizes of its text."""
POINTS = 72
"""Points in an inch."""
_DOT, _DOT_STEP = 4.2, 0.085
_SALT = "provender"
_UNDATED_SVG = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in our style whatever the user's own settings of matplotlib say, without its warnings."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        import matplotlib

        with matplotlib.rc_context(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(
                {
                    "font.family": [STYLE.picture.font],
                    "text.parse_math": False,
                    "svg.fonttype": "none",
                    "svg.hashsalt": _SALT,
                    "axes.unicode_minus": True,
                }
            )
            yield
    finally:
        logger.setLevel(level)


@lru_cache(maxsize=10_000)
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a text, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=[STYLE.picture.font], size=size, weight=weight)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / POINTS


def fit(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Return a text cut to a width in inches; an ellipsis stands for what is left out."""
    text = clean(text)
    if len(text) * size / POINTS < width or width_of(text, size, weight) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + "…", size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrap(text: str, width: float, size: float, *, most: int = 99, weight: str = "normal") -> list[str]:
    """Break a text into lines of a width in inches, the last of at most `most` lines cut to fit.

    Lines break at spaces, and within a word that is wider than a line.
    """
    lines: list[str] = []
    words = [part for word in clean(text).split(" ") for part in _parts(word, width, size, weight)]
    while words and words[0]:
        taken = 1
        while taken < len(words) and width_of(" ".join(words[: taken + 1]), size, weight) <= width:
            taken += 1
        if len(lines) == most - 1:
            taken = len(words)
        lines.append(fit(" ".join(words[:taken]), width, size, weight))
        words = words[taken:]
    return lines


def _parts(word: str, width: float, size: float, weight: str) -> list[str]:
    """A word as it is, or in parts that are no wider than a width in inches."""
    parts = []
    while len(word) > 1 and width_of(word, size, weight) > width:
        most = next((n for n in range(len(word) - 1, 1, -1) if width_of(word[:n], size, weight) <= width), 1)
        parts.append(word[:most])
        word = word[most:]
    return [*parts, word]


class Canvas:
    """A sheet of so many inches; places count from its upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        """Make a blank sheet. To be used inside `drawing()`."""
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.look: Picture = STYLE.picture
        self._figure = Figure(figsize=(width, height), dpi=self.look.dots_per_inch, facecolor=self.look.ground)
        self._sheet = self.panel(0, 0, width, height)
        self._sheet.set(xlim=(0, width))
        self._sheet.set_axis_off()

    def panel(self, x: float, y: float, width: float, height: float) -> "Axes":
        """Return axes in a part of the sheet; their vertical coordinate is that of the sheet."""
        place = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        axes = self._figure.add_axes(place)
        axes.set(ylim=(y + height, y))
        axes.patch.set_alpha(0)
        return axes

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = NORMAL,
        colour: str = "",
        weight: str = "normal",
        **how: Any,
    ) -> None:
        """Write a text whose middle line stands at `y`, to the right of `x`, or as `how` says (ha, va, rotation)."""
        places = {"va": "center_baseline", "ha": "left"} | how
        self._sheet.text(x, y, clean(text), size=size, color=colour or self.look.ink, weight=weight, **places)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, edge: str = "none", **how: Any
    ) -> None:
        """Draw a filled rectangle; `how` may give lw, ls or gid."""
        from matplotlib.patches import Rectangle

        self._sheet.add_artist(Rectangle((x, y), width, height, facecolor=fill, edgecolor=edge, **how))

    def shape(self, corners: list[tuple[float, float]], *, fill: str, gid: str | None = None) -> None:
        """Draw a filled polygon."""
        from matplotlib.patches import Polygon

        self._sheet.add_artist(Polygon(corners, closed=True, facecolor=fill, edgecolor="none", gid=gid))

    def marks(self, xs: Sequence[float], y: float, size: float, *, fill: str, marker: str = "o") -> None:
        """Draw markers of a size in points, side by side."""
        look = {"marker": marker, "ms": size, "mfc": fill, "mec": self.look.ink, "mew": 0.8, "ls": "none"}
        self._add_line(xs, [y] * len(xs), look)

    def rule(self, x: float, y: float, to_x: float) -> None:
        """Draw a thin horizontal line."""
        self._add_line([x, to_x], [y, y], {"color": self.look.line, "lw": 0.8})

    def _add_line(self, xs: Sequence[float], ys: Sequence[float], look: dict[str, Any]) -> None:
        from matplotlib.lines import Line2D

        self._sheet.add_artist(Line2D(xs, ys, clip_on=False, **look))

    def save(self, folder: Path, name: str, *, title: str, alt: str) -> tuple[Path, Path]:
        """Write the picture as SVG and PNG, each first aside, then in place. Raises `OSError`."""
        svg, png = folder / f"{name}.svg", folder / f"{name}.png"
        draft = folder / f"{name}.part"
        try:
            self._figure.savefig(draft, format="svg", metadata=_UNDATED_SVG)
            draft.write_text(self._accessible(draft.read_text("utf-8"), name, title, alt), "utf-8", newline="\n")
            draft.replace(svg)
            metadata = {"Software": None, "Title": clean(title), "Description": clean(alt)}
            self._figure.savefig(draft, format="png", metadata=metadata, pil_kwargs={"compress_level": 4})
            draft.replace(png)
        finally:
            draft.unlink(missing_ok=True)
        return svg, png

    def _accessible(self, svg: str, name: str, title: str, alt: str) -> str:
        """Give the SVG a title and a description, fonts to fall back on, and no document type to fetch."""
        svg = re.sub(r"<!DOCTYPE[^>]*>\n?", "", svg, count=1)
        svg = svg.replace(f"'{self.look.font}'", f"'{self.look.font}', {self.look.fallback}")
        start = svg.index(">", svg.index("<svg")) + 1
        told = (
            f'<title id="{name}-title">{escape(clean(title))}</title><desc id="{name}-desc">{escape(clean(alt))}</desc>'
        )
        opening = svg[:start].replace("<svg", f'<svg role="img" aria-labelledby="{name}-title {name}-desc"', 1)
        return f"{opening}\n {told}{svg[start:]}"


def heading(canvas: Canvas, title: list[str], subtitle: list[str], *, x: float = 0.2) -> float:
    """Write a title and what stands below it at the top of the sheet; return where they end, in inches."""
    y = 0.32
    for line in title:
        canvas.text(x, y, line, size=HEADING, weight="bold")
        y += HEADING * LINE / POINTS
    return paragraph(canvas, subtitle, y, x=x, size=NORMAL)


def paragraph(
    canvas: Canvas, lines: list[str], y: float, *, x: float = 0.2, size: float = SMALL, colour: str = ""
) -> float:
    """Write lines in a soft colour from `y` on; return where they end, in inches."""
    for line in lines:
        canvas.text(x, y, line, size=size, colour=colour or canvas.look.soft)
        y += size * LINE / POINTS
    return y


def height_of(lines: list[str], size: float) -> float:
    """Return the height of lines, in inches."""
    return len(lines) * size * LINE / POINTS


def certainty_dots(canvas: Canvas, x: float, y: float, filled: int) -> None:
    """Draw four dots from `x` on, of which `filled` are filled."""
    places = [x + place * _DOT_STEP for place in range(4)]
    canvas.marks(places[:filled], y, _DOT, fill=canvas.look.ink)
    if filled < len(places):
        canvas.marks(places[filled:], y, _DOT, fill=canvas.look.ground)
