"""In: sentences of a source, or about another study; out: how many people were studied, and who."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pipeline.records import Dose, Duration, Population, Sentence
from pipeline.screen import Screen

Words = Mapping[str, Any]
"""The tables of population.toml with their patterns compiled (`compiled`)."""

_A_DIGIT = re.compile(r"\d")
_ARMS = 2
"""Groups of a trial that names no number of them."""
_BRACKETS = re.compile(r"\s*[(\[](?!\s*[\d.]+\s?%\s*[)\]])[^()\[\]]*[)\]]")


@dataclass(frozen=True, slots=True)
class SampleSize:
    """The number of participants and the words that give it; `size` is None where none is given."""

    size: int | None = None
    words: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Who was studied, part by part, as stated; "" where a part is not known."""

    who: str = ""
    age: str = ""
    sex: str = ""
    country: str = ""
    dose: str = ""
    duration: str = ""

    @property
    def record(self) -> Population:
        """What a row says of them: age, sex and country only where `who` does not tell them."""
        group = self.who.lower()
        parts = (self.who, *(part for part in (self.age, self.sex, self.country) if part.lower() not in group))
        return Population(
            tuple(filter(None, parts)),
            Dose(self.dose) if self.dose else None,
            Duration(self.duration) if self.duration else None,
        )


def named_groups(sentences: Sequence[Sentence], words: Words) -> tuple[SampleSize, list[int]]:
    """Return the groups that an abstract names with their sizes in different sentences, added up, and each size."""
    found: dict[str, tuple[str, int]] = {}
    for sentence in sentences:
        if not in_abstract(sentence):
            continue
        for match in words["sample"]["named_group"].finditer(sentence.text):
            if size := number_of(match["n"], words):
                found.setdefault(match["name"].lower(), (sentence.text, size))
    if len({text for text, _ in found.values()}) < 2:
        return SampleSize(), []
    phrase = ", ".join(f"{name}: {size}" for name, (_, size) in found.items())
    sizes = [size for _, size in found.values()]
    return SampleSize(sum(sizes), phrase, next(iter(found.values()))[0]), sizes


def in_abstract(sentence: Sentence) -> bool:
    """Return whether a sentence stands in the abstract of a paper."""
    return sentence.role == "abstract" or sentence.section.startswith("Abstract")


def sample_in_words(text: str, words: Words) -> SampleSize:
    """Return the participants that one sentence gives for the evidence it tells of."""
    given = sorted(counts(text, words), key=lambda found: -found[0])
    return SampleSize(given[0][1], given[0][2], text) if given else SampleSize()


def population(
    title: str, sentences: Sequence[Sentence], sample: SampleSize, words: Words, *, people: bool = True
) -> People:
    """Return who was studied: the sample's own words first, then the title, then the methods.

    `people` is False for animals and cells, which have neither age group nor sex here.
    """
    texts = [sample.sentence, title, *(s.text for s in sentences)]
    who = _who(sample, words) or _first_group(words["who"]["title"], title)
    near = f"{who} {sample.sentence} {title}"
    return People(
        who=who,
        age=_label("age", near, words) if people else "",
        sex=_label("sex", near, words) if people else "",
        country=next((c for text in texts if (c := _country(text, words))), ""),
        dose=_dose(texts, words),
        duration=next((d for d in (_first_group(words["exposure"]["duration"], t) for t in texts) if d), ""),
    )


def population_in_words(text: str, words: Words) -> People:
    """Return who was studied as one sentence tells it."""
    sample = sample_in_words(text, words)
    return People(
        who=_who(sample, words) or _first_group(words["who"]["title"], text),
        age=_label("age", text, words),
        sex=_label("sex", text, words),
        country=_country(text, words),
        dose=_dose([text], words),
        duration=_first_group(words["exposure"]["duration"], text),
    )


def number_of(written: str, words: Words) -> int | None:
    """Return the whole number written in digits or English words, None where it is none.

    >>> words = compiled(tomllib.loads((Path(__file__).parent / "population.toml").read_text("utf-8")))
    >>> [number_of(written, words) for written in ("one hundred and twenty", "1,204", "Sixty-six")]
    [120, 1204, 66]
    """
    if written.endswith(" million"):
        millions = written.removesuffix(" million").replace("·", ".")
        whole = number_of(millions, words)
        if re.fullmatch(r"\d+\.\d+", millions):
            return round(float(millions) * 1_000_000)
        return None if whole is None else whole * 1_000_000
    digits = re.sub(r"[,'’\u2009\u202f ]", "", written)
    if digits.isdigit():
        return int(digits)
    units: Mapping[str, int] = words["numbers"]
    total = current = 0
    parts = [part for part in re.split(r"[ \u2010\u2011-]", written.lower()) if part and part != "and"]
    for part in parts:
        if part in units:
            current += units[part]
        elif part == "hundred":
            current = max(current, 1) * 100
        elif part == "thousand":
            total, current = total + max(current, 1) * 1000, 0
        else:
            return None
    return total + current if parts else None


