"""In: rows of the evidence table; out: a comparison row for each nutrient, exposure and condition."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from pipeline.comparison.disagreement import disagreement
from pipeline.comparison.pairs import Names, pairs_of
from pipeline.comparison.reviewed import REJECTED, review_reasons
from pipeline.comparison.rules import ComparisonRules, load_rules
from pipeline.comparison.stance import stances, votes
from pipeline.records import ComparisonRow, EvidenceRow, Finding
from pipeline.studies import Corpus, corpus_of
from pipeline.synthesis import findings_of
from pipeline.vocabulary import Exposure, Verdict, direction_of, pair_key

_UNDIRECTED = ("associated", "raises", "lowers")

COMPARISON_ORDER = ("nutrient", "condition", "exposure", "condition_id", "nutrient_id")
"""What comparison.csv is sorted by: no two of its rows agree in all of them."""


def compare(rows: Iterable[EvidenceRow], rules: ComparisonRules | None = None) -> tuple[ComparisonRow, ...]:
    """Return the body of evidence for every nutrient, exposure and condition, ordered by their names.

    Rows belong together by identifier where there is one, else by name; those that a reviewer rejected are out. The
    verdict is that of the synthesis (`findings_of`), over the studies that the rows alone tell of; `nutrient_role`
    says what the nutrient does where several exposures point the same way (a deficiency that harms and a supplement
    that helps). `rules` are the bundled ones if not given.
    """
    rules = rules or load_rules()
    rows = sorted(rows, key=lambda r: (r.source_id, r.sentence_start, r.nutrient_start, r.condition_start, r.claim_id))
    corpus = corpus_of(rows)
    pairs = pairs_of(map(_names, rows), rules.same_outcomes)
    by_pair: defaultdict[tuple[str, str], list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        by_pair[pairs[_names(row)]].append(row)
    bodies = (body for group in by_pair.values() for body in compare_pair(group, rules, corpus))
    return tuple(sorted(bodies, key=attrgetter(*COMPARISON_ORDER)))


def compare_pair(
    rows: Iterable[EvidenceRow], rules: ComparisonRules, corpus: Corpus | None = None
) -> list[ComparisonRow]:
    """Return the bodies of evidence for one nutrient and condition, one for each exposure.

    `rows` are all rows of the pair (see `pairs_of`), in the order of the table, `corpus` the studies that they rest on
    (else those that the rows alone tell of). This is `compare` for more rows than memory holds: nothing in one pair
    depends on another.
    """
    rows = list(rows)
    corpus = corpus or corpus_of(rows)
    kept = [corpus.rest(row) for row in rows if row.review_status != REJECTED]
    if not kept:
        return []
    pair = pairs_of(map(_names, kept), rules.same_outcomes)[_names(kept[0])]
    by_exposure: defaultdict[Exposure, list[EvidenceRow]] = defaultdict(list)
    for row in kept:
        by_exposure[row.exposure].append(row)
    shown = {finding.exposure: finding for finding in findings_of(kept, corpus, pair, rules.synthesis)}
    bodies = [_body(group, shown[exposure], rules) for exposure, group in by_exposure.items()]
    named: defaultdict[tuple[str, str], list[ComparisonRow]] = defaultdict(list)
    for body in bodies:
        named[pair_key(body)].append(body)
    return [_in_context(body, named[pair_key(body)]) for body in bodies]


def _names(row: EvidenceRow) -> Names:
    return Names(row.nutrient, row.nutrient_id, row.condition, row.condition_id)


def _body(rows: Sequence[EvidenceRow], finding: Finding, rules: ComparisonRules) -> ComparisonRow:
    said = stances(rows, rules)
    differ, note = disagreement(said, rows, rules)
    counted = Counter(stance.direction for stance in said.values())
    reverse = [row for row in rows if votes(row) and direction_of(row.relation, row.condition_type) == "reverse"]
    reasons = finding.reasons
    if reverse:
        sources = ", ".join(sorted({row.source_id for row in reverse}))
        reasons = (*reasons, f"Not counted: {sources} tells that the condition affects the nutrient")
    reasons = (*reasons, *_doubtful_numbers(rows, rules), *review_reasons(rows))
    asserted = [row for row in rows if votes(row)] or rows
    pooled = finding.pooled
    return ComparisonRow(
        nutrient=finding.nutrient,
        nutrient_id=finding.nutrient_id,
        exposure=finding.exposure,
        condition=finding.condition,
        condition_id=finding.condition_id,
        n_sources=len(said),
        n_claims=len(rows),
        n_independent_studies=finding.n_studies,
        verdict=finding.verdict,
        certainty=finding.certainty,
        certainty_reasons=reasons,
        best_evidence_level=min(row.evidence_level for row in asserted),
        sources_harmful=counted["harmful"],
        sources_beneficial=counted["beneficial"],
        sources_no_effect=counted["no effect"],
        sources_associated=sum(counted[direction] for direction in _UNDIRECTED),
        disagreement=differ,
        disagreement_note=note,
        claim_ids=tuple(row.claim_id for row in rows),
        finding_id=finding.finding_id,
        pooled_measure=pooled.measure if pooled else "",
        pooled_effect=pooled.effect if pooled else None,
        pooled_ci_low=pooled.ci_low if pooled else None,
        pooled_ci_high=pooled.ci_high if pooled else None,
        pooled_studies=pooled.studies if pooled else None,
        i2=pooled.i2 if pooled else None,
        prediction_low=pooled.prediction_low if pooled else None,
        prediction_high=pooled.prediction_high if pooled else None,
        n_participants=finding.n_participants,
        told=finding.told,
        told_gap=finding.told_gap,
        finding=finding,
        stances={source: (str(stance), stance.certainty) for source, stance in said.items()},
    )


def _doubtful_numbers(rows: Sequence[EvidenceRow], rules: ComparisonRules) -> list[str]:
    """For each flag that speaks against the numbers, the sources that carry it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for flag in row.flags:
            if votes(row) and flag.code in rules.reasons.named_flags:
                found[flag.code].add(row.source_id)
    return [f"Look at: {flag} in {', '.join(sorted(sources))}" for flag, sources in sorted(found.items())]


def _in_context(body: ComparisonRow, pair: Sequence[ComparisonRow]) -> ComparisonRow:
    """The row with the nutrient's role, and what other exposures of the same pair say where they differ."""
    role = _role(body.exposure, body.verdict)
    others = [(o, _role(o.exposure, o.verdict)) for o in pair if o is not body]
    agreeing = [o.exposure for o, other in others if role and other == role]
    opposing = [o for o, other in others if role and other and other != role]
    told = f"{role} ({', '.join(sorted({body.exposure, *agreeing}))} agree)" if agreeing else role
    note = body.disagreement_note
    if opposing:
        said = ", ".join(f"{o.exposure} is {o.verdict} ({o.certainty})" for o in opposing)
        note = (*note, f"Exposure: for the same pair, {said}")
    return replace(body, nutrient_role=told, disagreement_note=note)


def _role(exposure: Exposure, verdict: Verdict) -> str:
    """What a verdict on an exposure says about the nutrient itself; "" where it says nothing."""
    if exposure == "deficiency":
        return {"harmful": "protective", "beneficial": "harmful", "no effect": "neutral"}.get(verdict, "")
    if exposure == "excess":
        return {"harmful": "harmful in excess", "no effect": "neutral"}.get(verdict, "")
    return {"harmful": "harmful", "beneficial": "protective", "no effect": "neutral"}.get(verdict, "")
