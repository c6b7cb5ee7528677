"""In: a fitted network and windows of text; out: the matrices of its encoder as integers that give nearly the same.

What flows into a product is written in 8 bits with a scale for each row, after its large channels were made smaller and
the weights that they meet larger (Xiao et al. 2023, SmoothQuant). Each column of a matrix has a scale of its own; its
weights are rounded one after the other, and those not yet rounded make good what that changes for such texts (Frantar
et al. 2023, GPTQ). Matrices are taken in their order, each on what the rounded ones before it give. Nothing is learned.

Processors without VNNI add two products of 8 bits in 16: the weights that meet there are held so small that the sum
always fits, so that every machine comes to the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pipeline.training.batches import Window, collate
from pipeline.training.network import ClaimNetwork

MOST = 127
MOST_OF_TWO = 128
"""How much two neighbouring weights of one sign may come to: times 255 it is still 16 bits."""
_SHRUNK = 0.75  # the power of a channel's largest value that it is divided by
_DAMPING = 0.01
_PULL = 0.02
_BLOCK = 96
_TIGHTER = (1.1, 1.05, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75)


@dataclass(frozen=True)
class Writing:
    """How a row is written in 8 bits: its largest value is `most` steps above `middle`, a step at least `least`."""

    most: int
    middle: int
    least: float = 0.0

    def write(self, rows: Tensor) -> Tensor:
        """Return rows as they are once they were written so."""
        reach = (rows if self.least else rows.abs()).amax(-1, keepdim=True)
        step = (reach / self.most).clamp(min=self.least or 1e-9)
        return (rows / step).round().clamp(-self.middle, 255 - self.middle) * step


SIGNED = Writing(127, 128)
RECTIFIED = Writing(231, 24, 0.17 / 24)
"""What GELU gives, which is never below -0.17."""


@dataclass(frozen=True)
class Product:
    """A product with integers: inputs times `gains`, written as `writing` says, times `steps`, `factors`, plus `bias`.

    `steps` (in, out) are of 8 bits, `factors` and `bias` (out), `gains` (in).
    """

    writing: Writing
    steps: Tensor
    factors: Tensor
    bias: Tensor
    gains: Tensor | None

    def __call__(self, rows: Tensor) -> Tensor:
        """Return what the product gives."""
        given = self.writing.write(rows if self.gains is None else rows * self.gains)
        return given @ (self.steps.float() * self.factors) + self.bias


@dataclass(frozen=True)
class Flow:
    """What stands at one place of the network for each window: in floats, and with the products before it rounded."""

    exact: list[Tensor]
    rounded: list[Tensor]

    def through(self, change: Callable[..., Tensor], *others: Flow) -> Flow:
        """Return what a change makes of this and of other flows."""
        return Flow(
            [change(*each) for each in zip(self.exact, *(o.exact for o in others), strict=True)],
            [change(*each) for each in zip(self.rounded, *(o.rounded for o in others), strict=True)],
        )


@torch.no_grad()
def integer_products(network: ClaimNetwork, windows: Sequence[Window]) -> dict[str, Product]:
    """Return the product of each linear layer of the encoder, by its name in the network."""
    names = {module: name for name, module in network.named_modules()}
    products: dict[str, Product] = {}

    def through(flow: Flow, linears: Sequence[nn.Linear], writing: Writing, shrunk: bool = False) -> list[Flow]:
        found = _products(flow, linears, writing, shrunk)
        products.update({names[linear]: product for linear, product in zip(linears, found, strict=True)})
        return [
            Flow([linear(x) for x in flow.exact], [product(x) for x in flow.rounded])
            for linear, product in zip(linears, found, strict=True)
        ]

    flow = _embedded(network, windows)
    heads = network.encoder.config.num_attention_heads
    for layer in network.encoder.encoder.layer:
        asks, mixes = layer.attention.self, layer.attention.output
        queries, keys, values = through(flow, [asks.query, asks.key, asks.value], SIGNED, shrunk=True)
        mixed = queries.through(lambda q, k, v: attention(q, k, v, heads), keys, values)
        [attended] = through(mixed, [mixes.dense], SIGNED)
        flow = flow.through(lambda x, y, norm=mixes.LayerNorm: norm(x + y), attended)
        [inner] = through(flow, [layer.intermediate.dense], SIGNED, shrunk=True)
        [outer] = through(inner.through(nn.functional.gelu), [layer.output.dense], RECTIFIED)
        flow = flow.through(lambda x, y, norm=layer.output.LayerNorm: norm(x + y), outer)
    return products


def attention(queries: Tensor, keys: Tensor, values: Tensor, heads: int) -> Tensor:
    """Return what each row (rows, width) takes from the others, head by head."""
    q, k, v = (x.view(len(x), heads, -1).transpose(0, 1) for x in (queries, keys, values))
    weight = (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1)
    return (weight @ v).transpose(0, 1).flatten(1)


def rows_of(table: Tensor) -> tuple[Tensor, Tensor]:
    """Return an embedding table in 8 bits, and the scale of each row (rows, 1)."""
    scales = table.abs().amax(1, keepdim=True).clamp(min=1e-9) / MOST
    return (table / scales).round().to(torch.int8), scales


def _embedded(network: ClaimNetwork, windows: Sequence[Window]) -> Flow:
    embeddings = network.encoder.embeddings
    steps, scales = rows_of(embeddings.word_embeddings.weight)
    exact, rounded = [], []
    for window in windows:
        batch = collate([window])
        ids, types = batch.ids[0], batch.types[0]
        place = embeddings.token_type_embeddings(types) + embeddings.position_embeddings.weight[: len(ids)]
        exact.append(embeddings.LayerNorm(embeddings.word_embeddings(ids) + place))
        rounded.append(embeddings.LayerNorm(steps[ids] * scales[ids] + place))
    return Flow(exact, rounded)


def _products(flow: Flow, linears: Sequence[nn.Linear], writing: Writing, shrunk: bool) -> list[Product]:
    """Return the integer products of linear layers that one flow goes into."""
    exact = torch.cat(flow.exact)
    gains = exact.abs().amax(0).clamp(min=1e-3) ** -_SHRUNK if shrunk else torch.ones(exact.shape[1])
    exact, given = exact * gains, writing.write(torch.cat(flow.rounded) * gains)
    mean, mean_given = exact.mean(0), given.mean(0)
    exact, given = exact - mean, given - mean_given
    moments = given.T @ given / len(given)
    crossed = given.T @ exact / len(given)
    pull = _PULL * moments.diagonal().mean() * torch.eye(len(moments))
    found = []
    for linear in linears:
        weight = linear.weight / gains
        wanted = torch.linalg.solve((moments + pull).double(), ((crossed + pull) @ weight.T).double()).T
        steps, factors = rounded_columns(wanted, moments.double())
        kept = (steps * factors).float()
        bias = linear.bias + weight @ mean - mean_given @ kept
        found.append(Product(writing, steps.to(torch.int8), factors.float(), bias, gains if shrunk else None))
    return found


def rounded_columns(weight: Tensor, moments: Tensor) -> tuple[Tensor, Tensor]:
    """Return a matrix (out, in) as whole steps (in, out) and the factor of each column (out).

    `moments` (in, in) are the mean products of what flows in: they say which errors of rounding outweigh each other.
    """
    size = weight.shape[1]
    moments = moments + _DAMPING * moments.diagonal().mean() * torch.eye(size)
    factors = _factors(weight, moments.diagonal())
    order = moments.diagonal().argsort(descending=True)
    back = order.argsort()
    beside = back[order ^ 1]
    rest = weight[:, order].clone()
    spread = torch.cholesky_inverse(torch.linalg.cholesky(moments[order][:, order]))
    passed_on = torch.linalg.cholesky(spread, upper=True)
    steps = torch.zeros_like(rest)
    for first in range(0, size, _BLOCK):
        last = min(size, first + _BLOCK)
        errors = torch.zeros(len(rest), last - first)
        for i in range(first, last):
            neighbour = steps[:, beside[i]]
            most = (MOST_OF_TWO - neighbour.clamp(min=0)).clamp(max=MOST)
            least = -(MOST_OF_TWO + neighbour.clamp(max=0)).clamp(max=MOST)
            steps[:, i] = (rest[:, i] / factors).round().clamp(least, most)
            error = (rest[:, i] - steps[:, i] * factors) / passed_on[i, i]
            rest[:, i + 1 : last] -= error[:, None] * passed_on[i, i + 1 : last]
            errors[:, i - first] = error
        rest[:, last:] -= errors.to(rest) @ passed_on[first:last, last:]
    return steps[:, back].T.contiguous(), factors


def _factors(weight: Tensor, squares: Tensor) -> Tensor:
    """Return the factor of each row of a matrix (out, in) that costs least, by the mean squares of what flows in."""
    pairs = weight.unflatten(1, (-1, 2))
    reach = torch.maximum(pairs.clamp(min=0).sum(2).amax(1), pairs.clamp(max=0).sum(2).abs().amax(1))
    tried = torch.stack([reach * share / MOST_OF_TWO for share in _TIGHTER])
    costs = torch.stack([((fitting(weight / f[:, None]) * f[:, None] - weight) ** 2 * squares).sum(1) for f in tried])
    return tried.gather(0, costs.argmin(0, keepdim=True))[0]


def fitting(weight: Tensor) -> Tensor:
    """Return whole steps of which no two neighbours of one sign are beyond `MOST_OF_TWO`: the larger one gives way."""
    pairs = weight.round().unflatten(1, (-1, 2))
    for sign in (1, -1):
        over = ((pairs * sign).clamp(min=0).sum(2, keepdim=True) - MOST_OF_TWO).clamp(min=0)
        pairs = pairs.scatter_add(2, (pairs * sign).argmax(2, keepdim=True), -sign * over)
    return pairs.flatten(1).clamp(-MOST, MOST)
