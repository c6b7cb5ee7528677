"""In: bytes; out: text as the file means it, every character kept (line ends too)."""

import codecs
import re
import unicodedata
from collections import Counter

from charset_normalizer import from_bytes

from pipeline.errors import SourceError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MARK = "\ufeff"
# Characters that Western text has and that mis-read Cyrillic, Greek or binary data lacks: quotes, dashes, accents.
WESTERN = re.compile("[\u00a0-\u00ff\u2013\u2014\u2018-\u201e\u2020-\u2026\u20ac\u2122\u0152\u0153\u0160\u0161]")
SAMPLE = 200_000
# So many zero bytes, or control characters, are damage to a text; more are another kind of file.
FEW_NULS, FEW_ODD = 2, 5
_ASCII = re.compile("[\x00-\x7f]+")
_PLAIN = bytes([*b"\t\n\r\f", *range(0x20, 0x7F)])


def decode(data: bytes, name: str) -> str:
    """Return the text of `data` without the byte-order marks before it; raises `SourceError` for binary data."""
    text = _decode(data)
    if text is None or _is_binary(text):
        raise SourceError(
            f"{name} is a binary file of an unknown kind; give text, HTML, PDF, JATS, MEDLINE, BioC, CSV or JSONL."
        )
    return text.replace("\x00", "\ufffd").lstrip(MARK)


def decode_records(data: bytes, name: str) -> str:
    """Return the text of a file of records without any byte-order mark: files that were joined have one each.

    Raises `SourceError` for binary data.
    """
    return decode(data, name).replace(MARK, "")


def _decode(data: bytes) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    head = data[:SAMPLE]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if zeros and zeros.count(0) > 0.7 * len(zeros):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # A few broken bytes among characters that are good UTF-8 do not make another encoding of it.
    mended = data.decode("utf-8", errors="replace")
    broken = mended.count("\ufffd")
    if sum(not character.isascii() for character in mended) - broken > 3 * broken:
        return mended
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    foreign = re.findall(r"[^\x00-\x7f]", western[:SAMPLE])
    letters = sum(character.isalpha() for character in western[:SAMPLE])
    if foreign and all(map(WESTERN.match, foreign)) and len(foreign) < 0.2 * max(letters, 1):
        return western
    best = from_bytes(head).best()
    return data.decode(best.encoding, errors="replace") if best is not None else western or None


def _is_binary(text: str) -> bool:
    sample = text[:SAMPLE]
    odd = len(sample.encode("ascii", "ignore").translate(None, _PLAIN))
    odd += sum(count for character, count in Counter(_ASCII.sub("", sample)).items() if _is_odd(character))
    return sample.count("\x00") > max(FEW_NULS, 0.0005 * len(sample)) or odd > max(FEW_ODD, 0.02 * len(sample))


def _is_odd(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cn", "Co"}
