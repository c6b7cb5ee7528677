"""Pictures: what they show is what the rows say, they stay legible, and the same rows give the same bytes."""

import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_rows import COMPARISON_ROW, row

from pipeline import run
from pipeline.comparison import compare
from pipeline.config import Settings
from pipeline.figures import draw, gallery
from pipeline.figures.estimate import Estimate, estimate_of
from pipeline.figures.labels import FileNames, slug
from pipeline.figures.matrix import importance, paginate
from pipeline.figures.scale import scale_of
from pipeline.figures.style import STYLE
from pipeline.figures.top_k import TopK
from pipeline.records import ComparisonRow, EvidenceRow, Figure
from pipeline.report import read_contents
from pipeline.vocabulary import EXPOSURES

SVG = "{http://www.w3.org/2000/svg}"
RATIO, DIFFERENCE, STANDARDISED = STYLE.family
SYNDROME = "restless-legs-syndrome"
FLOW = {"prisma-flow.svg", "prisma-flow.png"}
PAGE = """Does {0} matter?

A cohort study found that {0} deficiency was associated with restless legs syndrome (OR 1.62, 95% CI 1.21 to 2.17).
"""
VERDICTS = tuple(STYLE.verdict)
ROWS = [
    row(claim_id="01", source_id="PMID:1", source_date="2019-05-01", flags="", ci_low=0.9, ci_high=0.99),
    row(claim_id="02", source_id="page.txt", effect_measure="RR", effect_value=1.5, ci_low=1.1, ci_high=2.0),
    row(claim_id="03", source_id="page.txt", exposure="supplementation", ci_low=0.2, ci_high=1.25, flags=""),
    row(claim_id="04", source_id="trial.pdf", effect_measure="MD", effect_value=-3.5, ci_low=-6, ci_high=-1, flags=""),
    row(claim_id="05", source_id="trial.pdf", condition="sleep", condition_id="", effect_measure="beta"),
]


def drawn(rows: Sequence[EvidenceRow], folder: Path) -> dict[str, Figure]:
    rows = sorted(rows, key=lambda row: row.source_id)
    return {figure.name: figure for figure in draw(rows, compare(rows), folder)}


def texts(figure: Figure) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.parse(figure.svg).iter(f"{SVG}text")]


