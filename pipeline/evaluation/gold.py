"""In: a JSON Lines file of annotated documents; out: gold documents with their claims, as plain sources to read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.records import Block, Document
from pipeline.vocabulary import ConditionType, Exposure, Factuality, Relation, Strength, StudyDesign


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim as a reader annotated it; `optional` ones are neither asked for nor held against a prediction."""

    sid: int
    nutrient: str
    nutrient_name: str
    exposure: Exposure
    condition: str
    condition_name: str
    condition_type: ConditionType
    relation: Relation
    strength: Strength
    factuality: Factuality
    stats: tuple[str, ...]
    optional: bool = False
    relation_also: tuple[Relation, ...] = ()

    @property
    def relations(self) -> frozenset[Relation]:
        """The relations that a careful reader could give the claim."""
        return frozenset((self.relation, *self.relation_also))

    @property
    def neutral(self) -> bool:
        """Whether the claim counts neither way: nothing is asserted, or two readers differed."""
        return self.factuality == "Unknown" or self.optional


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """An annotated document: its text, the bounds of its sentences by number, its claims, and what it reports."""

    doc_id: str
    kind: str
    text: str
    sentences: dict[int, tuple[int, int]]
    claims: tuple[GoldClaim, ...]
    study_design: StudyDesign
    sample_size: int | None

    def document(self) -> Document:
        """Return the document as ingestion would read its text file: a title and one paragraph."""
        (_, title_end), *rest = (self.sentences[sid] for sid in sorted(self.sentences))
        blocks = [Block(0, title_end, "title", role="title")]
        if rest:
            blocks.append(Block(rest[0][0], rest[-1][1]))
        name = re.sub(r"[^A-Za-z0-9._-]", "_", self.doc_id) + ".txt"
        raw = self.text.encode()
        return Document(
            source_id=name,
            path=name,
            format="text",
            sha256=sha256(raw).hexdigest(),
            n_bytes=len(raw),
            text=self.text,
            title=self.text[:title_end],
            blocks=tuple(blocks),
        )


def read_gold(path: Path) -> list[GoldDocument]:
    """Return the annotated documents of a JSON Lines file.

    Raises `ValueError` naming the line that is not an annotated document.
    """
    documents = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    documents.append(gold_document(json.loads(line)))
                except (KeyError, TypeError, ValueError, IndexError) as error:
                    raise SourceError(
                        f"Line {number} of {path} is no annotated document ({error!r}); see the annotation guideline."
                    ) from error
    return documents


def gold_document(data: Mapping[str, object]) -> GoldDocument:
    """Return the annotated document that a line of such a file describes; raises `KeyError` where a field lacks."""
    sentences = data["sentences"]
    assert isinstance(sentences, list)
    if "text" in data:
        text = str(data["text"])
        bounds = {int(s["sid"]): (int(s["start"]), int(s["end"])) for s in sentences}
    else:
        text, bounds = _laid_out([(int(s["sid"]), str(s["text"])) for s in sentences])
    names = GoldClaim.__dataclass_fields__
    annotated = data["claims"]
    assert isinstance(annotated, list)
    claims = tuple(
        GoldClaim(
            **{name: claim[name] for name in names if name in claim}
            | {name: tuple(claim.get(name, ())) for name in ("stats", "relation_also")}
        )
        for claim in annotated
    )
    size = data.get("sample_size")
    return GoldDocument(
        doc_id=str(data["doc_id"]),
        kind=str(data.get("kind", "")),
        text=text,
        sentences=bounds,
        claims=claims,
        study_design=data.get("study_design", "unclear"),  # type: ignore[arg-type]
        sample_size=size if isinstance(size, int) else None,
    )


def _laid_out(sentences: list[tuple[int, str]]) -> tuple[str, dict[int, tuple[int, int]]]:
    """Lay the title, an empty line, then the other sentences joined by a space, as the annotated text files are."""
    (first, title), *rest = sentences
    text, bounds = title + "\n\n", {first: (0, len(title))}
    for position, (sid, sentence) in enumerate(rest):
        text += " " if position else ""
        bounds[sid] = (len(text), len(text) + len(sentence))
        text += sentence
    return text + "\n", bounds
