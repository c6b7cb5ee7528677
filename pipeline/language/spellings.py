"""In: a word of the lexicon and the spelling table; out: every way to write it that the matcher looks for."""

import itertools
import re
from collections.abc import Iterable, Iterator

from pipeline.language.folding import fold, fold_key
from pipeline.lexicons import Spelling

_MAX_FORMS = 256  # of one word; more would be a mistake in the spelling table
_NUMBER_AFTER_LETTERS = re.compile(r"(?<=[a-z]) ?(?=\d)")
_SIBILANT = ("s", "x", "z", "ch", "sh")


def written_forms(word: str, spellings: Iterable[Spelling]) -> set[str]:
    """Return the folded keys for a word: spellings, hyphen or none, number apart or not, plural.

    >>> sorted(written_forms("omega-3", [Spelling("omega", "ω")]))
    ['omega 3', 'omega3', 'ω 3', 'ω3']
    """
    forms = {fold(word).text.lower()}
    known = "\n".join(forms)
    for spelling in spellings:
        if spelling.form not in known:
            continue
        forms |= {form.replace(spelling.form, spelling.variant) for form in forms if spelling.form in form}
        known = "\n".join(forms)
        if len(forms) > _MAX_FORMS:
            break
    forms = {apart for form in forms for apart in _hyphens(form)}
    forms |= {variant for form in forms for variant in _numbers(form)}
    forms |= {plural for form in forms for plural in _plurals(form)}
    return {_key(form) for form in forms}


def symbol_forms(symbol: str) -> set[str]:
    """Return a case-sensitive symbol and, for capitals such as PUFA, its plural."""
    text = fold(symbol).text
    return {text, text + "s"} if len(text) > 2 and text[-2:].isalpha() and text.isupper() else {text}


def _key(form: str) -> str:
    """The folded key of a form of a folded word, which is one where nothing in it is folded anew."""
    if form.isascii() and "-" not in form and "  " not in form:
        return form.strip()
    return fold_key(form).strip()


def _hyphens(form: str) -> Iterator[str]:
    if "-" not in form:
        yield form
        return
    parts = form.split("-")
    if len(parts) > 4:
        yield " ".join(parts)
        return
    for joints in itertools.product((" ", ""), repeat=len(parts) - 1):
        yield "".join(part + joint for part, joint in zip(parts, (*joints, ""), strict=True))


def _numbers(form: str) -> Iterator[str]:
    if not _NUMBER_AFTER_LETTERS.search(form):
        yield form
        return
    yield _NUMBER_AFTER_LETTERS.sub("", form)
    yield _NUMBER_AFTER_LETTERS.sub(" ", form)


def _plurals(form: str) -> Iterator[str]:
    head, of, rest = form.partition(" of ")
    if of and (plural := _plural(head)):
        yield plural + of + rest
    if plural := _plural(form):
        yield plural


def _plural(form: str) -> str:
    if len(form) < 3 or not form[-2:].isalpha() or not form.isprintable():
        return ""
    if form.endswith("sis"):
        return form[:-2] + "es"
    if form.endswith(_SIBILANT):
        return "" if form.endswith("s") else form + "es"
    if form.endswith("y") and form[-2] not in "aeiou":
        return form[:-1] + "ies"
    return form + "s"
