"""In: a flag's code and its row; out: one sentence for a reviewer."""

from pipeline.grading.effect import Effect, p_from_interval
from pipeline.grading.scheme import CheckRules, Scheme
from pipeline.records import EvidenceRow
from pipeline.vocabulary import words_for


def explain_flag(code: str, row: EvidenceRow, scheme: Scheme) -> str:
    """Return one sentence saying what a flag means for this row, with the row's own numbers.

    A code without an explanation (of a newer version, say) is given back as a sentence about itself.
    """
    template = next((sentence for known, sentence in scheme.flags.items() if known == code), None)
    if template is None:
        return f"This row carries the flag {code}."
    return template.format_map(_Fields(row, scheme.checks))


class _Fields(dict[str, str]):
    """What the braces of an explanation stand for, looked up as they are asked for."""

    def __init__(self, row: EvidenceRow, checks: CheckRules) -> None:
        super().__init__(says=words_for(row.relation), effect=_effect(row))
        self._row = row
        self._checks = checks

    def __missing__(self, name: str) -> str:
        if name == "p_recomputed":
            return _recomputed(self._row, self._checks)
        if name == "citations":
            return ", ".join(cited.label for cited in self._row.citations) or "not stated"
        return _shown(getattr(self._row, name, None))


def _shown(value: object) -> str:
    if value is None or value == "":
        return "not stated"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _effect(row: EvidenceRow) -> str:
    if row.effect_value is None:
        return "a reported number"
    interval = f" ({row.ci_low:g} to {row.ci_high:g})" if row.ci_low is not None and row.ci_high is not None else ""
    return f"{row.effect_measure} {row.effect_value:g}{interval}".strip()


def _recomputed(row: EvidenceRow, checks: CheckRules) -> str:
    decimals = max((len(_decimals(v)) for v in (row.effect_value, row.ci_low, row.ci_high)), default=0)
    effect = Effect(row.effect_measure, row.effect_value, row.ci_low, row.ci_high, row.ci_level, decimals=decimals)
    bounds = p_from_interval(effect, checks)
    if bounds is None:
        return "another p-value"
    low, high = (f"{p:.2g}" if p >= 0.0001 else "0.0001" for p in bounds)
    return f"p below {high}" if bounds[0] < 0.0001 else f"p between {low} and {high}"


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:g}".partition(".")[2]
