"""In: shapes and text at places in inches. Out: a picture as SVG and PNG, the same bytes on every machine."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path as File
from typing import Literal
from xml.sax.saxutils import escape

from pipeline.figures.labels import clean
from pipeline.figures.letters import HEADING, LINE, NORMAL, POINTS, SMALL, Weight
from pipeline.figures.shapes import Disc, Look, Path, Point, Words, painted
from pipeline.figures.style import STYLE, Picture

Marker = Literal["o", "s", "v", "<", ">", "|"]
"""A disc, a square, a triangle that points down, to the left or to the right, or an upright stroke."""

_CAP_HEIGHT = 0.72
"""Height of a capital letter of Helvetica, in sizes of its text."""
_DOT, _DOT_STEP = 4.2, 0.085
_CORNERS: dict[str, tuple[Point, ...]] = {
    "s": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "v": ((-1, -1), (1, -1), (0, 1)),
    "<": ((1, -1), (1, 1), (-1, 0)),
    ">": ((-1, -1), (-1, 1), (1, 0)),
    "|": ((0, -1), (0, 1)),
}
"""The corners of markers, from -1 to 1."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UNFILTERED, _RGB, _FAST = b"\0", 2, 3
"""How a row of dots stands in a PNG, what its dots are, and how hard it is compressed (1 to 9)."""
_METRES_IN_INCH = 0.0254


class Canvas:
    """A sheet of so many inches; places count from its upper left corner, sizes of text and marks are in points."""

    def __init__(self, width: float, height: float) -> None:
        """Begin with a blank sheet."""
        self.width, self.height = width, height
        self.look: Picture = STYLE.picture
        self._ground: list[Path | Disc] = []
        self._shapes: list[Path | Disc] = []
        self._words: list[Words] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = NORMAL,
        colour: str = "",
        weight: Weight = "normal",
        ha: str = "left",
    ) -> None:
        """Write a text whose middle line stands at `y`; `ha` says whether `x` is its left, center or right."""
        at = x * POINTS, y * POINTS + size * _CAP_HEIGHT / 2
        self._words.append(Words(clean(text), at, size, colour or self.look.ink, weight, ha))

    def slanted(self, x: float, y: float, text: str, *, size: float = NORMAL) -> None:
        """Write a text that rises from a place to the right."""
        self._words.append(Words(clean(text), (x * POINTS, y * POINTS), size, self.look.ink, slanted=True))

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str,
        edge: str = "",
        lw: float = 0.8,
        dashed: bool = False,
        below: bool = False,
        gid: str = "",
    ) -> None:
        """Draw a filled rectangle, its edge of a width in points; `below` all other shapes."""
        look = Look(fill, edge, lw, (3, 1.5) if dashed else None, gid)
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        (self._ground if below else self._shapes).append(Path(_points(corners), look))

    def shape(self, corners: Sequence[Point], *, fill: str, gid: str = "") -> None:
        """Draw a filled polygon."""
        self._shapes.append(Path(_points(corners), Look(fill, gid=gid)))

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str,
        lw: float,
        dashes: tuple[float, float] | None = None,
        gid: str = "",
    ) -> None:
        """Draw a line of a width in points."""
        self._shapes.append(Path(_points(points), Look("", colour, lw, dashes, gid), closed=False))

    def marks(
        self,
        xs: Sequence[float],
        y: float,
        size: float,
        *,
        fill: str,
        marker: Marker = "o",
        lw: float = 0.8,
        gid: str = "",
    ) -> None:
        """Draw markers of a size in points, side by side."""
        look, radius = Look(fill, self.look.ink, lw, gid=gid), size / 2
        for x, middle in _points([(x, y) for x in xs]):
            if marker == "o":
                self._shapes.append(Disc((x, middle), radius, look))
            else:
                corners = tuple((x + radius * right, middle + radius * down) for right, down in _CORNERS[marker])
                self._shapes.append(Path(corners, look, closed=len(corners) > 2))

    def rule(self, x: float, y: float, to_x: float) -> None:
        """Draw a thin horizontal line."""
        self.line([(x, y), (to_x, y)], colour=self.look.line, lw=0.8)

    def save(self, folder: File, name: str, *, title: str, alt: str) -> tuple[File, File]:
        """Write the picture as SVG and PNG, each first aside, then in place. Raises `OSError`."""
        svg, png = folder / f"{name}.svg", folder / f"{name}.png"
        draft = folder / f"{name}.part"
        try:
            draft.write_text(self._svg(name, clean(title), clean(alt)), "utf-8", newline="\n")
            draft.replace(svg)
            draft.write_bytes(self._png({"Title": clean(title), "Description": clean(alt)}))
            draft.replace(png)
        finally:
            draft.unlink(missing_ok=True)
        return svg, png

    def _svg(self, name: str, title: str, alt: str) -> str:
        """The picture with a title, a description and fonts to fall back on; nothing in it is fetched."""
        width, height = self.width * POINTS, self.height * POINTS
        fonts = f"'{self.look.font}', {self.look.fallback}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title {name}-desc" '
            f'width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}" '
            f'style="font-family: {escape(fonts)}">'
        )
        told = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(alt)}</desc>'
        ground = f'<rect width="100%" height="100%" fill="{self.look.ground}"/>'
        drawn = [one.svg() for one in (*self._ground, *self._shapes, *self._words)]
        return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, told, ground, *drawn, "</svg>", ""])

    def _png(self, told: dict[str, str]) -> bytes:
        size = self.width * POINTS, self.height * POINTS
        page = painted(*size, self.look.ground, (*self._ground, *self._shapes), self._words)
        drawn = page.get_pixmap(dpi=self.look.dots_per_inch)
        row = drawn.stride
        rows = b"".join(_UNFILTERED + drawn.samples_mv[at : at + row] for at in range(0, row * drawn.height, row))
        dots_per_metre = round(self.look.dots_per_inch / _METRES_IN_INCH)
        chunks = [
            (b"IHDR", struct.pack(">IIBBBBB", drawn.width, drawn.height, 8, _RGB, 0, 0, 0)),
            (b"pHYs", struct.pack(">IIB", dots_per_metre, dots_per_metre, 1)),
            *(_told(*one) for one in told.items()),
            (b"IDAT", zlib.compress(rows, _FAST)),
            (b"IEND", b""),
        ]
        return _SIGNATURE + b"".join(_chunk(*one) for one in chunks)


def _points(places: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((x * POINTS, y * POINTS) for x, y in places)


def _told(keyword: str, text: str) -> tuple[bytes, bytes]:
    """The kind and the content of the chunk that holds a text (PNG specification, 11.3.3)."""
    try:
        return b"tEXt", keyword.encode() + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", keyword.encode() + b"\0\0\0\0\0" + text.encode("utf-8", "replace")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


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


def certainty_dots(canvas: Canvas, x: float, y: float, filled: int) -> None:
    """Draw four dots from `x` on, of which `filled` are filled."""
    places = [x + place * _DOT_STEP for place in range(4)]
    canvas.marks(places[:filled], y, _DOT, fill=canvas.look.ink)
    if filled < len(places):
        canvas.marks(places[filled:], y, _DOT, fill=canvas.look.ground)
