"""In: the sentences of a source; out: how its own study guards against bias, domain by domain with quotes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.grading.scheme import AttritionRules, BiasCue, BiasRules
from pipeline.records import BiasJudgement, Sentence
from pipeline.vocabulary import BiasDomain, RiskOfBias, StudyDesign

_WORST_FIRST: tuple[RiskOfBias, ...] = ("high", "some concerns", "low", "no information")
_LONGEST_QUOTE = 300

DOMAINS: Mapping[str, tuple[BiasDomain, ...]] = {
    "trial": (
        "randomisation",
        "allocation concealment",
        "blinding of participants",
        "blinding of assessors",
        "attrition",
        "selective reporting",
        "early stopping",
        "funding and interests",
    ),
    "observational": (
        "confounding",
        "exposure measurement",
        "selection",
        "attrition",
        "selective reporting",
        "funding and interests",
    ),
    "review": ("review methods", "risk of bias in the studies", "selective reporting", "funding and interests"),
}
_KINDS: Mapping[StudyDesign, str] = {
    "rct": "trial",
    "non-randomised trial": "trial",
    "cohort": "observational",
    "case-control": "observational",
    "cross-sectional": "observational",
    "other": "observational",
    "meta-analysis": "review",
    "systematic review": "review",
}


def judge_bias(
    sentences: Iterable[Sentence], design: StudyDesign, rules: BiasRules, about_others: re.Pattern[str]
) -> tuple[BiasJudgement, ...]:
    """Return one judgement for each domain that the design has, the worst that a sentence speaks for.

    `sentences` are those of the source that may tell of its own study; what `about_others` finds is left out, except
    for cues on the studies of a review. A design without domains (a case report, an animal study) has no judgement.
    """
    kind = _KINDS.get(design)
    if kind is None:
        return ()
    found: dict[BiasDomain, BiasJudgement] = {}
    for sentence in sentences:
        cues = [cue for cue in rules.screen.likely(sentence.text) if kind in cue.designs]
        if not cues and not rules.attrition.screen.likely(sentence.text):
            continue
        others = bool(sentence.citations) or about_others.search(sentence.text) is not None
        for judgement in _judgements(sentence, cues, rules, kind, others=others):
            known = found.get(judgement.domain)
            if known is None or _WORST_FIRST.index(judgement.judgement) < _WORST_FIRST.index(known.judgement):
                found[judgement.domain] = judgement
    return tuple(found.get(domain, BiasJudgement(domain, "no information")) for domain in DOMAINS[kind])


def kind_of(design: StudyDesign) -> str:
    """Return the family of domains that a design is judged by, "" where it has none."""
    return _KINDS.get(design, "")


def is_judged(judgements: Sequence[BiasJudgement], design: StudyDesign, rules: BiasRules) -> bool:
    """Whether at least one of the domains that matter most for the design was judged."""
    key = rules.key.get(_KINDS.get(design, ""), ())
    return any(j.domain in key and j.judgement != "no information" for j in judgements)


def overall(judgements: Sequence[BiasJudgement], design: StudyDesign, rules: BiasRules) -> RiskOfBias:
    """Return the risk of bias of the study: its worst domain; "no information" where none that matters was judged.

    Funding and interests raise concerns but make no high risk alone, as in RoB 2.
    """
    judged = [j.judgement for j in judgements if j.judgement != "no information"]
    if "high" in judged:
        return "high"
    if not is_judged(judgements, design, rules):
        return "no information"
    return "some concerns" if "some concerns" in judged else "low"


def _judgements(
    sentence: Sentence, cues: Sequence[BiasCue], rules: BiasRules, kind: str, *, others: bool
) -> Iterator[BiasJudgement]:
    text = rules.contrast.sub(lambda match: " " * len(match.group()), sentence.text)
    for cue in cues:
        if others and not cue.others:
            continue
        for match in cue.find.finditer(text):
            until = match.end() if cue.denied else match.start()
            says = cue.denied if _is_denied(text, match.start(), until, rules) else cue.says
            if says:
                yield _quoted(sentence, cue.domain, says)
                break
    if not others and kind != "review" and (share := _lost_share(text, rules.attrition)) is not None:
        says = "high" if share >= rules.attrition.high else "low" if share < rules.attrition.low else "some concerns"
        yield _quoted(sentence, "attrition", says)


def _is_denied(text: str, start: int, until: int, rules: BiasRules) -> bool:
    """Whether a word of denial stands in the clause of the words that begin at `start`, before `until`."""
    begin = max((match.end() for match in rules.clause.finditer(text, 0, start)), default=0)
    return rules.denial.search(text, begin, until) is not None


def _lost_share(text: str, rules: AttritionRules) -> float | None:
    for patterns, lost in ((rules.lost, True), (rules.kept, False)):
        for pattern in patterns:
            for match in pattern.finditer(text):
                part, whole = _number(match["lost" if lost else "kept"]), _number(match["all"])
                if whole and part <= whole:
                    return part / whole if lost else 1 - part / whole
    for pattern, lost in ((rules.lost_percent, True), (rules.kept_percent, False)):
        if (said := pattern.search(text)) is not None:
            percent = float(said["percent"] or said["share"])
            if percent <= 100:
                return percent / 100 if lost else 1 - percent / 100
    return None


def _number(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _quoted(sentence: Sentence, domain: BiasDomain, says: RiskOfBias) -> BiasJudgement:
    quote = sentence.text[:_LONGEST_QUOTE]
    return BiasJudgement(domain, says, quote, sentence.start, sentence.start + len(quote))
