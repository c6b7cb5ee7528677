"""No row is High of which a size, an interval or events, or how the study guards against bias is not known.

The bundled corpus is held to it with both models in test_expected_claims.py.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline import read
from pipeline.config import Settings
from pipeline.evaluation.gold import read_gold
from pipeline.extractor import Extractor
from pipeline.records import Document, EvidenceRow

COUNT = re.compile(r"\d ?(?:/|of|out of) ?(?:the )?\d|\d ?\(\d[\d.]* ?%\)", re.IGNORECASE)


@pytest.fixture(scope="module", params=["fast", pytest.param("default", marks=pytest.mark.hostile)])
def extractor(request: pytest.FixtureRequest) -> Extractor:
    return Extractor.load(Settings(model=request.param))


def check(rows: Iterable[EvidenceRow]) -> list[EvidenceRow]:
    """Assert what holds of every row; return the High ones."""
    high = []
    for row in rows:
        reasons = " ".join(row.certainty_reasons)
        rests = row.evidence_basis in ("own result", "cited study")
        has_interval = row.ci_low is not None and row.ci_high is not None
        has_events = any(COUNT.search(words) for words in row.statistics)
        if row.certainty == "High":
            assert row.sample_size is not None, reasons
            assert has_interval or has_events, reasons
            assert "Not judged" not in reasons and not any(flag.code == "not-judged" for flag in row.flags), reasons
            high.append(row)
        elif rests and row.sample_size is None:
            assert "Not judged: imprecision, the number of participants is not stated" in reasons
        if rests and not has_interval and not has_events and not row.statistics:
            assert "Not judged: imprecision, neither interval nor events are stated" in reasons
    return high


def rows_of(extractor: Extractor, documents: Iterable[Document]) -> list[EvidenceRow]:
    return [row for document in documents for row in extractor.rows(document)]


def test_high_rows_of_annotated_documents_and_seeds(extractor: Extractor, shared: Path) -> None:
    documents = [gold.document() for gold in read_gold(shared / "gold" / "dev.jsonl")]
    documents += [document for path in sorted((shared / "seeds").glob("*.txt")) for document in read(path)]
    rows = rows_of(extractor, documents)
    assert len(rows) > 300
    check(rows)
