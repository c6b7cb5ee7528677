"""In: the rows of a run. Out: evidence.html, one page that needs nothing else and can be read, filtered and printed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from pipeline.records import CERTAINTIES, Certainty, ComparisonRow, EvidenceRow, SourceRow
from pipeline.tables.wording import RELATION_WORDS

MOST_CLAIMS = 3_000
"""Claims that the page shows: a browser opens and filters that many without waiting; all are in evidence.csv."""
MOST_ROWS = 1_000
"""Rows of the comparison and of the sources that the page shows, for the same reason."""

_VERDICT_SIGNS = {"harmful": "▲", "beneficial": "▼", "no effect": "=", "mixed": "◆", "insufficient": "?"}


@dataclass(slots=True)
class Topic:
    """A nutrient and a condition: what the comparison says of them and the claims shown."""

    nutrient: str
    condition: str
    comparisons: list[ComparisonRow] = field(default_factory=list)
    claims: list[EvidenceRow] = field(default_factory=list)


def write_page(
    path: Path,
    *,
    rows: Iterable[EvidenceRow],
    comparisons: Sequence[ComparisonRow],
    sources: Sequence[SourceRow],
    certainties: Mapping[Certainty, int],
) -> None:
    """Write the page: a summary, the comparison, the claims of each nutrient and condition, and the sources.

    `rows` come in the order of evidence.csv, and no more than `MOST_CLAIMS` are shown; `certainties` counts all.
    """
    topics = group_by_topic(rows, comparisons)
    context = {
        "topics": topics,
        "comparisons": sorted(comparisons, key=_interest)[:MOST_ROWS],
        "n_comparisons": len(comparisons),
        "sources": sorted(sources, key=lambda source: source.status != "failed")[:MOST_ROWS],
        "n_sources": len(sources),
        "n_claims": sum(certainties.values()),
        "n_shown": sum(len(topic.claims) for topic in topics),
        "certainties": {certainty: certainties.get(certainty, 0) for certainty in CERTAINTIES},
        "statuses": Counter(source.status for source in sources),
    }
    with path.open("w", encoding="utf-8", newline="\n", errors="replace") as file:
        file.writelines(_template().generate(context))


def group_by_topic(rows: Iterable[EvidenceRow], comparisons: Iterable[ComparisonRow]) -> list[Topic]:
    """Group claims and comparisons by nutrient and condition, topics that most sources speak of first."""
    topics: dict[tuple[str, str], Topic] = {}
    of_claim: dict[str, Topic] = {}
    for comparison in comparisons:
        key = (comparison.nutrient_id or comparison.nutrient, comparison.condition_id or comparison.condition)
        topic = topics.setdefault(key, Topic(comparison.nutrient, comparison.condition))
        topic.comparisons.append(comparison)
        of_claim |= dict.fromkeys(comparison.claim_ids.split("; "), topic)
    for row in islice(rows, MOST_CLAIMS):
        of_claim[row.claim_id].claims.append(row)
    return sorted(
        (topic for topic in topics.values() if topic.claims),
        key=lambda topic: (-len({row.source_id for row in topic.claims}), topic.nutrient, topic.condition),
    )


def _interest(row: ComparisonRow) -> tuple[int, int, str, str]:
    """The order of the page: what most sources speak of first."""
    return -row.n_sources, -row.n_claims, row.nutrient, row.condition


def marked(row: EvidenceRow) -> Markup:
    """Return the sentence of a claim as HTML with the words for the nutrient and the condition marked."""
    spans = sorted(
        (start - row.sentence_start, end - row.sentence_start, kind)
        for start, end, kind in (
            (row.nutrient_start, row.nutrient_end, "nutrient"),
            (row.condition_start, row.condition_end, "condition"),
        )
    )
    parts, last = [], 0
    for start, end, kind in spans:
        if last <= start < end <= len(row.sentence):
            parts.append(escape(row.sentence[last:start]))
            words = row.sentence[start:end]
            parts.append(Markup('<mark class="{0}" title="{0}">{1}</mark>').format(kind, words))
            last = end
    return Markup("").join([*parts, escape(row.sentence[last:])])


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pipeline.tables"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = marked
    environment.filters["slug"] = lambda text: text.lower().replace(" ", "-")
    environment.filters["words"] = RELATION_WORDS.__getitem__
    environment.filters["parts"] = lambda text: [part for part in text.split("; ") if part]
    environment.globals["signs"] = _VERDICT_SIGNS
    return environment.get_template("evidence.html")
