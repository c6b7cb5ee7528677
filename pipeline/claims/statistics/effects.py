"""In: the text of a sentence; out: its effect estimates, each under the field's short name.

Logarithms and standardised coefficients are named as such ("log OR", "std beta"), since their null and unit differ.
Letters that look like a measure but are a dose, a vital sign or a gene variant are passed over.
"""

import re
from collections.abc import Iterator

from pipeline.claims.statistics.numerals import MARKS, POSITIVE, RANGE, SIGNED, bounds, number
from pipeline.records import Statistic

_KIND = r"(?:(?:multivariable[- ]|fully )?adjusted |unadjusted |crude |pooled |summary |weighted )?"
_RATIOS: tuple[tuple[str, str], ...] = (
    ("OR", rf"(?i:{_KIND}odds ratios?)|[ac]?ORs?(?:adj)?"),
    ("HR", rf"(?i:{_KIND}(?:sub-?(?:distribution )?)?hazards? ratios?)|[acs]?HRs?(?:adj)?"),
    ("IRR", rf"(?i:{_KIND}incidence rate ratios?)|[ac]?IRRs?"),
    ("PR", rf"(?i:{_KIND}prevalence ratios?)|[ac]?PRs?"),
    ("SIR", r"(?i:standardi[sz]ed incidence ratios?)|SIRs?"),
    ("SMR", r"(?i:standardi[sz]ed mortality ratios?)|SMRs?"),
    (
        "RR",
        rf"(?i:{_KIND}(?:relative risks?|risk ratios?|(?:mortality |event )?rate ratios?|mortality ratios?))"
        r"|[ac]?RRs?|MRRs?",
    ),
)
_FOR_ONE = r"(?: for (?:an? )?(?:additional )?(?:beneficial|harmful) outcome)?"
_OTHERS: tuple[tuple[str, str], ...] = (
    ("SMD", r"(?i:standardi[sz]ed mean differences?|effect sizes?)|SMD|Cohen['’]?s d|Hedges['’]?s? g"),
    ("MD", r"(?i:(?:weighted |adjusted |pooled )?mean differences?|mean change)|WMD|MD"),
    ("RD", r"(?i:(?:absolute )?risk differences?|absolute risk (?:reductions?|increases?))|RD|ARR"),
    ("NNT", rf"(?i:numbers? needed to (?:treat|prevent|screen|supplement){_FOR_ONE})|NNTB?s?|NNS"),
    ("NNH", rf"(?i:numbers? needed to (?:treat to )?harm{_FOR_ONE})|NNHs?|NNTH"),
    ("std beta", r"(?i:standardi[sz]ed (?:regression )?(?:beta(?: coefficients?)?|β|coefficients?)|std\.? (?:beta|β))"),
    ("beta", r"β|(?i:beta(?: coefficients?)?|regression coefficients?)|[Bb](?=\s?=)"),
    ("R2", r"[Rr]²|[Rr]2|[Rr]\^2|[Rr] 2(?=\s?=)"),
    ("r", r"(?i:(?:Pearson['’]?s? |Spearman['’]?s? |partial )?(?:correlation coefficients?|rho))"
          r"|(?:Pearson|Spearman)['’]?s? r|ρ|r[sp]?(?=\s?[=≈])|r(?=\s[-−–]?0?[.·]\d)|r(?= of )"),
)  # fmt: skip
_LOG = r"(?i:(?:natural )?log(?:arithm of the|[- ]transformed|e|10)?|ln)[ -]?\(?"
_NAMES: tuple[tuple[str, str], ...] = (
    *((f"log {name}", rf"{_LOG}(?:{words})\)?") for name, words in _RATIOS),
    *_RATIOS,
    *_OTHERS,
)
_NAME = "|".join(f"(?P<m{i}>{words})" for i, (_, words) in enumerate(_NAMES))
_SHORT = r"(?:\s?[(\[](?:[A-Za-z0-9]+)[)\]])?"
_OF_WHAT = (  # "the odds ratio for death was 0.8"
    r"(?:for|of|in|with|comparing)\s[^.;:()\[\]]{3,90}?(?:\s(?:was|were|is)|[,=](?=\s?\d*[.·]\d))"
)
_EFFECT = re.compile(
    rf"(?<![\w-])(?:{_NAME}){MARKS}{_SHORT}(?:\s?per(?: (?!of\b)(?:\d\d\(OH\)\w+|[\w/-]+)){{1,4}})??\s?"
    rf"(?:[=:≈,]|of|was|were|is|being|estimated at|{_OF_WHAT})?\s?(?:about |approximately )?"
    rf"(?P<value>{SIGNED})(?!\d|\s?%?\s?CI\b|-[a-z]|\(OH\)){MARKS}"
)
_WITH_INTERVAL = re.compile(
    rf"(?<![\w-])(?:{_NAME})\s?[,;(\[]\s?(?P<level>\d{{2}})\s?%\s?CI\s?[)\]]?\s?[=:]\s?(?P<value>{SIGNED})\s?[,;(\[]\s?{RANGE}"
)  # "OR, 95% CI = 0.25, 0.18-0.36"
_VITAL_SIGN = re.compile(
    r"\s?(?:[±–-]\s?\d+(?:[.·]\d+)?\s?)?(?:bpm|beats?|breaths?|cpm|/\s?min|per min|min[-−⁻]|ms(?:ec)?\b|"
    r"mm ?Hg|(?:m?g|µg|μg|IU|ml)\b)",
    re.IGNORECASE,
)
_FURTHER = re.compile(r"(?:\s?[(\[][^()\[\]]{3,40}[)\]])?(?:[,;]?\s?and|[,;])\s?(?P<value>[-−–]?\d+[.·]\d+)(?!\s?%)")
RATIOS = frozenset(name for name, _ in _RATIOS)
_NAMED = re.compile(rf"(?<![\w-])(?:{_NAME})(?![\w-])")
_LARGEST_WHOLE_RATIO = 25  # a ratio written without decimals above this is a rate or an identifier

