"""In: annotated documents; out: the same documents with some nutrients referred back to instead of named.

One claim in seven says "it", "the intervention" or "this deficiency" of a nutrient named before; few annotated ones do.
"""

from __future__ import annotations

import random
import re
from typing import Any

GIVEN = ("the intervention", "supplementation", "the supplement", "treatment", "the treatment", "this treatment",
         "supplements", "the active treatment", "the supplemented group", "the intervention group")  # fmt: skip
LACKED = ("this deficiency", "the deficiency", "deficiency", "it", "this", "this disorder")
GROUPS = ("the intervention group", "the treatment group", "the supplemented group", "group A", "group B",
          "the study group")  # fmt: skip
TAKEN = ("intake", "its intake", "consumption", "its consumption", "it")
NAMED = ("it", "this", "this nutrient", "the supplement")
REFERENCES = {
    "supplementation": GIVEN, "supplement": GIVEN, "supplements": GIVEN, "treatment": GIVEN, "therapy": GIVEN,
    "administration": GIVEN, "fortification": GIVEN, "deficiency": LACKED, "insufficiency": LACKED, "lack": LACKED,
    "group": GROUPS, "groups": ("the groups", "the two groups", "the treatment arms"),
    "intake": TAKEN, "consumption": TAKEN, "": NAMED,
}  # fmt: skip


def referred(document: dict[str, Any], share: float, rng: random.Random) -> dict[str, Any]:
    """Return the document with a share of its claiming sentences referring back; nothing changes the claims' meaning.

    A sentence is changed if its claims are about one nutrient that stands in it once and was named before.
    """
    before = (document["title"] or "").lower()
    sentences, claims = [], dict(enumerate(document["claims"]))
    for number, sentence in enumerate(document["sentences"]):
        mine = {i: c for i, c in claims.items() if c["sid"] == sentence["sid"]}
        text = sentence["text"]
        names = {c["nutrient"] for c in mine.values()}
        if number and len(names) == 1 and rng.random() < share:
            (name,) = names
            said = _said(name, text, rng)
            if said and name.lower() in before and not any(name in c["condition"] for c in mine.values()):
                text, words = said
                claims |= {i: {**c, "nutrient": words, "nutrient_anaphoric": True} for i, c in mine.items()}
        sentences.append({**sentence, "text": text})
        before += " " + sentence["text"].lower()
    return {**document, "sentences": sentences, "claims": [claims[i] for i in sorted(claims)]}


def _said(name: str, text: str, rng: random.Random) -> tuple[str, str] | None:
    """Return the text that refers back to `name` and the words that do, or None where that would read badly."""
    heads = "|".join(sorted(filter(None, REFERENCES), key=len, reverse=True))
    found = list(re.finditer(rf"(?<![\w-])(?:[Tt]he )?{re.escape(name)}(?![\w-])(?: ({heads})\b)?", text))
    if len(found) != 1 or text.count(name) != 1 or len(name) < 3:
        return None
    (place,) = found
    begins = place.start() == 0
    if not place.group(1) and not begins and not re.search(r"\b(that|of|with|by|from) $", text[: place.start()]):
        return None
    words = rng.choice(REFERENCES[place.group(1) or ""])
    if re.search(rf"\b{words}\b", text[: place.start()] + text[place.end() :], re.IGNORECASE):
        return None
    if begins:
        words = words[0].upper() + words[1:]
    return text[: place.start()] + words + text[place.end() :], words
