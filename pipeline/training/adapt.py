"""In: word pieces of running text; out: the published encoder after more masked language modelling on that text.

Gururangan et al., "Don't stop pretraining" (ACL 2020): a general encoder reads a field better after its plain text.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pipeline.training.batches import CLS, MASK, SEP
from pipeline.training.network import ClaimNetwork

TEXT = 1  # the type of word pieces that are no title


@dataclass(frozen=True)
class Adaptation:
    """How long and how fast to read; a batch is `rows` stretches of `length` word pieces."""

    passes: float
    rate: float
    rows: int
    length: int = 128
    hidden_share: float = 0.15
    warm_up: float = 0.06
    decay: float = 0.01
    seed: int = 1
    log_every: int = 50


class Unmasker(nn.Module):
    """Scores of all word pieces for a hidden one, with the word embeddings as last layer."""

    def __init__(self, embeddings: nn.Embedding) -> None:
        super().__init__()
        width = embeddings.embedding_dim
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.embeddings = embeddings
        self.bias = nn.Parameter(torch.zeros(embeddings.num_embeddings))

    def forward(self, states: Tensor) -> Tensor:
        """Return (pieces, vocabulary) for states (pieces, width)."""
        return nn.functional.linear(
            self.norm(nn.functional.gelu(self.dense(states))), self.embeddings.weight, self.bias
        )


def rate_share(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the peak rate at a step, counted from 1: linear warm-up, then linear decay."""
    warm = max(1, int(warm_up * steps))
    return min(step / warm, (steps + 1 - step) / max(1, steps - warm))


def hide(ids: Tensor, share: float, vocabulary: int) -> tuple[Tensor, Tensor]:
    """Return the pieces with some of them hidden, and which: of ten, eight masked, one replaced, one left."""
    chosen = (torch.rand(ids.shape, device=ids.device) < share) & (ids != CLS) & (ids != SEP)
    how = torch.rand(ids.shape, device=ids.device)
    other = torch.randint(1000, vocabulary, ids.shape, device=ids.device)
    shown = torch.where(chosen & (how < 0.8), MASK, ids)
    return torch.where(chosen & (how >= 0.9), other, shown), chosen


def adapt(network: ClaimNetwork, pieces: npt.NDArray[np.uint16], plan: Adaptation, checkpoint: Path) -> None:
    """Go on with the network's encoder as a masked language model over `pieces`; write the checkpoint."""
    torch.manual_seed(plan.seed)
    device = network.device
    embeddings = network.encoder.embeddings.word_embeddings
    embeddings.weight.requires_grad_(True)
    head = Unmasker(embeddings).to(device)
    learnt = {id(p): p for p in (*network.encoder.parameters(), *head.parameters())}
    optimiser = torch.optim.AdamW(learnt.values(), lr=plan.rate, weight_decay=plan.decay, betas=(0.9, 0.98), fused=True)
    text = torch.from_numpy(pieces.astype(np.int32)).to(device)
    stretch = plan.length - 1
    per_pass = (len(text) // stretch - 1) // plan.rows
    steps = round(plan.passes * per_pass)
    types = torch.full((plan.rows, plan.length), TEXT, device=device)
    began, running = time.time(), 0.0
    network.train()
    order = starts = torch.zeros(0, dtype=torch.long)
    print(f"{steps} steps of {plan.rows * plan.length} word pieces", flush=True)
    for i in range(steps):
        at = i % per_pass
        if at == 0:
            starts = torch.randint(stretch, (1,), device=device) + stretch * torch.arange(
                len(text) // stretch - 1, device=device
            )
            order = starts[torch.randperm(len(starts), device=device)]
        rows = order[at * plan.rows : (at + 1) * plan.rows, None] + torch.arange(stretch, device=device)
        ids = torch.cat([torch.full((plan.rows, 1), CLS, device=device), text[rows].long()], 1)
        shown, chosen = hide(ids, plan.hidden_share, embeddings.num_embeddings)
        with torch.autocast(device.type, torch.bfloat16):
            states = network.encoder(
                input_ids=shown, attention_mask=torch.ones_like(ids), token_type_ids=types
            ).last_hidden_state
            scores = head(states[chosen])
        loss = nn.functional.cross_entropy(scores.float(), ids[chosen])
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * rate_share(i + 1, steps, plan.warm_up)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learnt.values(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if i % plan.log_every == 0 or i == steps - 1:
            running = float(loss.detach())
            speed = (i + 1) * plan.rows * plan.length / (time.time() - began)
            print(f"{i + 1}/{steps} {time.time() - began:.0f}s {speed:.0f}/s loss {running:.3f}", flush=True)
    embeddings.weight.requires_grad_(False)
    torch.save(network.state_dict(), checkpoint)
