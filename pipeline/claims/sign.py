"""In: a sentence and a pair in it; out: the direction that its words state unmistakably, if they do.

The sentence is read with the pair's words as NUT and OUT, and matched with the patterns of `lexicons/signs.toml`. A
trained reader that says the opposite of such words is wrong, however sure it is (`pipeline.claims.arbitration`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.claims.clauses import clauses, masked, outside_values
from pipeline.lexicons import Cues
from pipeline.lexicons.cues import Sign
from pipeline.records import Mention, Sentence
from pipeline.vocabulary import Relation

_FEW = r"(?:(?!NUT|OUT)[\w'’%/().,=<>·−–-]+ ){0,5}?"
_DENIAL = re.compile(
    r"\b(?:not|n[o’']t|never|neither|nor|no|(?<!not )(?<!n['’]t )(?<!never )(?:failed to|fails? to)|failure to|"
    r"unable to|cannot|without any?|ineffective(?:ly)?)\b"
    r"(?! (?:only|just|merely|simply|solely|worse|less|longer|doubt|without|inferior|fail(?:ed)? to)\b|"
    r" (?:\w+ ){0,2}other than\b|"
    r" (?:having|getting|eating|consuming|absorbing|receiving|enough|sufficient)\b)"
)
_ONLY = re.compile(
    r"\b(?:no|not any|nothing)(?: \w+){0,3} (?:other than|except(?: for)?|but|besides) (?=NUT\b)"
)  # alone does it
_PSEUDO = (
    r"\b(?:not (?:only|just|merely|simply|solely|without|inferior|fail)|never fail(?:ed)?|"
    r"no (?:longer|doubt|less)|other than)\b"
)
_DENIED_BEFORE = re.compile(
    r"(?:\bneither (?:NUT_?(?:,| and| or)? )*|\bnor |"
    r"\b(?:nothing|none|no (?:trial|study|one|data|results?|findings?)) (?:[\w-]+ ){0,5}?"
    r"(?:suggest|indicat|show|support|imply|implie|prov)\w*(?: that| to)? (?:[\w-]+ ){0,2}|"
    r"\bno (?:\w+ ){0,4}(?:evidence|indication|sign|suggestion|proof) (?:\w+ ){0,3}(?:that|of|for) (?:\w+ ){0,3})$"
)
_OTHER_ARM = re.compile(
    r"\b(?:than|versus|vs\.?|compared (?:with|to)|relative to|rather than|without|no|instead of|other than|"
    r"in the absence of|(?:stopp|withdraw|discontinu|ceas)\w+(?: of)?|cessation of|omission of) "
    r"(?:(?!placebo|controls?|dummy|usual|\d)[\w-]+ ){0,5}$"
)
_UNLIKE = re.compile(r"\b(?:unlike|in contrast (?:to|with)|as opposed to) (?:[\w-]+ ){0,4}$")
_RATHER = re.compile(r"\b(?:rather|more) than (?:\w+ly )?\w+(?:s|ed|ing) (?=(?:[\w-]+ ){0,2}OUT\b)")  # "than averts"
_BOTH_ARMS = re.compile(
    r"\bby [\d.]+(?: ?%)?(?: [\w/]+)? (?:on|with|in|after|under|without)\b[^;]*"
    r"\b(?:and|versus|vs\.?|against|compared with) (?:by )?[\d.]+"
)  # "fell by 12 points on zinc and by 11 on placebo"
_TAKEN_BACK = re.compile(r"(?!.*\b(?:NUT|OUT)_?\b).*\b(?:not (?:\w+ly )?significan\w+|n\.?s\.?\b|non-?significant)")
_GOOD_END = re.compile(
    r"(?:(?:complete|full|clinical|partial) )?(?:remission|recovery|relief|resolution|healing|cure|clearance|"
    r"regression|disappearance|reversal|prevention|reduction|improvement) (?:of|from|in) (?:the )?(?=\w)|"
    r"(?:cur|treat|heal|reliev|prevent|reduc|eas|correct|manag|alleviat|improv|lower)ing (?=\w)",
    re.IGNORECASE,
)
_OF_END: dict[Sign, Sign] = {"raises": "lowers", "lowers": "raises", "none": "none"}
_END_OF = re.compile(
    r"\b(?:(?:complete|full|clinical|partial|symptomatic|spontaneous) )?(?:remission|resolution|disappearance|"
    r"clearance|cure|relief|recovery|freedom|healing) (?:of|from) (?:the )?OUT\b"
)
_GOOD_AFTER = re.compile(r"\bOUT (?:symptoms? )?(improvements?|relief|remission|resolution)\b")  # "relief of OUT"
_OPPOSITE: dict[Sign, Sign] = {"raises": "lowers", "lowers": "raises", "improves": "worsens", "worsens": "improves"}
_ELLIPSIS = re.compile(
    rf"(?:[\w-]+ ){{0,2}}NUT {_FEW}(?:"
    r"(?:was|were|is|are|remained) (?:[\w-]+ ){0,2}(?:similar|comparable|the same|alike|unchanged|unaffected|unaltered|"
    r"equal|identical|no different)(?! to (?!placebo|controls?)\w)[^,;]*$|"
    r"(?:did|does|do|was|were|had|is|are|has|could)(?: ?n[o’']t| not| no)"
    r"(?: (?:effect|so|differ\w*|significant\w*|change\w*))*[.\s]*$)|"
    r"(?:just |about |equally )?(?:as|equally|no more|no less) \w+ (?:with|in|on|among|after|under|for) NUT\b"
)
_GOES_ON = re.compile(
    r"(?:(?:was|were) )?(?P<verb>(?:not )?(?:\w+ly )?\w+ed) (?:by|with|in|after|on|during) "
)  # "but raised by"
_AFTER = re.compile(
    r"OUT(?:-free| free| (?:recovery|improvements?|relief|reductions?|healing|remission|survival|control|prevention|"
    r"resistance|clearance|resolution|management|"
    r"treatment|medication|drugs?|therapy|patients?|subjects|mice|rats|participants|individuals|men|women|children|"
    r"models?|groups?|inhibit\w+|suppress\w+|declines?|falls?|drops?|-?(?:lowering|reducing|raising|increasing)))\b"
)
_TURNED_BEFORE = re.compile(
    r"\b(?:low|lower|reduc\w+|decreas\w+|fewer|less|rare|rarer|improv\w+|absence|declin\w+|fall)\b[^,;]*$"
)


def sign(
    sentence: Sentence, nutrient: Mention, outcome: Mention, cues: Cues, beside: Sequence[Mention] = ()
) -> Sign | None:
    """Return what the words between and around a pair state, None where they can be read in more than one way.

    What a later clause leaves out ("but not OUT", "whereas NUT did not") is taken from the one before. `beside` are
    further mentions that take part in claims, so that a cue of theirs is not taken for the pair's.
    """
    nutrient, outcome = outside_values(sentence, nutrient, beside), _what_ends(outcome)
    ends = [m for m in (*sentence.mentions, *beside) if _ends(sentence, m, outcome)]
    if ends:
        sentence = replace(sentence, mentions=tuple(m for m in sentence.mentions if m not in ends))
        beside = [m for m in beside if m not in ends]
    parts, first, second = clauses(masked(sentence, nutrient, outcome, beside))
    if first is None or second is None:
        return None
    if any(_TAKEN_BACK.match(part) for part in parts[max(first, second) + 1 :]):
        return None  # "but these changes were not significant"
    if first == second:
        return _of_its_end(parts[first], cues) or _stated(parts[first], cues)
    said = parts[max(first, second)]
    if first > second and _ELLIPSIS.match(said):
        return "none"
    if nearer := _in_one_clause(sentence, nutrient, outcome, beside):
        return _stated(nearer, cues)
    if first > second:
        further = _GOES_ON.match(said)
        return _stated(f"OUT was {said[further.start('verb') :]}", cues) if further else None
    if "NUT_" in re.split(r"OUT\b", said)[0]:
        return None
    return "none" if re.match(rf"(?:not|nor) {_FEW}OUT\b", said) else _stated(f"NUT {said}", cues)


def _ends(sentence: Sentence, mention: Mention, outcome: Mention) -> bool:
    """Whether a mention is the good end of the outcome that follows ("*remission* of depression")."""
    upto = sentence.text[mention.start - sentence.start : outcome.start - sentence.start]
    return mention.end <= outcome.start and _END_OF.fullmatch(f"{upto.lower()}OUT") is not None


def _of_its_end(text: str, cues: Cues) -> Sign | None:
    """Return what is stated of an outcome by what is stated of its good end ("remission of OUT was more frequent")."""
    whole = _END_OF.sub("OUT", text, count=1)
    said = _stated(whole, cues) if whole != text else None
    return _OF_END.get(said) if said else None


def _in_one_clause(sentence: Sentence, nutrient: Mention, outcome: Mention, beside: Sequence[Mention]) -> str | None:
    """Return the clause that holds the pair where the sentence names one of the two again beside the other."""
    mentions = {(m.start, m.end): m for m in (*sentence.mentions, *beside)}.values()
    for n, o in (
        *((nutrient, m) for m in mentions if m.kind == outcome.kind and m.text == outcome.text and m != outcome),
        *((m, outcome) for m in mentions if m.kind == "nutrient" and m.text == nutrient.text and m != nutrient),
    ):
        parts, first, second = clauses(masked(sentence, n, o, beside))
        if first is not None and first == second:
            return parts[first]
    return None


def _what_ends(outcome: Mention) -> Mention:
    """Return what an outcome is the good end of ("remission of depression" is read as a remission of OUT)."""
    good = _GOOD_END.match(outcome.text)
    if good is None:
        return outcome
    return replace(outcome, start=outcome.start + good.end(), text=outcome.text[good.end() :])


def relation_of(said: Sign, outcome: Mention) -> Relation:
    """Return the relation that a direction is for an outcome; a measure is judged by which way is healthy."""
    if said == "none":
        return "no_effect"
    if said in ("undirected", "lower_in", "higher_in"):
        return "associated"
    if said == "affected_by" or said == "improves" or said == "worsens":
        return said
    if outcome.kind != "measure" or outcome.healthy_direction == "unclear":
        return "increases_risk" if said == "raises" else "decreases_risk"
    return "improves" if (said == "raises") == (outcome.healthy_direction == "higher") else "worsens"


def _stated(text: str, cues: Cues) -> Sign | None:
    text = _GOOD_AFTER.sub(r"\1 of OUT", text)
    if _AFTER.search(text) or re.search(r"\bboth NUT\b", text):
        return None
    text = _RATHER.sub("", _ONLY.sub("", text))
    for cue in cues.signs.likely(text):
        match = cue.pattern.search(text)
        if match is None:
            continue
        said, ahead = match.group(), text[: match.start()]
        if cue.sign == "none":
            if not cue.as_it_stands and re.search(_PSEUDO, said):
                continue
            return "none"
        if _DENIED_BEFORE.search(ahead):
            return "none"
        if _DENIAL.search(ahead):
            return None
        if cue.as_it_stands:
            return cue.sign
        if _DENIAL.search(said):
            return None if cue.sign == "affected_by" else "none"
        before = re.split(r"NUT\b", ahead + said)[0]
        if _UNLIKE.search(before) or _BOTH_ARMS.search(text):
            return None
        other = _OTHER_ARM.search(before)
        if said.startswith("NUT"):
            return None if other else cue.sign
        if said.startswith("OUT") and cue.sign in ("raises", "lowers") and _TURNED_BEFORE.search(ahead):
            return None
        return _OPPOSITE.get(cue.sign) if other else cue.sign
    return None
