"""In: a ZIP archive; out: each file of it as a source of its own. Nothing is ever written to disk."""

import hashlib
import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from pipeline.errors import SourceError
from pipeline.ingest.source import README_NAMES, Source

# Folders that systems add to archives.
FOREIGN = ("__MACOSX/", ".git/")


def members(source: Source) -> Iterator[tuple[Source, SourceError | None]]:
    """Yield the files of an archive, each named `archive#folder/file`, with hash and size of its own.

    One that is empty, encrypted or damaged, or stands beyond a limit on files or unpacked bytes, comes without bytes
    and with the error that says so. Hidden files and project read-mes are left out. Raises `SourceError` for an archive
    that is damaged as a whole.
    """
    limits = source.limits
    left = limits.max_unpacked_bytes
    with open_zip(source) as archive:
        infos = sorted((info for info in archive.infolist() if _is_wanted(info)), key=lambda info: info.filename)
        for number, info in enumerate(infos, start=1):
            name = f"{source.path}#{safe_name(info.filename)}"
            try:
                if number > limits.max_members:
                    raise SourceError(
                        f"{name} is one of {len(infos):,} files in an archive, more than the limit of "
                        f"{limits.max_members:,}; split it or raise max_members."
                    )
                data = read_member(replace(source, path=name), archive, info, left)
                if not data.strip():
                    raise SourceError(f"{name} is empty; save or download it again.")
            except SourceError as error:
                yield Source(name, b"", hashlib.sha256(name.encode()).hexdigest(), info.file_size, limits), error
            else:
                left -= len(data)
                yield Source(name, data, hashlib.sha256(data).hexdigest(), len(data), limits), None


def open_zip(source: Source) -> zipfile.ZipFile:
    """Return the opened archive; raises `SourceError` where it is damaged."""
    try:
        return zipfile.ZipFile(io.BytesIO(source.data))
    except (zipfile.BadZipFile, ValueError, EOFError, struct.error):
        raise SourceError(f"{source.path} is a damaged or cut-off ZIP archive; download it again.") from None


def read_member(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """Return the bytes of one file of an archive, at most `most` of them; raises `SourceError` beyond that."""
    data = b""
    if info.file_size <= most:
        try:
            with archive.open(info) as packed:
                data = packed.read(most + 1)
        except RuntimeError:
            raise SourceError(f"{source.path} is encrypted; unpack it with its password first.") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise SourceError(f"{source.path} is damaged or cut off in its archive; download it again.") from None
    if max(len(data), info.file_size) > most:
        raise SourceError(
            f"{source.path} takes what is unpacked beyond {source.limits.max_unpacked_bytes:,} bytes; "
            "split it or raise max_unpacked_bytes."
        )
    return data


def safe_name(name: str) -> str:
    """Return a member's name without root, drive, `..` and the mark that parts an archive from its member."""
    parts = [part for part in posixpath.normpath(name.replace("\\", "/")).split("/") if part not in {"", ".", ".."}]
    return "/".join(parts).replace("#", "%23")


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    name = info.filename.rpartition("/")[2]
    hidden = any(part.startswith(".") and part not in {".", ".."} for part in info.filename.split("/"))
    return (
        not info.is_dir() and not hidden and not info.filename.startswith(FOREIGN) and not README_NAMES.fullmatch(name)
    )
