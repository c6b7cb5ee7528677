"""In: the folds' encoders and the annotated documents; out: what each part of the calibration is worth, as a table.

Every document is read by the encoder, and weighed by trees and regressions, that did not learn from it. Each line
leaves one part out; the threshold is chosen anew for each.

>>> python -m pipeline.training.ablation --reference ../shared --work outputs/training
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pipeline.claims.calibration import ATTRIBUTES
from pipeline.claims.features import Features
from pipeline.evaluation.gold import GoldDocument
from pipeline.training.calibration import Attributes, Judged, figures_at, fitted_over_folds, read_apart, threshold_of

OF_ENCODER = {"nutrient_odds", "outcome_odds", "claim_odds", "claiming_odds", "best_claim_odds", "nutrient_rank",
              "outcome_rank", "nutrients", "outcomes", "no_effect", "associated", "unknown",
              "sure_relation"}  # fmt: skip
OF_DOCUMENT = {"nutrient_in_title", "outcome_in_title", "nutrient_share", "outcome_count"}
OF_RULES = {
    "cue",
    "denied",
    "undirected",
    "methods",
    "asserts_nothing",
    "population",
    "nutrient_known",
    "outcome_known",
}
Change = Callable[[Sequence[Judged]], list[Judged]]


def without(names: set[str]) -> Change:
    """Return a change that makes some features the same for all pairs."""
    flat = dict.fromkeys(names, 0.0)

    def change(found: Sequence[Judged]) -> list[Judged]:
        return [
            replace(j, candidate=replace(j.candidate, features=replace(j.candidate.features, **flat))) for j in found
        ]

    return change


def marked_only(found: Sequence[Judged]) -> list[Judged]:
    """Return the pairs of which the encoder marked both sides."""
    return [j for j in found if j.candidate.features.nutrient_marked and j.candidate.features.outcome_marked]


def without_cues(found: Sequence[Judged]) -> list[Judged]:
    """Return the pairs as if no cue word stood around them."""
    none = (False,) * len(found[0].candidate.cue_features) if found else ()
    return [replace(j, candidate=replace(j.candidate, cue_features=none)) for j in found]


def encoder_alone(found: Sequence[Judged]) -> list[Judged]:
    """Return the pairs that the encoder marked, with nothing but its own numbers."""
    names = {f.name for f in fields(Features)} - OF_ENCODER
    return without(names)(marked_only(found))


def as_said(found: Sequence[Judged], by_rules: bool) -> list[Attributes]:
    """Return attributes as the encoder says them, or as the rules do where they say something."""
    said: list[Attributes] = []
    for j in found:
        one: Attributes = {}
        for attribute, labels in ATTRIBUTES.items():
            odds = dict(getattr(j.candidate.reading, attribute))
            label = j.candidate.rule_label(attribute)
            one[attribute] = {x: float(x == label) for x in labels} if by_rules and label else odds
        said.append(one)
    return said


def line(
    name: str, found: Sequence[Judged], documents: Sequence[GoldDocument], attributes: list[Attributes] | None = None
) -> str:
    """Return a line of the table."""
    confidence, fitted = fitted_over_folds(found)
    chosen = attributes or fitted
    figures: dict[str, Any] = figures_at(
        found, confidence, chosen, documents, threshold_of(found, confidence, chosen, documents)
    )
    parts = [figures[k]["f1"] for k in ("claims", "direction", "relation", "measure_claims")]
    parts += [figures["accuracy_on_matched"][k] for k in ("exposure", "factuality")]
    return f"| {name} | " + " | ".join(f"{p:.3f}" for p in parts) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.ablation", description=__doc__)
    parser.add_argument("--reference", type=Path, default=os.environ.get("PROVENDER_REFERENCE"))
    parser.add_argument(
        "--work", type=Path, default=Path("outputs/training"), help="folder with the encoder of the set apart"
    )
    options = parser.parse_args()
    found, documents = read_apart(Path(options.reference), options.work)
    print("| | claims | direction | relation | measures | exposure | factuality |\n|---|---|---|---|---|---|---|")
    print(line("everything", found, documents), flush=True)
    unmarked, _ = read_apart(Path(options.reference), options.work, marked=False)
    print(line("without marks of mentions", unmarked, documents), flush=True)
    alone = encoder_alone(found)
    print(line("encoder alone, its own labels", alone, documents, as_said(alone, by_rules=False)), flush=True)
    marked = marked_only(found)
    print(line("only pairs that the encoder marked", marked, documents), flush=True)
    print(line("without what the rules say of the pair", without(OF_RULES)(found), documents), flush=True)
    print(line("without the document's words", without(OF_DOCUMENT)(found), documents), flush=True)
    print(line("without the cue words around the pair", without_cues(found), documents), flush=True)
    print(line("labels as the encoder says them", found, documents, as_said(found, by_rules=False)), flush=True)
    print(line("labels as the rules say them", found, documents, as_said(found, by_rules=True)), flush=True)


if __name__ == "__main__":
    main()
