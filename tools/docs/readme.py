"""In: README.md and the reference folder. Out: the page with the figures of "How good is it" between its markers."""

import re
from pathlib import Path

from pipeline.claims.learned import load_encoder
from pipeline.config import load_settings
from pipeline.evaluation import evaluate_claims, read_gold
from pipeline.evaluation.recognition import evaluate_recognition, read_iob
from pipeline.extractor import Extractor

MARKERS = re.compile(r"(?<=<!-- figures: begin -->\n).*(?=<!-- figures: end -->)", re.DOTALL)


def claim_figures(gold: Path, model: str) -> dict[str, float]:
    """Return the figures of one model on annotated documents, by their names in the table."""
    extractor = Extractor.load(load_settings(model=model))
    scores = evaluate_claims((d, extractor.claims_of(d.document())[1]) for d in read_gold(gold))
    figures = scores.as_dict()
    return {
        "claims F1": scores.claims.f1,
        "claims precision": scores.claims.precision,
        "claims recall": scores.claims.recall,
        "direction F1": scores.direction.f1,
        "relation F1": scores.relation.f1,
        "measure claims F1": scores.measure_claims.f1,
        "exposure right": scores.accuracy["exposure"],
        "strength right": scores.accuracy["strength"],
        "factuality right": scores.accuracy["factuality"],
        "statistics found": scores.statistics_recall,
        "expected calibration error": float(str(figures["expected_calibration_error"])),
    }


def figures(reference: Path) -> str:
    """Return the figures of annotated documents and of recognition as Markdown."""
    default, fast = (claim_figures(reference / "gold" / "dev.jsonl", model) for model in ("default", "fast"))
    lines = ["| dev.jsonl | default | fast |", "|---|---|---|"]
    lines += [f"| {name} | {default[name]:.2f} | {fast[name]:.2f} |" for name in default]
    recognition = evaluate_recognition(load_encoder(), read_iob(reference / "corpora" / "bc5cdr" / "test.tsv"))
    lines += ["", "| bc5cdr/test | precision | recall | F1 |", "|---|---|---|---|"]
    lines += [f"| {k} | {s.precision:.3f} | {s.recall:.3f} | {s.f1:.3f} |" for k, s in recognition.items()]
    return "\n".join(lines) + "\n"


def readme(page: str, reference: Path) -> str:
    """Return the page with its figures measured anew; this takes minutes."""
    measured = figures(reference)
    return MARKERS.sub(lambda _: measured, page)
