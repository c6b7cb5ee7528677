"""In: the table figures.toml. Out: limits, colours, signs and families of effects, typed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pipeline.rule_table import RuleTable
from pipeline.vocabulary import Certainty, Verdict


class Limits(RuleTable):
    """How much one picture holds, and how many pictures a run draws."""

    matrix_rows: int
    matrix_columns: int
    matrix_pages: int
    matrix_considered: int
    forest_plots: int
    forest_estimates: int
    bars: int
    described: int


class Picture(RuleTable):
    """What all pictures share; colours as #rrggbb."""

    dots_per_inch: int
    font: str
    fallback: str
    ink: str
    soft: str
    line: str
    band: str
    ground: str
    notice: str


class VerdictLook(RuleTable):
    """A verdict's sign, and its colours for the sign and for what lies behind it."""

    sign: str
    colour: str
    tint: str


class CertaintyLook(RuleTable):
    """A certainty's dots of four, its letters, and its colours for an area and for the text on it."""

    dots: int
    letters: str
    colour: str
    ink: str


class Family(RuleTable):
    """Effects that one axis can show: their measures, and the value at which there is no effect."""

    name: str
    plural: str
    measures: tuple[str, ...]
    logarithmic: bool
    no_effect: float
    axis: str


class Style(RuleTable):
    """Every limit, colour and sign of the pictures."""

    limits: Limits
    picture: Picture
    verdict: Mapping[Verdict, VerdictLook]
    certainty: Mapping[Certainty, CertaintyLook]
    family: tuple[Family, ...]


STYLE = Style.model_validate(tomllib.loads((Path(__file__).parent / "figures.toml").read_text(encoding="utf-8")))
