"""A document with its sentences and what each of them mentions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.records.document import Document
from pipeline.vocabulary import BlockKind, HealthyDirection, MentionKind, SectionRole


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a nutrient, a condition or a measure, or refer back to one (`anaphoric`).

    `name` is the usual name in lower case, `identifier` a CURIE or "". `biomarker` says that the words are a
    status marker of the nutrient (ferritin for iron). `healthy_direction` tells for a measure which way is good.
    """

    start: int
    end: int
    text: str
    kind: MentionKind
    name: str
    identifier: str = ""
    anaphoric: bool = False
    biomarker: bool = False
    healthy_direction: HealthyDirection = "unclear"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a block with what was found in it; `citations` are the labels it cites, in order.

    `truncated` says that it is a part of a longer one, or names more than its mentions.
    """

    index: int
    start: int
    end: int
    text: str
    kind: BlockKind = "paragraph"
    section: str = ""
    role: SectionRole = "body"
    page: int | None = None
    citations: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A document with its sentences and their mentions, and the abbreviations it defines (short -> long form).

    `rows` are lines of tables, which are no sentences. `document` is in running text: each run of white space is one
    blank. `source` is the document as it was read (None where it is the same), `places` lists (offset in the running
    text, offset in the source) from which both run alike.
    """

    document: Document
    sentences: tuple[Sentence, ...]
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    source: Document | None = None
    places: tuple[tuple[int, int], ...] = ()
    rows: tuple[Sentence, ...] = ()
