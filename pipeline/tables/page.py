"""In: the rows of a run. Out: evidence.html, one page that needs nothing else and can be read, filtered and printed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from itertools import islice
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from pipeline.records import ComparisonRow, EvidenceRow, Figure, SourceRow
from pipeline.tables.lists import citation_text, joined, population_text
from pipeline.vocabulary import CERTAINTIES, Certainty, pair_key, words_for

MOST_CLAIMS = 3_000
"""Claims that the page shows: a browser opens and filters that many without waiting; all are in evidence.csv."""
MOST_ROWS = 1_000
"""Rows of the comparison and of the sources that the page shows, for the same reason."""
MOST_CHARACTERS = 2_000
"""Characters of a note on a comparison that the page shows: thousands of sources would fill it with their names."""
MOST_REASONS = 30
"""Reasons for a verdict that the page shows, likewise."""

_VERDICT_SIGNS = {"harmful": "▲", "beneficial": "▼", "no effect": "=", "mixed": "◆", "insufficient": "?"}


@dataclass(slots=True)
class Topic:
    """A nutrient and a condition: what the comparison says of them and the claims shown."""

    nutrient: str
    condition: str
    pair: tuple[str, str]
    comparisons: list[ComparisonRow] = field(default_factory=list)
    claims: list[EvidenceRow] = field(default_factory=list)


def write_page(
    path: Path,
    *,
    rows: Iterable[EvidenceRow],
    comparisons: Collection[ComparisonRow],
    sources: Iterable[SourceRow],
    certainties: Mapping[Certainty, int],
    figures: Sequence[Figure] = (),
) -> None:
    """Write the page: a summary, the comparison, the claims of each nutrient and condition, and the sources.

    `rows` come in the order of evidence.csv, and no more than `MOST_CLAIMS` are shown; `certainties` counts all. The
    page links to `figures` in the folder beside it that has the name of theirs.
    """
    topics = group_by_topic(rows, comparisons)
    statuses: Counter[str] = Counter()

    def counted() -> Iterator[SourceRow]:
        for source in sources:
            statuses[source.status] += 1
            yield source

    shown = nsmallest(MOST_ROWS, counted(), key=lambda source: source.status != "failed")
    context = {
        "topics": topics,
        "comparisons": nsmallest(MOST_ROWS, comparisons, key=_interest),
        "n_comparisons": len(comparisons),
        "sources": shown,
        "n_sources": statuses.total(),
        "n_claims": sum(certainties.values()),
        "n_shown": sum(len(topic.claims) for topic in topics),
        "certainties": {certainty: certainties.get(certainty, 0) for certainty in CERTAINTIES},
        "statuses": statuses,
        "pictures": [figure for figure in figures if figure.pair is None],
        "plots": [figure for figure in figures if figure.pair is not None],
        "plots_of": _by_pair(figures),
    }
    with path.open("w", encoding="utf-8", newline="\n", errors="replace") as file:
        file.writelines(_template().generate(context))


def group_by_topic(rows: Iterable[EvidenceRow], comparisons: Collection[ComparisonRow]) -> list[Topic]:
    """Group claims and comparisons by nutrient and condition, topics that most sources speak of first.

    The first `MOST_CLAIMS` claims are taken, and the topics that these speak of.
    """
    shown = {row.claim_id: row for row in islice(rows, MOST_CLAIMS)}
    spoken_of = {
        pair_key(comparison) for comparison in comparisons if not shown.keys().isdisjoint(comparison.claim_ids)
    }
    topics: dict[tuple[str, str], Topic] = {}
    of_claim: dict[str, Topic] = {}
    for comparison in comparisons:
        if (pair := pair_key(comparison)) in spoken_of:
            topic = topics.setdefault(pair, Topic(comparison.nutrient, comparison.condition, pair))
            topic.comparisons.append(comparison)
            of_claim |= dict.fromkeys(comparison.claim_ids, topic)
    for claim_id, row in shown.items():
        if claim_id in of_claim:  # a rejected claim belongs to no comparison
            of_claim[claim_id].claims.append(row)
    return sorted(
        topics.values(),
        key=lambda topic: (-len({row.source_id for row in topic.claims}), topic.nutrient, topic.condition),
    )


def _by_pair(figures: Iterable[Figure]) -> dict[tuple[str, str], list[Figure]]:
    found: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.pair is not None:
            found[figure.pair].append(figure)
    return dict(found)


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


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}… (the rest is in comparison.csv)"


def _few(reasons: Sequence[str]) -> list[str]:
    more = len(reasons) - MOST_REASONS
    said = [f"{more} more reasons, in comparison.csv"] if more > 0 else []
    return [*map(_short, reasons[:MOST_REASONS]), *said]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pipeline.tables"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = _short
    environment.filters["few"] = _few
    environment.filters["marked"] = marked
    environment.filters["slug"] = lambda text: text.lower().replace(" ", "-")
    environment.filters["words"] = words_for
    environment.filters["joined"] = joined
    environment.filters["citation"] = citation_text
    environment.filters["population"] = population_text
    environment.filters["link"] = lambda file: f"{file.parent.name}/{file.name}"
    environment.filters["pair"] = pair_key
    environment.globals["signs"] = _VERDICT_SIGNS
    return environment.get_template("evidence.html")
