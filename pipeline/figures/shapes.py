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
_ROUND = 0.5523  # how far the handles of a curve lie that is a quarter of a circle, in radiuses


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

    def pdf(self, path: str, *, closed: bool) -> str:
        """Return what draws a path with this look on a page of PDF (ISO 32000, 8.5)."""
        dashes = f"[{self.dashes[0]:g} {self.dashes[1]:g}] 0 d" if self.dashes else "[] 0 d"
        fill = f"{_numbers(rgb(self.fill))} rg" if self.fill else ""
        edge = f"{_numbers(rgb(self.edge))} RG {self.width:g} w {dashes}" if self.edge else ""
        painted = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
        return f"{fill} {edge} {path} {'h ' if closed else ''}{painted[bool(fill), bool(edge)]}"


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

    def pdf(self) -> str:
        """Return what draws the path on a page of PDF."""
        places = " l ".join(map(_numbers, self.points))
        first, _, rest = places.partition(" l ")
        return self.look.pdf(f"{first} m {rest} l", closed=self.closed)


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

    def pdf(self) -> str:
        """Return what draws the disc on a page of PDF: four curves."""
        (x, y), r, k = self.centre, self.radius, self.radius * _ROUND
        curves = (
            (x + r, y + k, x + k, y + r, x, y + r),
            (x - k, y + r, x - r, y + k, x - r, y),
            (x - r, y - k, x - k, y - r, x, y - r),
            (x + k, y - r, x + r, y - k, x + r, y),
        )
        path = " ".join(f"{_numbers(curve)} c" for curve in curves)
        return self.look.pdf(f"{_numbers((x + r, y))} m {path}", closed=True)


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


def rgb(colour: str) -> tuple[float, ...]:
    """Return a colour of the form #rrggbb as its parts from 0 to 1."""
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.3f}" for value in values)


def painted(width: float, height: float, ground: str, shapes: Iterable[Path | Disc], words: Iterable[Words]) -> Any:
    """Return a page of a document, with shapes in order and words over them."""
    from pipeline.mupdf import pymupdf

    document = pymupdf.open()
    page = document.new_page(width=width, height=height)
    down = f"1 0 0 -1 0 {height:.3f} cm"  # in PDF places count from the lower left corner
    corners = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    drawn = [Path(corners, Look(ground)), *shapes]
    number = document.get_new_xref()
    document.update_object(number, "<<>>")
    document.update_stream(number, "\n".join(["q", down, *(one.pdf() for one in drawn), "Q"]).encode())
    page.set_contents(number)
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
