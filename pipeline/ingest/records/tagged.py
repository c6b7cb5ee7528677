"""In: an export of tag lines (RIS, PubMed, Ovid, Web of Science, EndNote, Cochrane); out: its records.

The libraries for single dialects lose what a review must not lose: rispy the last record without an end mark and every
second value of most tags, nbib the notices of retraction, and one odd identifier ends its reading. So the lines are
split here, one way for all dialects, and what a tag means stands in tags.csv.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.decoding import decode_records
from pipeline.ingest.quality import Damage
from pipeline.ingest.records.bibliographic import Record, read_records
from pipeline.ingest.records.fields import by_field, tag_fields
from pipeline.ingest.source import Source
from pipeline.records import Document
from pipeline.vocabulary import SourceFormat

# What stands over a record in the exports of Ovid and Cochrane.
OVER_RECORD = re.compile(r"<\d+>|Record #\d+ of \d+")
MIN_LINES = 3
HEAD_LINES = 400


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a dialect writes a line ("tag" and "value"), and which tags begin and end a record.

    `listed` tags hold a value a line; lines without a tag continue the value of any other.
    """

    name: str
    form: SourceFormat
    line: re.Pattern[str]
    starts: frozenset[str]
    ends: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


DIALECTS = (
    Dialect("ris", "ris", re.compile(r"(?P<tag>[A-Z][A-Z0-9])  -(?P<value>.*)"), frozenset({"TY"}), frozenset({"ER"})),
    Dialect("ris", "ris", re.compile(r"(?P<tag>[A-Z][A-Z0-9]) ?-(?P<value>.*)"), frozenset({"TY"}), frozenset({"ER"})),
    Dialect("nbib", "nbib", re.compile(r"(?=.{4}-)(?P<tag>[A-Z][A-Z0-9]{1,3}) *-(?P<value>.*)"), frozenset({"PMID"})),
    Dialect("ovid", "nbib", re.compile(r"(?P<tag>[A-Z][A-Z0-9])  -(?P<value>.*)"), frozenset({"VN"})),
    Dialect("ovid", "nbib", re.compile(r"(?P<tag>[A-Z][A-Z0-9])  -(?P<value>.*)"), frozenset({"UI"})),
    Dialect(
        "isi",
        "isi",
        re.compile(r"(?P<tag>[A-Z][A-Z0-9])(?P<value>| .*)"),
        frozenset({"PT"}),
        frozenset({"ER"}),
        frozenset({"AU", "AF", "BA", "BF", "BE", "CA", "CR"}),
    ),
    Dialect("enw", "enw", re.compile(r"%(?P<tag>[A-Z0-9@!$~()*+^<>&=?#;:'\"|\[\]-])(?P<value>| .*)"), frozenset({"0"})),
    Dialect("cochrane", "cochrane", re.compile(r"(?P<tag>[A-Z]{2,3}):(?P<value>| .*)"), frozenset({"ID"})),
)


def dialect_of(text: str) -> Dialect | None:
    """Return the dialect of tag lines that a text opens in, or None."""
    lines = [line.rstrip() for line in text.splitlines()[:HEAD_LINES] if line.strip()]
    for dialect in DIALECTS:
        known = {tag for tag, _ in tag_fields(dialect.name)}
        tags = [match["tag"] for match in map(dialect.line.fullmatch, lines) if match]
        opening = next((tag for tag in tags if tag in dialect.starts or tag in known), "")
        if opening in dialect.starts and len(known & set(tags)) >= MIN_LINES:
            return dialect
    return None


def read_tagged(source: Source) -> list[Document]:
    """Read every record of an export of tag lines; what stands before, between and after them is passed over."""
    whole = decode_records(source.data, source.path)
    text = whole.lstrip(" \t\r\n")  # as it is recognised
    dialect = dialect_of(text)
    assert dialect is not None  # recognised by the same function
    above = whole[: len(whole) - len(text)].count("\n")
    return read_records(source, dialect.form, _fields("\n" * above + text, dialect))


def _fields(text: str, dialect: Dialect) -> Iterator[Record | Damage]:
    fields = tag_fields(dialect.name)
    for line, values, is_whole in records(text, dialect):
        found = by_field(values, fields)
        if found:
            yield found, () if is_whole else ("truncated",)
        else:
            yield Damage(f"line {line}", cut_off=not is_whole)


def records(text: str, dialect: Dialect) -> Iterator[tuple[int, dict[str, list[str]], bool]]:
    """Yield (line, values by tag, whether it has its end) of each record; a new start ends one that lacks its end."""
    values: dict[str, list[str]] | None = None
    begins, last = 0, ""
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = raw.rstrip()
        if OVER_RECORD.fullmatch(line):
            last = ""
            continue
        match = dialect.line.fullmatch(line)
        if match is None:
            if values is not None and last:
                _continue(values[last], line.strip(), is_listed=last in dialect.listed)
            continue
        tag, value = match["tag"], match["value"].strip()
        if tag in dialect.starts:
            if values is not None:
                yield begins, values, not dialect.ends
            values, begins = {}, number
        if values is None:
            continue
        if tag in dialect.ends:
            yield begins, values, True
            values, last = None, ""
            continue
        values.setdefault(tag, []).append(value)
        last = tag
    if values is not None:
        yield begins, values, not dialect.ends


def _continue(values: list[str], line: str, *, is_listed: bool) -> None:
    if is_listed:
        values.append(line)
    else:
        values[-1] = f"{values[-1]}\n{line}"
