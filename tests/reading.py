"""Build documents and read them, for tests of language and claims."""

from hashlib import sha256

from pipeline.claims import extract
from pipeline.config import load_settings
from pipeline.language import annotate
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


def read(text: str, **options: str) -> AnnotatedDocument:
    return annotate(document(text, **options), load_settings(model="fast"))


def mentions(text: str, **options: str) -> list[Mention]:
    return [mention for sentence in read(text, **options).sentences for mention in sentence.mentions]


def claims(text: str, *, model: str = "fast", **options: str) -> list[Claim]:
    settings = load_settings(model=model)
    return list(extract(annotate(document(text, **options), settings), settings))
