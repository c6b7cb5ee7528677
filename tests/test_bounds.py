"""No stage grows faster than n log n: slopes of processor time over three sizes; what is bounded says so."""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import linear_regression
from typing import TypeVar

import pytest
from table_rows import ROW

from pipeline.comparison import compare, load_rules
from pipeline.comparison.consequence import consequences
from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.ingest import read
from pipeline.language.mentions import MOST_MENTIONS
from pipeline.language.sentences import LONGEST_SENTENCE
from pipeline.records import Reference, StudyReport
from pipeline.review.carrying import carry
from pipeline.review.decision import Decision
from pipeline.review.event import Event
from pipeline.studies import corpus_of
from pipeline.studies.registry import study_registry
from pipeline.tables import EVIDENCE, write_table

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


def arms(n: int) -> str:
    values = (f"serum ferritin {i}.5 (SD 3) in the iron group and {i}.1 (SD 2) in the placebo group" for i in range(n))
    return f"Iron was compared with placebo: {', '.join(values)} (p = 0.01)."


def left_out(n: int) -> str:
    return "Iron reduced asthma, " + ", ".join(f"whereas {NUTRIENTS[i % 8]} did not" for i in range(n)) + "."


def glosses(n: int) -> str:
    return (
        f"Iron deficiency (low iron) {'(iron depletion, low ferritin) ' * n}caused asthma (a disease of the airways)."
    )


def rows_of_a_table(n: int) -> str:
    rows = "".join(f"<tr><td>{CONDITIONS[i % 8]} {i}</td><td>{i}.5</td><td>0.0{i % 9 + 1}</td></tr>" for i in range(n))
    return table_page(f"<tr><th>Outcome</th><th>Odds ratio</th><th>P value</th></tr>{rows}")


def columns_of_a_table(n: int) -> str:
    heads = "".join(f"<th>{NUTRIENTS[i % 8]} {i}</th>" for i in range(n))
    cells = "".join(f"<td>1.{i % 9} (0.{i % 9} to 2.1)</td>" for i in range(n))
    return table_page(f"<tr><th>Outcome</th>{heads}</tr><tr><td>Asthma</td>{cells}</tr>")


