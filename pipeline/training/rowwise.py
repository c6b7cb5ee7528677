"""In: an exported encoder (int8 weights, float products); out: the same encoder with integer products.

    python -m pipeline.training.rowwise pipeline/models/claims

Each row of what flows into a matrix is written in 8 bits with a scale of its own, each column of the matrix in 7 bits,
and their product is one of integers (`MatMulIntegerToFloat`), which processors with VNNI or AMX do several times as
fast. One scale for all rows is not enough: a single large value then costs all others their digits. Columns keep to 7
bits because two products of 8 bits overflow the 16-bit sums of processors without VNNI.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper, numpy_helper

Array = npt.NDArray[Any]

_MOST_OF_ROW = 127.0
_MOST_OF_COLUMN = 64.0
_MIDDLE = 128
_FEWEST_COLUMNS = 64
"""A matrix with fewer columns (a tagger) takes no time, and its products stay in floating point."""
_LEAST = 1e-6


def rowwise(model: onnx.ModelProto) -> int:
    """Give the large products of an encoder integers, in place; return how many. One that has them is left as it is."""
    graph = model.graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values: dict[str, Array] = {
        "row_middle": np.array(_MIDDLE, np.uint8),
        "row_raised": np.array(_MIDDLE + 0.5, np.float32),
        "row_most": np.array(_MOST_OF_ROW, np.float32),
        "row_least": np.array(_LEAST, np.float32),
        "row_one": np.array(1.0, np.float32),
        "row_axis": np.array([-1], np.int64),
    }
    nodes: list[NodeProto] = []
    written: set[str] = set()
    count = 0
    for node in graph.node:
        if node.op_type != "MatMulNBits" or _attribute(node, "N") < _FEWEST_COLUMNS:
            nodes.append(node)
            continue
        source, name = node.input[0], node.output[0]
        if source not in written:
            nodes += _written_in_integers(source)
            written.add(source)
        values[f"{name}_columns"], values[f"{name}_factors"] = columns_of(_weights(node, held))
        product = [f"{source}_rows", f"{name}_columns", "row_one", f"{name}_factors", "row_middle"]
        nodes += [
            helper.make_node("MatMulIntegerToFloat", product, [f"{name}_product"], domain="com.microsoft"),
            helper.make_node("Mul", [f"{name}_product", f"{source}_scale"], [name]),
        ]
        count += 1
    if count:
        used = {name for node in nodes for name in node.input}
        kept = [tensor for tensor in graph.initializer if tensor.name in used]
        kept += [numpy_helper.from_array(value, name) for name, value in values.items()]
        del graph.node[:], graph.initializer[:]
        graph.node.extend(nodes)
        graph.initializer.extend(kept)
    return count


def _written_in_integers(of: str) -> Iterator[NodeProto]:
    """Yield what writes the rows of a tensor as 8-bit integers around 128, and what the scale of each row is."""
    yield helper.make_node("Abs", [of], [f"{of}_size"])
    yield helper.make_node("ReduceMax", [f"{of}_size", "row_axis"], [f"{of}_largest"], keepdims=1)
    yield helper.make_node("Max", [f"{of}_largest", "row_least"], [f"{of}_reach"])
    yield helper.make_node("Div", ["row_most", f"{of}_reach"], [f"{of}_steps"])
    yield helper.make_node("Div", [f"{of}_reach", "row_most"], [f"{of}_scale"])
    yield helper.make_node("Mul", [of, f"{of}_steps"], [f"{of}_stepped"])
    yield helper.make_node("Add", [f"{of}_stepped", "row_raised"], [f"{of}_placed"])
    yield helper.make_node("Cast", [f"{of}_placed"], [f"{of}_rows"], to=onnx.TensorProto.UINT8)


def columns_of(weights: Array) -> tuple[Array, Array]:
    """Return a matrix as 7-bit integers, and the factor of each column."""
    factors = np.maximum(np.abs(weights).max(0), _LEAST) / _MOST_OF_COLUMN
    return np.round(weights / factors).astype(np.int8), factors.astype(np.float32)


def _weights(node: NodeProto, held: Mapping[str, Array]) -> Array:
    """The matrix (rows in, columns out) that a `MatMulNBits` of 8 bits holds in blocks."""
    rows, columns, block = (_attribute(node, name) for name in ("K", "N", "block_size"))
    steps = held[node.input[1]].reshape(columns, -1, block).astype(np.float32) - _MIDDLE
    matrix = steps * held[node.input[2]].reshape(columns, -1, 1)
    return np.ascontiguousarray(matrix.reshape(columns, -1)[:, :rows].T, np.float32)


def _attribute(node: NodeProto, name: str) -> int:
    return next(int(attribute.i) for attribute in node.attribute if attribute.name == name)


def convert(folder: Path) -> int:
    """Give the encoder in a folder integer products; return how many."""
    file = folder / "encoder.onnx"
    model = onnx.load(file)
    count = rowwise(model)
    onnx.save(model, file)
    return count


def main() -> None:
    """Convert the encoder of the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    print(f"{convert(parser.parse_args().folder)} products are of integers now")


if __name__ == "__main__":
    main()
