"""In: paths, discs and words, in points from the upper left corner. Out: each as SVG, and on a page of MuPDF."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pipeline.figures.letters import POINTS, Weight, font, runs, width_of

Point = tuple[float, float]

_ALIGNED = {"left": (0.0, "start"), "center": (0.5, "middle"), "right": (1.0, "end")}
_SLANT = 45  # degrees


@dataclass(frozen=True, slots=True)
class Look:
    """How a shape looks: colours as #rrggbb ("" for none), the width of its edge in points, dashes, and its id."""

    fill: str = ""
    edge: str = ""
    width: float = 0.0
    dashes: tuple[float, float] | None = None
    gid: str = ""

    def attributes(self) -> str:
        """Return the look as attributes of SVG."""
        found = {"id": self.gid, "fill": self.fill or "none"}
        if self.edge:
            found |= {"stroke": self.edge, "stroke-width": f"{self.width:g}"}
        if self.dashes:
            found["stroke-dasharray"] = " ".join(f"{length:g}" for length in self.dashes)
        return " ".join(f"{name}={quoteattr(value)}" for name, value in found.items() if value)

    def paint(self, shape: Any, *, closed: bool) -> None:
        """Give the look to what was last drawn on a page."""
        dashes = f"[{self.dashes[0]:g} {self.dashes[1]:g}] 0" if self.dashes else None
        colours = {"color": rgb(self.edge), "fill": rgb(self.fill)}
        shape.finish(width=self.width if self.edge else 0, dashes=dashes, closePath=closed, **colours)


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points, or where it is `closed` the area within."""

    points: tuple[Point, ...]
    look: Look
    closed: bool = True

    def svg(self) -> str:
        """Return the path as an element of SVG."""
        places = " L ".join(f"{x:.2f} {y:.2f}" for x, y in self.points)
        return f'<path d="M {places}{" Z" if self.closed else ""}" {self.look.attributes()}/>'

    def paint(self, shape: Any) -> None:
        """Draw the path on a page."""
        shape.draw_polyline(self.points)
        self.look.paint(shape, closed=self.closed)


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    centre: Point
    radius: float
    look: Look

    def svg(self) -> str:
        """Return the disc as an element of SVG."""
        x, y = self.centre
        return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{self.radius:.2f}" {self.look.attributes()}/>'

    def paint(self, shape: Any) -> None:
        """Draw the disc on a page."""
        (x, y), r = self.centre, self.radius
        shape.draw_oval((x - r, y - r, x + r, y + r))
        self.look.paint(shape, closed=True)


@dataclass(frozen=True, slots=True)
class Words:
    """Text on a base line at a point that is its left, centre or right end; `slanted` it rises from there."""

    text: str
    at: Point
    size: float
    colour: str
    weight: Weight = "normal"
    ha: str = "left"
    slanted: bool = False

    def svg(self) -> str:
        """Return the words as an element of SVG."""
        x, y = self.at
        turned = f' transform="rotate(-{_SLANT} {x:.2f} {y:.2f})"' if self.slanted else ""
        style = f"font-size: {self.size:g}px; font-weight: {self.weight}; text-anchor: {_ALIGNED[self.ha][1]}"
        return f'<text x="{x:.2f}" y="{y:.2f}" fill="{self.colour}" style="{style}"{turned}>{escape(self.text)}</text>'

    def write(self, writer: Any) -> None:
        """Write the words with a writer of a page, unslanted."""
        x, y = self.at
        x -= _ALIGNED[self.ha][0] * width_of(self.text, self.size, self.weight) * POINTS
        for name, part in runs(self.text, self.weight):
            _, (x, y) = writer.append((x, y), part, font=font(name), fontsize=self.size)


def rgb(colour: str) -> tuple[float, ...] | None:
    """Return a colour of the form #rrggbb as its parts from 0 to 1; None for none."""
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)) if colour else None


def painted(width: float, height: float, ground: str, shapes: Iterable[Path | Disc], words: Iterable[Words]) -> Any:
    """Return a page of a document, with shapes in order and words over them."""
    from pipeline.mupdf import pymupdf

    page = pymupdf.open().new_page(width=width, height=height)
    canvas = page.new_shape()
    canvas.draw_rect(page.rect)
    Look(fill=ground).paint(canvas, closed=True)
    for shape in shapes:
        shape.paint(canvas)
    canvas.commit()
    writers: dict[str, Any] = {}
    for one in words:
        if one.slanted:
            writer = pymupdf.TextWriter(page.rect)
            one.write(writer)
            slant = math.radians(_SLANT)
            turn = pymupdf.Matrix(math.cos(slant), math.sin(slant), -math.sin(slant), math.cos(slant), 0, 0)
            writer.write_text(page, color=rgb(one.colour), morph=(pymupdf.Point(one.at), turn))
            continue
        if one.colour not in writers:
            writers[one.colour] = pymupdf.TextWriter(page.rect)
        one.write(writers[one.colour])
    for colour, writer in writers.items():
        writer.write_text(page, color=rgb(colour))
    return page
