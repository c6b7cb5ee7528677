"""In: a web page saved as one file (MHTML); out: the page itself, as its browser saw it."""

import codecs
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message

from pipeline.errors import SourceError
from pipeline.ingest.source import Source

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def saved_page(source: Source) -> Source:
    """Return the source with the bytes of the page that was saved; raises `SourceError` where the file holds none."""
    data = source.data.lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    message = message_from_bytes(data, policy=policy.compat32)
    pages = [part for part in message.walk() if part.get_content_type() in HTML_TYPES]
    # A page may hold frames with pages of their own; the one that was saved is named, else stands first.
    named = {address for address in (message.get("Snapshot-Content-Location"), _start(message)) if address}
    chosen = next((part for part in pages if named & {part.get("Content-Location"), part.get("Content-ID")}), None)
    page = chosen or next(iter(pages), None)
    saved = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(saved, bytes) or not saved.strip():
        raise SourceError(f"{source.path} is a saved page without its HTML; save it again.")
    return replace(source, data=_declared(saved, page.get_content_charset()))


def _start(message: Message) -> str:
    start = message.get_param("start")
    return start if isinstance(start, str) else ""


def _declared(data: bytes, charset: str | None) -> bytes:
    """Return the page in UTF-8 where its part, and not itself, tells the encoding."""
    if not charset or charset.lower() in {"utf-8", "us-ascii"}:
        return data
    try:
        return data.decode(charset).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return data
