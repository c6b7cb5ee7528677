"""In: how many claims of each certainty a source makes. Out: a bar for each source, stacked by certainty."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.figures.canvas import Canvas, heading, paragraph
from pipeline.figures.labels import counted, slug
from pipeline.figures.letters import HEADING, NORMAL, SMALL, fit, height_of, width_of, wrap
from pipeline.figures.style import STYLE
from pipeline.records import Figure
from pipeline.vocabulary import CERTAINTIES, Certainty

_MARGIN = 0.2
_NAMES, _BARS, _COUNTS = 3.6, 5.0, 1.0
_ROW, _BAR = 0.36, 0.24


@dataclass(frozen=True, slots=True)
class SourceCount:
    """A source, and how many claims of each certainty it makes."""

    source_id: str
    title: str
    counts: Counter[Certainty]

    @property
    def importance(self) -> tuple[int, str]:
        """Sorts those with most claims first."""
        return -self.counts.total(), self.source_id


def draw_certainty(shown: Sequence[SourceCount], *, n_sources: int, n_claims: int, folder: Path) -> list[Figure]:
    """Draw a bar for each source that is shown; `n_sources` and `n_claims` count those left out too."""
    style = STYLE
    note = ""
    if left := n_sources - len(shown):
        rest = n_claims - sum(source.counts.total() for source in shown)
        note = (
            f"{counted(left, 'more source')} with {counted(rest, 'claim')} {'is' if left == 1 else 'are'} not shown; "
            "all are in evidence.csv."
        )
    title = "Certainty of the claims, by source"
    width = _MARGIN + _NAMES + _BARS + _COUNTS
    told = wrap(_SUBTITLE, width - 2 * _MARGIN, NORMAL)
    notes = wrap(note, width - 2 * _MARGIN, SMALL)
    top = 0.32 + height_of([title], HEADING) + height_of(told, NORMAL) + 0.5
    canvas = Canvas(width, top + len(shown) * _ROW + 0.15 + height_of(notes, SMALL) + (0.1 if notes else 0))
    y = heading(canvas, [title], told)
    _legend(canvas, y + 0.15)
    scale = _BARS / max(source.counts.total() for source in shown)
    for place, source in enumerate(shown):
        y = top + place * _ROW
        _name(canvas, source, y)
        x = _MARGIN + _NAMES
        for certainty in CERTAINTIES:
            count = source.counts[certainty]
            if not count:
                continue
            look = style.certainty[certainty]
            gid = f"bar-{place + 1}-{slug(certainty)}-{count}"
            wide = count * scale
            canvas.box(x, y - _BAR / 2, wide, _BAR, fill=look.colour, edge=style.picture.soft, lw=0.5, gid=gid)
            for label in (f"{look.letters} {count:,}", f"{count:,}"):
                if width_of(label, SMALL) + 0.06 <= wide:
                    canvas.text(x + wide / 2, y, label, size=SMALL, colour=look.ink, ha="center")
                    break
            x += wide
        canvas.text(x + 0.08, y, f"{source.counts.total():,}", weight="bold")
    paragraph(canvas, notes, top + len(shown) * _ROW + 0.05, colour=style.picture.notice)
    alt = _described(shown, n_sources, title)
    svg, png = canvas.save(folder, "certainty-by-source", title=title, alt=alt)
    return [Figure("certainty-by-source", title, "certainty by source", svg, png, alt, note)]


_SUBTITLE = "How sure the evidence behind each claim is (GRADE). The number behind a bar counts the source's claims."


def _legend(canvas: Canvas, y: float) -> None:
    x = _MARGIN + _NAMES
    for certainty, look in STYLE.certainty.items():
        canvas.box(x, y - 0.09, 0.3, 0.18, fill=look.colour, edge=canvas.look.soft, lw=0.5)
        canvas.text(x + 0.15, y, look.letters, size=SMALL, colour=look.ink, ha="center")
        canvas.text(x + 0.36, y, certainty)
        x += 0.36 + width_of(certainty, NORMAL) + 0.25


def _name(canvas: Canvas, source: SourceCount, y: float) -> None:
    x, wide = _MARGIN + _NAMES - 0.12, _NAMES - 0.15
    canvas.text(x, y - (0.07 if source.title else 0), fit(source.source_id, wide, NORMAL), ha="right")
    if source.title:
        canvas.text(x, y + 0.075, fit(source.title, wide, SMALL), size=SMALL, colour=canvas.look.soft, ha="right")


def _described(shown: Sequence[SourceCount], n_sources: int, title: str) -> str:
    described = shown[: STYLE.limits.described]
    said = "; ".join(
        f"{source.source_id}: "
        + ", ".join(f"{source.counts[c]:,} {c.lower()}" for c in CERTAINTIES if source.counts[c])
        for source in described
    )
    left = n_sources - len(described)
    rest = f"; and {counted(left, 'more source')}" if left else ""
    return f"{title}. {said}{rest}."
