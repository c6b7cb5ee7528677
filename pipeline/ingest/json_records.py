"""In: the text of a JSON or JSON Lines file; out: its records, each damaged stretch as a `Damage`."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pipeline.ingest.quality import Damage

LIST_START = re.compile(r"\s*\[|[\s\S]{0,4000}?\"documents\"\s*:\s*\[")
NEXT_VALUE = re.compile(r"[\s,]*(?=[^\s,\]])")
NEXT_RECORD = re.compile(r"\}\s*,?\s*(?=\{)")
# Each attempt behind a damage may read to the end of the file, so there are only so many.
MAX_DAMAGES = 50
DECODER = json.JSONDecoder(strict=False)


def json_records(text: str, is_record: Callable[[Any], bool]) -> list[Any]:
    """Return the values of a file: of a list, of a `documents` list, of lines, or one; [] where all is damaged.

    Raises `RecursionError` where values are nested too deeply and none can be read.

    After a damage reading goes on at the next value that `is_record` accepts.
    """
    try:
        whole = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        listed = LIST_START.match(text) if text.lstrip()[:1] == "[" or '"documents"' in text[:4000] else None
        values = list(_elements(text, listed.end(), is_record) if listed else _lines(text))
        if any(not isinstance(value, Damage) for value in values):
            return values
        if isinstance(error, RecursionError):
            raise
        return []
    return whole if isinstance(whole, list) else [whole]


def _lines(text: str) -> Iterator[Any]:
    lines = text.rstrip().split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield json.loads(line, strict=False)
            except (ValueError, RecursionError):
                yield Damage(f"line {number}", cut_off=number == len(lines))


def _elements(text: str, position: int, is_record: Callable[[Any], bool]) -> Iterator[Any]:
    damages = 0
    while begins := NEXT_VALUE.match(text, position):
        position = begins.end()
        try:
            value, position = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            damages += 1
            resume = NEXT_RECORD.search(text, position + 1)
            while resume and damages < MAX_DAMAGES and not _opens_record(text, resume.end(), is_record):
                damages += 1
                resume = NEXT_RECORD.search(text, resume.end())
            rest = resume is None or damages >= MAX_DAMAGES
            yield Damage(f"line {text.count(chr(10), 0, position) + 1}", cut_off=rest)
            if resume is None or rest:
                return
            position = resume.end()
            continue
        yield value
    if "]" not in text[position:]:
        yield Damage("end of file", cut_off=True)


def _opens_record(text: str, position: int, is_record: Callable[[Any], bool]) -> bool:
    try:
        return is_record(DECODER.raw_decode(text, position)[0])
    except (ValueError, RecursionError):
        return False
