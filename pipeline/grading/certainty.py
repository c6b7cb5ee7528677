"""The evidence behind a claim comes in; its GRADE certainty and every step to it, in words, go out."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.grading.evidence import Evidence, trigger
from pipeline.grading.scheme import Pooled, Scheme
from pipeline.records import CERTAINTIES, Certainty, FlagCode

_OBSERVATIONAL_START: tuple[Certainty, ...] = ("Low", "Moderate")


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
    (`flags` of the consistency checks). What cannot be judged is said. Inconsistency between
    sources belongs to the comparison.
    """
    start, why = _start(evidence, scheme)
    reasons = [f"Start {start}: {why}"]
    score = _score(start)
    if evidence.basis.kind != "uncited statement":
        down = [*_word_steps(evidence, scheme, down=True), *imprecision(evidence, scheme)]
        down += _surrogate(evidence, scheme)
        lowered = _limited(down, scheme)
        up = [*_word_steps(evidence, scheme, down=False), *large_effect(evidence, scheme)]
        raised = up if start in _OBSERVATIONAL_START and not lowered else []
        reasons += [str(move) for move in (*lowered, *raised)]
        if up and not raised and start in _OBSERVATIONAL_START:
            reasons.append(f"Not raised for {up[0].domain}, because other domains lower it")
        score += max(sum(move.steps for move in lowered), -scheme.certainty.most_down)
        score += sum(move.steps for move in raised)
        reasons += _not_judged(evidence, lowered)
    score = min(max(score, 1), len(CERTAINTIES))
    for cap, reason in _caps(evidence, scheme, flags):
        if score > _score(cap):
            score = _score(cap)
            reasons.append(f"Capped at {cap}: {reason}")
    result = _certainty(score)
    return result, (*reasons, f"Result {result}")


def imprecision(evidence: Evidence, scheme: Scheme) -> list[Move]:
    """Return the step down for few participants or events, or an interval that leaves the answer open.

    GRADE guidelines 6 (Guyatt 2011, J Clin Epidemiol 64:1283): the worst reason counts, not their sum.
    """
    rules, checks = scheme.imprecision, scheme.checks
    moves: list[Move] = []
    size = evidence.sample.size
    if size is not None and size < rules.very_few_participants:
        why = f"{size} participants, fewer than {rules.very_few_participants}"
        moves.append(Move(-2, "imprecision", why, evidence.sample.words))
    elif size is not None and size < rules.few_participants:
        why = f"{size} participants, fewer than {rules.few_participants}"
        moves.append(Move(-1, "imprecision", why, evidence.sample.words))
    for effect in evidence.effects:
        if effect.low is None or effect.high is None:
            continue
        ratio = effect.is_ratio(checks)
        if ratio and effect.low > 0 and effect.low <= 1 <= effect.high:
            beyond = (effect.low < rules.ratio_appreciable_low) + (effect.high > rules.ratio_appreciable_high)
            if beyond:
                sides = "benefit and harm" if beyond == 2 else "no effect and an appreciable one"
                moves.append(Move(-beyond, "imprecision", f"the interval holds {sides}", effect.words))
        elif ratio and effect.low > 0 and effect.high / effect.low > rules.wide_ratio:
            moves.append(Move(-1, "imprecision", "the interval is wide", effect.words))
        elif effect.is_difference(checks) and rules.count_crossing_zero and effect.low <= 0 <= effect.high:
            moves.append(Move(-1, "imprecision", "the interval holds no difference", effect.words))
        enough = effect.total is not None and effect.total >= rules.few_participants
        if enough and effect.events is not None and effect.events < rules.few_events:
            why = f"{effect.events} events, fewer than {rules.few_events}"
            moves.append(Move(-1, "imprecision", why, effect.words))
    return [min(moves, key=lambda move: move.steps)] if moves else []


def large_effect(evidence: Evidence, scheme: Scheme) -> list[Move]:
    """Return the step up for a ratio beyond the scheme's limits that is not due to chance (GRADE guidelines 9)."""
    rules = scheme.large_effect
    if evidence.design not in rules.designs:
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


def _surrogate(evidence: Evidence, scheme: Scheme) -> list[Move]:
    condition = evidence.claim.condition
    name = f"{condition.name} {condition.text}"
    if condition.kind != "measure" or not scheme.surrogate.steps or scheme.surrogate.important.search(name):
        return []
    why = "a measure that stands in for what people feel"
    return [Move(scheme.surrogate.steps, "indirectness", why, condition.text)]


def _not_judged(evidence: Evidence, lowered: Collection[Move]) -> Iterable[str]:
    """What a reviewer has to look up because the text does not say it."""
    domains = {move.domain for move in lowered}
    own = evidence.basis.kind == "own result"
    judged = evidence.sample.size is not None or any(effect.has_interval for effect in evidence.effects)
    if own and "imprecision" not in domains and not judged:
        yield "Not judged: imprecision, neither participants nor interval are stated"
    if own and evidence.design == "rct" and "risk of bias" not in domains and not evidence.source.blinding:
        yield "Not judged: risk of bias, blinding is not stated"


def _limited(moves: Iterable[Move], scheme: Scheme) -> list[Move]:
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
    if any(flag in evidence.quality_flags for flag in caps.unreviewed_quality_flags):
        yield caps.unreviewed, "the source says that it awaits review"
    if any(flag in evidence.quality_flags for flag in caps.retracted_quality_flags):
        yield caps.retracted, "the source carries a retraction notice"
    for flag, cap in caps.flags.items():
        if flag in flags:
            yield cap, f"the numbers do not fit ({flag})"


def _score(certainty: Certainty) -> int:
    return len(CERTAINTIES) - CERTAINTIES.index(certainty)


def _certainty(score: int) -> Certainty:
    return CERTAINTIES[len(CERTAINTIES) - score]