_MULTIPLES = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
              "twice": 2, "thrice": 3, "doubled": 2, "doubling": 2, "double": 2, "doubles": 2, "tripled": 3,
              "trebled": 3, "tripling": 3, "triple": 3, "triples": 3, "quadrupled": 4, "quadruples": 4, "halved": 0.5,
              "halves": 0.5, "halving": 0.5}  # fmt: skip
RISK = (
    r"(?:risks?|odds|hazards?|rates?|incidence|prevalence|likelihood|probability|chances?|frequency|mortality|numbers?|"
    r"deaths)"
)
"""What a multiple or a share may be of, as an expression."""
_AS = r"as (?:likely|common|high|frequent|many|often|great)"
_UP_TO = rf"(?:{POSITIVE}(?: to | or |[-–]))?"  # "30 to 100 times"
_MORE = r"(?:more|less) (?:likely|common|frequent|often|prevalent)"
_WORD_MULTIPLE = r"two|three|four|five|six|seven|eight|nine|ten"
_VERB = r"doubl(?:ed|es?|ing)|tripl(?:ed|es?|ing)|trebled|quadrupl(?:ed|es)|halv(?:ed|es|ing)"
_FOLD = re.compile(
    rf"(?:{_UP_TO}(?P<value>{POSITIVE})|(?P<word>{_WORD_MULTIPLE}))[- ]?folds?\b(?: (?:higher|lower|greater|{_MORE}))?"
    rf"|(?P<twice>twice|thrice)(?= (?:{_AS}|the |that |more |higher))"
    rf"|(?:{_UP_TO}(?P<times>{POSITIVE})|(?P<count>{_WORD_MULTIPLE})) times(?:(?= (?:{_AS}|(?:the|that of) ))"
    rf"| (?:higher|lower|greater|{_MORE}|more|less)\b(?! (?:a|per) ))"
    rf"|(?P<verb>{_VERB})(?= (?:the |their |its |a |overall |in )?(?:[\w-]+ ){{0,3}}?{RISK}\b)"
    rf"|\b{RISK}(?: of [\w -]{{3,40}}?)? (?:was |were |is |are |had |has |have |nearly |almost |more than |about )*"
    rf"(?P<after>{_VERB})\b",
    re.IGNORECASE,
)


def named_measure(words: str) -> str:
    """Return the short name of the effect that words name ("Adjusted odds ratio" is OR), "" where they name none."""
    match = _NAMED.search(words)
    return _measure(match) if match else ""


def effects_with_intervals(text: str) -> Iterator[Statistic]:
    """Yield an effect and its interval where both share one sign of equality; offsets are the sentence's."""
    for match in _WITH_INTERVAL.finditer(text):
        low, high = bounds(match)
        yield Statistic(match.start(), match.end("value"), "", "effect", _measure(match), value=number(match["value"]))
        yield Statistic(match.start("low"), match.end(), "", "interval", "CI", low=low, high=high,
                        level=number(match["level"]))  # fmt: skip


def effects(text: str) -> Iterator[Statistic]:
    """Yield the named effects of a sentence, with those that share a name ("RR 0.8 and 0.9, respectively")."""
    for match in _EFFECT.finditer(text):
        measure, value = _measure(match), number(match["value"])
        whole = "." not in match["value"] and "·" not in match["value"]
        if measure in RATIOS and whole and value > _LARGEST_WHOLE_RATIO:
            continue
        if measure in ("MD", "RD") and whole and "," in match.group():
            continue  # "Lena Falk, MD, 48, ..."
        if measure not in ("MD", "RD", "beta") and _VITAL_SIGN.match(text, match.end()):
            continue
        yield Statistic(match.start(), match.end(), "", "effect", measure, value=value)
        end = match.end()
        while (further := _FURTHER.match(text, end)) and "respectively" in text:
            yield Statistic(*further.span("value"), "", "effect", measure, value=number(further["value"]))
            end = further.end()


def folds(text: str) -> Iterator[Statistic]:
    """Yield multiples of a risk ("2.5-fold", "twice as likely", "doubled the risk") as an effect on the ratio scale."""
    for match in _FOLD.finditer(text):
        written = match["value"] or match["times"]
        word = match["word"] or match["twice"] or match["count"] or match["verb"] or match["after"]
        start = match.start("after") if match["after"] else match.start()
        value = number(written) if written else float(_MULTIPLES[word.lower()])
        yield Statistic(start, match.end(), "", "effect", "fold", value=value)


def _measure(match: re.Match[str]) -> str:
    return next(name for i, (name, _) in enumerate(_NAMES) if match[f"m{i}"])
