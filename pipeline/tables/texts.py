"""In: the identity of a source. Out: where the text that its offsets refer to is stored beside the tables."""

import hashlib
import re
from pathlib import PurePosixPath

LONGEST_NAME = 200
"""Bytes of a file name; file systems take 255."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%]')
"""What some file system does not take, and the sign of the escape itself."""


def text_file(source_id: str) -> PurePosixPath:
    """Return the path below `texts/` for a source: its id and `.txt`, unsafe characters and slashes by their code.

    All lie in one folder, so that no id can name a file that another needs as a folder, or lead out.

    >>> text_file("clinic/report.pdf"), text_file("PMID:12345")
    (PurePosixPath('clinic%2Freport.pdf.txt'), PurePosixPath('PMID%3A12345.txt'))
    """
    encoded = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", f"{source_id}.txt").encode("utf-8", "replace")
    if len(encoded) > LONGEST_NAME:
        start = encoded[: LONGEST_NAME - 21].decode("utf-8", "ignore")
        return PurePosixPath(f"{start}~{hashlib.sha256(encoded).hexdigest()[:16]}.txt")
    return PurePosixPath(encoded.decode())
