"""In: annotated documents; out: the same documents with some nutrients renamed throughout, claims included.

Renaming keeps the encoder from learning by heart which nutrient a document is about: it has to read the statement.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any


def nutrient_pool(documents: Sequence[dict[str, Any]], longest: int = 30) -> list[str]:
    """Return the annotated nutrient names that can stand for one another (no words that only refer back)."""
    names = {
        c["nutrient"]
        for d in documents
        for c in d["claims"]
        if not c["nutrient_anaphoric"] and 3 <= len(c["nutrient"]) <= longest
    }
    return sorted(names)


def renamed(document: dict[str, Any], pool: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """Return the document with each annotated nutrient name replaced everywhere by one drawn from the pool."""
    names = {
        c["nutrient"].lower() for c in document["claims"] if not c["nutrient_anaphoric"] and len(c["nutrient"]) > 2
    }
    if not names:
        return document
    drawn = {n: rng.choice(pool) for n in sorted(names)}
    pattern = re.compile(
        r"(?<![A-Za-z0-9])(?:"
        + "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
        + r")(?![A-Za-z0-9])",
        re.IGNORECASE,
    )

    def replace(text: str) -> str:
        return pattern.sub(lambda m: drawn[m.group().lower()], text)

    return {
        **document,
        "title": replace(document["title"] or ""),
        "sentences": [{**s, "text": replace(s["text"])} for s in document["sentences"]],
        "claims": [
            {**c, "nutrient": replace(c["nutrient"]), "condition": replace(c["condition"])} for c in document["claims"]
        ],
    }
