"""In: annotated documents; out: the same documents with the sign of some sentences turned, claims included.

Trials that help are reported ten times as often as trials that harm. A network that sees only what was reported learns
which sign to expect of a supplement in place of reading it; the turned copies show each sign as often as the other.
"""

from __future__ import annotations

import csv
import random
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

OPPOSITE = {"increases_risk": "decreases_risk", "decreases_risk": "increases_risk",
            "improves": "worsens", "worsens": "improves"}  # fmt: skip
SIGNLESS = ("associated", "affected_by")
DENIED = re.compile(
    r"\b(?:not?|nor|neither|without|unlikely|fail(?:s|ed)?|despite|although|however|but|while|whereas|unless|impair\w*|lessen\w*|induc\w*|deteriorat\w*|harm|harms)\b",
    re.I,
)
COMPARED = re.compile(r"\b(?:than|versus|vs|compared|placebo|controls?)\b", re.I)
REACH = 40  # characters between a comparative and the outcome that it compares


@lru_cache(maxsize=1)
def turns() -> dict[str, tuple[str, bool]]:
    """Return for each word of sign its opposite, and whether it must stand before an outcome to be turned."""
    with (Path(__file__).parent / "turns.csv").open(newline="", encoding="utf-8") as file:
        return {row["word"]: (row["opposite"], row["before_outcome"] == "yes") for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str]:
    longest_first = sorted(turns(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def turned(document: dict[str, Any], share: float, rng: random.Random) -> dict[str, Any]:
    """Return the document with a share of the sentences that can be turned saying the opposite.

    A sentence can be turned where all its claims have a sign and one word outside their names makes it.
    """
    sentences, claims = [], dict(enumerate(document["claims"]))
    for sentence in document["sentences"]:
        mine = {i: c for i, c in claims.items() if c["sid"] == sentence["sid"]}
        text = sentence["text"]
        other = _turned_text(text, list(mine.values())) if mine and rng.random() < share else None
        if other:
            text = other
            claims |= {
                i: {**c, "relation": OPPOSITE[c["relation"]],
                    "relation_also": [OPPOSITE.get(r, r) for r in c.get("relation_also", ())]}
                for i, c in mine.items()
            }  # fmt: skip
        sentences.append({**sentence, "text": text})
    return {**document, "sentences": sentences, "claims": [claims[i] for i in sorted(claims)]}


def _turned_text(text: str, claims: list[dict[str, Any]]) -> str | None:
    """Return the sentence with its one word of sign turned, or None where that would not turn every claim."""
    if any(c["relation"] not in OPPOSITE for c in claims) or DENIED.search(text):
        return None
    nutrients, outcomes = ({c[kind] for c in claims} for kind in ("nutrient", "condition"))
    named = [m.span() for name in nutrients | outcomes for m in re.finditer(re.escape(name), text)]
    about_outcome = [m.start() for name in outcomes for m in re.finditer(re.escape(name), text)]
    about_nutrient = [m.start() for name in nutrients for m in re.finditer(re.escape(name), text)]
    chosen = []
    for m in _words().finditer(text):
        if any(a < m.end() and m.start() < b for a, b in named):
            return None
        next_nutrient = min((at - m.end() for at in about_nutrient if at >= m.end()), default=REACH)
        next_outcome = min((at - m.end() for at in about_outcome if at >= m.end()), default=REACH)
        if next_nutrient < min(next_outcome, 25):
            continue  # "low", "increased" or "more" of the nutrient is the exposure, not what it does
        if turns()[m.group().lower()][1] and next_outcome >= REACH and not COMPARED.search(text[m.end() :]):
            continue
        chosen.append(m)
    if len(chosen) != 1:
        return None
    [m] = chosen
    opposite = turns()[m.group().lower()][0]
    if m.group()[0].isupper():
        opposite = opposite[0].upper() + opposite[1:]
    return text[: m.start()] + opposite + text[m.end() :]
