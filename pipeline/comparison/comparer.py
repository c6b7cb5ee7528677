"""Rows of the evidence table come in; a comparison row for each nutrient, exposure and condition goes out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.comparison.disagreement import disagreement
from pipeline.comparison.pairs import Names, pairs_of
from pipeline.comparison.reviewed import REJECTED, review_reasons
from pipeline.comparison.rules import ComparisonRules, load_rules
from pipeline.comparison.stance import stances, votes
from pipeline.comparison.study import independent_studies
from pipeline.comparison.verdict import judge
from pipeline.records import ComparisonRow, EvidenceRow, Exposure, Verdict
from pipeline.vocabulary import direction_of, pair_key

_UNDIRECTED = ("associated", "raises", "lowers")


def compare(rows: Iterable[EvidenceRow], rules: ComparisonRules | None = None) -> tuple[ComparisonRow, ...]:
    """Return the body of evidence for every nutrient, exposure and condition, ordered by their names.

    Rows belong together by identifier where there is one, else by name; those that a reviewer rejected are out.
    Independent studies count once; aims
    and questions do not count; `nutrient_role` says what the nutrient does where several exposures point the
    same way (a deficiency that harms and a supplement that helps). `rules` are the bundled ones if not given.
    """
    rules = rules or load_rules()
    rows = sorted(rows, key=lambda r: (r.source_id, r.sentence_start, r.nutrient_start, r.condition_start, r.claim_id))
    pairs = pairs_of(map(_names, rows))
    by_pair: defaultdict[tuple[str, str], list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        by_pair[pairs[_names(row)]].append(row)
    return tuple(sorted((body for group in by_pair.values() for body in compare_pair(group, rules)), key=place))


def compare_pair(rows: Iterable[EvidenceRow], rules: ComparisonRules) -> list[ComparisonRow]:
    """Return the bodies of evidence for one nutrient and condition, one for each exposure.

    `rows` are all rows of the pair (see `pairs_of`), in the order of the table. This is `compare` for more rows
    than memory holds: nothing in one pair depends on another.
    """
    by_exposure: defaultdict[Exposure, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        if row.review_status != REJECTED:
            by_exposure[row.exposure].append(row)
    bodies = [_body(group, rules) for group in by_exposure.values()]
    named: defaultdict[tuple[str, str], list[ComparisonRow]] = defaultdict(list)
    for body in bodies:
        named[pair_key(body)].append(body)
    return [_in_context(body, named[pair_key(body)]) for body in bodies]


def place(row: ComparisonRow) -> tuple[str, str, str, str, str]:
    """Return what comparison.csv is sorted by: no two of its rows have the same place."""
    return row.nutrient, row.condition, row.exposure, row.condition_id, row.nutrient_id


def _names(row: EvidenceRow) -> Names:
    return Names(row.nutrient, row.nutrient_id, row.condition, row.condition_id)


def _body(rows: Sequence[EvidenceRow], rules: ComparisonRules) -> ComparisonRow:
    studies = independent_studies(rows)
    said = stances(rows, rules)
    judgement = judge(studies, rules)
    differ, note = disagreement(said, studies, rules)
    counted = Counter(stance.direction for stance in said.values())
    reverse = [row for row in rows if votes(row) and direction_of(row.relation, row.condition_type) == "reverse"]
    reasons = judgement.reasons
    if reverse:
        sources = ", ".join(sorted({row.source_id for row in reverse}))
        reasons = (*reasons, f"Not counted: {sources} tells that the condition affects the nutrient")
    reasons = (*reasons, *_doubtful_numbers(rows, rules), *review_reasons(rows))
    asserted = [row for row in rows if votes(row)] or rows
    return ComparisonRow(
        nutrient=_usual(row.nutrient for row in rows),
        nutrient_id=next((row.nutrient_id for row in rows if row.nutrient_id), ""),
        exposure=rows[0].exposure,
        condition=_usual(row.condition for row in rows),
        condition_id=next((row.condition_id for row in rows if row.condition_id), ""),
        n_sources=len(said),
        n_claims=len(rows),
        n_independent_studies=sum(s.is_study and any(map(votes, s.rows)) for s in studies),
        verdict=judgement.verdict,
        certainty=judgement.certainty,
        certainty_reasons=reasons,
        best_evidence_level=min(row.evidence_level for row in asserted),
        sources_harmful=counted["harmful"],
        sources_beneficial=counted["beneficial"],
        sources_no_effect=counted["no effect"],
        sources_associated=sum(counted[direction] for direction in _UNDIRECTED),
        disagreement=differ,
        disagreement_note=note,
        claim_ids=tuple(row.claim_id for row in rows),
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


def _usual(names: Iterable[str]) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name))
