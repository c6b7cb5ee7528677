"""In: a folder of lexicon tables, or none. Out: their contents by name, from that folder or else the bundled ones."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import TypeVar

from pipeline.errors import LexiconError as LexiconError
from pipeline.vocabulary import one_of

_DATA_SUFFIXES = (".csv", ".toml", ".txt")

Member = TypeVar("Member", bound=str)


class LexiconFiles:
    """The tables as read, each once; a table that the user's own folder does not have is the bundled one."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read them. Raises `LexiconError` where the folder does not exist."""
        if folder is not None and not folder.is_dir():
            raise LexiconError(
                f"The lexicon folder {folder} does not exist; name a folder with tables such as nutrients.csv."
            )
        bundled = {
            file.name: file.read_bytes()
            for file in resources.files("pipeline.lexicons").iterdir()
            if file.name.endswith(_DATA_SUFFIXES)
        }
        own = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in _DATA_SUFFIXES} if folder else {}
        self._contents = bundled | own

    @property
    def version(self) -> str:
        """16 hex characters that change with the content of any table."""
        digest = hashlib.sha256()
        for name, content in sorted(self._contents.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]

    def text(self, name: str) -> str:
        """Return a table as text. Raises `LexiconError` where it is missing or is not UTF-8."""
        content = self._contents.get(name)
        if content is None:
            raise LexiconError(f"The lexicon table {name} is missing; reinstall Provender or put the table back.")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise LexiconError(f"{name}: it is not UTF-8; save it as that.") from None

    def rows(self, name: str, columns: Sequence[str], *, strip: bool = True) -> Iterator[dict[str, str]]:
        """Yield the rows of a table that has these columns. Raises `LexiconError` where one is missing."""
        reader = csv.DictReader(io.StringIO(self.text(name), newline=""))
        if missing := [column for column in columns if column not in (reader.fieldnames or ())]:
            raise LexiconError(f"{name}: the column {missing[0]} is missing from its first line.")
        for row in reader:
            cells = {key: (value or "") for key, value in row.items() if key}
            yield {key: value.strip() for key, value in cells.items()} if strip else cells

    def words(self, name: str) -> frozenset[str]:
        """Return the words of a list; lines that begin with # are comments."""
        return frozenset(
            word for line in self.text(name).splitlines() if not line.startswith("#") for word in line.split()
        )

    @staticmethod
    def one_of(value: str, allowed: Sequence[Member], table: str) -> Member:
        """Return a word of a closed set, as such. Raises `LexiconError` that names the table."""
        try:
            return one_of(value, allowed)
        except ValueError as error:
            raise LexiconError(f"{table}: {error}") from None
