"""In: what a run was given, did and wrote. Out: methods.md, the statement on its use for the methods of a review.

What is said follows the recommendations for those who use automation in evidence synthesis (RAISE, Thomas et al.
2025: say what was used, for what, in which version, how it was validated, and what people checked) and PRISMA 2020
items 5 to 15.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.config import WITHOUT_BEARING
from pipeline.living.flow import ALL
from pipeline.records import EvidenceRow, FlowRow, RunInputs
from pipeline.review.precision import Precision, precisions
from pipeline.tables.columns import COPIED, EVIDENCE, FINDINGS, REVIEW, STUDIES

_CARD = Path(__file__).parent.parent / "models" / "claims" / "MODEL_CARD.md"


@dataclass(slots=True)
class Methods:
    """What the statement says; `see` takes the rows of the table one by one.

    `version` is that of the program, `extractor` and `grader` are the hashes of all that decides what is read and how
    it is graded. `files` are the SHA-256 of the tables, `retracted` says what a list of retractions changed.
    """

    version: str
    extractor: str = ""
    grader: str = ""
    inputs: RunInputs = field(default_factory=RunInputs)
    flow: Sequence[FlowRow] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    retracted: Sequence[str] = ()
    n_findings: int = 0
    n_studies: int = 0
    n_claims: int = 0
    models: Counter[str] = field(default_factory=Counter)
    reviewed: list[EvidenceRow] = field(default_factory=list)

    def see(self, row: EvidenceRow) -> None:
        """Take a row of the table into account."""
        self.n_claims += 1
        self.models[row.model_version] += 1
        if row.review_status:
            self.reviewed.append(row)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings other than the usual, but for where and how fast it ran, which changes nothing."""
        return {name: value for name, value in self.inputs.settings.items() if name not in WITHOUT_BEARING}

    @property
    def statuses(self) -> Mapping[str, int]:
        """How many rows people decided on, by what they said."""
        return Counter(row.review_status for row in self.reviewed)

    @property
    def reviewers(self) -> Sequence[str]:
        """Who decided, by name."""
        return sorted({row.reviewer for row in self.reviewed if row.reviewer})

    @property
    def precision(self) -> Precision | None:
        """How many of the rows that people decided on were right as the program wrote them."""
        return next(precisions(self.reviewed), None)

    @property
    def figures(self) -> str:
        """What was measured of the model that read the rows, from its card; "" for a model without one."""
        text = _CARD.read_text(encoding="utf-8").partition("\n## Figures\n")[2].partition("\n## ")[0].strip()
        return text if any(version.startswith("encoder-") for version in self.models) else ""


def write_methods(path: Path, methods: Methods) -> None:
    """Write the statement as Markdown. Raises `OSError`."""
    path.write_text(
        _environment()
        .get_template("methods.md.jinja")
        .render(
            methods=methods,
            origins=[row for row in methods.flow if row.stage == "identified" and row.origin != ALL],
            read=sum(row.total for row in methods.flow if row.stage == "read"),
            judged={table.name: _judged(table.header) for table in (EVIDENCE, STUDIES, FINDINGS)},
            copied=[name for name in EVIDENCE.header if name in COPIED],
            theirs=REVIEW,
        ),
        encoding="utf-8",
        newline="\n",
    )


def _judged(header: Sequence[str]) -> list[str]:
    return [name for name in header if name not in (*COPIED, *REVIEW)]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pipeline", "living"),
        autoescape=False,  # Markdown
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
