"""In: word pieces of a passage and spans of words; out: logits of every head (torch)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from pipeline.training.corpora import (
    CAUSAL_CLASSES,
    DIMB_FACTUALITIES,
    DIMB_KINDS,
    DIMB_RELATIONS,
    DISEASE_ONLY,
    EXPOSURES,
    FACTUALITIES,
    GENERAL_KINDS,
    MARKS,
    RELATIONS,
    STRENGTHS,
    TAG_KINDS,
)  # fmt: skip

TAGGERS = {"claims": TAG_KINDS, "bc5cdr": GENERAL_KINDS, "ncbi": DISEASE_ONLY, "dimb": DIMB_KINDS}
PAIR_HEADS = {
    "claim": 2,
    "relation": len(RELATIONS),
    "exposure": len(EXPOSURES),
    "strength": len(STRENGTHS),
    "factuality": len(FACTUALITIES),
    "dimb_relation": 1 + len(DIMB_RELATIONS),
    "dimb_factuality": len(DIMB_FACTUALITIES),
    "food_relation": 3,
}
SENTENCE_HEADS = {"claims": 2, "causal": CAUSAL_CLASSES}
REGIONS = 5  # before, between, after, in the subject, in the object


class PairReader(nn.Module):
    """Attributes of pairs of word spans: both spans, the sentence mark, and what the pair attends to."""

    def __init__(self, width: int, inner: int = 256, heads: int = 8, dropout: float = 0.2) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(2 * width, inner)
        self.key = nn.Linear(width, inner)
        self.value = nn.Linear(width, inner)
        self.region_key = nn.Embedding(2 * REGIONS, inner)
        self.region_value = nn.Embedding(2 * REGIONS, inner)
        nn.init.normal_(self.region_key.weight, std=0.2)
        nn.init.normal_(self.region_value.weight, std=0.2)
        self.dropout = nn.Dropout(dropout)
        self.mix = nn.Linear(4 * width + inner, inner)
        self.out = nn.ModuleDict({k: nn.Linear(inner, n) for k, n in PAIR_HEADS.items()})

    def forward(self, words: Tensor, present: Tensor, mark: Tensor, spans: Tensor) -> Tensor:
        """Return the shared representation (sentences, pairs, inner).

        words (sentences, n, width), present (sentences, n), mark (sentences, width) the closing marks, spans
        (sentences, pairs, 4) the subject's [start, end) and the object's [start, end) as word indices.
        """
        at = torch.arange(words.shape[1], device=words.device).view(1, 1, -1)
        s0, s1, o0, o1 = (spans[:, :, i : i + 1] for i in range(4))
        in_subject = (at >= s0) & (at < s1)
        in_object = (at >= o0) & (at < o1)
        before = (at < s0) & (at < o0)
        after = (at >= s1) & (at >= o1)
        region = 1 + after.long() - before.long()
        region = torch.where(in_object, 4, region)
        region = torch.where(in_subject, 3, region) + REGIONS * (s0 > o0).long()
        of_region = nn.functional.one_hot(region, 2 * REGIONS).to(words.dtype)
        subject = self.mean(words, in_subject)
        obj = self.mean(words, in_object)
        count, size, pairs = words.shape[0], words.shape[1], spans.shape[1]
        q = self.query(torch.cat([subject, obj], -1)).view(count, pairs, self.heads, -1).transpose(1, 2)
        k = self.key(words).view(count, size, self.heads, -1).transpose(1, 2)
        v = self.value(words).view(count, size, self.heads, -1).transpose(1, 2)
        region_k = self.region_key.weight.view(2 * REGIONS, self.heads, -1).permute(1, 2, 0)
        region_v = self.region_value.weight.view(2 * REGIONS, self.heads, -1).transpose(0, 1)
        nearness = torch.gather(q @ region_k, 3, region.unsqueeze(1).expand(-1, self.heads, -1, -1))
        score = q @ k.transpose(-1, -2) + nearness
        score = (score / (k.shape[-1] ** 0.5)).masked_fill(~present.view(count, 1, 1, size), -1e9)
        weight = score.softmax(-1)
        share = torch.einsum("bhpn,bpnr->bhpr", weight, of_region)
        attended = (weight @ v + share @ region_v).transpose(1, 2).flatten(2)
        joined = torch.cat([subject, obj, subject * obj, mark.unsqueeze(1).expand(-1, pairs, -1), attended], -1)
        hidden: Tensor = nn.functional.gelu(self.mix(self.dropout(joined)))
        return hidden

    @staticmethod
    def mean(words: Tensor, inside: Tensor) -> Tensor:
        """Return the mean (sentences, pairs, width) of the words inside (sentences, pairs, n)."""
        weight = inside.to(words.dtype)
        return (weight / weight.sum(2, keepdim=True).clamp(min=1)) @ words


def with_marks(types: nn.Embedding) -> nn.Embedding:
    """Return the embedding of piece types (title, text) with one more for each mark, which begins as that of text."""
    wider = nn.Embedding(2 + len(MARKS), types.embedding_dim)
    with torch.no_grad():
        wider.weight[:2] = types.weight
        wider.weight[2:] = types.weight[1]
    return wider


def marked_encoder(path: str) -> Any:
    """Return the BERT encoder in a folder, with a piece type for each mark."""
    encoder: Any = AutoModel.from_pretrained(
        path, attn_implementation="eager", hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.0,
        add_pooling_layer=False,
    )  # fmt: skip
    encoder.float()
    encoder.embeddings.token_type_embeddings = with_marks(encoder.embeddings.token_type_embeddings)
    return encoder


class ClaimNetwork(nn.Module):
    """The encoder with its taggers, sentence heads and pair heads."""

    def __init__(self, encoder: Any, dropout: float = 0.2) -> None:
        """Take an encoder, whose word embeddings stay: rare words keep their place beside common ones."""
        super().__init__()
        self.encoder = encoder
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        width = encoder.config.hidden_size
        self.dropout = nn.Dropout(dropout)
        self.taggers = nn.ModuleDict({k: nn.Linear(width, 1 + 2 * len(v)) for k, v in TAGGERS.items()})
        self.sentence = nn.ModuleDict({k: nn.Linear(width, n) for k, n in SENTENCE_HEADS.items()})
        self.pairs = PairReader(width, dropout=dropout)

    def freeze_encoder(self) -> None:
        """Let only the heads learn, from states without dropout."""
        self.encoder.requires_grad_(False)
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        return next(self.parameters()).device

    def encode(self, ids: Tensor, mask: Tensor, types: Tensor, pooling: Tensor) -> tuple[Tensor, Tensor]:
        """Return word states (batch, words, width) and token states; pooling (batch, words, tokens) averages pieces."""
        tokens = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
        return torch.bmm(pooling, tokens), tokens
