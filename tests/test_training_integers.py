"""The encoder with integer products: the same states as in floats, nearly; weights that are read back; no overflow."""

# ruff: noqa: E402 - what only training needs is imported where torch is

import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="Training is not installed: pip install 'provender[train]'.")

import onnx
import onnxruntime as ort
from transformers import BertConfig, BertModel

from pipeline.claims.learned import bundled
from pipeline.training.batches import Window, collate
from pipeline.training.begin import weights_of
from pipeline.training.corpora import MARKS, Example
from pipeline.training.graph import encoder_graph
from pipeline.training.integers import MOST_OF_TWO, integer_products
from pipeline.training.network import ClaimNetwork

PIECES = 400


@pytest.fixture(scope="module")
def network() -> ClaimNetwork:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=PIECES, hidden_size=96, num_hidden_layers=2, num_attention_heads=4, intermediate_size=192,
        max_position_embeddings=64, type_vocab_size=2 + len(MARKS),
    )  # fmt: skip
    network = ClaimNetwork(BertModel(config, add_pooling_layer=False))
    with torch.no_grad():
        network.encoder.encoder.layer[0].output.LayerNorm.weight[7] = 12  # a channel far larger than the others
    return network.eval()


def windows_of(seed: int, count: int) -> list[Window]:
    rng = random.Random(seed)
    given = []
    for _ in range(count):
        ids = [rng.randrange(110, PIECES) for _ in range(30)]
        words = list(range(30))
        sentence = Example("", ids, words, [(i, i + 1) for i in words], [], marks=[rng.randrange(2) for _ in words])
        given.append(Window([rng.randrange(110, PIECES) for _ in range(4)], [sentence]))
    return given


@pytest.fixture(scope="module")
def graph(network: ClaimNetwork) -> onnx.ModelProto:
    return encoder_graph(network, integer_products(network, windows_of(1, 60)))


def states_of(network: ClaimNetwork, window: Window) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    batch = collate([window])
    with torch.no_grad():
        flow = network.encoder(batch.ids, attention_mask=batch.mask, token_type_ids=batch.types).last_hidden_state
        states = torch.bmm(batch.pooling, flow).numpy()
    names = ("input_ids", "token_type_ids", "pooling")
    return states, dict(zip(names, (t.numpy() for t in (batch.ids, batch.types, batch.pooling)), strict=True))


def test_states_are_nearly_those_of_the_floats_on_texts_not_seen(network: ClaimNetwork, graph: onnx.ModelProto) -> None:
    session = ort.InferenceSession(graph.SerializeToString())
    for window in windows_of(2, 5):
        wanted, given = states_of(network, window)
        [states] = session.run(["states"], given)
        assert np.linalg.norm(states - wanted) < 0.05 * np.linalg.norm(wanted)


def test_weights_read_back_give_the_states_of_the_graph(network: ClaimNetwork, graph: onnx.ModelProto) -> None:
    begun = ClaimNetwork(BertModel(network.encoder.config, add_pooling_layer=False)).eval()
    state, found = begun.state_dict(), weights_of(graph)
    wanted = {name for name in state if name.startswith(("encoder.", "taggers.claims", "taggers.bc5", "sentence.cl"))}
    assert {name for name in wanted if name not in found} == set()
    begun.load_state_dict(state | {name: torch.from_numpy(values.copy()) for name, values in found.items()})
    session = ort.InferenceSession(graph.SerializeToString())
    for window in windows_of(4, 5):
        states, given = states_of(begun, window)
        [wanted_states] = session.run(["states"], given)
        assert np.linalg.norm(states - wanted_states) < 0.03 * np.linalg.norm(wanted_states)


@pytest.mark.parametrize("shipped", [False, True])
def test_two_neighbours_never_overflow_sixteen_bits(shipped: bool, graph: onnx.ModelProto) -> None:
    model = onnx.load(Path(bundled()) / "encoder.onnx") if shipped else graph
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    matrices = [stored[n.input[1]] for n in model.graph.node if n.op_type == "MatMulIntegerToFloat"]
    assert len(matrices) == (36 if shipped else 12)
    for steps in matrices:
        pairs = steps.astype(int).reshape(-1, 2, steps.shape[1])
        assert max(pairs.clip(0).sum(1).max(), -pairs.clip(None, 0).sum(1).min()) <= MOST_OF_TWO
