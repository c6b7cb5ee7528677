"""In: the evidence behind a claim; out: its GRADE certainty and every step to it, in words."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.grading.design_rules import Pooled
from pipeline.grading.effect import Effect
from pipeline.grading.evidence import Evidence, trigger
from pipeline.grading.scheme import Scheme
from pipeline.grading.stated import StatedCertainty
from pipeline.records import BiasJudgement
from pipeline.vocabulary import CERTAINTIES, Certainty, FlagCode, Relation, StudyDesign

OBSERVATIONAL_START: tuple[Certainty, ...] = ("Low", "Moderate")
NO_BIAS_DOMAINS: tuple[StudyDesign, ...] = ("case report", "animal", "in vitro", "narrative review", "guideline")


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the certainty: how many steps, in which domain, why, and the words that triggered it."""

    steps: int
    domain: str
    why: str
    words: str = ""

    def __str__(self) -> str:
        """`Down 1 (imprecision): 60 participants ("60 patients")`."""
        quoted = f' ("{self.words}")' if self.words else ""
        return f"{'Up' if self.steps > 0 else 'Down'} {abs(self.steps)} ({self.domain}): {self.why}{quoted}"


def certainty_of(
    evidence: Evidence, scheme: Scheme, flags: Collection[FlagCode] = ()
) -> tuple[Certainty, tuple[str, ...]]:
    """Return the certainty of the evidence behind one claim and every step in words (GRADE, Guyatt 2011).

    It starts by design, goes down for risk of bias, imprecision, indirectness, publication bias and (in a
    review) inconsistency, up for observational evidence that was not moved down, and is capped for hedged,
    second-hand, unreviewed or retracted statements and for numbers that contradict each other or the words
    (`flags` of the consistency checks). What is not known is said and caps: without size, interval (or events) and
    judged bias nothing is High. A review's result has the certainty that its authors state. Inconsistency between
    studies belongs to the synthesis.
    """
    if evidence.stated is not None:
        return _as_stated(evidence, evidence.stated, scheme, flags)
    start, why = _start(evidence, scheme)
    reasons = [f"Start {start}: {why}"]
    score = score_of(start)
    if evidence.basis.kind != "uncited statement":
        down = [*_bias(evidence, scheme), *_word_steps(evidence, scheme, down=True), *imprecision(evidence, scheme)]
        down += surrogate(evidence, scheme)
        lowered = limited(down, scheme)
        up = [*_word_steps(evidence, scheme, down=False), *large_effect(evidence, scheme)]
        raised = up if start in OBSERVATIONAL_START and not lowered else []
        reasons += [str(move) for move in (*lowered, *raised)]
        if up and not raised and start in OBSERVATIONAL_START:
            reasons.append(f"Not raised for {up[0].domain}, because other domains lower it")
        score += max(sum(move.steps for move in lowered), -scheme.certainty.most_down)
        score += sum(move.steps for move in raised)
        reasons += [f"Not judged: {why}" for why in not_judged(evidence, scheme)]
    return _capped(min(max(score, 1), len(CERTAINTIES)), reasons, evidence, scheme, flags)


def not_judged(evidence: Evidence, scheme: Scheme) -> list[str]:
    """Return what is not known of the evidence behind a claim and must be, before it could be High."""
    if evidence.basis.kind not in ("own result", "cited study"):
        return []
    missing = []
    if evidence.sample.size is None:
        missing.append("imprecision, the number of participants is not stated")
    if not any(effect.has_interval or effect.total is not None for effect in evidence.effects):
        missing.append("imprecision, neither interval nor events are stated")
    if evidence.design not in NO_BIAS_DOMAINS and not evidence.is_bias_judged(scheme):
        missing.append("risk of bias, nothing is said of how the study guards against it")
    return missing


def _as_stated(
    evidence: Evidence, stated: StatedCertainty, scheme: Scheme, flags: Collection[FlagCode]
) -> tuple[Certainty, tuple[str, ...]]:
    reasons = [f'Start {stated.certainty}: as the authors of the {evidence.design} state it ("{stated.words}")']
    reasons += [f"Not judged: {why}" for why in not_judged(evidence, scheme)]
    return _capped(score_of(stated.certainty), reasons, evidence, scheme, flags)


def _capped(
    score: int, reasons: list[str], evidence: Evidence, scheme: Scheme, flags: Collection[FlagCode]
) -> tuple[Certainty, tuple[str, ...]]:
    for cap, reason in _caps(evidence, scheme, flags):
        if score > score_of(cap):
            score = score_of(cap)
            reasons.append(f"Capped at {cap}: {reason}")
    result = certainty_at(score)
    return result, (*reasons, f"Result {result}")


