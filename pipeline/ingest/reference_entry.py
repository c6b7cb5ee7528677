"""In: the words of one reference entry; out: its authors, title and year (`Entry`), whatever its style."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.ingest.resources import rows

CAPITAL = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽĿŁŃŅŇŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽȘȚ"
HYPHEN = "\\-\u2010\u2011"
PARTICLE = (
    r"(?:(?:[Vv]an|[Vv]on|[Dd]er|[Dd]en|[Dd]e|[Dd]el|[Dd]ella|[Dd]i|[Dd]a|[Dd]as|[Dd]os|[Dd]o|[Dd]u|[Ll]a|[Ll]e|[Ee]l"
    rf"|[Aa]l|[Bb]in|[Tt]er|[Tt]en|[Zz]u|[Zz]ur|'t)[ {HYPHEN}]|[dDlL]['’])"
)
WORD = rf"[{CAPITAL}][\w'’ʼ׳´]*(?:[{HYPHEN}][\w'’ʼ׳´]+)*"
SURNAME = rf"{PARTICLE}*{WORD}(?: {PARTICLE}*{WORD}){{0,2}}"
DOTTED = rf"(?:[{CAPITAL}]\.[ {HYPHEN}]?){{0,4}}[{CAPITAL}]\.(?!\w)"
UNDOTTED = rf"[{CAPITAL}](?:[. {HYPHEN}]?[{CAPITAL}]){{0,3}}(?![\w'’])"
SUFFIX = r"(?:,? (?:Jr|Sr|II|III|2nd|3rd)\b\.?)?"
GIVEN = rf"{WORD}(?: (?:[{CAPITAL}]\.?|{WORD}))?"
# "Lee KH", "Lee, K. H.", "van der Berg J-P"; "K. H. Lee"; "Kim Lee"
NAMES = (
    re.compile(rf"{SURNAME}\s?,? (?:{DOTTED}|{UNDOTTED}){SUFFIX}"),
    re.compile(rf"{DOTTED} ?{SURNAME}{SUFFIX}"),
)
FULL_NAME = re.compile(rf"{GIVEN} {PARTICLE}*{WORD}(?=[,.;:(&]| and | \()")
FIRST_INVERTED = re.compile(rf"{SURNAME}, {GIVEN}(?: [{CAPITAL}]\.)?(?=[,.;:(]| and )")
SEPARATOR = re.compile(r"\s?[,;] ?(?:and |& )?|,? (?:and|&) |\. (?=\.\.\.)")
ET_AL = re.compile(r"\s?[,;.]?\s*(?:et al\b\.?|and others\b|and colleagues\b)", re.IGNORECASE)
EDITORS = re.compile(r",? \(?[Ee]d(?:s|itors?)?\b\.?\)?")
YEAR_AFTER = re.compile(
    r"\s?[.,:]?\s*\(((?:19\d|20[0-3])\d)[a-z]?(?:[,/ ][^)]{0,40})?\)\s?[.,:;]?\s*"
    r"|\s?[.,:]?\s+((?:19\d|20[0-3])\d)[a-z]?\s?[.,:;]\s+"
)
# "World Health Organization. Title", "CDC: Title", "Ministry of Health (2010) Title"
BODY = re.compile(
    rf"((?:[^.:()\[\]?]|\([^()]{{1,20}}\)|\b[A-Z]\.){{2,120}}?)\s?"
    rf"(?:[.:,]?\s?\((?P<year>(?:19\d|20[0-3])\d)[a-z]?\)[.,:]?|[.:])\s+(?=[{CAPITAL}“\"'\d])"
)
END_OF_AUTHORS = re.compile(r"\s?[.:]+\s*|\s?[,;]\s+(?=[“\"‘'" + CAPITAL + r"\d\[])")
QUOTED = re.compile(r"[“\"‘]\s*([^”\"]{8,400}?)(?:[.,]\s?[”\"’]|(?<=[?!])[”\"’]|[”\"’]\s?[.,])")
BREAK = re.compile(r"[.?!][)”\"’\]]?\s+(?=[" + CAPITAL + r"\[(“\"'0-9])")
YEAR = re.compile(r"(?<![\d/.–-])((?:19\d|20[0-3])\d)[a-z]?(?![\d/–-])")
ISSUE_YEAR = re.compile(
    r"\b((?:19\d|20[0-3])\d)(?:\s[A-Z][a-z]{2}[a-z]*(?:[ -]\S{1,6})?)?\s?[;:]\s?\S*\d|\(((?:19\d|20[0-3])\d)[a-z]?\b"
)
ACCESS = re.compile(r"(?:accessed|cited|retrieved|epub|updated|available)\b.{0,40}", re.IGNORECASE)
JOURNAL = re.compile(
    r"\b(?:19\d|20[0-3])\d\b\s?[;,:(]|\b(?:19\d|20[0-3])\d\W*$|;\s?\d|\d\s?\(\d+\)|\bvol\. \d|\d\s?:\s?[eE]?\d"
)
MIN_TITLE = 4
MAX_ORGANISATION = 14


@dataclass(frozen=True, slots=True)
class Entry:
    """The parts of a reference entry; what it does not state is empty."""

    authors: tuple[str, ...]
    title: str
    year: str


def parse_entry(text: str) -> Entry:
    """Return the parts of an entry in any of the usual styles (Vancouver, APA, Harvard, IEEE, MLA, title first)."""
    whole = " ".join(re.sub(r"https?://\S+", "", text).split())
    authors, year, rest = _after_authors(whole)
    title = _title(rest)
    if authors and is_organisation(title) and (later := _title(rest[rest.find(title) + len(title) :].lstrip(" .:"))):
        # "... Lee K. Zinc Study Group. Title": the group is one more author.
        if not _is_journal(later, later):
            authors, title = (*authors, title), later
    elif authors and (not title or _is_journal(rest, title)):
        authors, year, title = (), "", _title(whole)
    if not authors and (body := BODY.match(whole)) and (body["year"] or is_organisation(body[1])):
        later = _title(whole[body.end() :])
        if later and not _is_journal(later, later):
            return Entry((body[1].strip(),), later, body["year"] or _year(whole, later))
    return Entry(authors, title, year or _year(whole, title))


def is_organisation(text: str) -> bool:
    """Say whether a stretch names a body ("World Health Organization") and is no title."""
    bare = text.strip(" .")
    return len(bare.split()) <= MAX_ORGANISATION and not _is_phrase(bare) and bool(_cue("organisation").search(bare))


@cache
def _cue(name: str) -> re.Pattern[str]:
    joined = "|".join(f"(?:{row['pattern']})" for row in rows("reference_cues") if row["cue"] == name)
    return re.compile(joined, re.IGNORECASE)


def _after_authors(text: str) -> tuple[tuple[str, ...], str, str]:
    """Return (authors, year that stands after them, the rest); no authors where the entry begins otherwise."""
    for patterns, least in ((NAMES, 1), ((FIRST_INVERTED, FULL_NAME), 2)):
        names, position = _names(text, patterns)
        et_al = ET_AL.match(text, position) if names else None
        if et_al:
            position = et_al.end()
        if len(names) + bool(et_al) < least:
            continue
        if editors := EDITORS.match(text, position):
            position = editors.end()
        year, rest = _year_after(text[position:])
        if year:
            return tuple(names), year, rest
        end = END_OF_AUTHORS.match(text, position)
        if end:
            return tuple(names), "", text[end.end() :]
        several = len(names) + bool(et_al) > 1
        if text[position - 1] == "." or re.match(r"\s?[“\"‘(]" if not several else r"\s", text[position:]):
            return tuple(names), "", text[position:].lstrip()
    return (), "", text


def _names(text: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[list[str], int]:
    names: list[str] = []
    position = end = 0
    while found := next((match for pattern in patterns if (match := pattern.match(text, position))), None):
        if _cue("no surname").fullmatch(found[0].split()[0].rstrip(",")):
            break
        names.append(found[0].strip())
        end = found.end()
        joint = SEPARATOR.match(text, end)
        if joint is None:
            return names, end
        position = joint.end()
    # "... Lee K, Zinc Study Group. Title"
    body = (
        re.match(r"(?:for |on behalf of )?(?:the )?([^.:;\"“‘]{4,120}?)(?=[.:]\s| \()", text[position:])
        if names
        else None
    )
    if body and is_organisation(body[1]):
        return [*names, body[1]], position + body.end()
    return names, end


def _year_after(text: str) -> tuple[str, str]:
    found = YEAR_AFTER.match(text)
    return (found[1] or found[2], text[found.end() :]) if found else ("", text)


def _segments(text: str) -> Iterator[str]:
    """Yield an entry's sentences; the stop of an abbreviation or of an initial ends none."""
    start = 0
    for found in BREAK.finditer(text):
        before = re.search(r"(\S*)[.?!]\W?$", text[start : found.start() + 1])
        word = before[1].strip("([“\"'") if before else ""
        initial = re.fullmatch(r"(?:[A-Z]\.)*[A-Z]", word) and not re.search(
            r"[a-z-]\s+\S$", text[start : found.start()]
        )
        if text[found.start()] == "." and (initial or _cue("abbreviation").fullmatch(word)):
            continue
        yield text[start : found.end()].strip()
        start = found.end()
    if text[start:].strip():
        yield text[start:].strip()


