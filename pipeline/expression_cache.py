"""In: regular expressions that each start of a program compiles anew. Out: the same, from what compiling them came to.

The tables of cues and designs hold some twelve hundred; to parse them takes most of the time in which a reading process
starts. What `re` makes of an expression depends on it and on the version of Python alone, so a process of Provender's
own keeps it in a file, as Python keeps compiled modules. The file holds numbers, names and words under a checksum, and
`re` checks the numbers too; one that lacks, is damaged or cannot be written means that they are compiled as ever.

>>> with remembered():
...     found = re.compile("(?P<dose>[0-9]+) mg").search("take 5 mg")
>>> found["dose"]
'5'
"""

import _sre  # type: ignore[import-not-found]
import base64
import contextlib
import hashlib
import json
import os
import re
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from pipeline import screen

MOST = 10_000
"""Expressions that a file holds; one that would hold more begins anew, since tables are edited and libraries change."""
_UNUSUAL = re.DEBUG | re.LOCALE
_CODE = "I"
"""The type of the numbers that an expression is compiled to, as `array` names it."""

Compile = Callable[[Any, int], re.Pattern[Any]]


def cache_folder() -> Path:
    """Return where programs of this user keep what they can make anew."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "provender"


@contextlib.contextmanager
def remembered(folder: Path | None = None) -> Iterator[None]:
    """Compile within the block from what a file in `folder` holds, and add to it what is new.

    To be used by a program on its own account, while one thread runs: `re` is made to ask the cache. A block within
    another adds to what that one holds.
    """
    whole: Compile = compiler.compile
    if isinstance(outer := getattr(whole, "__self__", None), _Cache):
        yield
        outer.save()
        return
    try:
        file = (folder or cache_folder()) / f"expressions-{_version()}.json"
    except (OSError, RuntimeError):  # no home, or no files of the program's own
        yield
        return
    cache = _Cache(file, whole)
    compiler.compile = cache.compile
    try:
        yield
    finally:
        compiler.compile = whole
        cache.save()


def _version() -> str:
    """What changes with all that the content of a file depends on beside the expressions."""
    made_by = hashlib.sha256(f"{sys.version} {_sre.MAGIC} {_sre.CODESIZE}".encode())
    for module in (__file__, screen.__file__):
        made_by.update(Path(module).read_bytes())
    return made_by.hexdigest()[:16]


class _Cache:
    """What a file holds of expressions, by their flags and letters, and the lists of words that each needs."""

    def __init__(self, file: Path, whole: Compile) -> None:
        self._file, self._whole = file, whole
        self._codes, self._words = _read(file)
        self._n_read = len(self._codes), len(self._words)
        screen.REMEMBERED.update(
            (key, [frozenset(words) for words in lists]) for key, lists in self._words.items() if _is_words(lists)
        )

    def compile(self, pattern: Any, flags: int = 0) -> re.Pattern[Any]:
        """Return what `re` makes of an expression. Raises `re.error`."""
        if not isinstance(pattern, str) or flags & _UNUSUAL:
            return self._whole(pattern, flags)
        key = f"{int(flags)} {pattern}"
        held = self._codes.get(key)
        if held is not None:
            with contextlib.suppress(RuntimeError, ValueError, TypeError, OverflowError):
                return _revived(pattern, *held)
        parts = parser.parse(pattern, flags)
        state = parts.state
        code = compiler._code(parts, flags)
        packed = base64.b64encode(array(_CODE, code).tobytes()).decode()
        self._codes[key] = [packed, int(flags | state.flags), state.groups - 1, state.groupdict]
        return _revived(pattern, *self._codes[key])

    def save(self) -> None:
        """Write the file where something is new."""
        words = {key: [sorted(each) for each in lists] for key, lists in screen.REMEMBERED.items()}
        if (len(self._codes), len(words)) == self._n_read:
            return
        self._n_read = len(self._codes), len(words)
        content = [self._codes, words] if len(self._codes) <= MOST else [{}, {}]
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            number, draft = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.stem)
            try:
                with os.fdopen(number, "w", encoding="ascii") as writing:
                    told = json.dumps(content, separators=(",", ":"))
                    writing.write(f"{_sum(told)}\n{told}")
                Path(draft).replace(self._file)
            except OSError:
                Path(draft).unlink(missing_ok=True)
                raise


def _revived(pattern: str, packed: str, flags: int, groups: int, names: dict[str, int]) -> re.Pattern[str]:
    code = array(_CODE, base64.b64decode(packed)).tolist()
    of_group: list[str | None] = [None] * (groups + 1)
    for name, group in names.items():
        of_group[group] = name
    found: re.Pattern[str] = _sre.compile(pattern, flags, code, groups, dict(names), tuple(of_group))
    return found


def _read(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        checked, _, told = file.read_text("ascii").partition("\n")
        codes, words = json.loads(told) if checked == _sum(told) else ({}, {})
    except (OSError, ValueError, TypeError):
        return {}, {}
    return (codes, words) if isinstance(codes, dict) and isinstance(words, dict) else ({}, {})


def _sum(told: str) -> str:
    return hashlib.sha256(told.encode("ascii")).hexdigest()


def _is_words(lists: Any) -> bool:
    return isinstance(lists, list) and all(isinstance(words, list) and all(map(str, words)) for words in lists)