def parts(figure: Figure, start: str) -> list[str]:
    ids = (node.get("id", "") for node in ElementTree.parse(figure.svg).iter())
    return [name for name in ids if re.match(rf"{start}-\d", name)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    return drawn(ROWS, tmp_path_factory.mktemp("pictures") / "figures")


def test_each_picture_is_an_svg_and_a_png_named_by_what_it_shows(pictures: dict[str, Figure]) -> None:
    assert list(pictures) == [
        "evidence-matrix",
        "certainty-by-source",
        "forest-vitamin-b12-restless-legs-syndrome-ratios",
        "forest-vitamin-b12-restless-legs-syndrome-mean-differences",
    ]
    for name, figure in pictures.items():
        assert (figure.svg.name, figure.png.name) == (f"{name}.svg", f"{name}.png")
        assert figure.png.read_bytes().startswith(b"\x89PNG")
    (folder,) = {figure.svg.parent for figure in pictures.values()}
    assert len(list(folder.iterdir())) == 2 * len(pictures)


def test_a_forest_plot_shows_each_estimate_with_source_year_effect_and_flags(pictures: dict[str, Figure]) -> None:
    figure = pictures["forest-vitamin-b12-restless-legs-syndrome-ratios"]
    assert parts(figure, "estimate") == ["estimate-1-hollow", "estimate-2-filled", "estimate-3-filled"]
    assert len(parts(figure, "interval")) == 3
    written = texts(figure)
    assert {"deficiency", "supplementation", "PMID:1, 2019", "page.txt, 2024"} <= set(written)
    assert {"OR 0.97 (95% CI 0.9 to 0.99)", "RR 1.5 (95% CI 1.1 to 2)", "OR 0.97 (95% CI 0.2 to 1.25)"} <= set(written)
    assert "effect-direction-mismatch; secondary-source" in written and "p = 0.003" in written
    assert any(words.startswith("Not pooled") for words in written)
    assert figure.pair == ("MESH:D014805", "MESH:D012148")


def test_a_forest_plot_shows_what_was_pooled_with_weights_and_the_prediction_interval(tmp_path: Path) -> None:
    numbers = ((0.8, 0.6, 1.07), (0.78, 0.59, 1.03), (0.55, 0.45, 0.68), (0.95, 0.8, 1.13))
    rows = [
        row(
            claim_id=f"{n:02}", source_id=f"PMID:{n}", source_title=f"Trial number {n}", exposure="supplementation",
            relation="decreases_risk", study_design="rct", evidence_level=2, evidence_basis="own result", citations=(),
            effect_measure="RR", effect_value=value, ci_low=low, ci_high=high, sample_size=600, p_value="", flags=(),
        )
        for n, (value, low, high) in enumerate(numbers, start=1)
    ]  # fmt: skip
    (body,) = compare(rows)
    assert body.finding is not None and body.finding.pooled is not None
    pooled = body.finding.pooled
    figure = drawn(rows, tmp_path)["forest-vitamin-b12-restless-legs-syndrome-ratios"]
    assert parts(figure, "pooled") == ["pooled-1-supplementation"]
    assert parts(figure, "prediction") == ["prediction-1-supplementation"]
    written = texts(figure)
    weights = [float(w.partition("weight ")[2].rstrip("%")) for w in written if "weight " in w and w.endswith("%")]
    assert len(weights) == 4 and sum(weights) == pytest.approx(100, abs=0.3)
    assert f"RR {pooled.effect:.4g} (95% CI {pooled.ci_low:.4g} to {pooled.ci_high:.4g})" in written
    assert f"prediction {pooled.prediction_low:.4g} to {pooled.prediction_high:.4g}" in written
    assert "Pooled, 4 studies" in written and not any(words.startswith("Not pooled") for words in written)
    assert f"Pooled, supplementation: RR {pooled.effect:.4g}" in figure.alt


def test_long_labels_are_never_cut(tmp_path: Path) -> None:
    name = "a-folder-with-a-very-long-name/" * 6 + "trial-of-vitamin-b12.pdf"
    title = "Vitamin B12 for people with restless legs and everything else that a title can hold: " * 4
    figure = drawn([row(source_id=name, source_title=title)], tmp_path)[
        "forest-vitamin-b12-restless-legs-syndrome-ratios"
    ]
    written = texts(figure)
    assert name in "".join(written) and " ".join(title.split()) in " ".join(written)
    assert not any("…" in words for words in written)


def test_differences_stand_on_an_axis_of_their_own(pictures: dict[str, Figure]) -> None:
    figure = pictures["forest-vitamin-b12-restless-legs-syndrome-mean-differences"]
    assert len(parts(figure, "estimate")) == 1 and "MD −3.5 (95% CI −6 to −1)" in texts(figure)
    assert "0" in texts(figure) and "−6" in texts(figure)


def test_the_matrix_shows_verdict_certainty_sources_and_disagreement(tmp_path: Path) -> None:
    bodies = [
        replace(COMPARISON_ROW, exposure=exposure, verdict=verdict, n_sources=place + 3, disagreement=place < 2)
        for place, (exposure, verdict) in enumerate(zip(EXPOSURES, VERDICTS, strict=False))
    ]
    matrix, *_ = draw(ROWS, bodies, tmp_path)
    cells = [name for name in parts(matrix, "cell") if not name.endswith("disagreement")]
    shown = VERDICTS[: len(EXPOSURES)]
    assert sorted(cells) == sorted(f"cell-{n}-1-{slug(verdict)}" for n, verdict in enumerate(shown, 1))
    assert sum(name.endswith("disagreement") for name in parts(matrix, "cell")) == 2
    written = Counter(texts(matrix))
    signs = STYLE.verdict
    assert all(written[signs[verdict].sign] == 2 for verdict in shown)  # in its cell and in the legend
    assert all(written[str(number)] >= 1 for number in range(3, 8))
    assert "vitamin B12 (deficiency) and restless legs syndrome: harmful, low certainty, 3 sources, which" in matrix.alt


def test_certainty_by_source_stacks_the_counts(tmp_path: Path) -> None:
    rows = [row(claim_id=f"{n:02}", source_id="a.txt", certainty="High") for n in range(3)]
    rows += [row(claim_id="10", source_id="a.txt", certainty="Very low"), row(claim_id="11", source_id="b.txt")]
    figure = drawn(rows, tmp_path)["certainty-by-source"]
    assert parts(figure, "bar") == ["bar-1-high-3", "bar-1-very-low-1", "bar-2-low-1"]
    assert {"H 3", "VL 1", "L 1", "4", "1", "a.txt", "b.txt"} <= set(texts(figure))
    assert "a.txt: 3 high, 1 very low; b.txt: 1 low" in figure.alt


def test_pictures_speak_to_those_who_cannot_see_them(pictures: dict[str, Figure]) -> None:
    for name, figure in pictures.items():
        root = ElementTree.parse(figure.svg).getroot()
        title, told = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None and told is not None
        assert title.text == figure.title and told.text == figure.alt and len(figure.alt) > 40
        assert root.get("role") == "img" and root.get("aria-labelledby") == f"{name}-title {name}-desc"
        assert b"Description\x00" + figure.alt[:20].encode("latin-1") in figure.png.read_bytes() or "−" in figure.alt


def test_no_text_is_too_small_to_read_and_nothing_is_fetched(pictures: dict[str, Figure]) -> None:
    for figure in pictures.values():
        svg = figure.svg.read_text("utf-8")
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
        assert sizes and min(sizes) >= 8
        assert "<!DOCTYPE" not in svg and not re.search(r'href="(?!#)', svg) and "<image" not in svg


def test_the_same_rows_give_the_same_bytes(pictures: dict[str, Figure], tmp_path: Path) -> None:
    again = drawn(ROWS, tmp_path)
    for name, figure in pictures.items():
        assert again[name].svg.read_bytes() == figure.svg.read_bytes()
        assert again[name].png.read_bytes() == figure.png.read_bytes()
        assert not re.search(rb"20\d\d-\d\d-\d\dT", figure.svg.read_bytes())


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    assert draw([], [], tmp_path / "figures") == ()
    assert not (tmp_path / "figures").exists()


def test_one_row_is_enough(tmp_path: Path) -> None:
    pictures = drawn([row()], tmp_path)
    assert [figure.kind for figure in pictures.values()] == ["evidence matrix", "certainty by source", "forest plot"]
    assert not any(figure.note for figure in pictures.values())


@pytest.mark.parametrize(
    ("changes", "plotted"),
    [
        ([{}], 1),
        ([{"ci_low": None}], 0),
        ([{"ci_low": None}, {"ci_low": None, "effect_value": 2.0}], 2),
        ([{"ci_low": None}, {"ci_low": None}], 0),  # the same number twice in one source
        ([{"effect_value": None}], 0),
        ([{"effect_measure": "beta"}], 0),
        ([{"effect_value": 0.0}], 0),
        ([{"effect_value": math.nan}], 0),
        ([{"ci_low": 0.0}], 1),
        ([{"effect_value": 1e300, "ci_high": 1e301}], 1),
        ([{"effect_measure": "MD", "effect_value": -1e9, "ci_low": -1e10, "ci_high": 5.0}], 1),
        ([{"effect_measure": "SMD", "effect_value": 0.0, "ci_low": 0.0, "ci_high": 0.0}], 1),
    ],
)
def test_only_what_an_axis_can_show_is_plotted(changes: list[dict[str, object]], plotted: int, tmp_path: Path) -> None:
    rows = [row(claim_id=f"{place:02}", **change) for place, change in enumerate(changes)]
    plots = [figure for figure in drawn(rows, tmp_path).values() if figure.kind == "forest plot"]
    assert [len(parts(figure, "estimate")) for figure in plots] == ([plotted] if plotted else [])


def test_a_number_that_a_source_repeats_is_drawn_once_with_all_flags(tmp_path: Path) -> None:
    rows = [row(claim_id="01", flags="hedged"), row(claim_id="02", flags=""), row(claim_id="03", flags="uncited")]
    (plot,) = [figure for figure in drawn(rows, tmp_path).values() if figure.kind == "forest plot"]
    assert parts(plot, "estimate") == ["estimate-1-hollow"] and "hedged; uncited" in texts(plot)


def test_three_hundred_estimates_of_a_pair_stay_legible_and_the_rest_is_told(tmp_path: Path) -> None:
    rows = [
        row(claim_id=f"{n:03}", source_id=f"PMID:{n:03}", source_date=f"{1950 + n % 70}", effect_value=0.5 + n / 200)
        for n in range(300)
    ]
    limits = STYLE.limits
    pictures = drawn(rows, tmp_path)
    plot = pictures["forest-vitamin-b12-restless-legs-syndrome-ratios"]
    assert len(parts(plot, "estimate")) == limits.forest_estimates
    left = f"{300 - limits.forest_estimates} estimates of lower certainty or earlier years are not shown"
    assert left in plot.note and any(left in words for words in texts(plot))
    assert "300 estimates from 300 sources" in " ".join(texts(plot))
    years = [int(words[-4:]) for words in texts(plot) if re.fullmatch(r"PMID:\d+, \d{4}", words)]
    assert min(years) >= 2010 and len(years) == limits.forest_estimates
    bars = pictures["certainty-by-source"]
    assert len(parts(bars, "bar")) == limits.bars
    assert f"{300 - limits.bars} more sources with {300 - limits.bars} claims are not shown" in bars.note


def many_comparisons(count: int) -> list[ComparisonRow]:
    return [
        replace(
            COMPARISON_ROW,
            nutrient=f"nutrient {n % 40}",
            nutrient_id="",
            exposure=EXPOSURES[n % 5],
            condition=f"condition {n // 7}",
            condition_id="",
            n_sources=1 + n % 11,
        )
        for n in range(count)
    ]


@given(st.integers(0, 300))
@settings(max_examples=20, deadline=None)
def test_pages_of_the_matrix_hold_what_fits_and_every_comparison_once(count: int) -> None:
    limits = STYLE.limits
    bodies = sorted(many_comparisons(count), key=importance)
    pages = paginate(bodies)
    cells = [body for page in pages for body in page.cells.values()]
    assert len(set(map(importance, cells))) == len(cells) <= count
    assert len(cells) == count or len(pages) == limits.matrix_pages
    for page in pages:
        assert 1 <= len(page.rows) <= limits.matrix_rows and 1 <= len(page.columns) <= limits.matrix_columns
    for first, second in pairwise(pages):
        assert max(c.n_sources for c in first.cells.values()) >= max(c.n_sources for c in second.cells.values())


def test_what_pages_and_plots_leave_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = STYLE.limits.model_copy(update={"forest_plots": 2, "matrix_considered": 10})
    monkeypatch.setattr(gallery, "STYLE", STYLE.model_copy(update={"limits": few}))
    rows = [row(claim_id=f"{n:02}", condition=f"condition {n}", condition_id="") for n in range(12)]
    rows.append(row(claim_id="20", source_id="z.txt", condition="condition 7", condition_id=""))
    pictures = drawn(rows, tmp_path)
    assert "2 comparisons of 12 that fewer sources speak of" in pictures["evidence-matrix"].note
    plots = [figure for figure in pictures.values() if figure.kind == "forest plot"]
    assert [plot.name for plot in plots] == [f"forest-vitamin-b12-condition-{n}-ratios" for n in (7, 0)]
    assert "10 more forest plots of pairs that fewer sources give numbers for were not drawn" in plots[-1].note


def test_hostile_names_are_shown_as_they_are_and_never_reach_the_file_system(tmp_path: Path) -> None:
    names = ["=cmd|' /C calc'!A0", "../../etc/passwd", "$x^{2}$ & <script>", "維生素", "\x00\x1b[31m\ud800", "n" * 400]
    names += ["-", "con"]
    rows = []
    for n, name in enumerate(names):
        called = {"source_id": name, "source_title": name, "nutrient": name, "condition": name}
        rows.append(row(claim_id=f"{n:02}", nutrient_id="", condition_id=f"X:{n}", **called))
    pictures = drawn(rows, tmp_path / "figures")
    files = [file.name for file in (tmp_path / "figures").iterdir()]
    assert len(files) == len({name.lower() for name in files}) == 2 * len(pictures) == 2 * (2 + len(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{0,150}\.(svg|png)", name) for name in files)
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]
    written = [words for figure in pictures.values() for words in texts(figure)]
    assert {"$x^{2}$ & <script>, 2024", "=cmd|' /C calc'!A0, 2024", "維生素, 2024"} <= set(written)
    for figure in pictures.values():
        width = float(re.search(r'width="([\d.]+)pt"', figure.svg.read_text("utf-8"))[1])  # type: ignore[index]
        assert width < 15 * 72


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_file_names_are_safe_and_each_its_own(names: list[str]) -> None:
    taken = FileNames()
    given_names = [taken.take("forest", name) for name in dict.fromkeys(names)]
    assert len(set(given_names)) == len(given_names)
    assert all(re.fullmatch(r"forest-[a-z0-9-]{1,60}", name) for name in given_names)


ratios = st.floats(1e-4, 1e4)
intervals = st.none() | st.tuples(st.floats(0, 1e5), st.floats(0, 1e5))


@given(st.lists(st.tuples(ratios, intervals), min_size=1, max_size=12), st.sampled_from([RATIO, DIFFERENCE]))
@settings(max_examples=150, deadline=None)
def test_an_axis_shows_no_effect_and_has_a_readable_number_of_ticks(
    found: list[tuple[float, tuple[float, float] | None]], family: object
) -> None:
    assert family in (RATIO, DIFFERENCE)
    chosen = RATIO if family is RATIO else DIFFERENCE
    estimates: list[Estimate] = []
    for value, bounds in found:
        low, high = sorted(bounds) if bounds else (None, None)
        one = estimate_of(
            row(effect_measure=chosen.measures[0], effect_value=value, ci_low=low, ci_high=high), (chosen,)
        )
        assert one is not None
        estimates.append(one)
    scale = scale_of(estimates, chosen)
    ticks = scale.ticks()
    assert scale.low < chosen.no_effect < scale.high
    assert 2 <= len(ticks) <= 10 and ticks == sorted(set(ticks)) and all(map(scale.holds, ticks))
    usual = [one for one in estimates if 1e-2 <= one.value <= 1e2]
    assert all(scale.holds(one.value) for one in usual)


def test_a_run_links_its_pictures_whatever_the_number_of_workers_and_removes_old_ones(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "iron.txt").write_text(PAGE.format("iron"))
    (articles / "folate.txt").write_text(PAGE.format("folate"))
    two = Settings(workers=2, model="fast")
    out = run([articles], tmp_path / "both", settings=two).out
    names = {path.name for path in (out / "figures").iterdir()}
    assert {f"forest-folate-{SYNDROME}-ratios.svg", "evidence-matrix.png"} <= names
    figures = json.loads(read_contents(out / "report.html"))["figures"]
    linked = {file for figure in figures for file in figure["files"]} | {f"figures/{name}" for name in FLOW}
    assert linked == {f"figures/{name}" for name in names}
    (articles / "folate.txt").unlink()
    summary = run([articles], out, settings=two)
    assert out / "figures" in summary.files
    left = {path.name: path.read_bytes() for path in (out / "figures").iterdir()}
    assert left.keys() == {name for name in names if "folate" not in name}
    assert "folate" not in read_contents(out / "report.html")
    fresh = run([articles], tmp_path / "one", settings=Settings(workers=1, model="fast")).out
    alike = {path.name: path.read_bytes() for path in (fresh / "figures").iterdir()}
    assert alike.keys() == left.keys()
    for name in alike.keys() - FLOW:  # which tells of the run before too
        assert alike[name] == left[name]
    bare = run([articles], fresh, settings=Settings(workers=1, model="fast", figures=False))
    assert not any((bare.out / "figures").iterdir()) and bare.out / "figures" not in bare.files
    assert "figures/" not in read_contents(bare.out / "report.html")


def test_an_endless_or_very_wide_interval_ends_in_an_arrow_and_does_not_squeeze_the_others() -> None:
    rows = [row(effect_value=1.2, ci_low=0.9, ci_high=1.6), row(effect_value=1.4, ci_low=0.8, ci_high=1.9)]
    rows += [row(effect_value=0.7, ci_low=0.0, ci_high=3.0), row(effect_value=1.1, ci_low=0.01, ci_high=190)]
    scale = scale_of([one for each in rows if (one := estimate_of(each, (RATIO,)))], RATIO)
    assert 0.1 < scale.low < 0.7 and 1.9 < scale.high < 10
    alone = scale_of([one for one in [estimate_of(rows[2], (RATIO,))] if one], RATIO)
    assert 0.005 < alone.low < 0.1 and 3.0 < alone.high < 5


@given(st.lists(st.integers(), max_size=60), st.integers(1, 7))
def test_the_best_are_the_first_of_all_in_order(numbers: list[int], most: int) -> None:
    best: TopK[int] = TopK(most, lambda number: number)
    for number in numbers:
        best.add(number)
    assert best.in_order() == sorted(numbers)[:most] and best.seen == len(numbers)


def test_mupdf_waits_until_something_is_drawn() -> None:
    code = "import sys, pipeline.figures, pipeline.cli; sys.exit('pymupdf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
