"""In: the estimates of a pair and what they show together. Out: their forest plot, by exposure."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.figures.canvas import Canvas, Marker, certainty_dots, heading, paragraph
from pipeline.figures.estimate import Estimate, Forest
from pipeline.figures.labels import counted, number
from pipeline.figures.letters import HEADING, LINE, NORMAL, POINTS, SMALL, fit, height_of, width_of, wrap
from pipeline.figures.scale import Scale, scale_of
from pipeline.figures.style import STYLE
from pipeline.records import Figure, PooledSummary
from pipeline.vocabulary import Exposure

_MARGIN, _GAP = 0.2, 0.2
_NAMES, _PLOT, _EFFECTS, _EVIDENCE = 2.9, 3.5, 2.3, 2.6
_WIDTH = 2 * _MARGIN + _NAMES + _PLOT + _EFFECTS + _EVIDENCE + 3 * _GAP
_BAND, _PADDING = 0.28, 0.16
_SMALL_LINE = SMALL * LINE / POINTS
_NORMAL_LINE = NORMAL * LINE / POINTS
_MOST_FLAG_LINES = 3
_MARK, _END, _LINE = 7.0, 6.0, 1.3  # points
_TICK = 0.04
_SUMMARY = _NORMAL_LINE + _SMALL_LINE + _PADDING
_DIAMOND = 0.09
_COLUMNS = ("Source", "", "Effect", "Certainty, design, flags")

_LEGEND: tuple[tuple[Marker, bool, str], ...] = (
    ("s", True, "the source's own result"),
    ("o", True, "a result that the source cites or reports"),
    ("s", False, "hollow: flagged, look at it first"),
)
_POOLED = (
    "Pooled by random effects, one result a study: those with a weight. Diamond: the pooled effect and its interval; "
    "the line through it: the prediction interval, where a further study is to be expected. "
)
_NOT_POOLED = (
    "Not pooled: the estimates differ in design, population and adjustment, and several sources may report the same "
    "study. "
)
_ARROW = "An arrow: the interval goes on."


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
    notes = wrap(_POOLED + _ARROW if forest.pooled else _NOT_POOLED + _ARROW, _WIDTH - 2 * _MARGIN, SMALL)
    warnings = wrap(note, _WIDTH - 2 * _MARGIN, SMALL)
    top = 0.32 + height_of(titles, HEADING) + height_of(told, NORMAL) + 0.3
    bands = [(exposure, list(group)) for exposure, group in groupby(shown, key=lambda one: one.exposure)]
    summaries = {exposure: forest.pooled[exposure] for exposure, _ in bands if exposure in forest.pooled}
    bottom = top + len(bands) * _BAND + sum(map(_height, shown)) + len(summaries) * _SUMMARY + 0.06
    canvas = Canvas(_WIDTH, bottom + 1.0 + height_of([*notes, *warnings], SMALL) + 0.08)
    heading(canvas, titles, told)
    _axis(canvas, scale := scale_of(shown, forest.family), top, bottom)
    _columns(canvas, top - 0.14)
    y, place = top, 0
    for exposure, group in bands:
        canvas.box(_MARGIN, y, _WIDTH - 2 * _MARGIN, _BAND - 0.04, fill=canvas.look.band, below=True)
        canvas.text(_MARGIN + 0.06, y + _BAND / 2 - 0.02, exposure, weight="bold")
        y += _BAND
        for one in group:
            place += 1
            _label(canvas, one, y + _PADDING / 2)
            _mark(canvas, one, scale, y + _height(one) / 2, place)
            y += _height(one)
        if exposure in summaries:
            _summary(canvas, summaries[exposure], scale, y, exposure)
            y += _SUMMARY
    _legend(canvas, bottom + 0.8)
    y = paragraph(canvas, notes, bottom + 1.06)
    paragraph(canvas, warnings, y, colour=canvas.look.notice)
    alt = _described(shown, summaries, title, note)
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


def _axis(canvas: Canvas, scale: Scale, top: float, bottom: float) -> None:
    """The axis of the effects, with its line at no effect."""
    look, family = canvas.look, scale.family
    x = _MARGIN + _NAMES + _GAP
    canvas.line([(x, bottom), (x + _PLOT, bottom)], colour=look.soft, lw=0.8)
    for tick in scale.ticks():
        at = _place(scale, tick)
        canvas.line([(at, bottom), (at, bottom + _TICK)], colour=look.soft, lw=0.8)
        canvas.text(at, bottom + 0.14, number(tick), size=SMALL + 0.5, ha="center")
    at = _place(scale, family.no_effect)
    canvas.line([(at, top), (at, bottom)], colour=look.soft, lw=1.0, dashes=(4, 2), gid="no-effect")
    canvas.text(x + _PLOT / 2, bottom + 0.36, family.axis, size=SMALL + 0.5, ha="center")
    canvas.text(x, bottom + 0.36 + _SMALL_LINE, "◀ lower", size=SMALL, colour=look.soft)
    canvas.text(x + _PLOT, bottom + 0.36 + _SMALL_LINE, "higher ▶", size=SMALL, colour=look.soft, ha="right")


def _place(scale: Scale, value: float) -> float:
    """Where a value stands on the sheet, in inches; one beyond the axis stands at its end."""
    return _MARGIN + _NAMES + _GAP + scale.share(value) * _PLOT


def _interval(canvas: Canvas, scale: Scale, bounds: tuple[float, float], y: float, gid: str, *, ends: bool) -> None:
    """A line from bound to bound, with strokes at its `ends`; what lies beyond the axis ends in an arrow."""
    look = canvas.look
    places = [_place(scale, bound) for bound in bounds]
    canvas.line([(place, y) for place in places], colour=look.ink, lw=_LINE, gid=gid)
    arrows: tuple[Marker, Marker] = ("<", ">")
    for bound, place, arrow in zip(bounds, places, arrows, strict=True):
        if not scale.holds(bound):
            canvas.marks([place], y, _END, fill=look.ink, marker=arrow)
        elif ends:
            canvas.marks([place], y, _END, fill=look.ink, marker="|", lw=1.0)


def _mark(canvas: Canvas, one: Estimate, scale: Scale, y: float, place: int) -> None:
    """An estimate with its interval."""
    look = canvas.look
    if one.low is not None and one.high is not None:
        _interval(canvas, scale, (one.low, one.high), y, f"interval-{place}", ends=True)
    marker: Marker = "s" if one.basis == "own result" else "o"
    if not scale.holds(one.value):
        marker = "<" if one.value < scale.low else ">"
    gid = f"estimate-{place}-{'hollow' if one.flags else 'filled'}"
    fill = look.ground if one.flags else look.ink
    canvas.marks([_place(scale, one.value)], y, _MARK, fill=fill, marker=marker, lw=1.4, gid=gid)


def _summary(canvas: Canvas, pooled: PooledSummary, scale: Scale, y: float, exposure: str) -> None:
    """The pooled effect of an exposure: a diamond as wide as its interval, the prediction interval, and the words."""
    look = canvas.look
    middle = y + _SUMMARY / 2
    if pooled.prediction_low is not None and pooled.prediction_high is not None:
        bounds = pooled.prediction_low, pooled.prediction_high
        _interval(canvas, scale, bounds, middle, f"prediction-1-{exposure}", ends=False)
    low, effect, high = (_place(scale, value) for value in (pooled.ci_low, pooled.effect, pooled.ci_high))
    corners = [(low, middle), (effect, middle - _DIAMOND), (high, middle), (effect, middle + _DIAMOND)]
    canvas.shape(corners, fill=look.ink, gid=f"pooled-1-{exposure}")
    first, second = y + _PADDING / 2 + _NORMAL_LINE / 2, y + _PADDING / 2 + _NORMAL_LINE + _SMALL_LINE / 2
    canvas.text(_MARGIN, first, f"Pooled, {counted(pooled.studies, 'study', 'studies')}", weight="bold")
    if pooled.i2 is not None:
        canvas.text(_MARGIN, second, f"I² {pooled.i2:.0f}%", size=SMALL, colour=look.soft)
    x = _MARGIN + _NAMES + _PLOT + 2 * _GAP
    canvas.text(x, first, _words_of(pooled), weight="bold")
    if pooled.prediction_low is not None and pooled.prediction_high is not None:
        words = f"prediction {number(pooled.prediction_low)} to {number(pooled.prediction_high)}"
        canvas.text(x, second, words, size=SMALL, colour=look.soft)


def _words_of(pooled: PooledSummary) -> str:
    """`RR 0.8 (95% CI 0.69 to 0.93)`."""
    effect = f"{pooled.measure} {number(pooled.effect)}"
    return f"{effect} (95% CI {number(pooled.ci_low)} to {number(pooled.ci_high)})"


def _flag_lines(one: Estimate) -> list[str]:
    return wrap("; ".join(one.flags), _EVIDENCE, SMALL, most=_MOST_FLAG_LINES)


def _height(one: Estimate) -> float:
    """How tall the row of an estimate is, in inches: no name, title or effect is cut."""
    names, titles = _source_lines(one)
    effects, below = _effect_lines(one)
    columns = ((names, titles), (effects, below), ([""], _flag_lines(one) or [""]))
    return max(len(large) * _NORMAL_LINE + len(small) * _SMALL_LINE for large, small in columns) + _PADDING


def _source_lines(one: Estimate) -> tuple[list[str], list[str]]:
    year = f", {one.year}" if one.year else ""
    return wrap(f"{one.source_id}{year}", _NAMES, NORMAL), wrap(one.source_title, _NAMES, SMALL)


def _effect_lines(one: Estimate) -> tuple[list[str], list[str]]:
    below = [] if one.has_interval else ["no interval given"]
    if one.p_value:
        sign = "" if one.p_value == "NS" or one.p_value[0] in "<>≤≥=" else "= "
        below.append(f"p {sign}{one.p_value.replace('<', '< ').replace('>', '> ')}")
    if one.weight is not None:
        below.append(f"weight {one.weight:.1f}%")
    return wrap(one.words, _EFFECTS, NORMAL), wrap(", ".join(below), _EFFECTS, SMALL)


def _label(canvas: Canvas, one: Estimate, y: float) -> None:
    """The words of a row: the source, the effect, and what to make of it."""
    first, second = y + _NORMAL_LINE / 2, y + _NORMAL_LINE + _SMALL_LINE / 2
    _column(canvas, _MARGIN, y, *_source_lines(one))
    x = _MARGIN + _NAMES + _PLOT + 2 * _GAP
    _column(canvas, x, y, *_effect_lines(one))
    x += _EFFECTS + _GAP
    certainty_dots(canvas, x + 0.04, first, STYLE.certainty[one.certainty].dots)
    canvas.text(x + 0.42, first, fit(f"{one.certainty}, {one.design}", _EVIDENCE - 0.42, NORMAL))
    for place, line in enumerate(_flag_lines(one)):
        canvas.text(x, second + place * _SMALL_LINE, line, size=SMALL, colour=canvas.look.notice)


def _column(canvas: Canvas, x: float, y: float, large: Sequence[str], small: Sequence[str]) -> None:
    """Lines in the usual size, and lines in the small one below them."""
    for place, line in enumerate(large):
        canvas.text(x, y + (place + 0.5) * _NORMAL_LINE, line)
    y += len(large) * _NORMAL_LINE
    for place, line in enumerate(small):
        canvas.text(x, y + (place + 0.5) * _SMALL_LINE, line, size=SMALL, colour=canvas.look.soft)


def _legend(canvas: Canvas, y: float) -> None:
    look, x = canvas.look, _MARGIN + 0.06
    for marker, filled, words in _LEGEND:
        canvas.marks([x], y, _MARK - 1, fill=look.ink if filled else look.ground, marker=marker)
        canvas.text(x + 0.14, y, words, size=SMALL)
        x += 0.14 + width_of(words, SMALL) + 0.3


def _described(shown: Sequence[Estimate], pooled: Mapping[Exposure, PooledSummary], title: str, note: str) -> str:
    most = STYLE.limits.described
    said = "; ".join(
        f"{one.source_id}{f' ({one.year})' if one.year else ''}, {one.exposure}: {one.words}, "
        f"{one.certainty.lower()} certainty{f', flagged {chr(44).join(one.flags)}' if one.flags else ''}"
        for one in shown[:most]
    )
    rest = f"; and {counted(len(shown) - most, 'more estimate')}" if len(shown) > most else ""
    together = "; ".join(f"{exposure}: {_words_of(one)}" for exposure, one in pooled.items())
    shows = f"Pooled, {together}." if together else "Not pooled."
    return f"Forest plot, {title}. {said}{rest}. {shows}{f' {note}' if note else ''}"
