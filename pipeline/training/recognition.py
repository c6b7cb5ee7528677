"""In: an encoder and a file of tokens with IOB tags; out: precision, recall and F1 of its chemicals and diseases."""

from __future__ import annotations

from pathlib import Path

from pipeline.claims.encoder import ClaimEncoder, EncoderInput
from pipeline.training.corpora import Span, read_iob, spans_of_tags


def recognition_figures(encoder: ClaimEncoder, path: Path, neighbours: bool = True) -> dict[str, dict[str, float]]:
    """Return figures in percent per kind and for all; a mention counts where both its bounds and its kind are right.

    With `neighbours` each sentence is read between the one before and the one after it in the file.
    """
    sentences = list(read_iob(path))
    texts = [" ".join(t for t, _ in s) for s in sentences]
    inputs = [
        EncoderInput(
            t,
            texts[i - 1] if neighbours and i else "",
            texts[i + 1] if neighbours and i + 1 < len(texts) else "",
        )
        for i, t in enumerate(texts)
    ]
    tally: dict[str, list[int]] = {}
    for sentence, output in zip(sentences, encoder.predict(inputs), strict=True):
        bounds, at = [], 0
        for token, _ in sentence:
            bounds.append((at, at + len(token)))
            at += len(token) + 1
        found = set()
        for m in output.mentions:
            inside = [i for i, (s, e) in enumerate(bounds) if s < m.end and m.start < e]
            found.add(Span(inside[0], inside[-1] + 1, m.kind))
        gold = set(spans_of_tags([g for _, g in sentence]))
        for kind in {s.kind for s in gold | found} | {"all"}:
            a = {s for s in found if kind in ("all", s.kind)}
            b = {s for s in gold if kind in ("all", s.kind)}
            counts = tally.setdefault(kind, [0, 0, 0])
            for i, n in enumerate((len(a & b), len(a), len(b))):
                counts[i] += n
    return {
        kind: {"precision": round(100 * hit / max(1, found), 2), "recall": round(100 * hit / max(1, gold), 2),
               "f1": round(200 * hit / max(1, found + gold), 2)}
        for kind, (hit, found, gold) in sorted(tally.items())
    }  # fmt: skip
