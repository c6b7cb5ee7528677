"""Draw how often claims of a given confidence are right.

    python benchmarks/reliability.py ../shared/gold/dev.jsonl docs/reliability.svg [--model default]

In: annotated documents. Out: a picture, a point for each tenth of confidence with the number of claims in it and a 95 %
interval (Wilson 1927, JASA), and the expected calibration error on standard output.
"""

from pathlib import Path
from typing import Annotated

import matplotlib
import typer

from pipeline.config import load_settings
from pipeline.evaluation.gold import read_gold
from pipeline.evaluation.measures import calibration_error, evaluate_claims
from pipeline.extractor import Extractor

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "provender"

from matplotlib import pyplot as plt  # noqa: E402


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the bounds of the interval of a share."""
    share = right / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5 / (1 + z * z / count)
    return centre - half, centre + half


def main(gold: Path, picture: Path, model: Annotated[str, typer.Option()] = "default", bins: int = 10) -> None:
    """Extract the claims of annotated documents and draw confidence against the share that is right."""
    extractor = Extractor.load(load_settings(model=model))
    documents = read_gold(gold)
    scores = evaluate_claims((d, extractor.claims_of(d.document())[1]) for d in documents)
    figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for number in range(bins):
        inside = [(c, r) for c, r in scores.calibration if min(bins - 1, int(c * bins)) == number]
        if inside:
            confidence, right = sum(c for c, _ in inside) / len(inside), sum(r for _, r in inside)
            low, high = wilson(right, len(inside))
            axes.plot([confidence] * 2, [low, high], color="tab:blue", linewidth=1)
            axes.plot(confidence, right / len(inside), "o", color="tab:blue")
            axes.annotate(
                str(len(inside)), (confidence, high), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=8
            )
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.05))
    axes.set_title(f"{gold.name}, --model {model}: {len(scores.calibration)} claims", fontsize=9)
    figure.savefig(picture, metadata={"Date": None})
    print(
        f"expected calibration error {calibration_error(scores.calibration):.3f} over {len(scores.calibration)} claims"
    )


if __name__ == "__main__":
    typer.run(main)
