"""In: a fitted network and its integer products; out: the encoder as a graph that onnxruntime runs.

Rows are written in 8 bits by `QuantizeLinear` with a scale for each, and `MatMulIntegerToFloat` is what processors with
VNNI do several times as fast as products of floats. Weights keep their names, matrices lie on their side (in, out).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from pipeline.training.integers import RECTIFIED, SIGNED, Product, Writing, rows_of
from pipeline.training.network import ClaimNetwork

INPUTS = {"input_ids": TensorProto.INT64, "token_type_ids": TensorProto.INT64, "pooling": TensorProto.FLOAT}
HEADS = {"claim_tags": "taggers.claims", "recognition_tags": "taggers.bc5cdr", "claiming": "sentence.claims"}
_OF_RUNTIME = "com.microsoft"


class Graph:
    """Operations and the values that they need, one after the other."""

    def __init__(self) -> None:
        self.operations: list[onnx.NodeProto] = []
        self.values: dict[str, Any] = {}

    def value(self, name: str, given: Any) -> str:
        """Hold a value (a tensor, an array or a number with its type) under a name; return the name."""
        self.values[name] = given.detach().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
        return name

    def add(self, kind: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any) -> str:
        """Add an operation; return the name of what it gives."""
        name = name or f"{kind}_{len(self.operations)}"
        self.operations.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def model(self, outputs: Mapping[str, Sequence[int | str]]) -> ModelProto:
        """Return the whole, with outputs of floats."""
        sizes = {"input_ids": [1, "size"], "token_type_ids": [1, "size"], "pooling": [1, "words", "size"]}
        graph = helper.make_graph(
            self.operations,
            "encoder",
            [helper.make_tensor_value_info(name, kind, sizes[name]) for name, kind in INPUTS.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in outputs.items()],
            [numpy_helper.from_array(value, name) for name, value in self.values.items()],
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_OF_RUNTIME, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


class EncoderGraph(Graph):
    """The graph of an encoder: what each part of the network becomes."""

    def __init__(self, network: ClaimNetwork, products: Mapping[str, Product]) -> None:
        super().__init__()
        self._names = {module: name for name, module in network.named_modules()}
        self._products = products
        self._flat = self.value("flat", np.array([-1]))
        size = self.add("Gather", self.add("Shape", "input_ids"), self.value("second", np.array([1])))
        first, one = self.value("zero", np.int64(0)), self.value("one", np.int64(1))
        self._places = self.add("Range", first, self.add("Squeeze", size), one)
        self._middles = {
            writing: self.add(
                "Expand", self.value(f"middle_{writing.middle}", np.array([writing.middle], np.uint8)), size
            )
            for writing in (SIGNED, RECTIFIED)
        }

    def embedded(self, embeddings: nn.Module) -> str:
        """Return the sum of what word pieces, their types and their places are embedded as, normed."""
        steps, scales = rows_of(embeddings.word_embeddings.weight)
        name = self._names[embeddings.word_embeddings]
        looked_up = self.add("Gather", self.value(f"{name}.weight", steps), "input_ids")
        scale = self.add("Gather", self.value(f"{name}.scales", scales), "input_ids")
        words = self.add("Mul", self.add("Cast", looked_up, to=TensorProto.FLOAT), scale)
        types = self.add("Gather", self._weight(embeddings.token_type_embeddings), "token_type_ids")
        places = self.add("Gather", self._weight(embeddings.position_embeddings), self._places)
        return self.normed(self.add("Add", self.add("Add", words, types), places), embeddings.LayerNorm)

    def normed(self, source: str, norm: nn.LayerNorm) -> str:
        """Return what a norm makes of rows."""
        bias = self.value(f"{self._names[norm]}.bias", norm.bias)
        return self.add("LayerNormalization", source, self._weight(norm), bias, axis=-1, epsilon=norm.eps)

    def products(self, source: str, linears: Sequence[nn.Linear]) -> list[str]:
        """Return what linear layers make of the same rows, by integers."""
        names = [self._names[linear] for linear in linears]
        shared = self._products[names[0]]
        if shared.gains is not None:
            source = self.add("Mul", source, self.value(f"{names[0]}.gains", shared.gains))
        rows, step = self._written(source, shared.writing)
        one, middle = (
            self.value("unit", np.float32(1)),
            self.value(f"zero_{shared.writing.middle}", np.uint8(shared.writing.middle)),
        )
        given = []
        for name in names:
            product = self._products[name]
            steps = self.value(f"{name}.weight", product.steps)
            factors, bias = self.value(f"{name}.factors", product.factors), self.value(f"{name}.bias", product.bias)
            multiplied = self.add("MatMulIntegerToFloat", rows, steps, one, factors, middle, domain=_OF_RUNTIME)
            given.append(self.add("Add", self.add("Mul", multiplied, step), bias))
        return given

    def attended(self, queries: str, keys: str, values: str, heads: int, width: int) -> str:
        """Return what each row takes from the others."""
        apart, together = (
            self.value("apart", np.array([0, 0, heads, width // heads])),
            self.value("together", np.array([0, 0, width])),
        )
        q, k, v = (
            self.add("Transpose", self.add("Reshape", of, apart), perm=perm)
            for of, perm in ((queries, (0, 2, 1, 3)), (keys, (0, 2, 3, 1)), (values, (0, 2, 1, 3)))
        )
        scaled = self.add("Mul", q, self.value("attention_scale", np.float32((width // heads) ** -0.5)))
        weight = self.add("Softmax", self.add("MatMul", scaled, k), axis=-1)
        mixed = self.add("Transpose", self.add("MatMul", weight, v), perm=(0, 2, 1, 3))
        return self.add("Reshape", mixed, together)

    def head(self, source: str, linear: nn.Linear, to: str) -> str:
        """Return the logits of a head, in floats."""
        name = self._names[linear]
        multiplied = self.add("MatMul", source, self.value(f"{name}.weight", linear.weight.T.contiguous()))
        return self.add("Add", multiplied, self.value(f"{name}.bias", linear.bias), name=to)

    def _weight(self, module: nn.Module) -> str:
        return self.value(f"{self._names[module]}.weight", module.weight)

    def _written(self, source: str, writing: Writing) -> tuple[str, str]:
        """Return rows in 8 bits, and the step of each."""
        size = source if writing.least else self.add("Abs", source)
        reach = self.add("ReduceMax", size, self._flat, keepdims=1)
        step = self.add("Mul", reach, self.value(f"share_{writing.most}", np.float32(1 / writing.most)))
        if writing.least:
            step = self.add("Max", step, self.value("least_step", np.float32(writing.least)))
        scales = self.add("Reshape", step, self._flat)
        return self.add("QuantizeLinear", source, scales, self._middles[writing], axis=1), step


def encoder_graph(network: ClaimNetwork, products: Mapping[str, Product]) -> ModelProto:
    """Return the graph: word pieces, types and pooling in; states (words and closing marks) and logits of heads out."""
    encoder = network.encoder
    heads, width = encoder.config.num_attention_heads, encoder.config.hidden_size
    graph = EncoderGraph(network, products)
    flow = graph.embedded(encoder.embeddings)
    for layer in encoder.encoder.layer:
        asks, mixes = layer.attention.self, layer.attention.output
        queries, keys, values = graph.products(flow, [asks.query, asks.key, asks.value])
        [mixed] = graph.products(graph.attended(queries, keys, values, heads, width), [mixes.dense])
        flow = graph.normed(graph.add("Add", mixed, flow), mixes.LayerNorm)
        [inner] = graph.products(flow, [layer.intermediate.dense])
        [outer] = graph.products(graph.add("Gelu", inner), [layer.output.dense])
        flow = graph.normed(graph.add("Add", outer, flow), layer.output.LayerNorm)
    states = graph.add("MatMul", "pooling", flow, name="states")
    outputs: dict[str, list[int | str]] = {"states": [1, "words", width]}
    for name, head in HEADS.items():
        linear = network.get_submodule(head)
        graph.head(states, linear, name)
        outputs[name] = [1, "words", linear.out_features]
    return graph.model(outputs)
