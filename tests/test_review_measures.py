"""What reviewed rows say: precision by kind, a sample that anybody can repeat, annotated documents."""

import json
from collections import Counter

import pytest
from table_rows import ROW, row

from pipeline.review.gold import gold_lines
from pipeline.review.precision import precisions
from pipeline.review.sample import sample


def test_precision_counts_what_was_decided_with_wilsons_interval() -> None:
    rows = [row(review_status=status, relation="improves") for status in ("accepted",) * 8 + ("rejected", "corrected")]
    rows += [row(review_status=status) for status in ("unsure", "", "accepted")]
    found = {(each.kind, each.value): each for each in precisions(rows)}
    improves = found["relation", "improves"]
    assert (improves.right, improves.n, improves.share) == (8, 10, 0.8)
    assert (improves.low, improves.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson 1927, by hand
    assert found["all", "all rows"].n == 11 and found["relation", ROW.relation].n == 1


def test_a_sample_has_every_kind_in_its_share_and_is_the_same_each_time() -> None:
    rows = [
        row(claim_id=f"{n:016x}", source_id=f"{n:03}", relation="improves" if n % 4 else "worsens") for n in range(200)
    ]
    rows += [row(claim_id="q" * 16, factuality="Unknown"), row(claim_id="r" * 16, review_status="accepted")]
    chosen = sample(rows, 40)
    assert Counter(each.relation for each in chosen) == {"improves": 30, "worsens": 10}
    assert chosen == sample(list(reversed(rows)), 40) == sorted(chosen, key=lambda each: each.source_id)
    assert len(sample(rows, 1000)) == 200
    assert len(sample(rows, 33)) == 33


def test_reviewed_rows_become_documents_and_open_sentences_are_left_out() -> None:
    second = "Zinc is not low."
    rows = [
        row(review_status="accepted"),
        row(review_status="rejected", condition_text="legs"),
        row(review_status="rejected", sentence=second, sentence_start=300),
        row(review_status="accepted", sentence="Open.", sentence_start=400),
        row(review_status="", sentence="Open.", sentence_start=400),
        row(source_id="z.txt", review_status="unsure"),
    ]
    [document] = map(json.loads, gold_lines(rows))
    assert [each["text"] for each in document["sentences"]] == [ROW.sentence, second]
    [claim] = document["claims"]
    assert (claim["sid"], claim["nutrient"], claim["condition"]) == (0, "vitamin B12", "restless legs")
    assert (claim["relation"], claim["stats"]) == ("associated", list(ROW.statistics))