def counts(text: str, words: Words, arms: int = _ARMS) -> Iterator[tuple[int, int, str]]:
    """Yield every number of participants that a sentence may give: how sure it is, the number, the words."""
    if not words["sample"]["worth_reading"].search(text):
        return
    yield from _counts_in(text, words, arms)
    plain, removed = text, 1
    while removed:
        plain, removed = _BRACKETS.subn("", plain)
    plain = words["sample"]["asides"].sub("", plain)
    if plain != text:
        yield from _counts_in(plain, words, arms)


def arms_named(sentences: Sequence[Sentence], words: Words) -> int:
    """Return how many groups the source names first."""
    named = (match for s in sentences if (match := words["sample"]["arms"].search(s.text)))
    return next((number_of(match["n"], words) or _ARMS for match in named), _ARMS)


def _counts_in(text: str, words: Words, arms: int) -> Iterator[tuple[int, int, str]]:
    sample = words["sample"]
    for kind, pattern in sample["counts"].likely(text):
        at = 0
        while match := pattern["find"].search(text, at):
            parts = [number_of(part, words) for name, part in match.groupdict().items() if part and name != "who"]
            sizes = [size for size in parts if size]
            if len(sizes) < len(parts) or not all(_is_count(match, name, words) for name in "nm"):
                at = max(match.start() + 1, min(_ends(match), default=match.end()))  # a later number may count people
                continue
            at = max(match.end(), match.start() + 1)
            whole = kind == "sums" and len(sizes) > 2 and sizes[0] == sum(sizes[1:])
            number = sizes[0] if whole else math.prod(sizes) if kind == "products" else sum(sizes)
            if kind == "each":
                here = sample["arms"].search(text)
                number *= (number_of(here["n"], words) or arms) if here else arms
            if sample["smallest"] <= number <= sample["largest"]:
                lost = _subset(text, match, words, pattern["points"]) if kind == "patterns" else 0
                few = sample["few_points"] if number < sample["few"] else 0
                yield pattern["points"] + lost + few, number, _clean(match.group())
    groups = list(sample["group"].finditer(text))
    sizes = [size for group in groups if (size := number_of(group.group("n"), words))]
    if len(sizes) > 1:
        total = sizes[0] if len(sizes) > 2 and sizes[0] >= sum(sizes[1:]) else sum(sizes)
        phrase = ", ".join(_clean(group.group()) for group in groups)
        part = sample["subset_of_groups"].search(text[max(0, groups[0].start() - 30) : groups[0].end() + 25])
        lost = (sample["subset_points"] if part else 0) + (sample["few_points"] if total < sample["few"] else 0)
        yield sample["group_points"] + lost, total, phrase


def _ends(match: re.Match[str]) -> list[int]:
    """Where the numbers of a match end."""
    return [match.end(name) for name, part in match.groupdict().items() if part and name != "who"]


def _is_count(match: re.Match[str], name: str, words: Words) -> bool:
    """Whether the number in a group of the match counts people, not years, doses or a list's label."""
    if not match.groupdict().get(name):
        return True
    guards, text = words["sample"]["guards"], match.string
    start, end = match.span(name)
    if guards["before"].search(text[:start]) or guards["after"].search(text[end : end + 20]):
        return False
    stop = match.start("who") if match.groupdict().get("who") else match.end()
    if name == "n" and guards["inside"].search(text[end:stop]) and stop - end < 60:
        return False
    a_year = match[name].isdigit() and 1900 <= int(match[name]) <= 2035
    return not a_year or text[:start].rstrip().endswith("=")


def _subset(text: str, match: re.Match[str], words: Words, points: int) -> int:
    """Points lost where the words name a part of the sample; those randomised of others are no part but the sample."""
    sample = words["sample"]
    start = max(0, match.start() - 30) if points <= sample["allotted_points"] else match.start()
    if _A_DIGIT.search(text, start, match.start()):
        start = match.start()  # the words before tell of the number before
    around, before = text[start : match.end() + 25], text[start : match.end("n")]
    counted = text[match.start("n") : match.end()]
    share = sample["share"].search(counted) or sample["share"].match(text[match.end() :].lstrip())
    of_others = points <= sample["allotted_points"] and sample["subset_before"].search(before)
    bracketed = sample["bracketed"].match(text, max(0, match.start("n") - 1))
    screened = sample["screened"].match(text[match.end() :])
    part = share or of_others or bracketed or screened or sample["subset"].search(around)
    return int(sample["subset_points"]) if part else 0


