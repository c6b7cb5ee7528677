"""In: sentences of a batch and how likely their words take part; out: pairs of word spans, and their states."""

from __future__ import annotations

import random

import torch
from torch import Tensor

from pipeline.training.batches import Batch
from pipeline.training.corpora import Example, Span
from pipeline.training.network import ClaimNetwork

Chosen = list[tuple[int, tuple[int, int, int, int]]]
"""Pairs as (sentence of the batch, the subject's and the object's [start, end) in words)."""


def likely_spans(probability: Tensor, least: float) -> list[tuple[int, int]]:
    """Return runs of words whose probability of a kind is at least `least`."""
    spans: list[tuple[int, int]] = []
    for i, p in enumerate(probability.tolist()):
        if p >= least:
            if spans and spans[-1][1] == i:
                spans[-1] = (spans[-1][0], i + 1)
            else:
                spans.append((i, i + 1))
    return spans


def claim_pairs(
    example: Example, tags: Tensor, least: float, most: int, rng: random.Random
) -> list[tuple[tuple[int, int, int, int], dict[str, int]]]:
    """Return (spans, labels) of a sentence's pairs: the claims, and pairs with a word that takes no part."""

    def with_doubtful(gold: list[Span], kinds: tuple[str, ...], columns: list[int]) -> list[tuple[int, int]]:
        spans = [(s.start, s.end) for s in gold]
        likely = likely_spans(tags[:, columns].sum(1), least)
        for start, end in [(d.start, d.end) for d in example.distractors if d.kind in kinds] + likely:
            if all(end <= s or e <= start for s, e in spans):
                spans.append((start, end))
        return spans

    subjects = with_doubtful([s for s in example.spans if s.kind == "nutrient"], ("nutrient",), [1, 2])
    objects = with_doubtful([s for s in example.spans if s.kind != "nutrient"], ("outcome",), [3, 4, 5, 6])
    known = {(p.subject, p.object): p.labels for p in example.pairs}
    positive = [((*s, *o), labels) for (s, o), labels in known.items()]
    negative = [((*s, *o), {"claim": 0}) for s in subjects for o in objects
                if (s, o) not in known and (s[1] <= o[0] or o[1] <= s[0])]  # fmt: skip
    rng.shuffle(negative)
    return positive[: 2 * most] + negative[: max(4, most - len(positive))]


def states_of(network: ClaimNetwork, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the states of words and of word pieces."""
    with torch.autocast(batch.ids.device.type, torch.bfloat16):
        words, tokens = network.encode(batch.ids, batch.mask, batch.types, batch.pooling)
    return words.float(), tokens.float()


def read_pairs(network: ClaimNetwork, batch: Batch, words: Tensor, tokens: Tensor, chosen: Chosen) -> Tensor:
    """Return the representations of the pairs chosen, which are in order of sentence."""
    rows = sorted({s for s, _ in chosen})
    row_of = {s: i for i, s in enumerate(rows)}
    filled = [0] * len(rows)
    where: list[tuple[int, int]] = []
    for s, _ in chosen:
        where.append((row_of[s], filled[row_of[s]]))
        filled[row_of[s]] += 1
    row, column = torch.tensor(where).T
    spans = torch.zeros(len(rows), max(filled), 4, dtype=torch.long)
    spans[row, column] = torch.tensor([x for _, x in chosen])
    places = torch.tensor([batch.places[s] for s in rows])
    at = torch.arange(int(places[:, 2].max())).unsqueeze(0)
    index = (places[:, 1:2] + at).clamp(max=words.shape[1] - 1)
    present = at < places[:, 2:3]
    row, column, spans, places, index, present = (
        x.to(words.device, non_blocking=True) for x in (row, column, spans, places, index, present)
    )
    states = words[places[:, 0:1], index]
    hidden: Tensor = network.pairs(states, present, tokens[places[:, 0], places[:, 3]], spans)
    return hidden[row, column]
