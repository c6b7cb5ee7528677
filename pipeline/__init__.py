"""Provender reads health articles, extracts the claims they make, grades the evidence and shows where sources differ.

>>> from pipeline import compare, grade, read
>>> rows = [row for document in read("page.html") for row in grade(document)]   # doctest: +SKIP
>>> compare(rows)                                                              # doctest: +SKIP

An `Extractor` does the same for many documents with tables and models loaded once.

`run` does all of it for files and folders, and writes the tables. `against` says what a new document adds to, confirms
or contradicts in such tables; `add` adds it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.api import Extractor, add, against, compare, extract, grade, read, run

__version__ = "0.9.0"
__all__ = ["Extractor", "add", "against", "compare", "extract", "grade", "read", "run"]


def __getattr__(name: str) -> Any:
    """Load a public function when it is first asked for: `provender --help` needs none of them."""
    if name in __all__:
        from pipeline import api

        return getattr(api, name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
