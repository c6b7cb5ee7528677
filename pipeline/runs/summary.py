"""In: the counts of a finished run. Out: its summary, as a record, in words and as Markdown."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from pipeline.runs.changes import Changes
from pipeline.vocabulary import Certainty


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that failed, and why, in one sentence."""

    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did: sources by what became of them, claims by certainty, comparisons, and the files it wrote.

    `changes` counts the rows of changes.csv; None for a first run, which has nothing to compare itself with.
    `decisions` counts what reviewers decided by what became of it, and `notes` says what could not be told of what they
    put into the tables; `retracted` says what a list of retractions changed, verdict by verdict. `as_of` is when the
    tables were written, where this run left them as they are because nothing that they are made of has changed.
    """

    out: Path
    files: tuple[Path, ...]
    n_sources: int
    n_read: int
    n_unchanged: int
    n_empty: int
    n_skipped: int
    failures: tuple[Failure, ...]
    n_claims: int
    certainty: Mapping[Certainty, int]
    n_comparisons: int
    n_disagreements: int
    seconds: float
    changes: Changes | None = None
    decisions: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    retracted: tuple[str, ...] = ()
    as_of: str = ""

    @classmethod
    def again(cls, values: Mapping[str, Any], *, out: Path, seconds: float) -> Self:
        """Return the summary of a run that left the tables as they were, from `to_dict` of the run that wrote them."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        known |= {name: tuple(known[name]) for name in ("notes", "retracted")}
        known["files"] = tuple(out / Path(file).name for file in values["files"])
        known["failures"] = tuple(Failure(**failure) for failure in values["failures"])
        known |= {"n_unchanged": values["n_read"], "changes": Changes(), "seconds": seconds}
        return cls(**known | {"out": out})

    @property
    def n_failed(self) -> int:
        """How many sources failed."""
        return len(self.failures)

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values, for JSON."""
        values = asdict(self) | {"n_failed": self.n_failed, "seconds": round(self.seconds, 3)}
        return values | {"out": str(self.out), "files": [str(file) for file in self.files]}

    def __str__(self) -> str:
        """`12 sources read, 0 failed; 118 claims; 2 claims new, 0 changed, 0 gone; ...`."""
        told = f"{self.n_read} sources read, {self.n_failed} failed; {self.n_claims} claims"
        decided = ", ".join(f"{count} {state}" for state, count in self.decisions.items())
        return "; ".join(filter(None, [told, str(self.changes or ""), decided and f"decisions: {decided}"]))

    def figures(self) -> list[tuple[str, str]]:
        """Return the figures that a reader wants to see, each with its name."""
        read = f"{self.n_read}" + (f" ({self.n_unchanged} unchanged)" if self.n_unchanged else "")
        certainty = ", ".join(f"{count} {name.lower()}" for name, count in self.certainty.items())
        decided = ", ".join(f"{count} {state}" for state, count in self.decisions.items())
        as_of = f" since {self.as_of}" if self.as_of else ""
        figures = [("Sources read", read), ("Sources failed", str(self.n_failed))]
        if self.n_empty:
            figures.append(("Sources without article text", str(self.n_empty)))
        if self.n_skipped:
            figures.append(("Sources skipped", str(self.n_skipped)))
        return [
            *figures,
            ("Claims", str(self.n_claims)),
            ("Certainty", certainty),
            ("Comparisons", f"{self.n_comparisons} ({self.n_disagreements} where sources disagree)"),
            *([("Decisions", decided)] if decided else []),
            *([("Since the last run", f"{self.changes}{as_of}")] if self.changes else []),
        ]

    def to_markdown(self) -> str:
        """Return the summary as Markdown: the figures, the failures, and links to the files."""
        lines = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in self.figures())]
        if self.changes and self.changes.is_quiet and not self.failures and not self.notes:
            return f"Nothing changed: {self}. The tables in `{self.out}` are those of the last run.\n"
        if self.changes and self.changes.moved:
            lines += ["", "**Verdicts that moved**", "", *(f"- {line}" for line in self.changes.moved)]
        if self.retracted:
            lines += ["", "**Because of the list of retractions**", "", *(f"- {line}" for line in self.retracted)]
        if self.failures:
            lines += ["", "**Sources that failed**", ""]
            lines += [f"- `{failure.source_id}`: {failure.reason}" for failure in self.failures]
        if self.notes:
            lines += ["", "**What reviewers put into the tables and could not be told**", ""]
            lines += [f"- {note}" for note in self.notes]
        lines += ["", f"Tables in `{self.out}`:", ""]
        lines += [f"- [{file.name}]({file.as_uri()})" for file in self.files]
        return "\n".join([*lines, ""])
