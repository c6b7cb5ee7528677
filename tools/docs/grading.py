"""In: the bundled grading schemes and docs/grading.md. Out: that page with their tables between its markers."""

import re
from collections.abc import Iterable, Sequence

from pipeline.grading import Scheme, load_scheme
from pipeline.vocabulary import STUDY_DESIGNS

_MARKED = re.compile(r"(<!-- table: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def grading(page: str) -> str:
    """Return a page with every marked table written anew from the bundled schemes."""
    tables = grading_tables()
    return _MARKED.sub(lambda m: f"{m.group(1)}{tables[m['name']]}\n{m.group(3)}", page)


def grading_tables() -> dict[str, str]:
    """Return every table of the page by its name, as Markdown."""
    grade, nutrigrade = load_scheme("grade"), load_scheme("nutrigrade")
    return {
        "levels": _levels(grade),
        "starts": _starts(grade, nutrigrade),
        "steps": _steps(grade),
        "thresholds": _thresholds(grade, nutrigrade),
        "caps": _caps(grade),
        "flags": _flags(grade),
    }


def _levels(scheme: Scheme) -> str:
    level = scheme.level
    rows: list[Sequence[object]] = [
        (design, level.benefit[design], level.harm[design], level.aetiology[design]) for design in STUDY_DESIGNS
    ]
    for name, table in (
        ("review of observational studies", level.observational_review),
        ("observational study with a dramatic effect", level.dramatic_effect),
    ):
        rows.append((name, table["benefit"], table["harm"], table["aetiology"]))
    rows.append(("uncited statement, whatever the source", 5, 5, 5))
    return _table(("Evidence", "Benefit", "Harm", "Aetiology"), rows)


def _starts(grade: Scheme, nutrigrade: Scheme) -> str:
    first, second = grade.certainty, nutrigrade.certainty
    rows: list[Sequence[object]] = [(design, first.start[design], second.start[design]) for design in STUDY_DESIGNS]
    rows += [
        (f"review of {kind} studies", first.start_pooled[kind], second.start_pooled[kind])
        for kind in first.start_pooled
    ]
    rows += [(basis, start, second.start_basis[basis]) for basis, start in first.start_basis.items()]
    return _table(("Evidence", "grade", "nutrigrade"), rows)


def _steps(scheme: Scheme) -> str:
    rows = [
        (step.domain, step.label, f"{step.steps:+d}", ", ".join(step.designs) or "any", step.where)
        for step in scheme.certainty.steps
    ]
    surrogate = (
        "indirectness",
        "a measure that stands in for what people feel",
        f"{scheme.surrogate.steps:+d}",
        "any",
        "claim",
    )
    return _table(("Domain", "Why", "Steps", "Designs", "Looked for in"), [*rows, surrogate])


def _thresholds(grade: Scheme, nutrigrade: Scheme) -> str:
    rows: list[Sequence[object]] = []
    for part in ("imprecision", "large_effect", "checks"):
        first, second = getattr(grade, part).model_dump(), getattr(nutrigrade, part).model_dump()
        for name, value in first.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                rows.append((f"{part}.{name}", f"{value:g}", f"{second[name]:g}"))
    for name in ("most_down_in_a_domain", "most_down"):
        rows.append((f"certainty.{name}", getattr(grade.certainty, name), getattr(nutrigrade.certainty, name)))
    return _table(("Entry", "grade", "nutrigrade"), rows)


def _caps(scheme: Scheme) -> str:
    caps = scheme.caps
    rows = [(f"worded as {factuality}", cap) for factuality, cap in caps.factuality.items()]
    rows += [
        ("read through a source that cites it", caps.second_hand),
        ("the source awaits review", caps.unreviewed),
        ("the source was retracted", caps.retracted),
    ]
    return _table(
        ("What caps it", "Not above"), [*rows, *((f"flag `{flag}`", cap) for flag, cap in caps.flags.items())]
    )


def _flags(scheme: Scheme) -> str:
    return _table(("Flag", "What it says"), [(f"`{code}`", text) for code, text in scheme.flags.items()])


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
