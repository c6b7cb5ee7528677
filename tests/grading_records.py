"""Words come in; the records that grading and comparison work on go out, for their tests."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.records import (
    AnnotatedDocument,
    Claim,
    Document,
    Mention,
    Reference,
    Sentence,
    Statistic,
)

EFFECT = re.compile(
    r"(?P<measure>odds ratio|hazard ratio|relative risk|risk ratio|\bOR\b|\bRR\b|\bHR\b|\bMD\b|\bSMD\b|\br\b|\bbeta\b)"
    r"[ =,:(of]*(?P<value>[-−]?\d+(?:\.\d+)?)"
)
INTERVAL = re.compile(r"(?P<level>\d\d)% ?CI:? (?P<low>[-−]?\d+(?:\.\d+)?)(?:[-–]| to |, )(?P<high>[-−]?\d+(?:\.\d+)?)")
P_VALUE = re.compile(r"\b[pP] ?(?P<comparator>[<>=]) ?(?P<p>0?\.\d+)")
COUNT = re.compile(r"(?P<events>\d+) (?:out )?of (?:the )?(?P<total>\d+)\b(?!%)")
NAMES = {"odds ratio": "OR", "hazard ratio": "HR", "relative risk": "RR", "risk ratio": "RR"}


def source(
    *sentences: str | Sentence,
    title: str = "",
    role: str = "body",
    references: Sequence[Reference] = (),
    **document: Any,
) -> AnnotatedDocument:
    """A document of the given sentences, its title first where it has one."""
    text, found = "", []
    for words in ([title] if title else []) + list(sentences):
        given = words if isinstance(words, Sentence) else None
        start = len(text)
        text += (given.text if given else str(words)) + " "
        if given:
            found.append(replace(given, index=len(found), start=start, end=start + len(given.text)))
        else:
            first = bool(title) and not found
            found.append(
                Sentence(
                    index=len(found),
                    start=start,
                    end=start + len(str(words)),
                    text=str(words),
                    kind="title" if first else "paragraph",
                    role="title" if first else role,  # type: ignore[arg-type]
                )
            )
    fields: dict[str, Any] = {"source_id": "source.txt", "path": "source.txt", "format": "text", "sha256": ""}
    fields |= {"n_bytes": len(text), "text": text, "title": title, "references": tuple(references)} | document
    return AnnotatedDocument(Document(**fields), tuple(found))


def sentence(text: str, role: str = "body", citations: Sequence[str] = ()) -> Sentence:
    """A sentence that cites the given labels; its place is set by `source`."""
    return Sentence(index=0, start=0, end=len(text), text=text, role=role, citations=tuple(citations))  # type: ignore[arg-type]


def claim(annotated: AnnotatedDocument, words: str = "", **fields: Any) -> Claim:
    """A claim of the first sentence that contains `words`; nutrient and condition are its first and last word
    unless given, and the numbers written in the usual forms become statistics.
    """
    found = next(s for s in annotated.sentences if words in s.text and (words or s.kind != "title"))
    nutrient = fields.pop("nutrient", "vitamin b12")
    condition = fields.pop("condition", "restless legs syndrome")
    kind = fields.pop("condition_type", "condition")
    given: dict[str, Any] = {
        "claim_id": f"{annotated.document.source_id}:{found.index}",
        "sentence": found,
        "nutrient": Mention(found.start, found.start + 1, nutrient, "nutrient", nutrient),
        "condition": Mention(found.end - 1, found.end, condition, kind, condition),
        "exposure": "deficiency",
        "relation": "increases_risk",
        "strength": "correlational",
        "factuality": "Factual",
        "statistics": statistics(found),
    }
    return Claim(**(given | fields))


def statistics(found: Sentence) -> tuple[Statistic, ...]:
    """The numbers of a sentence that are written as `OR 2.0`, `95% CI 1.2-3.1`, `p=0.01` or `7 of 8`."""
    out = []

    def add(match: re.Match[str], kind: str, **fields: Any) -> None:
        start, end = found.start + match.start(), found.start + match.end()
        out.append(Statistic(start, end, match.group(), kind, **fields))  # type: ignore[arg-type]

    for m in EFFECT.finditer(found.text):
        measure = NAMES.get(m["measure"], m["measure"])
        add(m, "effect", measure=measure, value=_number(m["value"]))
    for m in INTERVAL.finditer(found.text):
        add(m, "interval", level=float(m["level"]), low=_number(m["low"]), high=_number(m["high"]))
    for m in P_VALUE.finditer(found.text):
        add(m, "p-value", p_value=m["p"] if m["comparator"] == "=" else m["comparator"] + m["p"])
    for m in COUNT.finditer(found.text):
        add(m, "count", measure="count", value=float(m["events"]), total=int(m["total"]))
    return tuple(sorted(out, key=lambda s: s.start))


def _number(text: str) -> float:
    return float(text.replace("−", "-"))
