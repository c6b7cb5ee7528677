"""In: rows of one nutrient and outcome, with their studies; out: a finding for each exposure."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pipeline.grading.plausibility import baseline_risk
from pipeline.records import EvidenceRow, Finding, Override, PooledSummary, StudyWeight
from pipeline.studies import Corpus
from pipeline.synthesis.domains import Certified, certify
from pipeline.synthesis.result import StudyResult, result_of, votes
from pipeline.synthesis.rules import Body, SynthesisRules
from pipeline.synthesis.statement import statement_of
from pipeline.synthesis.verdict import Shown, shown_by
from pipeline.vocabulary import SIDES, Certainty, Exposure, GradeDomain, Verdict, direction_of

_UNDECIDED: tuple[Verdict, Certainty] = ("insufficient", "Very low")
_DIGITS = 12
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class _Body:
    """A body of evidence with what it shows and how sure that is."""

    body: Body
    shown: Shown
    certified: Certified
    note: tuple[str, ...] = ()


def findings_of(
    rows: Sequence[EvidenceRow], corpus: Corpus, pair: tuple[str, str], rules: SynthesisRules
) -> list[Finding]:
    """Return what the evidence says of one nutrient and outcome, for each exposure.

    `rows` are all rows of the pair, each with the studies it rests on (`Corpus.rest`), `pair` its key.
    """
    by_exposure: defaultdict[Exposure, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        by_exposure[row.exposure].append(row)
    return [_finding(group, corpus, pair, rules) for group in by_exposure.values()]


def decided(
    rows: Sequence[EvidenceRow], corpus: Corpus, finding_id: str, rules: SynthesisRules
) -> tuple[Verdict, Certainty]:
    """Return the verdict and certainty of the finding on rows of one exposure, and nothing else of it.

    `rows` are each with the studies they rest on.
    """
    deciding = _deciding(_bodies_of(_results(rows, corpus, rules), rows, corpus, finding_id, rules))
    return (deciding.shown.verdict, deciding.certified.certainty) if deciding else _UNDECIDED


def finding_id_of(pair: tuple[str, str], exposure: Exposure) -> str:
    """Return the identifier of a finding: a hash of what it is about."""
    return hashlib.sha256("\n".join((*pair, exposure)).encode(errors="surrogatepass")).hexdigest()[:_DIGITS]


def _finding(rows: Sequence[EvidenceRow], corpus: Corpus, pair: tuple[str, str], rules: SynthesisRules) -> Finding:
    results = _results(rows, corpus, rules)
    finding_id = finding_id_of(pair, rows[0].exposure)
    bodies = _bodies_of(results, rows, corpus, finding_id, rules)
    deciding = _deciding(bodies)
    told = _told(rows)
    verdict, certainty = (deciding.shown.verdict, deciding.certified.certainty) if deciding else _UNDECIDED
    shown = deciding.shown if deciding else Shown("insufficient", (), ())
    used = {result.study.study_id: result for body in bodies for result in body.shown.results}
    sizes = [result.n for result in shown.results]
    nutrient, condition = _usual(row.nutrient for row in rows), _usual(row.condition for row in rows)
    measured = rows[0].condition_type == "measure" and not _undirected(rows)

    def said(domain: GradeDomain) -> str:
        return str(deciding.certified.domains[domain]) if deciding else ""

    why = [] if deciding else ["No study could be traced: nothing decides"]
    for body in bodies:
        why += body.note
        if body is not deciding and body.shown.verdict == "insufficient":
            why.append(f"The {body.body.name} do not decide: {'; '.join(body.shown.why)}".replace(";", ","))
    why += [*shown.why, *(deciding.certified.reasons if deciding else ())]
    why += _provenance(rows, results)
    return Finding(
        finding_id=finding_id,
        nutrient=nutrient,
        nutrient_id=next((row.nutrient_id for row in rows if row.nutrient_id), ""),
        exposure=rows[0].exposure,
        condition=condition,
        condition_id=next((row.condition_id for row in rows if row.condition_id), ""),
        n_studies=_count(results),
        n_participants=sum(size or 0 for size in sizes) if any(sizes) else None,
        designs=_designs(shown.results),
        effect=shown.why[0] if shown.why else "",
        effect_absolute=_absolute(shown, rules),
        certainty=certainty,
        risk_of_bias=said("risk_of_bias"),
        inconsistency=said("inconsistency"),
        indirectness=said("indirectness"),
        imprecision=said("imprecision"),
        publication_bias=said("publication_bias"),
        upgraded=said("upgraded"),
        statement=statement_of(
            nutrient, rows[0].exposure, condition, verdict, certainty, rules, measured=measured, told=told
        ),
        told=told,
        study_ids=tuple(sorted(used)),
        claim_ids=tuple(row.claim_id for row in rows),
        verdict=verdict,
        told_gap=told in SIDES and told != verdict,
        reasons=tuple(why),
        pooled=_pooled(shown),
        overrides=(
            *(_told_by(override) for override in _judged(corpus, finding_id).values()),
            *_overrides(used.values(), rows, corpus),
        ),
    )


def _judged(corpus: Corpus, finding_id: str) -> dict[GradeDomain, Override]:
    return {cast(GradeDomain, said.field): said for said in corpus.findings.get(finding_id, ())}


def _bodies_of(
    results: Sequence[StudyResult], rows: Sequence[EvidenceRow], corpus: Corpus, finding_id: str, rules: SynthesisRules
) -> list[_Body]:
    return list(_bodies(results, rules, _judged(corpus, finding_id), undirected=_undirected(rows)))


def _deciding(bodies: Sequence[_Body]) -> _Body | None:
    return next((body for body in bodies if body.shown.verdict != "insufficient"), bodies[0] if bodies else None)


def _told_by(override: Override) -> str:
    return f"{override.field.replace('_', ' ')} set to {override.value} {override.by}"


def _overrides(results: Iterable[StudyResult], rows: Sequence[EvidenceRow], corpus: Corpus) -> tuple[str, ...]:
    """What reviewers decided of the studies behind a finding and of the names of its outcome."""
    said = [f"{result.study.study_id}: {words}" for result in results for words in result.study.overrides]
    names = {row.condition for row in rows}
    for override in corpus.same_outcomes:
        if override.subject.lower() in names:
            said.append(f"{override.subject} is the same outcome as {override.value} {override.by}")
    return tuple(dict.fromkeys(said))


def _provenance(rows: Sequence[EvidenceRow], results: Sequence[StudyResult]) -> list[str]:
    """What counts once and what does not count, in words."""
    said = []
    for result in results:
        sources = sorted({row.source_id for row in result.rows})
        if len(sources) > 1:
            said.append(f"{', '.join(sources)} rest on the same study, which counts once")
    gone = sorted({row.source_id for row in rows if _is_gone(row)})
    if gone:
        said.append(f"Not counted: {', '.join(gone)} rest on a retracted study")
    stale = sorted({row.source_id for row in rows if any(flag.code == "stale" for flag in row.flags)})
    if stale:
        said.append(f"Kept from an earlier run, and counted: {', '.join(stale)}")
    untraced = {row.source_id for row in rows if not row.study_id and row.factuality != "Unknown"}
    if untraced:
        some = "1 source makes a statement" if len(untraced) == 1 else f"{len(untraced)} sources make statements"
        said.append(f"Told, not counted: {some} without a study that can be traced")
    return said


def _is_gone(row: EvidenceRow) -> bool:
    return any(flag.code in ("retracted-source", "rests-on-retracted") for flag in row.flags)


def _results(rows: Iterable[EvidenceRow], corpus: Corpus, rules: SynthesisRules) -> list[StudyResult]:
    """One result a study, from the rows that vote and rest on a study that can be known and that stands."""
    by_study: defaultdict[str, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        for study_id in row.study_id if votes(row) else ():
            by_study[study_id].append(row)
    return [
        result_of(corpus.studies.by_id[study_id], found, rules)
        for study_id, found in sorted(by_study.items())
        if corpus.studies.by_id[study_id].status not in ("retracted", "withdrawn")
    ]


def _bodies(
    results: Sequence[StudyResult],
    rules: SynthesisRules,
    overrides: Mapping[GradeDomain, Override],
    *,
    undirected: bool,
) -> Iterable[_Body]:
    """The bodies of evidence that there are, the one that counts most first.

    A review stands above the trials that it includes: where it holds at least as many participants as the trials that
    it does not include it decides, else the trials do, all of them.
    """
    note: list[str] = []
    for body in rules.bodies:
        members = [result for result in results if _belongs(result, body)]
        if not members:
            continue
        if body.name == "reviews":
            main = max(members, key=lambda r: (r.estimate is not None, r.n or 0, r.study.year, r.study.study_id))
            rest = [r for r in results if r.study.study_id != main.study.study_id and r.row.study_design == "rct"]
            new = [result for result in rest if main.study.study_id not in result.study.included_in]
            if overlap := len(rest) - len(new):
                note.append(f"{overlap} trials are included in the review {main.row.source_id} and count once, with it")
            if main.n is not None and sum(result.n or 0 for result in new) > main.n:
                note.append(f"Newer trials hold more participants than the review {main.row.source_id}")
                continue
            if len(members) > 1:
                note.append(f"{len(members)} reviews; the largest, {main.row.source_id}, counts, for they may overlap")
            members = [main]
        shown = shown_by(members, rules, undirected=undirected)
        yield _Body(body, shown, certify(shown, body, rules, overrides), tuple(note))
        note = []


def _belongs(result: StudyResult, body: Body) -> bool:
    design, level = result.row.study_design, result.row.evidence_level
    pools_observations = design in ("meta-analysis", "systematic review") and level > 1
    if pools_observations:
        return body.name == "observational studies"
    return design in body.designs


def _count(results: Sequence[StudyResult]) -> int:
    """Independent studies: a review whose included trials are all here adds none."""
    ids = {result.study.study_id for result in results}
    reviews = [result for result in results if result.row.study_design in ("meta-analysis", "systematic review")]
    covered = {
        review.study.study_id
        for review in reviews
        if any(review.study.study_id in result.study.included_in for result in results)
    }
    return len(ids - covered)


def _told(rows: Iterable[EvidenceRow]) -> str:
    """What sources say that rest on no study that can be known: a side, "mixed", or "" where they take none."""
    by_source: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        direction = direction_of(row.relation, row.condition_type)
        said = "harmful" if direction == "associated" and row.exposure in ("deficiency", "excess") else direction
        if not row.study_id and row.factuality != "Unknown" and said in SIDES and row.review_status != "rejected":
            by_source[row.source_id].add(said)
    counts = Counter(next(iter(said)) if len(said) == 1 else "mixed" for said in by_source.values())
    if not counts:
        return ""
    leading, most = counts.most_common(1)[0]
    return leading if most > sum(counts.values()) / 2 else "mixed"


def _undirected(rows: Iterable[EvidenceRow]) -> bool:
    """Whether rows only raise or lower a measure, and none says which way is good."""
    directions = {direction_of(row.relation, row.condition_type) for row in rows}
    return bool(directions & {"raises", "lowers"}) and not directions & {"beneficial", "harmful"}


def _designs(results: Iterable[StudyResult]) -> tuple[str, ...]:
    counts = Counter(result.row.study_design for result in results)
    return tuple(f"{count} {design}" for design, count in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))


def _absolute(shown: Shown, rules: SynthesisRules) -> str:
    """The difference per 1,000 people, where a study states the risk of its comparison (GRADE guidelines 12)."""
    if shown.pooled is None or not shown.is_ratio or shown.scale not in ("RR", "OR"):
        return ""
    found = (baseline_risk(result.row.sentence, rules.plausibility) for result in shown.pooled_results)
    risks = [risk for risk in found if risk is not None]
    if not risks:
        return ""
    base = sorted(risks)[len(risks) // 2]

    def difference(log: float) -> int:
        ratio = math.exp(log)
        risk = base * ratio if shown.scale == "RR" else base * ratio / (1 - base + base * ratio)
        return round(1000 * (min(risk, 1.0) - base))

    mean, low, high = (difference(v) for v in (shown.pooled.mean, shown.pooled.low, shown.pooled.high))
    return f"{mean:+d} per 1,000 ({low:+d} to {high:+d}) from a risk of {1000 * base:.0f} per 1,000"


def _pooled(shown: Shown) -> PooledSummary | None:
    pooled = shown.pooled
    if pooled is None:
        return None
    back = math.exp if shown.is_ratio else float
    several = pooled.n_studies > 1
    weights = tuple(
        StudyWeight(
            result.study.study_id,
            result.row.source_id,
            back(result.estimate.value),
            back(result.estimate.value - _Z * result.estimate.error),
            back(result.estimate.value + _Z * result.estimate.error),
            weight,
        )
        for result, weight in zip(shown.pooled_results, pooled.weights, strict=True)
        if result.estimate
    )
    return PooledSummary(
        measure=shown.scale.partition(" ")[0],
        effect=back(pooled.mean),
        ci_low=back(pooled.low),
        ci_high=back(pooled.high),
        studies=pooled.n_studies,
        tau2=pooled.tau2 if several else None,
        i2=pooled.i2 if several else None,
        prediction_low=back(pooled.prediction[0]) if pooled.prediction else None,
        prediction_high=back(pooled.prediction[1]) if pooled.prediction else None,
        weights=weights,
    )


def _usual(names: Iterable[str]) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name))
