"""In: a folder of run-time weights; out: the checkpoint of a network that says the same, to learn on from.

The encoder's int8 weights become floats again (within 3 percent of those that they were rounded from); heads that are
not exported begin anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import ModelProto, NodeProto, numpy_helper

from pipeline.training.network import REGIONS, ClaimNetwork

Array = npt.NDArray[np.float32]
PARAMETERS = (".weight", ".bias")


def begin(network: ClaimNetwork, folder: Path, checkpoint: Path) -> None:
    """Write `network` with the weights in `folder` to a checkpoint.

    Raises `ValueError` where a shipped weight does not fit the network.
    """
    found = weights_of(onnx.load(folder / "encoder.onnx"))
    found |= {
        name.replace("reader.", "pairs.", 1): values
        for name, values in weights_of(onnx.load(folder / "pairs.onnx")).items()
    }
    state = network.state_dict()
    for name, values in found.items():
        if name not in state or tuple(state[name].shape) != values.shape:
            raise ValueError(f"The weight {name} of {folder} has no place in the network; export the weights anew.")
        state[name] = torch.from_numpy(np.ascontiguousarray(values))
    network.load_state_dict(state)
    torch.save(state, checkpoint)


def weights_of(model: ModelProto) -> dict[str, Array]:
    """Return the weights of an exported graph under the names that they have in the network."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found = {name: values for name, values in stored.items() if name.endswith(PARAMETERS)}
    made_by = {name: node for node in model.graph.node for name in node.output}
    bias_of = {source: name for node in model.graph.node for source, name in _added(node, stored)}
    for node in model.graph.node:
        if node.op_type == "MatMulIntegerToFloat":
            name, factors = node.input[1], stored[node.input[3]]
            shrinking = made_by[made_by[node.input[0]].input[0]]
            gains = stored.get(shrinking.input[1], 1.0) if shrinking.op_type == "Mul" else 1.0
            found[name] = (stored[name] * factors).T * gains
        elif node.op_type == "MatMul" and node.input[1] in stored and node.output[0] in bias_of:
            found[bias_of[node.output[0]].removesuffix("bias") + "weight"] = stored[node.input[1]].T
        elif node.op_type == "MatMul" and node.input[1] in stored:
            found |= _of_regions(stored[node.input[1]])
    for name, values in stored.items():
        if name.endswith(".scales"):
            table = name.removesuffix("scales") + "weight"
            found[table] = stored[table] * values
    return found


def _added(node: NodeProto, stored: dict[str, Array]) -> list[tuple[str, str]]:
    """Return (what a bias is added to, the bias), if the node is such an addition."""
    if node.op_type != "Add":
        return []
    named = [name for name in node.input if name in stored and name.endswith("bias")]
    return [(other, named[0]) for other in node.input if named and other != named[0]]


def _of_regions(values: Array) -> dict[str, Array]:
    """Return the embeddings of regions, folded into (heads, width, regions) for keys, (heads, regions, width) else."""
    regions = 2 * REGIONS
    if values.shape[-1] == regions:
        return {"reader.region_key.weight": values.transpose(2, 0, 1).reshape(regions, -1)}
    return {"reader.region_value.weight": values.transpose(1, 0, 2).reshape(regions, -1)}
