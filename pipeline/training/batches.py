"""In: passages; out: padded batches of windows (some consecutive sentences under a title) of similar length."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pipeline.training.corpora import Example, Passage

CLS, SEP, MASK, PAD = 101, 102, 103, 0


@dataclass(frozen=True)
class Window:
    """Consecutive sentences under a title, as they go into the encoder together."""

    title: list[int]
    sentences: list[Example]

    @property
    def size(self) -> int:
        """Number of word pieces with the special ones."""
        title = len(self.title) + 1 if self.title else 0
        return 1 + title + sum(len(s.ids) + 1 for s in self.sentences)

    @property
    def idle(self) -> bool:
        """Whether no word of the window takes part in anything, nor looks as if it did."""
        return not any(s.spans or s.distractors or any(s.marks) for s in self.sentences)


@dataclass(frozen=True)
class Batch:
    """Tensors of a batch; `places` gives per sentence (window, first word, number of words, position of its mark)."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    pooling: Tensor
    sentences: list[Example]
    places: list[tuple[int, int, int, int]]

    def to(self, device: torch.device) -> Batch:
        """Return the batch with its tensors on a device."""
        moved = {
            name: getattr(self, name).to(device, non_blocking=True) for name in ("ids", "mask", "types", "pooling")
        }
        return replace(self, **moved)


def cut_windows(
    passages: Sequence[Passage], rng: random.Random, longest: tuple[int, int], title_share: float
) -> list[Window]:
    """Return windows that cover every sentence once; each aims at a random size between the two of `longest`."""
    out: list[Window] = []
    for p in passages:
        current: list[Example] = []
        size, aim = 0, rng.randint(*longest)
        first = True
        for s in p.sentences:
            if current and size + len(s.ids) + 1 > aim:
                out.append(Window(title_for(p, first, rng, title_share), current))
                current, size, aim, first = [], 0, rng.randint(*longest), False
            current.append(s)
            size += len(s.ids) + 1
        if current:
            out.append(Window(title_for(p, first, rng, title_share), current))
    return out


def title_for(passage: Passage, first: bool, rng: random.Random, share: float) -> list[int]:
    """Return the title for a window; the first window of a document mostly begins with the title itself."""
    return passage.title if not first and rng.random() < share else []


def make_batches(windows: Sequence[Window], rng: random.Random, budget: int) -> list[list[Window]]:
    """Return batches of windows of similar size, each of at most `budget` word pieces with padding, in random order."""
    ordered = sorted(windows, key=lambda w: w.size + rng.random() * 8)
    batches: list[list[Window]] = []
    current: list[Window] = []
    for w in ordered:
        if current and (len(current) + 1) * max(w.size, *(x.size for x in current)) > budget:
            batches.append(current)
            current = []
        current.append(w)
    if current:
        batches.append(current)
    rng.shuffle(batches)
    return batches


def collate(
    windows: Sequence[Window], noise: float = 0.0, unmarked: float = 0.0, rng: random.Random | None = None
) -> Batch:
    """Return the tensors of some windows.

    A share `noise` of the word pieces is hidden behind the mask piece, a share `unmarked` of the windows has no marks.
    """
    rows, types, sentences, places = [], [], [], []
    pooled: list[tuple[int, int, int, float]] = []  # window, word, piece, its share of the word
    words = 0
    for index, w in enumerate(windows):
        ids = [CLS, *w.title, SEP] if w.title else [CLS]
        kinds = [0] * len(ids)
        marked = not rng or rng.random() >= unmarked
        first = 0
        for s in w.sentences:
            base, sizes = len(ids), Counter(s.word_of_token)
            pooled += [(index, first + owner, base + j, 1.0 / sizes[owner]) for j, owner in enumerate(s.word_of_token)]
            kinds += [1 + s.marks[owner] if s.marks and marked else 1 for owner in s.word_of_token] + [1]
            ids += s.ids
            ids.append(SEP)
            sentences.append(s)
            places.append((index, first, len(s.words), len(ids) - 1))
            first += len(s.words)
        words = max(words, first)
        if noise and rng:
            ids = [MASK if i not in (CLS, SEP) and rng.random() < noise else i for i in ids]
        rows.append(ids)
        types.append(kinds)
    length = max(map(len, rows))
    pooling = torch.zeros(len(rows), words, length)
    window, word, piece, share = zip(*pooled, strict=True)
    pooling[torch.tensor(window), torch.tensor(word), torch.tensor(piece)] = torch.tensor(share)
    return Batch(
        ids=padded(rows, length),
        mask=padded([[1] * len(r) for r in rows], length),
        types=padded(types, length),
        pooling=pooling,
        sentences=sentences,
        places=places,
    )


def padded(rows: Sequence[list[int]], length: int) -> Tensor:
    """Return the rows as a tensor, filled up with zeros to `length`."""
    return torch.tensor([r + [PAD] * (length - len(r)) for r in rows])
