"""In: the estimates of a pair. Out: their forest plot, by exposure; they are shown side by side and never pooled."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.figures.canvas import (
    HEADING,
    LINE,
    NORMAL,
    POINTS,
    SMALL,
    Canvas,
    certainty_dots,
    fit,
    heading,
    height_of,
    paragraph,
    width_of,
    wrap,
)
from pipeline.figures.estimate import Estimate, Forest
from pipeline.figures.labels import counted, number
from pipeline.figures.scale import Scale, scale_of
from pipeline.figures.style import STYLE
from pipeline.records import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGIN, _GAP = 0.2, 0.2
_NAMES, _PLOT, _EFFECTS, _EVIDENCE = 2.9, 3.5, 2.3, 2.6
_WIDTH = 2 * _MARGIN + _NAMES + _PLOT + _EFFECTS + _EVIDENCE + 3 * _GAP
_BAND, _PADDING = 0.28, 0.16
_SMALL_LINE = SMALL * LINE / POINTS
_NORMAL_LINE = NORMAL * LINE / POINTS
_MOST_FLAG_LINES = 3
_MARK = 7.0
_COLUMNS = ("Source", "", "Effect", "Certainty, design, flags")

_LEGEND = (
    ("s", True, "the source's own result"),
    ("o", True, "a result that the source cites or reports"),
    ("s", False, "hollow: flagged, look at it first"),
)
_NOT_POOLED = (
    "Not pooled: the estimates differ in design, population and adjustment, and several sources may report the same "
    "study. An arrow: the interval goes on."
)


def draw_forest(forest: Forest, name: str, folder: Path) -> Figure:
    """Draw a forest plot under a file name."""
    shown = forest.estimates
    left = forest.n_estimates - len(shown)
    note = ""
    if left:
        note = (
            f"{counted(left, 'estimate')} of lower certainty or earlier years {'is' if left == 1 else 'are'} "
            "not shown; all are in evidence.csv."
        )
    title = f"{forest.nutrient} and {forest.condition}: {forest.family.plural}"
    titles = wrap(title, _WIDTH - 2 * _MARGIN, HEADING, most=2, weight="bold")
    told = wrap(_subtitle(forest), _WIDTH - 2 * _MARGIN, NORMAL)
    notes = wrap(_NOT_POOLED, _WIDTH - 2 * _MARGIN, SMALL)
    warnings = wrap(note, _WIDTH - 2 * _MARGIN, SMALL)
    top = 0.32 + height_of(titles, HEADING) + height_of(told, NORMAL) + 0.3
    bands = [(exposure, list(group)) for exposure, group in groupby(shown, key=lambda one: one.exposure)]
    bottom = top + len(bands) * _BAND + sum(map(_height, shown)) + 0.06
    canvas = Canvas(_WIDTH, bottom + 1.0 + height_of([*notes, *warnings], SMALL) + 0.08)
    heading(canvas, titles, told)
    panel = _axis(canvas, scale := scale_of(shown, forest.family), top, bottom)
    _columns(canvas, top - 0.14)
    y, place = top, 0
    for exposure, group in bands:
        canvas.box(_MARGIN, y, _WIDTH - 2 * _MARGIN, _BAND - 0.04, fill=canvas.look.band, zorder=0)
        canvas.text(_MARGIN + 0.06, y + _BAND / 2 - 0.02, exposure, weight="bold")
        y += _BAND
        for one in group:
            place += 1
            _label(canvas, one, y + _PADDING / 2)
            _mark(panel, one, scale, y + _height(one) / 2, place)
            y += _height(one)
    _legend(canvas, bottom + 0.8)
    y = paragraph(canvas, notes, bottom + 1.06)
    paragraph(canvas, warnings, y, colour=canvas.look.notice)
    alt = _described(shown, title, note)
    svg, png = canvas.save(folder, name, title=title, alt=alt)
    return Figure(name, title, "forest plot", svg, png, alt, note, forest.pair)


def _subtitle(forest: Forest) -> str:
    estimates, sources = counted(forest.n_estimates, "estimate"), counted(forest.n_sources, "source")
    return f"{estimates} from {sources}, by exposure. Each as its source gives it."


def _columns(canvas: Canvas, y: float) -> None:
    x = _MARGIN
    for width, words in (
        (_NAMES, "Source"),
        (_PLOT, ""),
        (_EFFECTS, "Effect"),
        (_EVIDENCE, "Certainty, design, flags"),
    ):
        canvas.text(x, y, words, size=SMALL, colour=canvas.look.soft)
        x += width + _GAP


def _axis(canvas: Canvas, scale: Scale, top: float, bottom: float) -> "Axes":
    """The axis of the effects, with its line at no effect."""
    look, family = canvas.look, scale.family
    panel = canvas.panel(_MARGIN + _NAMES + _GAP, top, _PLOT, bottom - top)
    panel.set_xscale("log" if family.logarithmic else "linear")
    panel.set_xlim(scale.low, scale.high)
    panel.minorticks_off()
    ticks = scale.ticks()
    panel.set_xticks(ticks, [number(tick) for tick in ticks])
    panel.set_yticks([])
    panel.tick_params(axis="x", labelsize=SMALL + 0.5, labelcolor=look.ink, color=look.soft, length=3)
    for side in ("left", "right", "top"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color(look.soft)
    panel.axvline(family.no_effect, color=look.soft, lw=1.0, ls=(0, (4, 2)), zorder=1, gid="no-effect")
    x = _MARGIN + _NAMES + _GAP
    canvas.text(x + _PLOT / 2, bottom + 0.36, family.axis, size=SMALL + 0.5, ha="center")
    canvas.text(x, bottom + 0.36 + _SMALL_LINE, "◀ lower", size=SMALL, colour=look.soft)
    canvas.text(x + _PLOT, bottom + 0.36 + _SMALL_LINE, "higher ▶", size=SMALL, colour=look.soft, ha="right")
    return panel


def _mark(panel: "Axes", one: Estimate, scale: Scale, y: float, place: int) -> None:
    """An estimate with its interval; what lies beyond the axis ends in an arrow."""
    look = STYLE.picture
    if one.low is not None and one.high is not None:
        ends = scale.nearest(one.low), scale.nearest(one.high)
        how: dict[str, Any] = {"color": look.ink, "lw": 1.3, "ms": 6, "mew": 1.0, "zorder": 2, "clip_on": False}
        panel.plot(ends, (y, y), "|-", solid_capstyle="butt", gid=f"interval-{place}", **how)
        for bound, arrow in ((one.low, "<"), (one.high, ">")):
            if not scale.holds(bound):
                panel.plot([scale.nearest(bound)], [y], arrow, **how)
    marker = "s" if one.basis == "own result" else "o"
    if not scale.holds(one.value):
        marker = "<" if one.value < scale.low else ">"
    panel.plot(
        [scale.nearest(one.value)],
        [y],
        marker,
        ms=_MARK,
        mfc=look.ground if one.flags else look.ink,
        mec=look.ink,
        mew=1.4,
        zorder=3,
        clip_on=False,
        gid=f"estimate-{place}-{'hollow' if one.flags else 'filled'}",
    )


def _flag_lines(one: Estimate) -> list[str]:
    return wrap("; ".join(one.flags), _EVIDENCE, SMALL, most=_MOST_FLAG_LINES)


def _height(one: Estimate) -> float:
    """How tall the row of an estimate is, in inches."""
    return _NORMAL_LINE + max(1, len(_flag_lines(one))) * _SMALL_LINE + _PADDING


def _label(canvas: Canvas, one: Estimate, y: float) -> None:
    """The words of a row: the source, the effect, and what to make of it."""
    soft = canvas.look.soft
    first, second = y + _NORMAL_LINE / 2, y + _NORMAL_LINE + _SMALL_LINE / 2
    year = f", {one.year}" if one.year else ""
    source = fit(one.source_id, _NAMES - width_of(year, NORMAL), NORMAL) + year
    canvas.text(_MARGIN, first, source)
    canvas.text(_MARGIN, second, fit(one.source_title, _NAMES, SMALL), size=SMALL, colour=soft)
    x = _MARGIN + _NAMES + _PLOT + 2 * _GAP
    canvas.text(x, first, fit(one.words, _EFFECTS, NORMAL))
    below = "" if one.has_interval else "no interval given"
    if one.p_value:
        sign = "" if one.p_value == "NS" or one.p_value[0] in "<>≤≥=" else "= "
        below = f"{below}{', ' if below else ''}p {sign}{one.p_value.replace('<', '< ').replace('>', '> ')}"
    canvas.text(x, second, fit(below, _EFFECTS, SMALL), size=SMALL, colour=soft)
    x += _EFFECTS + _GAP
    certainty_dots(canvas, x + 0.04, first, STYLE.certainty[one.certainty].dots)
    canvas.text(x + 0.42, first, fit(f"{one.certainty}, {one.design}", _EVIDENCE - 0.42, NORMAL))
    for place, line in enumerate(_flag_lines(one)):
        canvas.text(x, second + place * _SMALL_LINE, line, size=SMALL, colour=canvas.look.notice)


def _legend(canvas: Canvas, y: float) -> None:
    look, x = canvas.look, _MARGIN + 0.06
    for marker, filled, words in _LEGEND:
        canvas.marks([x], y, _MARK - 1, fill=look.ink if filled else look.ground, marker=marker)
        canvas.text(x + 0.14, y, words, size=SMALL)
        x += 0.14 + width_of(words, SMALL) + 0.3


def _described(shown: Sequence[Estimate], title: str, note: str) -> str:
    most = STYLE.limits.described
    said = "; ".join(
        f"{one.source_id}{f' ({one.year})' if one.year else ''}, {one.exposure}: {one.words}, "
        f"{one.certainty.lower()} certainty{f', flagged {chr(44).join(one.flags)}' if one.flags else ''}"
        for one in shown[:most]
    )
    rest = f"; and {counted(len(shown) - most, 'more estimate')}" if len(shown) > most else ""
    return f"Forest plot, {title}. {said}{rest}. Not pooled.{f' {note}' if note else ''}"
