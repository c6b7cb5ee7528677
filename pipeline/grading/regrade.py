"""In: a graded row, or a study, and what a reviewer decided of it; out: the same graded anew, with who decided."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from pipeline.grading.bias import DOMAINS, is_judged, kind_of, overall
from pipeline.grading.certainty import (
    NO_BIAS_DOMAINS,
    OBSERVATIONAL_START,
    Move,
    certainty_at,
    few_participants,
    high_risk,
    limited,
    open_interval,
    score_of,
)
from pipeline.grading.effect import Effect
from pipeline.grading.scheme import Question, Scheme
from pipeline.records import BiasJudgement, EvidenceRow, Override, Study
from pipeline.vocabulary import CERTAINTIES, TRIALS, BiasDomain, Certainty, RiskOfBias, StudyDesign

DESIGN, SIZE = "study_design", "sample_size"
_MOVE = re.compile(r'(?P<way>Up|Down) (?P<steps>\d) \((?P<domain>[^)]+)\): (?P<why>.*?)(?: \("(?P<words>.*)"\))?')
_READ_AS = re.compile(r"study_design set to .+? \(read as (?P<read>.+?)\)")
_LEVEL = re.compile(r"Level \d as a question of (?P<question>\w+)")
_NO_BIAS, _NO_SIZE = "Not judged: risk of bias", "Not judged: imprecision, the number of participants"
_LOWEST_LEVEL = 5


@dataclass(frozen=True, slots=True)
class _Decided:
    """What reviewers decided of the study that a row rests on, with what is known of its bias after that."""

    design: StudyDesign | None
    size: int | None
    judgements: tuple[BiasJudgement, ...]
    judges_bias: bool


def regraded_study(study: Study, overrides: Sequence[Override], scheme: Scheme) -> Study:
    """Return a study with what reviewers decided of it, each decision among its `overrides`.

    The domains of bias are those of its design; the overall risk follows from them.
    """
    judgements = {judgement.domain: judgement for judgement in study.judgements}
    design, size = study.study_design, study.sample_size
    said, before = [], ""
    for override in overrides:
        if override.field == DESIGN:
            before, design = str(design), cast(StudyDesign, override.value)
        elif override.field == SIZE:
            before, size = str(size or "nothing"), int(override.value)
        else:
            domain = cast(BiasDomain, override.field)
            before = str(judgements[domain].judgement) if domain in judgements else "no information"
            judgements[domain] = BiasJudgement(domain, cast(RiskOfBias, override.value), f"decided {override.by}")
        said.append(f"{override.field} set to {override.value} (read as {before}) {override.by}")
    known = tuple(judgements.get(domain, BiasJudgement(domain, "no information")) for domain in _domains(design))
    return replace(
        study,
        study_design=design,
        sample_size=size,
        judgements=known,
        risk_of_bias=overall(known, design, scheme.bias) if known else study.risk_of_bias,
        overrides=tuple(said),
    )


def regraded(row: EvidenceRow, study: Study, overrides: Sequence[Override], scheme: Scheme) -> EvidenceRow:
    """Return a row of a study graded anew by what reviewers decided of the study (`regraded_study`).

    Design, size and risk of bias are judged anew by the scheme; every other step of the row stands. A certainty that a
    review's authors state stands too. A design that was decided does not change a row whose design is its own (an
    association at baseline inside a trial).
    """
    if not overrides or row.evidence_basis not in ("own result", "cited study"):
        return row
    fields = {override.field for override in overrides}
    size = study.sample_size if SIZE in fields else None
    design = study.study_design if DESIGN in fields and not _is_of_the_row(row, study) else None
    decided = _Decided(design, size, study.judgements, bool(fields - {SIZE}))
    notes = [f"{override.field} set to {override.value} {override.by}" for override in overrides]
    return _graded(row, decided, notes, scheme)


def _is_of_the_row(row: EvidenceRow, study: Study) -> bool:
    """Whether a row has another design than its study was read to have: that of an association inside a trial."""
    read = next((match["read"] for words in study.overrides if (match := _READ_AS.match(words))), "")
    return row.evidence_basis == "own result" and read in TRIALS and row.study_design != read


def recorrected(row: EvidenceRow, before: EvidenceRow, scheme: Scheme) -> EvidenceRow:
    """Return a row whose design or size a reviewer corrected, graded anew; `before` is as it was graded.

    A certainty or level that the reviewer corrected as well is the reviewer's.
    """
    design = row.study_design if row.study_design != before.study_design else None
    size = row.sample_size if row.sample_size != before.sample_size else None
    if (design is None and size is None) or row.certainty != before.certainty:
        return row
    graded = _graded(row, _Decided(design, size, (), False), [], scheme)
    kept = row.evidence_level if row.evidence_level != before.evidence_level else graded.evidence_level
    return replace(graded, evidence_level=kept)


def _graded(row: EvidenceRow, decided: _Decided, notes: Sequence[str], scheme: Scheme) -> EvidenceRow:
    design = decided.design or row.study_design
    size = decided.size if decided.size is not None else row.sample_size
    moves = [move for reason in row.certainty_reasons if (move := _move(reason))]
    down = limited(_down(row, moves, decided, design, size, scheme), scheme)
    start, why = _start(row, decided, scheme)
    raised = [move for move in moves if move.steps > 0] if start in OBSERVATIONAL_START and not down else []
    missing = _missing(row, decided, design, size, scheme)
    score = (
        score_of(start) + max(sum(m.steps for m in down), -scheme.certainty.most_down) + sum(m.steps for m in raised)
    )
    score = min(max(score, 1), len(CERTAINTIES))
    caps = []
    for cap, because in _caps(row, missing, scheme):
        if score > score_of(cap):
            score = score_of(cap)
            caps.append(f"Capped at {cap}: {because}")
    level, question = _level(row, decided, scheme)
    result = certainty_at(score)
    corrected = [reason for reason in row.certainty_reasons if " corrected from " in reason]
    reasons = [
        *([f"Level {level} as a question of {question}"] if question else []),
        f"Start {start}: {why}", *map(str, down), *map(str, raised), *missing, *notes, *caps, f"Result {result}",
        *corrected,
    ]  # fmt: skip
    return replace(
        row,
        study_design=design,
        sample_size=size,
        evidence_level=level,
        certainty=result,
        certainty_reasons=tuple(reasons),
        flags=row.flags if missing else tuple(flag for flag in row.flags if flag.code != "not-judged"),
    )


def _down(
    row: EvidenceRow, moves: Iterable[Move], decided: _Decided, design: StudyDesign, size: int | None, scheme: Scheme
) -> list[Move]:
    """The steps down: those of design, size and bias anew, the others as they were."""
    kept, imprecise = [], []
    steps = {step.label: step for step in scheme.certainty.steps}
    for move in moves:
        step = steps.get(move.why)
        by_domain = move.domain == "risk of bias" and step is None and _names_domains(move.why)
        if move.steps > 0 or (by_domain and decided.judges_bias):
            continue
        if step is not None and (step.where == "design" or (step.designs and design not in step.designs)):
            continue
        if move.domain == "imprecision":
            imprecise += [] if "participants, fewer than" in move.why else [move]
            continue
        kept.append(move)
    kept += [
        Move(step.steps, step.domain, step.label, design)
        for step in scheme.certainty.steps
        if step.where == "design" and design in step.designs
    ]
    if decided.judges_bias:
        kept += high_risk(decided.judgements, scheme)
    effect = Effect(row.effect_measure, row.effect_value, row.ci_low, row.ci_high, row.ci_level, row.p_value)
    imprecise += [*few_participants(size, "", scheme), *open_interval(effect, row.relation, size, scheme)]
    return kept + ([min(imprecise, key=lambda move: move.steps)] if imprecise else [])


def _names_domains(why: str) -> bool:
    known = {domain for domains in DOMAINS.values() for domain in domains}
    return all(part in known for part in why.split(", "))


def _start(row: EvidenceRow, decided: _Decided, scheme: Scheme) -> tuple[Certainty, str]:
    said = next((reason for reason in row.certainty_reasons if reason.startswith("Start ")), "")
    start, _, why = said.removeprefix("Start ").partition(": ")
    if decided.design is None or "authors of" in why or start not in CERTAINTIES:
        return start if start in CERTAINTIES else row.certainty, why or "as it was graded"
    return scheme.certainty.start[decided.design], f"{decided.design}, as a reviewer decided"


def _missing(row: EvidenceRow, decided: _Decided, design: StudyDesign, size: int | None, scheme: Scheme) -> list[str]:
    """What is still not judged."""
    missing = [reason for reason in row.certainty_reasons if reason.startswith("Not judged: ")]
    if size is not None:
        missing = [reason for reason in missing if not reason.startswith(_NO_SIZE)]
    if decided.judges_bias:
        missing = [reason for reason in missing if not reason.startswith(_NO_BIAS)]
        if design not in NO_BIAS_DOMAINS and not is_judged(decided.judgements, design, scheme.bias):
            missing.append(f"{_NO_BIAS}, nothing is said of how the study guards against it")
    return missing


def _caps(row: EvidenceRow, missing: Sequence[str], scheme: Scheme) -> Iterable[tuple[Certainty, str]]:
    caps, codes = scheme.caps, {flag.code for flag in row.flags}
    if row.factuality in caps.factuality:
        yield caps.factuality[row.factuality], f"the sentence words it as {row.factuality}"
    if row.evidence_basis == "cited study":
        yield caps.second_hand, "read through a source that cites it, not in the study itself"
    if missing:
        named = ", ".join(reason.removeprefix("Not judged: ").partition(",")[0] for reason in missing)
        yield scheme.certainty.unknown_cap, f"not judged ({named})"
    if codes & {"preprint", "expression-of-concern"}:
        yield scheme.certainty.concern_cap, "the study is a preprint or under an expression of concern"
    if "unreviewed-source" in codes:
        yield caps.unreviewed, "the source says that it awaits review"
    if codes & {"retracted-source", "rests-on-retracted"}:
        yield caps.retracted, "the study was retracted"
    for flag, cap in caps.flags.items():
        if flag in codes:
            yield cap, f"the numbers do not fit ({flag})"
    for reason in row.certainty_reasons:
        cap_text, _, because = reason.removeprefix("Capped at ").partition(": ")
        if reason.startswith("Capped at ") and cap_text in CERTAINTIES and because.startswith(("funding", "no entry")):
            yield cap_text, because


def _level(row: EvidenceRow, decided: _Decided, scheme: Scheme) -> tuple[int, str]:
    found = next((match for reason in row.certainty_reasons if (match := _LEVEL.match(reason))), None)
    if found is None:
        return row.evidence_level, ""
    question = cast(Question, found["question"])
    if decided.design is None:
        return row.evidence_level, question
    tables = {"benefit": scheme.level.benefit, "harm": scheme.level.harm, "aetiology": scheme.level.aetiology}
    return tables[question].get(decided.design, _LOWEST_LEVEL), question


def _move(reason: str) -> Move | None:
    match = _MOVE.fullmatch(reason)
    if match is None:
        return None
    steps = int(match["steps"]) * (1 if match["way"] == "Up" else -1)
    return Move(steps, match["domain"], match["why"], match["words"] or "")


def _domains(design: StudyDesign) -> tuple[BiasDomain, ...]:
    kind = kind_of(design)
    return DOMAINS[kind] if kind else ()