def _title(text: str) -> str:
    quoted = QUOTED.match(text)
    if quoted:
        return (quoted[1] or quoted[2]).strip(" .,")
    segments = list(_segments(text))
    for index, segment in enumerate(segments):
        bare = re.sub(r"^(?:\((?:19|20)\d\d[a-z]?\)[.:,]?|(?:19|20)\d\d[a-z]?[.:,])\s*", "", segment)
        if len(re.findall(r"[^\W\d_]", bare)) < MIN_TITLE or _cue("no title").match(bare):
            continue
        # "Does zinc help? A trial in children. J X 2001": such a stretch before the journal is title too.
        for following in segments[index + 1 : -1]:
            if not _cue("subtitle").search(following) or JOURNAL.search(following) or _cue("journal").search(following):
                break
            bare = f"{bare} {following}"
        bare = _cue("aside").sub("", bare).strip(' .,“”"')
        return bare.strip("[]. ") if re.fullmatch(r"\[[^\[\]]*\]", bare) else bare
    return ""


def _is_phrase(text: str) -> bool:
    """Say whether a stretch reads as words of a title, not as a journal's name: most of its long words are small."""
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    return len(words) > 1 and sum(word[0].islower() for word in words) >= 0.5 * len(words)


def _is_journal(rest: str, title: str) -> bool:
    """Say whether what stands after supposed authors is journal and volume: then the authors were the title."""
    return rest.startswith(title) and len(title.split()) <= 8 and bool(JOURNAL.search(title)) and not _is_phrase(title)


def _year(text: str, title: str) -> str:
    """Return the year of publication: the one before a volume, or in brackets, or the last; those in a title last."""
    after = text[text.find(title) + len(title) :] if title and title in text else text
    return _stated_year(after) or _stated_year(text)


def _stated_year(text: str) -> str:
    bare = ACCESS.sub(" ", re.sub(r"\b10\.\d{4,9}/\S+", " ", text))
    if issue := ISSUE_YEAR.search(bare):
        return issue[1] or issue[2]
    years: list[str] = YEAR.findall(bare) or YEAR.findall(text)
    return years[-1] if years else ""
