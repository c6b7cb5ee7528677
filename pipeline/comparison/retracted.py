"""In: the claims of a pair, their verdicts, and studies on a list of retractions. Out: what it changed."""

from collections.abc import Collection, Iterator, Sequence

from pipeline.comparison.comparer import compare_pair
from pipeline.comparison.rules import ComparisonRules
from pipeline.records import ComparisonRow, EvidenceRow
from pipeline.studies import Corpus


def retraction_effects(
    claims: Sequence[EvidenceRow],
    bodies: Sequence[ComparisonRow],
    rules: ComparisonRules,
    *,
    corpus: Corpus,
    unmarked: Corpus,
    marked: Collection[str],
) -> Iterator[str]:
    """Yield a sentence on each verdict that rests on a marked study: what it would be without the list, and what it is.

    `bodies` are what `compare_pair` makes of `claims` with `corpus`; `unmarked` is the corpus without what the list
    says, and `marked` are the study_ids that it says something of.
    """
    rested = [corpus.rest(claim) for claim in claims]
    if not any(study in marked for row in rested for study in row.study_id):
        return
    before = {body.exposure: body for body in compare_pair(claims, rules, unmarked)}
    for body in bodies:
        studies = {
            study for row in rested if row.exposure == body.exposure for study in row.study_id if study in marked
        }
        if not studies:
            continue
        told = ", ".join(f"{study} ({corpus.studies.by_id[study].status})" for study in sorted(studies))
        was, now = (f"{one.verdict}, {one.certainty}" for one in (before[body.exposure], body))
        moved = f"{was}, now {now}" if was != now else f"{now}, as before"
        yield f"{body.nutrient} ({body.exposure}) and {body.condition}: {moved}; because of {told}"
