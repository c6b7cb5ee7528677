"""In: a sentence and a pair in it; out: whether one of the two only stands by, so that nothing is claimed of it.

What the acting nutrient is compared with claims nothing itself, a nutrient's own level is no outcome of it, groups that
are compared before anything was given show no effect, the members of one list say nothing of each other, what the
people studied have is no outcome where something else is, and neither is what was not looked at; a bare
amount is no nutrient.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipeline.records import Mention, Sentence
from pipeline.vocabulary import Exposure

_COMPARED_WITH = re.compile(
    r"\b(?:than|versus|vs\.?|(?:compared|comparison|comparable) (?:with|to)|relative to|instead of|rather than|"
    r"unlike)\s"
    r"(?:(?:the|those|that|with|in|on|receiving|given|taking|oral|an?|group|either|using|fed|of)\s){0,4}$",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"\b(?:placebo|controls?|dummy|sham|untreated|unsupplemented|without|no|not|n['’]t|low|lower|lowest|deficien\w+|normal|"
    r"healthy|others?|non-?\w+|before|baseline)\b",
    re.IGNORECASE,
)  # what a nutrient's arm may be held against, so that "than with zinc" tells of zinc
_TOO_LITTLE = r"hypo{stem}\w*(?:emia|aemia)|{stem}\w*\s(?:deficienc\w+|insufficiency|depletion)"
_OWN = (
    r"(?:hyper)?{stem}\w*(?:emia|aemia|uria)|"
    r"{stem}\w*\s(?:levels?|concentrations?|status|stores?|absorption|uptake|excretion|balance|homeostasis|overload|"
    r"accumulation|metabolism|bioavailability|transport|retention|loss(?:es)?|requirements?)"
)
_TOO_MUCH = re.compile(r"overdos(?:e|es|age|ing)|overload|excess|toxicity|poisoning|intoxication", re.IGNORECASE)
_LATIN: dict[str, str] = {"sodium": "natr", "potassium": "kal", "iron": "ferr|sider", "vitamin d": "vitaminosis d"}
_BEFORE = re.compile(
    r"\b(?:at baseline|at (?:study )?entry|at enrolment|at enrollment|"
    r"before (?:the )?(?:intervention|treatment|supplementation|study|trial)(?! and after| (?:or|to) )),?\s",
    re.IGNORECASE,
)
_ALIKE = re.compile(
    r"\b(?:similar|comparable|alike|balanced|matched|(?:no|not|n['’]t)\b[^.;]{0,30}\b(?:differ\w*|significan\w*))",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"\b(?:after|following|followed|end of|chang\w+|(?:increas|decreas|reduc|improv)ed)\b", re.IGNORECASE
)
_GIVEN = ("supplementation", "intake")  # relieves a lack of the nutrient, which then is an outcome
_IF_CLAUSE = re.compile(r"^(?:[\"“(]?\w+[,:] )?(?:if|when|where|once|unless)\b[^,;]*$", re.IGNORECASE)
_ASIDE = r"(?:\s?\([^()]*\))?"
_COMMA = r"(?:, (?:and |or )?| and | or )"
_PLAIN = r"(?!(?:and|or)\b)[\w'’-]+"
_MEMBERS = re.compile(
    rf"(?: (?:deficienc\w+|insufficiency|overload|supplements?|levels?))?{_ASIDE}"
    rf"(?:{_COMMA}{_PLAIN}(?: {_PLAIN}){{0,2}}{_ASIDE})*{_COMMA}(?:(?!the\b){_PLAIN} ){{0,2}}"
)
_NO_MEMBER = re.compile(
    r"\b(?:with|by|is|was|were|are|be|has|had|have|did|does|may|can|of|in|to|for|from|on|after|groups?|received|reduc\w+|"
    r"increas\w+|caus\w+|associat\w+|prevent\w*|improv\w*|than|not|no)\b"
)
_PEOPLE = (
    r"(?:people|persons|patients|adults|women|men|children|infants|participants|subjects|individuals|those|adolescents|"
    r"rats|mice|volunteers|smokers|mothers|boys|girls|survivors|outpatients|inpatients|residents)"
)
_POPULATION = re.compile(
    rf"\b(?:in|among|for|of|to)\s(?:[\w-]+\s){{0,4}}?{_PEOPLE}\s"
    r"(?:with|having|suffering from|diagnosed with|who ha[dv]e?)\s(?:(?!and\b|or\b)[\w-]+\s){0,3}$",
    re.IGNORECASE,
)
_CASES = re.compile(
    r"\bcontrols?\b|\bhealthy\b|\bthose without\b|\bthan (?:in )?(?:those|people|patients|women|men|children)\b|"
    rf"\b(?:low|high|lower|higher|reduced|decreased|elevated|increased|raised|deficien\w+|common|frequent|prevalent)\s"
    rf"(?:in|among)\s(?:[\w-]+\s){{0,3}}{_PEOPLE}\swith\b",
    re.IGNORECASE,
)  # what is lower in those with a condition is told of the condition
_NOT_LOOKED_AT = re.compile(
    r"\s(?:(?:was|were) (?:not|never)|(?:has|have) (?:not|never) been) (?:\w+ly )?"
    r"(?:assessed|examined|studied|investigated|evaluated|measured|tested|explored|recorded)\b",
    re.IGNORECASE,
)  # "... but jaundice was not assessed"
_AMOUNT = re.compile(r"[\d.,\s]*(?:iu|i\.u\.|units?|mg|mcg|[µμ]g|g|kg|ml|mmol)(?:\s?(?:/|per|a)\s?\w+)?", re.IGNORECASE)
_EXAMPLES = re.compile(r"\b(?:includ\w+|such as|namely|e\.g\.,?)(?: [^.;]*)?$")
_SHORTEST_STEM = 4
_ENDINGS = re.compile(r"(?:ium|um|ine|us|e|s)$")


def stands_by(
    sentence: Sentence, nutrient: Mention, outcome: Mention, exposure: Exposure, others: Iterable[Mention] = ()
) -> bool:
    """Whether the sentence claims nothing of the pair since one of the two only stands by.

    `others` are all that take part in claims of the sentence; a nutrient that others are compared with is passed over
    only where another one acts.
    """
    if own_level(nutrient, outcome, exposure) or _only_in_an_if_clause(sentence, nutrient, outcome):
        return True
    if _AMOUNT.fullmatch(nutrient.name) or _NOT_LOOKED_AT.match(sentence.text, outcome.end - sentence.start):
        return True
    others = tuple(others)
    if _examples_of_one_list(sentence, nutrient, outcome) or _of_the_people_studied(
        sentence, nutrient, outcome, others
    ):
        return True
    if _compared_with(sentence, nutrient):
        acting = (m for m in (*sentence.mentions, *others) if m.kind == "nutrient" and m.start != nutrient.start)
        if not all(_compared_with(sentence, mention) for mention in acting):
            return True
        if not _CONTROL.search(sentence.text, 0, nutrient.start - sentence.start):
            return True
    before = _BEFORE.search(sentence.text)
    if before is None or not _ALIKE.search(sentence.text):
        return False
    return not _AFTERWARDS.search(sentence.text, before.end())


def _only_in_an_if_clause(sentence: Sentence, nutrient: Mention, outcome: Mention) -> bool:
    """Whether a nutrient is named in an opening if-clause, and another one acts on the outcome in the main clause."""
    opening = sentence.text[: nutrient.start - sentence.start]
    after = sentence.text[nutrient.end - sentence.start : outcome.start - sentence.start]
    if not _IF_CLAUSE.match(opening) or "," not in after:
        return False
    main = sentence.start + len(opening) + len(nutrient.text) + after.index(",")
    return any(m.kind == "nutrient" and main < m.start < outcome.start for m in sentence.mentions)


def _examples_of_one_list(sentence: Sentence, nutrient: Mention, outcome: Mention) -> bool:
    """Whether both are members of one list ("these include diabetes, pregnancy and iron deficiency")."""
    first, second = sorted((nutrient, outcome), key=lambda mention: mention.start)
    between = sentence.text[first.end - sentence.start : max(first.end, second.start) - sentence.start]
    if not _EXAMPLES.search(sentence.text, 0, first.start - sentence.start) or _NO_MEMBER.search(between):
        return False
    return bool(_MEMBERS.fullmatch(between))


def _of_the_people_studied(sentence: Sentence, nutrient: Mention, outcome: Mention, others: Sequence[Mention]) -> bool:
    """Whether the people studied have the outcome, and the nutrient acts on another one ("in adults with asthma")."""

    def is_theirs(mention: Mention) -> bool:
        return bool(_POPULATION.search(sentence.text, 0, mention.start - sentence.start))

    if not is_theirs(outcome) or _CASES.search(sentence.text):
        return False
    acting = [m for m in others if m.kind != "nutrient" and not is_theirs(m)]
    if outcome.start > nutrient.end:
        return any(m.end <= outcome.start for m in acting)
    return any(m.start >= outcome.end for m in acting)


def own_level(nutrient: Mention, outcome: Mention, exposure: Exposure) -> bool:
    """Whether an outcome is the nutrient's own amount, under whatever name; a lack that it relieves is an outcome."""
    if outcome.start == nutrient.end + 1 and _TOO_MUCH.fullmatch(outcome.text):
        return True
    stem = _ENDINGS.sub("", nutrient.name.lower())
    if len(stem) < _SHORTEST_STEM:
        return False
    stems = "|".join(filter(None, (re.escape(stem), _LATIN.get(nutrient.name, ""))))
    return bool(_own_amount(stems, exposure in _GIVEN).fullmatch(outcome.name.lower()))


@lru_cache(maxsize=4096)
def _own_amount(stems: str, given: bool) -> re.Pattern[str]:
    """Return the expression of what a nutrient's own amount is called, a lack of it too unless it was given."""
    own = _OWN if given else f"{_OWN}|{_TOO_LITTLE}"
    return re.compile(own.format(stem=f"(?:{stems})"))


def _compared_with(sentence: Sentence, nutrient: Mention) -> bool:
    return bool(_COMPARED_WITH.search(sentence.text[: nutrient.start - sentence.start]))
