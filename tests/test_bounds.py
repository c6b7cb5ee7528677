"""No stage grows faster than n log n: the slope of its processor time over three sizes, and the flag of what is bounded."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import claims, grading, ingest, language
from pipeline.config import load_settings
from pipeline.language.sentences import LONGEST_SENTENCE
from pipeline.records import AnnotatedDocument

FAST = load_settings(model="fast")
NUTRIENTS = ("iron", "zinc", "magnesium", "vitamin D", "folate", "selenium", "calcium", "copper")
CONDITIONS = ("asthma", "cancer", "stroke", "diabetes", "obesity", "anxiety", "migraine", "gout")
SMALL, GROWTH = 400, 3
STEEPEST = 1.35
"""n log n from 400 to 3,600 has a slope of 1.14; the square of n has 2."""
REPEATS = 2


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


FAST_SHAPES = (
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


def stages(path: Path, text: str) -> dict[str, float]:
    """Processor time of each stage, in seconds."""
    path.write_text(f"A trial of iron\n\n{text}\n", encoding="utf-8")
    spent: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], object]) -> object:
        began = time.process_time()
        result = work()
        spent[stage] = time.process_time() - began
        return result

    (document,) = timed("ingest", lambda: ingest.read(path))
    annotated = timed("language", lambda: language.annotate(document, FAST))
    found = timed("claims", lambda: claims.extract(annotated, FAST))
    timed("grading", lambda: grading.grade(annotated, found))
    timed("design", lambda: grading.study_design(annotated))
    return spent