def _who(sample: SampleSize, words: Words) -> str:
    match = re.search(
        rf"{words['number']} ?((?:[\w/+-]+,? ){{0,7}}?(?:{words['people']})\b)", sample.words, re.IGNORECASE
    )
    if not match:
        return ""
    at = sample.sentence.find(match.group())
    rest = sample.sentence[at + len(match.group()) :] if at >= 0 else ""
    clause = words["who"]["clause"].match(rest)
    tail = words["who"]["ends"].split(clause.group(), maxsplit=1)[0] if clause else ""
    return _clean(match.group(1) + tail)


def _label(kind: str, text: str, words: Words) -> str:
    table: dict[str, re.Pattern[str]] = words[kind]
    return next((name for name, find in table.items() if find.search(text)), "")


def _dose(texts: Sequence[str], words: Words) -> str:
    table = words["exposure"]
    found = [_clean(m.group()) for m in chain.from_iterable(table["dose"].finditer(t) for t in texts)]
    return next((dose for dose in found if table["regular"].search(dose)), "")


def _country(text: str, words: Words) -> str:
    peoples, find = words["countries"]
    match = find.search(text)
    return "" if not match else peoples.get(match.group(), match.group())


def _first_group(find: re.Pattern[str], text: str) -> str:
    match = find.search(text)
    return _clean(match.group(1)) if match else ""


def _clean(phrase: str) -> str:
    return re.sub(r"\s+", " ", phrase).strip(" ,;.:([")


def compiled(given: Mapping[str, Any]) -> Words:
    """Return the tables with their patterns compiled. Raises `ValueError` for what is missing or no pattern."""
    try:
        return _compiled(deepcopy(dict(given)))
    except KeyError as error:
        raise ValueError(f"the table {error} of [population] is missing") from None
    except re.error as error:
        raise ValueError(f"{error.pattern!r} in [population] is not a regular expression: {error}") from None


def _compiled(table: dict[str, Any]) -> dict[str, Any]:
    people = table["people"]
    anyone = rf"(?!(?:{table['sample']['not_people']}|{people})\b)[a-z][\w-]*(?:[a-rt-z]s|ses|men|folk|people)"
    word = "|".join([*sorted(table["numbers"], key=len, reverse=True), "hundred", "thousand"])
    number = table["number"] = (
        rf"(?<!\d[.,·])(?:\d{{1,3}}(?:[,'’\u2009\u202f ]\d{{3}})+|\d+[.·]\d+(?= million)|"
        rf"\d+|(?:{word})(?:[ \u2010\u2011-](?:and )?(?:{word})){{0,12}})"
        r"(?: million)?(?![\w%]|[.,·]\d)"
    )

    def pattern_of(pattern: str) -> re.Pattern[str]:
        for mark, words in marks.items():
            pattern = pattern.replace(mark, words)
        return re.compile(pattern, re.IGNORECASE)

    sample = table["sample"]
    between = rf"(?:{sample['between'].replace('{N}', number)}[\w/+-]+,? )"
    marks = {
        "{W}": between,
        "{A}": sample["attendants"].replace("{N}", number),
        "{N}": number,
        "{P}": rf"(?:\w+[\u2010\u2011-])?(?:{people})(?![\u2010\u2011-]| (?:{sample['places']})\b)",
        "{O}": anyone,
    }
    kinds = ("sums", "products", "each", "patterns")
    expressions = [(kind, {**row, "find": pattern_of(row["find"])}) for kind in kinds for row in sample[kind]]
    sample["counts"] = Screen(expressions, lambda count: count[1]["find"])
    for kind in (
        "subset",
        "subset_before",
        "bracketed",
        "share",
        "screened",
        "beside",
        "subset_of_groups",
        "group",
        "named_group",
        "late",
        "methods",
        "worth_reading",
        "calculation",
        "imagined",
        "asides",
        "arms",
    ):
        sample[kind] = pattern_of(sample[kind])
    for kind in ("words_beside", "words_of_clause", "guards"):
        sample[kind] = {name: pattern_of(find) for name, find in sample[kind].items()}
    for kind in ("who", "age", "sex", "exposure"):
        table[kind] = {name: pattern_of(find) for name, find in table[kind].items()}
    names = [name.replace("~", " ") for name in table["countries"]["names"].split()]
    peoples = table["countries"]["peoples"]
    find = re.compile(rf"\b(?:{'|'.join([*names, *peoples])})\b")
    table["countries"] = (peoples, find)
    return table
