"""In: a path; out: the bytes of one file with its identity (`Source`)."""

import codecs
import hashlib
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import ReadLimits
from pipeline.errors import SourceError

README_NAMES = re.compile(
    r"(readme|changelog|contributing|license|licence)(\.(md|txt|rst))?|fetch\.json", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
GZIP = b"\x1f\x8b"
# What zlib calls the largest window with a gzip header before it.
GZIP_WINDOW = 31


@dataclass(frozen=True, slots=True)
class Source:
    """One file: `path` relative to its root with `/`, its unpacked bytes, and hash and size as it lies on disk."""

    path: str
    data: bytes
    sha256: str
    n_bytes: int
    limits: ReadLimits


def load(path: Path, *, root: Path | None, limits: ReadLimits) -> Source:
    """Return the file's bytes, unpacked where it is gzip; raises `SourceError` where a limit is passed."""
    name = relative_name(path, root)
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise SourceError(
                f"{name} has {size:,} bytes, more than the limit of {limits.max_bytes:,}; split it or raise max_bytes."
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{name} does not exist; check the path.") from None
    except IsADirectoryError:
        raise SourceError(f"{name} is a folder; give the files in it.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(f"{name} cannot be opened ({reason}); check its permissions.") from None
    data = _unpack(raw, name, limits) if raw.startswith(GZIP) else raw
    if not data.strip():
        raise SourceError(f"{name} is empty; save or download it again.")
    while data.startswith(2 * codecs.BOM_UTF8):  # a program that put a mark before what had one
        data = data.removeprefix(codecs.BOM_UTF8)
    return Source(name, data, hashlib.sha256(raw).hexdigest(), size, limits)


def relative_name(path: Path, root: Path | None) -> str:
    """Return the path relative to `root` with `/`, or the file name where it lies elsewhere.

    Bytes that are no UTF-8, control characters and backslashes stand as their codes, so that every table can hold the
    name, and no two files have the same.
    """
    name = path.name
    if root is not None and path.absolute().is_relative_to(root.absolute()):
        name = path.absolute().relative_to(root.absolute()).as_posix()
    shown = os.fsencode(name).replace(b"\\", b"\\x5c").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", shown)


def _unpack(raw: bytes, name: str, limits: ReadLimits) -> bytes:
    """Return what the members of a gzip file hold; bytes after the last member are passed over, as gzip does."""
    parts: list[bytes] = []
    room = limits.max_unpacked_bytes
    rest = raw
    while rest.startswith(GZIP):
        member = zlib.decompressobj(wbits=GZIP_WINDOW)
        try:
            parts.append(member.decompress(rest, room + 1))
        except zlib.error:
            raise SourceError(f"{name} is a damaged gzip file; download it again.") from None
        room -= len(parts[-1])
        if room < 0:
            raise SourceError(
                f"{name} unpacks to more than {limits.max_unpacked_bytes:,} bytes; "
                "split it or raise max_unpacked_bytes."
            )
        if not member.eof:
            raise SourceError(f"{name} is a cut-off gzip file; download it again.")
        rest = member.unused_data.lstrip(b"\0")
    return b"".join(parts)