def imprecision(evidence: Evidence, scheme: Scheme) -> list[Move]:
    """Return the step down for few participants or events, or an interval that leaves the answer open.

    GRADE guidelines 6 (Guyatt 2011, J Clin Epidemiol 64:1283): the worst reason counts, not their sum.
    """
    rules = scheme.imprecision
    sample = evidence.sample
    moves = few_participants(sample.size, sample.words, scheme)
    for effect in evidence.effects:
        moves += open_interval(effect, evidence.claim.relation, sample.size, scheme)
    counts = {(s.value, s.total): s for s in evidence.claim.statistics if s.kind == "count" and s.total}
    events = sum(int(value) for value, _ in counts if value is not None)
    if counts and events < rules.few_events:
        words = "; ".join(s.text for s in counts.values())
        moves.append(Move(-1, "imprecision", f"{events} events, fewer than {rules.few_events}", words))
    return [min(moves, key=lambda move: move.steps)] if moves else []


def few_participants(size: int | None, words: str, scheme: Scheme) -> list[Move]:
    """Return the step down for fewer participants than the usual optimal information size."""
    rules = scheme.imprecision
    if size is None or size >= rules.few_participants:
        return []
    very = size < rules.very_few_participants
    limit = rules.very_few_participants if very else rules.few_participants
    return [Move(-2 if very else -1, "imprecision", f"{size} participants, fewer than {limit}", words)]


def open_interval(effect: Effect, relation: Relation, size: int | None, scheme: Scheme) -> list[Move]:
    """Return the step down for an interval that leaves the answer open, or is wide."""
    rules, checks = scheme.imprecision, scheme.checks
    if effect.low is None or effect.high is None:
        return []
    ratio = effect.is_ratio(checks)
    if ratio and effect.low > 0 and effect.low <= 1 <= effect.high:
        beyond = (effect.low < rules.ratio_appreciable_low) + (effect.high > rules.ratio_appreciable_high)
        sides = "benefit and harm" if beyond == 2 else "no effect and an appreciable one"
        return [Move(-beyond, "imprecision", f"the interval holds {sides}", effect.words)] if beyond else []
    if ratio and effect.low > 0 and effect.high / effect.low > rules.wide_ratio:
        return [Move(-1, "imprecision", "the interval is wide", effect.words)]
    crosses = effect.is_difference(checks) and effect.low <= 0 <= effect.high
    if crosses and not _is_precise_null(effect, relation, size, scheme):
        return [Move(-1, "imprecision", "the interval holds no difference", effect.words)]
    return []


def _is_precise_null(effect: Effect, relation: Relation, size: int | None, scheme: Scheme) -> bool:
    """Whether an interval of a difference that holds zero shows no effect, and not merely none that was found."""
    rules = scheme.imprecision
    if not rules.count_crossing_zero:
        return True
    if relation != "no_effect" or effect.low is None or effect.high is None:
        return False
    if effect.measure == "SMD":
        return -rules.smd_appreciable <= effect.low and effect.high <= rules.smd_appreciable
    return size is not None and size >= rules.few_participants


def large_effect(evidence: Evidence, scheme: Scheme) -> list[Move]:
    """Return the step up for a ratio beyond the scheme's limits that is not due to chance (GRADE guidelines 9).

    Confounding must have been adjusted for, and no word may say that the exposure was measured after the outcome.
    """
    rules = scheme.large_effect
    if evidence.design not in rules.designs or rules.unadjusted.search(evidence.claim.sentence.text):
        return []
    if evidence.basis.kind == "own result":
        judged = {j.domain: j.judgement for j in evidence.source.judgements}
        if judged.get("confounding") != "low" or judged.get("exposure measurement") == "high":
            return []
    for effect in evidence.effects:
        if effect.measure not in rules.measures or effect.value is None or effect.value <= 0:
            continue
        size = max(effect.value, 1 / effect.value)
        if size > rules.high and effect.significant(scheme.checks):
            steps = 2 if size > rules.very_high else 1
            limit = rules.very_high if steps == 2 else rules.high
            why = f"{effect.measure} {effect.value:g}, beyond {limit:g} or its inverse"
            return [Move(steps, "large effect", why, effect.words)]
    return []


def _start(evidence: Evidence, scheme: Scheme) -> tuple[Certainty, str]:
    rules, basis = scheme.certainty, evidence.basis
    if basis.kind in rules.start_basis:
        return rules.start_basis[basis.kind], f"{basis.kind} ({basis.words})"
    words = f', "{evidence.design_words}"' if evidence.design_words else ""
    if evidence.pooled:
        start = rules.start_pooled[evidence.pooled]
        return start, f"{evidence.design} of {_POOLED[evidence.pooled]} ({basis.kind}{words})"
    if evidence.design == "unclear":
        return rules.start["unclear"], f"the design is not stated ({basis.kind}, {basis.words})"
    return rules.start[evidence.design], f"{evidence.design} ({basis.kind}{words})"


