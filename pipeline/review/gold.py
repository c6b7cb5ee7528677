"""In: reviewed rows. Out: the same as annotated documents, a line a source, to be measured on and learned from."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pipeline.records import EvidenceRow
from pipeline.review.precision import RIGHT, WRONG

_MADE = (RIGHT, "corrected")


def gold_lines(rows: Iterable[EvidenceRow]) -> Iterator[str]:
    """Yield a JSON object for each source with reviewed rows: its reviewed sentences, and the claims that they make.

    `rows` come in the order of evidence.csv. A sentence all of whose claims were rejected stands there without one;
    rows that nobody has reviewed, or that a reviewer is unsure of, say nothing, and a sentence that has such a row is
    left out, because what it claims is not known.
    """
    for source_id, found in groupby(rows, key=lambda row: row.source_id):
        sentences = [list(same) for _, same in groupby(found, key=lambda row: (row.sentence_start, row.sentence))]
        reviewed = [same for same in sentences if all(row.review_status in (RIGHT, *WRONG) for row in same)]
        if reviewed:
            yield json.dumps(_document(source_id, reviewed), ensure_ascii=False)


def _document(source_id: str, sentences: list[list[EvidenceRow]]) -> dict[str, Any]:
    first = sentences[0][0]
    return {
        "doc_id": source_id,
        "kind": first.source_type,
        "title": first.source_title,
        "sentences": [{"sid": sid, "text": " ".join(same[0].sentence.split())} for sid, same in enumerate(sentences)],
        "claims": [
            _claim(sid, row) for sid, same in enumerate(sentences) for row in same if row.review_status in _MADE
        ],
        "study_design": first.study_design,
        "sample_size": first.sample_size,
    }


def _claim(sid: int, row: EvidenceRow) -> dict[str, Any]:
    anaphoric = any(flag.code == "anaphora-resolved" for flag in row.flags)
    return {
        "sid": sid,
        "nutrient": row.nutrient_text,
        "nutrient_anaphoric": anaphoric and row.nutrient.casefold() not in row.nutrient_text.casefold(),
        "nutrient_name": row.nutrient,
        "exposure": row.exposure,
        "condition": row.condition_text,
        "condition_anaphoric": anaphoric and row.condition.casefold() not in row.condition_text.casefold(),
        "condition_name": row.condition,
        "condition_type": row.condition_type,
        "relation": row.relation,
        "strength": row.strength,
        "factuality": row.factuality,
        "stats": list(row.statistics),
    }
