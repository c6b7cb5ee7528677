"""Build documents and read them, for tests of language and claims."""

from functools import cache
from hashlib import sha256

from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.records import AnnotatedDocument, Block, Citation, Claim, Document, Mention


def document(text: str, *, title: str = "", citations: tuple[Citation, ...] = ()) -> Document:
    """A plain document: an optional title, then one paragraph for each piece between empty lines."""
    whole = f"{title}\n\n{text}" if title else text
    blocks, start = [], 0
    for number, piece in enumerate(whole.split("\n\n")):
        kind = "title" if title and number == 0 else "paragraph"
        blocks.append(Block(start, start + len(piece), kind, role="title" if kind == "title" else "body"))
        start += len(piece) + 2
    return Document("doc.txt", "doc.txt", "text", sha256(whole.encode()).hexdigest(), len(whole), whole, title=title,
                    blocks=tuple(blocks), citations=citations)  # fmt: skip


@cache
def extractor(model: str = "fast") -> Extractor:
    return Extractor.load(load_settings(model=model))


def read(text: str, **options: str) -> AnnotatedDocument:
    return extractor().annotate(document(text, **options))


def mentions(text: str, **options: str) -> list[Mention]:
    return [mention for sentence in read(text, **options).sentences for mention in sentence.mentions]


def claims(text: str, *, model: str = "fast", **options: str) -> list[Claim]:
    return list(extractor(model).claims_of(document(text, **options))[1])
