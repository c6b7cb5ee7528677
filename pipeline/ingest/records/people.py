"""In: the author cells of a record; out: the names, given name first."""

import ast
import re
from collections.abc import Sequence

# What stands beside a name in an export: identifiers, addresses, marks of affiliation.
BESIDE = re.compile(r"\s*(?:\([^()]*\d[^()]*\)|\[[^\[\]]*\]|<[^<>]*>|https?://\S+|\S+@\S+|[*†‡§]+)")
ROLE = re.compile(r"\s*\((?:editors?|eds?\.?|authors?|aut|edt)\)", re.IGNORECASE)
OTHERS = re.compile(r"[,;]?\s*(?:\bet al\b\.?|\band others\b|\.\.\.|…)\s*$", re.IGNORECASE)
INITIALS = re.compile(r"(?:[^\W\d_a-z]\.?[\s-]?){1,4}")
DOTTED_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?){1,4}|[^\W\d_a-z]{1,3}")
SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|2nd|3rd)\.?", re.IGNORECASE)
AND = re.compile(r",?\s+(?:and|&)\s+")
# A longer second part is no given name but the rest of an organisation's name.
GIVEN_WORDS = 4


def author_names(values: Sequence[str]) -> tuple[str, ...]:
    """Return the authors of one record, each once, as "Given Family" where the source gives both parts apart.

    Several values are a name each; a single one is split by the dialect that it is written in: "A; B", "A and B",
    "A|B", lines, a list in brackets, "Family I, Family I", "Family, I., Family, I.".
    """
    names = list(values) if len(values) > 1 else split_list(values[0]) if values else []
    kept = (natural_order(name) for name in names)
    return tuple(dict.fromkeys(name for name in kept if name))


def split_list(cell: str) -> list[str]:
    """Return the names of one cell as it writes them."""
    text = cell.strip()
    if text[:1] == "[" and text[-1:] == "]" and (listed := _literal(text)):
        return listed
    text = OTHERS.sub("", " ".join(BESIDE.sub("", line) for line in text.splitlines()) if ";" in text else text)
    for mark in (";", "|", "\n"):
        if mark in text:
            return [part.strip() for part in text.split(mark) if part.strip()]
    pieces = AND.split(BESIDE.sub("", text))
    if len(pieces) > 1 and all(_is_one(piece) for piece in pieces):
        return [piece.strip() for piece in pieces]
    return [name for piece in pieces for name in _by_commas(piece)]


def natural_order(name: str) -> str:
    """Return a name as "Given Family": "Doe, Jane, Jr." becomes "Jane Doe Jr."; other names stay as they are."""
    bare = " ".join(OTHERS.sub("", ROLE.sub("", BESIDE.sub("", name))).split()).strip(" ,;")
    bare = bare.removeprefix("and ").removeprefix("& ")
    parts = [part.strip() for part in bare.split(",") if part.strip()]
    if len(parts) == 3 and (SUFFIX.fullmatch(parts[1]) or SUFFIX.fullmatch(parts[2])):
        family, *rest = parts
        given = next((part for part in rest if not SUFFIX.fullmatch(part)), "")
        return f"{given} {family} {next(part for part in rest if SUFFIX.fullmatch(part))}".strip()
    if len(parts) == 2 and len(parts[1].split()) <= GIVEN_WORDS:
        return f"{parts[0]} {parts[1]}" if SUFFIX.fullmatch(parts[1]) else f"{parts[1]} {parts[0]}"
    return bare.rstrip(".") if re.search(r"\s[A-Z]{2,4}\.$", bare) else bare


def _literal(text: str) -> list[str]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [str(item).strip() for item in value if str(item).strip()] if isinstance(value, list) else []


def _is_one(piece: str) -> bool:
    """Say whether a stretch between two "and" is one name: no comma, or one that parts family and given name."""
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    return len(parts) <= 1 or (len(parts) == 2 and _is_inverted(parts))


def _is_inverted(parts: Sequence[str]) -> bool:
    return len(parts[0].split()) == 1 or len(parts[1].split()) == 1 or bool(INITIALS.fullmatch(parts[1]))


def _by_commas(piece: str) -> list[str]:
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    if len(parts) == 3 and SUFFIX.fullmatch(parts[2]) and len(parts[0].split()) == 1:
        return [", ".join(parts)]
    if len(parts) == 2 and _is_inverted(parts):
        return [", ".join(parts)]
    if len(parts) % 2 == 0 and all(DOTTED_INITIALS.fullmatch(part) for part in parts[1::2]):
        return [", ".join(pair) for pair in zip(parts[0::2], parts[1::2], strict=True)]
    names: list[str] = []
    for part in parts:
        if names and SUFFIX.fullmatch(part):
            names[-1] = f"{names[-1]} {part}"
        else:
            names.append(part)
    # "Doe J, Roe R.": the full stop ends the list, not an initial.
    if len(names) > 1 and not any(name.endswith(".") for name in names[:-1]) and not SUFFIX.fullmatch(parts[-1]):
        names[-1] = names[-1].rstrip(".")
    return names