_POOLED: dict[Pooled, str] = {"trials": "trials", "observational": "observational studies"}


def _word_steps(evidence: Evidence, scheme: Scheme, *, down: bool) -> Iterable[Move]:
    own = evidence.basis.kind == "own result"
    for step, told in zip(scheme.certainty.steps, evidence.source.triggers, strict=True):
        if (step.steps < 0) is not down or (step.designs and evidence.design not in step.designs):
            continue
        if step.where == "design":
            yield Move(step.steps, step.domain, step.label, evidence.design_words)
        elif words := told if step.where == "source" and own else trigger(step, evidence.claim.sentence.text):
            yield Move(step.steps, step.domain, step.label, words)


def surrogate(evidence: Evidence, scheme: Scheme) -> list[Move]:
    """Return the step down for an outcome that stands in for what people feel (GRADE guidelines 8)."""
    condition = evidence.claim.condition
    name = f"{condition.name} {condition.text}"
    if condition.kind != "measure" or not scheme.surrogate.steps or scheme.surrogate.important.search(name):
        return []
    why = "a measure that stands in for what people feel"
    return [Move(scheme.surrogate.steps, "indirectness", why, condition.text)]


def _bias(evidence: Evidence, scheme: Scheme) -> list[Move]:
    """The step down for domains at high risk of bias; some concerns are told and take none."""
    if evidence.basis.kind != "own result":
        return []
    moves = high_risk(evidence.source.judgements, scheme)
    if subgroup := scheme.certainty.subgroup.search(evidence.claim.sentence.text):
        why = "a part of the participants, or an analysis that was not planned"
        moves.append(Move(-1, "risk of bias", why, subgroup.group()))
    return moves


def high_risk(judgements: Iterable[BiasJudgement], scheme: Scheme) -> list[Move]:
    """Return the step down for domains at high risk of bias, two where there are many."""
    high = [judgement for judgement in judgements if judgement.judgement == "high"]
    if not high:
        return []
    steps = 2 if len(high) >= scheme.certainty.bias_two_steps else 1
    return [Move(-steps, "risk of bias", ", ".join(judgement.domain for judgement in high), high[0].quote)]


def limited(moves: Iterable[Move], scheme: Scheme) -> list[Move]:
    """The moves down, with no more in one domain than the scheme allows."""
    spent: defaultdict[str, int] = defaultdict(int)
    kept = []
    for move in moves:
        left = scheme.certainty.most_down_in_a_domain - spent[move.domain]
        steps = min(-move.steps, left)
        if steps > 0:
            spent[move.domain] += steps
            kept.append(Move(-steps, move.domain, move.why, move.words))
    return kept


def _caps(evidence: Evidence, scheme: Scheme, flags: Collection[FlagCode]) -> Iterable[tuple[Certainty, str]]:
    caps, factuality = scheme.caps, evidence.claim.factuality
    if factuality in caps.factuality:
        yield caps.factuality[factuality], f"the sentence words it as {factuality}"
    if evidence.basis.kind in ("cited study", "cited guideline"):
        yield caps.second_hand, "read through a source that cites it, not in the study itself"
    if evidence.basis.kind == "cited study" and not evidence.basis.references:
        yield caps.unresolved, "no entry says which study it is"
    if missing := not_judged(evidence, scheme):
        yield scheme.certainty.unknown_cap, f"not judged ({', '.join(m.partition(',')[0] for m in missing)})"
    if "expression of concern" in evidence.statuses or "preprint" in evidence.statuses:
        concern = "is a preprint" if "preprint" in evidence.statuses else "is under an expression of concern"
        yield scheme.certainty.concern_cap, f"the study {concern}"
    if evidence.basis.kind == "own result":
        for judgement in evidence.source.judgements:
            if judgement.domain == "funding and interests" and judgement.judgement == "some concerns":
                yield scheme.certainty.concern_cap, f'funding and interests ("{judgement.quote}")'
    if evidence.basis.kind != "own result" and {"retracted", "withdrawn"} & set(evidence.statuses):
        yield caps.retracted, "the study that it cites was retracted"
    if any(flag in evidence.quality_flags for flag in caps.unreviewed_quality_flags):
        yield caps.unreviewed, "the source says that it awaits review"
    if any(flag in evidence.quality_flags for flag in caps.retracted_quality_flags):
        yield caps.retracted, "the source carries a retraction notice"
    for flag, cap in caps.flags.items():
        if flag in flags:
            yield cap, f"the numbers do not fit ({flag})"


def score_of(certainty: Certainty) -> int:
    """Return the place of a certainty, 1 for the lowest."""
    return len(CERTAINTIES) - CERTAINTIES.index(certainty)


def certainty_at(score: int) -> Certainty:
    """Return the certainty at a place, 1 for the lowest."""
    return CERTAINTIES[len(CERTAINTIES) - score]
