"""In: a fitted network; out: `encoder.onnx` (int8), `pairs.onnx`, `tokenizer.json` and `config.json` in a folder."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from torch import Tensor, nn

from pipeline.training.corpora import EXPOSURES, FACTUALITIES, GENERAL_KINDS, MARKS, RELATIONS, STRENGTHS, TAG_KINDS
from pipeline.training.network import ClaimNetwork

PAIR_OUTPUTS = ("claim", "relation", "exposure", "strength", "factuality")


class SentenceGraph(nn.Module):
    """Word states and head logits of a sentence; `pooling` has a row for each word and one for the closing mark."""

    def __init__(self, network: ClaimNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, token_type_ids: Tensor, pooling: Tensor) -> tuple[Tensor, ...]:
        """Return (states, claim tag logits, recognition logits, sentence logits)."""
        b = self.network.encoder
        e = b.embeddings
        position = torch.arange(input_ids.shape[1]).unsqueeze(0)
        x = e.LayerNorm(
            e.word_embeddings(input_ids) + e.token_type_embeddings(token_type_ids) + e.position_embeddings(position)
        )
        heads = b.config.num_attention_heads
        for layer in b.encoder.layer:
            a = layer.attention.self
            shape = (x.shape[0], x.shape[1], heads, x.shape[2] // heads)
            q, k, v = (m(x).view(shape).transpose(1, 2) for m in (a.query, a.key, a.value))
            weight = (q @ k.transpose(-1, -2) / shape[-1] ** 0.5).softmax(-1)
            mixed = (weight @ v).transpose(1, 2).flatten(2)
            x = layer.attention.output.LayerNorm(layer.attention.output.dense(mixed) + x)
            x = layer.output.LayerNorm(layer.output.dense(nn.functional.gelu(layer.intermediate.dense(x))) + x)
        states = torch.bmm(pooling, x)
        n = self.network
        return states, n.taggers["claims"](states), n.taggers["bc5cdr"](states), n.sentence["claims"](states)


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


def quantise(source: Path, target: Path) -> None:
    """Write the graph with int8 weights: one scale for the embeddings, one for each 128 weights of a matrix.

    Scales by block keep the states within 3 percent of float32; one scale a column and a graph-wide scale of what flows
    in (dynamic quantisation) come to 9 percent, which costs two points of claim F1.
    """
    with tempfile.TemporaryDirectory() as temporary:
        embedded = Path(temporary) / "embedded.onnx"
        quantize_dynamic(str(source), str(embedded), weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
        quantiser = MatMulNBitsQuantizer(
            onnx.load(str(embedded)), bits=8, block_size=128, is_symmetric=True, accuracy_level=4
        )
        quantiser.process()
        quantiser.model.save_model_to_file(str(target), use_external_data_format=False)


def export(
    network: ClaimNetwork, tokenizer: Tokenizer, folder: Path, settings: dict[str, Any], quantised: bool = True
) -> None:
    """Write the run-time files into `folder`; weights of the encoder become integers if wished."""
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    size, words = torch.export.Dim("size", min=2, max=512), torch.export.Dim("words", min=2, max=512)
    with tempfile.TemporaryDirectory() as temporary:
        raw = Path(temporary) / "raw.onnx"
        ready = Path(temporary) / "ready.onnx"
        ids = torch.randint(1000, 2000, (1, 24))
        torch.onnx.export(
            SentenceGraph(network), (ids, torch.zeros_like(ids), torch.rand(1, 11, 24)), str(raw), dynamo=True,
            input_names=["input_ids", "token_type_ids", "pooling"], external_data=False,
            output_names=["states", "claim_tags", "recognition_tags", "claiming"],
            dynamic_shapes=({1: size}, {1: size}, {1: words, 2: size}),
        )  # fmt: skip
        quant_pre_process(str(raw), str(ready), skip_symbolic_shape=True)
        if quantised:
            quantise(ready, folder / "encoder.onnx")
        else:
            (folder / "encoder.onnx").write_bytes(ready.read_bytes())
        pairs = torch.export.Dim("pairs", min=1, max=4096)
        torch.onnx.export(
            PairGraph(network), (torch.rand(12, 384), torch.tensor([[0, 1, 4, 6], [2, 3, 4, 6]])),
            str(folder / "pairs.onnx"), dynamo=True, input_names=["states", "spans"], output_names=list(PAIR_OUTPUTS),
            dynamic_shapes=({0: torch.export.Dim("rows", min=3, max=513)}, {0: pairs}), external_data=False,
        )  # fmt: skip
    for name in ("encoder.onnx", "pairs.onnx"):
        without_traces(folder / name)
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
