"""In: a fitted network; out: `encoder.onnx` (int8), `pairs.onnx`, `tokenizer.json` and `config.json` in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from pipeline.training.batches import Window
from pipeline.training.corpora import EXPOSURES, FACTUALITIES, GENERAL_KINDS, MARKS, RELATIONS, STRENGTHS, TAG_KINDS
from pipeline.training.graph import encoder_graph
from pipeline.training.integers import integer_products
from pipeline.training.network import ClaimNetwork

PAIR_OUTPUTS = ("claim", "relation", "exposure", "strength", "factuality")


class PairGraph(nn.Module):
    """Logits of the attributes of pairs in one sentence."""

    def __init__(self, network: ClaimNetwork) -> None:
        super().__init__()
        self.reader = network.pairs

    def forward(self, states: Tensor, spans: Tensor) -> tuple[Tensor, ...]:
        """Return one logits tensor per attribute; states (words + 1, width), spans (pairs, 4) in words."""
        words, mark = states[:-1].unsqueeze(0), states[-1:]
        present = torch.ones(1, words.shape[1], dtype=torch.bool)
        hidden = self.reader(words, present, mark, spans.unsqueeze(0))[0]
        return tuple(self.reader.out[k](hidden) for k in PAIR_OUTPUTS)


def export(
    network: ClaimNetwork, windows: Sequence[Window], tokenizer: Tokenizer, folder: Path, settings: dict[str, Any]
) -> None:
    """Write the run-time files into `folder`; the encoder's weights become integers that suit `windows` of text."""
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    encoder = encoder_graph(network, integer_products(network, windows))
    onnx.save(encoder, folder / "encoder.onnx")
    pairs = torch.export.Dim("pairs", min=1, max=4096)
    torch.onnx.export(
        PairGraph(network), (torch.rand(12, 384), torch.tensor([[0, 1, 4, 6], [2, 3, 4, 6]])),
        str(folder / "pairs.onnx"), dynamo=True, input_names=["states", "spans"], output_names=list(PAIR_OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim("rows", min=3, max=513)}, {0: pairs}), external_data=False,
    )  # fmt: skip
    without_traces(folder / "pairs.onnx")
    onnx.checker.check_model(str(folder / "pairs.onnx"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / "tokenizer.json"))
    labels = {"tags": TAG_KINDS, "marks": MARKS, "recognition": GENERAL_KINDS, "relation": RELATIONS,
              "exposure": EXPOSURES, "strength": STRENGTHS, "factuality": FACTUALITIES}  # fmt: skip
    text = json.dumps({"labels": labels, **settings}, indent=1, ensure_ascii=False) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")


def without_traces(path: Path) -> None:
    """Take out of a model file where its operations were traced: paths of the machine that made it."""
    model = onnx.load(path)
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
    onnx.save(model, path)
