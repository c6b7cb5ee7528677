"""No stage grows faster than n log n: slopes of processor time over three sizes; what is bounded says so."""

import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import linear_regression
from typing import TypeVar

import pytest

from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.language.mentions import MOST_MENTIONS
from pipeline.language.sentences import LONGEST_SENTENCE

FAST = Extractor.load(load_settings(model="fast"))
NUTRIENTS = ("iron", "zinc", "magnesium", "vitamin D", "folate", "selenium", "calcium", "copper")
CONDITIONS = ("asthma", "cancer", "stroke", "diabetes", "obesity", "anxiety", "migraine", "gout")
SMALL, GROWTH = 250, 2
STEEPEST = 1.5
TRIES = 4
"""n log n from 250 to 1,000 has a slope of 1.17, and a busy machine some noise; the square of n has 2."""
SHORTEST = 0.02
"""Seconds below which a time is noise."""
T = TypeVar("T")


def listed(words: tuple[str, ...], n: int) -> str:
    return ", ".join(words[i % len(words)] for i in range(n))


def nutrients_and_conditions(n: int) -> str:
    return f"Low {listed(NUTRIENTS, n)} caused {listed(CONDITIONS, n)}."


def clauses(n: int) -> str:
    return "; ".join(f"{NUTRIENTS[i % 8]} improved {CONDITIONS[i % 8]}" for i in range(n)) + "."


def brackets(n: int) -> str:
    return "Iron deficiency anaemia " + "(AB) (AC) " * n + "caused asthma."


def abbreviations(n: int) -> str:
    return " ".join(f"Iron caused alpha beta disease (ABD{i})." for i in range(n))


def sentences(n: int) -> str:
    return "We randomised 40 patients with asthma to iron. Iron reduced asthma in 40 patients. " * n


def statistics(n: int) -> str:
    rows = (f"OR 1.{i % 7} (95% CI 0.{i % 9 + 1} to 2.{i % 8 + 1}), p=0.0{i % 9 + 1}, {i}%" for i in range(n))
    return f"Iron reduced asthma {', '.join(rows)}."


def digits(n: int) -> str:
    return f"Iron reduced asthma {'1' * 4 * n}."


def numbers_in_words(n: int) -> str:
    return f"Iron reduced asthma in {'one hundred and ' * n} patients."


def participants(n: int) -> str:
    return f"Iron reduced asthma in {'40 patients, ' * n}."


def vitamins(n: int) -> str:
    return f"Vitamins {'A, C, ' * n} and E reduced asthma."


def nested_brackets(n: int) -> str:
    return f"Iron reduced asthma {'(' * n} 40 patients {')' * n}."


def cues(n: int) -> str:
    return f"Iron {'improved reduced increased ' * n}asthma."


def in_turn(n: int) -> str:
    return f"Iron reduced {listed(CONDITIONS, n)} by {', '.join(f'{i % 90}%' for i in range(n))}, respectively."


def citations(n: int) -> str:
    entries = "\n".join(f"{i + 1}. Smith J. A trial of iron. J Med. 2001;{i}:1-2." for i in range(n))
    return "".join(f"Iron reduced asthma [{i + 1}]. " for i in range(n)) + f"\n\nReferences\n\n{entries}"


def citations_of_a_sentence(n: int) -> str:
    return "Iron reduced asthma " + " ".join(f"[{i + 1}]" for i in range(n)) + "."


def headings(n: int) -> str:
    return "\n\n".join(f"## Part {i}\n\nThis mineral, iron, reduced asthma." for i in range(n))


SHAPES = (
    nutrients_and_conditions,
    clauses,
    brackets,
    abbreviations,
    sentences,
    statistics,
    digits,
    numbers_in_words,
    participants,
    vitamins,
    nested_brackets,
    cues,
    in_turn,
    citations,
    citations_of_a_sentence,
    headings,
)


def seconds(path: Path, text: str) -> Counter[str]:
    """Processor time of each stage of reading a text."""
    path.write_text(f"A trial of iron\n\n{text}\n", encoding="utf-8")
    spent: Counter[str] = Counter()

    def timed(stage: str, work: Callable[[], T]) -> T:
        began = time.process_time()
        result = work()
        spent[stage] = time.process_time() - began
        return result

    (document,) = timed("ingest", lambda: FAST.read(path))
    annotated = timed("language", lambda: FAST.annotate(document))
    found = timed("claims", lambda: FAST.extract(annotated))
    timed("grading", lambda: FAST.grade(annotated, found))
    return spent


def slope_of(sizes: list[int], spent: list[float]) -> float:
    """The exponent of growth of the seconds spent, those too short to tell left flat."""
    return linear_regression(list(map(math.log, sizes)), [math.log(max(s, SHORTEST)) for s in spent]).slope


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_no_stage_grows_faster_than_n_log_n(shape: Callable[[int], str], tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    seconds(path, shape(10))
    sizes = [SMALL * GROWTH**step for step in range(3)]
    least: list[Counter[str]] = []
    for _ in range(TRIES):  # a busy machine makes single times longer, never shorter
        spent = [seconds(path, shape(size)) for size in sizes]
        least = [Counter({s: min(a[s], b[s]) for s in a}) for a, b in zip(least or spent, spent, strict=True)]
        slopes = {stage: slope_of(sizes, [times[stage] for times in least]) for stage in spent[0]}
        if max(slopes.values()) < STEEPEST:
            return
    told = {stage: [round(times[stage], 3) for times in least] for stage in slopes}
    pytest.fail(f"{shape.__name__}: slopes {slopes}, seconds {told}")


def test_a_sentence_that_is_read_in_parts_says_so(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(f"Iron\n\nIron reduced asthma. {clauses(300)}\n")
    annotated = FAST.annotate(FAST.read(path)[0])
    assert max(len(sentence.text) for sentence in annotated.sentences) <= LONGEST_SENTENCE
    assert max(len(sentence.mentions) for sentence in annotated.sentences) <= MOST_MENTIONS
    for claim in FAST.extract(annotated):
        whole = claim.sentence.text == "Iron reduced asthma."
        assert ("truncated" in claim.flags) != whole
        text = annotated.document.text
        assert text[claim.sentence.start : claim.sentence.end] == claim.sentence.text
        assert text[claim.nutrient.start : claim.nutrient.end] == claim.nutrient.text


def test_an_abbreviation_among_hundreds_keeps_its_long_form(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(f"Iron\n\n{'Iron (AB) (AC) ' * 300} causes restless legs syndrome (RLS) in adults.\n")
    annotated = FAST.annotate(FAST.read(path)[0])
    assert annotated.abbreviations["RLS"] == "restless legs syndrome"
