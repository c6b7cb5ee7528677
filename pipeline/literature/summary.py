"""In: the counts of a fetch. Out: its summary, as a record, in words and as Markdown."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

ServiceName = Literal["pubmed", "europepmc", "urls"]


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """What could not be fetched, why, in one sentence, and how many articles that are."""

    item: str
    reason: str
    n_articles: int = 1


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Where a fetch stands: articles done of all that were found, and what was done last or why it failed."""

    done: int
    total: int
    item: str = ""
    reason: str = ""


ProgressCallback = Callable[[FetchProgress], None]


@dataclass(frozen=True, slots=True)
class FetchSummary:
    """What a fetch did. `n_found` is what the service knows; `files` are those written this time."""

    service: ServiceName
    query: str
    since: date | None
    out: Path
    n_found: int
    n_fetched: int
    n_already: int
    failures: tuple[FetchFailure, ...]
    files: tuple[Path, ...]
    seconds: float

    @property
    def n_failed(self) -> int:
        """How many articles could not be fetched."""
        return sum(failure.n_articles for failure in self.failures)

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values, for JSON."""
        values = asdict(self) | {"n_failed": self.n_failed, "seconds": round(self.seconds, 3), "out": str(self.out)}
        return values | {
            "since": self.since.isoformat() if self.since else None,
            "files": [str(file) for file in self.files],
        }

    def figures(self) -> list[tuple[str, str]]:
        """Return the figures that a reader wants to see, each with its name."""
        return [
            ("Articles found", str(self.n_found)),
            ("Fetched", str(self.n_fetched)),
            ("Already there", str(self.n_already)),
            ("Failed", str(self.n_failed)),
        ]

    def to_markdown(self) -> str:
        """Return the summary as Markdown: the figures, the failures and the folder."""
        lines = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in self.figures())]
        if self.failures:
            lines += ["", "**Not fetched**", ""]
            lines += [f"- `{failure.item}`: {failure.reason}" for failure in self.failures]
        return "\n".join([*lines, "", f"Folder: `{self.out}`", ""])