def spans_of_a_table(n: int) -> str:
    rows = "".join(f"<tr><td rowspan='{n}' colspan='{n}'>Asthma</td><td>1.5</td></tr>" for _ in range(n // 8))
    return table_page(f"<tr><th>Outcome</th><th>Odds ratio</th></tr>{rows}")


def table_page(rows: str) -> str:
    caption = "<caption>Odds ratios of asthma by iron intake</caption>"
    said = "<p>Iron reduced asthma in adults, as the table shows.</p>"
    body = f"<h1>Iron and asthma</h1>{said}<table>{caption}{rows}</table>"
    return f"<html><body><article>{body}</article></body></html>"


def long_words(n: int) -> str:
    return f"Zinc, but not {'a' * n}! lowered asthma (RR 0.8; interaction with {'b' * n}! P = 0.2)."


def sections_of_an_article(n: int) -> str:
    parts = "".join(
        f"<sec><title>Part {i}</title><p>Iron reduced asthma <xref rid='r{i}'>{i}</xref>.</p></sec>" for i in range(n)
    )
    entries = "".join(
        f"<ref id='r{i}'><mixed-citation>Smith J. A trial. J Med 2001;{i}:1.</mixed-citation></ref>" for i in range(n)
    )
    return f"<article><body>{parts}</body><back><ref-list>{entries}</ref-list></back></article>"


SHAPES = (
    long_words,
    arms,
    left_out,
    glosses,
    rows_of_a_table,
    columns_of_a_table,
    spans_of_a_table,
    sections_of_an_article,
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
    path.write_text(text if text.startswith("<") else f"A trial of iron\n\n{text}\n", encoding="utf-8")
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
    path = tmp_path / "article"
    seconds(path, shape(10))
    assert_gentle(lambda size: seconds(path, shape(size)))


def assert_gentle(spend: Callable[[int], Counter[str]]) -> None:
    """Fail where a stage grows too fast; `spend` gives the processor time of each for a size."""
    sizes = [SMALL * GROWTH**step for step in range(3)]
    least: list[Counter[str]] = []
    for _ in range(TRIES):  # a busy machine makes single times longer, never shorter
        spent = [spend(size) for size in sizes]
        least = [Counter({s: min(a[s], b[s]) for s in a}) for a, b in zip(least or spent, spent, strict=True)]
        slopes = {stage: slope_of(sizes, [times[stage] for times in least]) for stage in spent[0]}
        if max(slopes.values()) < STEEPEST:
            return
    told = {stage: [round(times[stage], 3) for times in least] for stage in slopes}
    pytest.fail(f"slopes {slopes}, seconds {told}")


def reports(**facts: str) -> Callable[[int], list[StudyReport]]:
    return lambda n: [StudyReport(source_id=f"{i}.txt", **facts) for i in range(n)]  # type: ignore[arg-type]


def reviews(n: int) -> list[StudyReport]:
    pooled = [Reference(str(i), "", identifiers={"pmid": str(i)}) for i in range(n)]
    return [
        *(StudyReport(source_id=f"{i}.txt", pmid=str(i)) for i in range(n)),
        StudyReport(source_id="review.txt", pmid="9999999", included=tuple(pooled)),
    ]


@pytest.mark.parametrize(
    "told",
    [reports(title="A long title on iron and sleep", year="2001"), reports(first_author="Smith", year="2001"), reviews],
    ids=["one title", "one author", "a review"],
)
def test_studies_are_told_apart_no_slower_than_n_log_n(told: Callable[[int], list[StudyReport]]) -> None:
    def spend(size: int) -> Counter[str]:
        given = told(4 * size)
        began = time.process_time()
        study_registry(given)
        return Counter({"studies": time.process_time() - began})  # type: ignore[dict-item]

    assert_gentle(spend)


@pytest.mark.parametrize("pairs", ["one pair", "as many pairs"])
def test_what_sources_say_is_put_together_no_slower_than_n_log_n(pairs: str) -> None:
    rules = load_rules()

    def spend(size: int) -> Counter[str]:
        names = [f"c{i if pairs == 'as many pairs' else 0}" for i in range(size)]
        rows = [
            replace(ROW, claim_id=f"{i:016x}", source_id=f"{i}.txt", condition=name, condition_id="", citations=())
            for i, name in enumerate(names)
        ]
        began = time.process_time()
        bodies = compare(rows, rules)
        middle = time.process_time()
        dict(consequences(rows, bodies, rules, corpus_of(rows)))
        return Counter({"comparison": middle - began, "consequences": time.process_time() - middle})  # type: ignore[dict-item]

    assert_gentle(spend)


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


def csv_records(n: int) -> str:
    return "title,year,abstract\n" + "".join(
        f'Trial {i},20{i % 30:02},"Zinc shortened colds, {i}."\n' for i in range(n)
    )


def ris_records(n: int) -> str:
    return "".join(
        f"TY  - JOUR\nTI  - Trial {i}\nPY  - 2001\nAB  - Zinc shortened colds.\nER  - \n\n" for i in range(n)
    )


def json_records(n: int) -> str:
    return "".join(f'{{"title": "Trial {i}", "abstract": "Zinc shortened colds."}}\n' for i in range(n))


@pytest.mark.parametrize("records", [csv_records, ris_records, json_records], ids=lambda records: records.__name__)
def test_files_of_records_are_read_no_slower_than_n_log_n(records: Callable[[int], str], tmp_path: Path) -> None:
    def spend(size: int) -> Counter[str]:
        path = tmp_path / "export.txt"
        path.write_text(records(4 * size), encoding="utf-8")
        began = time.process_time()
        assert len(list(read(path))) == 4 * size
        return Counter({"records": time.process_time() - began})  # type: ignore[dict-item]

    assert_gentle(spend)


def test_tables_are_written_no_slower_than_n_log_n(tmp_path: Path) -> None:
    def spend(size: int) -> Counter[str]:
        rows = (replace(ROW, claim_id=f"{i:016x}", source_id=f"{i}.txt") for i in range(4 * size))
        began = time.process_time()
        write_table(tmp_path / "evidence.csv", EVIDENCE, rows)
        return Counter({"tables": time.process_time() - began})  # type: ignore[dict-item]

    assert_gentle(spend)


def test_decisions_find_their_claims_again_no_slower_than_n_log_n() -> None:
    def spend(size: int) -> Counter[str]:
        rows = [
            replace(ROW, claim_id=f"{i:016x}", source_id="a.txt", sentence=f"In trial {i}, {ROW.sentence}")
            for i in range(2 * size)
        ]
        names = [column.name for column in EVIDENCE.columns]
        decisions = {}
        for i, row in enumerate(rows):
            gone, cells = f"gone{i}", {name: str(getattr(row, name, "")) for name in names}
            said = Event(gone, "review_status", "accepted", source_id="a.txt", number=i)
            decisions[gone] = Decision(gone, "a.txt", row.sentence, cells | {"claim_id": gone}, "", said)
        began = time.process_time()
        carried = carry(decisions, lambda wanted: [rows])
        spent = time.process_time() - began
        assert carried.count("stale") == len(rows)
        return Counter({"decisions": spent})  # type: ignore[dict-item]

    assert_gentle(spend)
