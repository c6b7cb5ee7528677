"""In: passages of every task; out: a fitted `ClaimNetwork` and its checkpoint (all tasks share one encoder)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from pipeline.training.batches import Batch, Window, collate, cut_windows, make_batches
from pipeline.training.corpora import IGNORED, Example, Passage, Span
from pipeline.training.network import SENTENCE_HEADS, TAGGERS, ClaimNetwork

PAIR_WEIGHTS = {"claim": 1.0, "relation": 1.0, "exposure": 0.5, "strength": 0.3, "factuality": 0.5,
                "dimb_relation": 1.0, "dimb_factuality": 0.3, "food_relation": 1.0}  # fmt: skip


Source = Callable[[random.Random], Sequence[Passage]]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn; `passes` counts the passes over each corpus."""

    passes: Mapping[str, float]
    rate: float = 2e-4
    head_rate: float = 1e-3
    warm_up: float = 0.06
    budget: int = 1536
    window: tuple[int, int] = (40, 128)
    title_share: float = 0.8
    noise: float = 0.08
    unmarked: float = 0.15
    smoothing: float = 0.05
    tag_weight: float = 6.0
    candidate_probability: float = 0.15
    pairs_per_sentence: int = 16
    seed: int = 1
    log_every: int = 50
    check_every: int = 400
    decay: float = 0.01


def plan(tasks: Mapping[str, Source], schedule: Schedule, rng: random.Random) -> list[tuple[str, list[Window]]]:
    """Return the batches of the whole run in order: passes of each task spread evenly over the run."""
    steps: list[tuple[float, str, list[Window]]] = []
    for task, passages_of_pass in tasks.items():
        wanted = schedule.passes[task]
        batches: list[list[Window]] = []
        while wanted > 0:
            windows = cut_windows(passages_of_pass(rng), rng, schedule.window, schedule.title_share)
            fresh = make_batches(windows, rng, schedule.budget)
            batches += fresh[: max(1, round(len(fresh) * min(1.0, wanted)))]
            wanted -= 1
        steps += [((i + rng.random()) / len(batches), task, b) for i, b in enumerate(batches)]
    return [(task, b) for _, task, b in sorted(steps, key=lambda s: s[0])]


def tag_targets(batch: Batch, kinds: Sequence[str]) -> Tensor:
    """Return BIO targets (batch, words): 0 outside, 1+2k first word of kind k, 2+2k a later word."""
    target = torch.full(batch.pooling.shape[:2], IGNORED)
    for s, (window, first, size, _) in zip(batch.sentences, batch.places, strict=True):
        target[window, first : first + size] = 0
        for span in s.spans:
            k = kinds.index(span.kind)
            target[window, first + span.start] = 1 + 2 * k
            target[window, first + span.start + 1 : first + span.end] = 2 + 2 * k
    return target


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


def read_pairs(
    network: ClaimNetwork,
    batch: Batch,
    words: Tensor,
    tokens: Tensor,
    chosen: Sequence[tuple[int, tuple[int, int, int, int]]],
) -> Tensor:
    """Return the representations of pairs given, in order of sentence, as (sentence of the batch, word spans)."""
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
    states = words[places[:, 0:1], index]
    hidden: Tensor = network.pairs(states, at < places[:, 2:3], tokens[places[:, 0], places[:, 3]], spans)
    return hidden[row, column]


def step_loss(
    network: ClaimNetwork, task: str, batch: Batch, schedule: Schedule, rng: random.Random
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of one batch and its parts."""
    with torch.autocast("cpu", torch.bfloat16):
        words, tokens = network.encode(batch.ids, batch.mask, batch.types, batch.pooling)
    words, tokens = words.float(), tokens.float()
    parts: dict[str, Tensor] = {}
    dropped = network.dropout(words)
    tags = torch.zeros(0)
    if task in TAGGERS:
        logits = network.taggers[task](dropped)
        target = tag_targets(batch, TAGGERS[task])
        parts["tag"] = schedule.tag_weight * nn.functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)  # fmt: skip
        tags = logits.detach().softmax(-1)
    if task in SENTENCE_HEADS:
        places = torch.tensor(batch.places)
        marks = network.dropout(tokens[places[:, 0], places[:, 3]])
        target = torch.tensor([s.label for s in batch.sentences])
        weight = 0.5 if task == "claims" else 1.0
        parts["sentence"] = weight * nn.functional.cross_entropy(network.sentence[task](marks), target)
    chosen: list[tuple[int, tuple[int, int, int, int]]] = []
    labels: list[dict[str, int]] = []
    for i, s in enumerate(batch.sentences):
        if task == "claims":
            window, first, size, _ = batch.places[i]
            found = claim_pairs(s, tags[window, first : first + size], schedule.candidate_probability,
                                schedule.pairs_per_sentence, rng)  # fmt: skip
        else:
            found = [((*p.subject, *p.object), p.labels) for p in s.pairs]
        chosen += [(i, spans) for spans, _ in found]
        labels += [x for _, x in found]
    if chosen:
        hidden = network.pairs.dropout(read_pairs(network, batch, words, tokens, chosen))
        for head, weight in PAIR_WEIGHTS.items():
            target = torch.tensor([x.get(head, IGNORED) for x in labels])
            if (target != IGNORED).any():
                parts[head] = weight * nn.functional.cross_entropy(
                    network.pairs.out[head](hidden), target, ignore_index=IGNORED,
                    label_smoothing=schedule.smoothing)  # fmt: skip
    loss = torch.stack(list(parts.values())).sum()
    return loss, {f"{task}.{k}": float(v.detach()) for k, v in parts.items()}


def fit(
    network: ClaimNetwork,
    tasks: Mapping[str, Source],
    schedule: Schedule,
    checkpoint: Path,
    held_out: Sequence[Passage] = (),
) -> None:
    """Learn all tasks together, AdamW with warm-up and linear decay; writes `checkpoint` now and then."""
    rng = random.Random(schedule.seed)
    torch.manual_seed(schedule.seed)
    steps = plan(tasks, schedule, rng)
    learnt = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    encoder = [p for name, p in learnt if name.startswith("encoder.")]
    heads = [p for name, p in learnt if not name.startswith("encoder.")]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": schedule.rate}, {"params": heads, "lr": schedule.head_rate}],
        weight_decay=schedule.decay, betas=(0.9, 0.98), fused=True,
    )  # fmt: skip
    warm = max(1, int(schedule.warm_up * len(steps)))
    running: dict[str, float] = {}
    began, pieces = time.time(), 0
    print(f"{len(steps)} steps", {t: sum(x == t for x, _ in steps) for t in tasks}, flush=True)
    network.train()
    for i, (task, windows) in enumerate(steps, start=1):
        share = min(i / warm, (len(steps) + 1 - i) / (len(steps) - warm))
        for group, peak in zip(optimiser.param_groups, (schedule.rate, schedule.head_rate), strict=True):
            group["lr"] = peak * share
        batch = collate(windows, schedule.noise, schedule.unmarked, rng)
        loss, parts = step_loss(network, task, batch, schedule, rng)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        pieces += batch.ids.numel()
        for k, v in parts.items():
            running[k] = v if k not in running else 0.97 * running[k] + 0.03 * v
        if i % schedule.log_every == 0:
            speed = pieces / (time.time() - began)
            print(f"{i}/{len(steps)} {time.time() - began:.0f}s {speed:.0f}/s",
                  " ".join(f"{k}={v:.3f}" for k, v in sorted(running.items())), flush=True)  # fmt: skip
        if i % schedule.check_every == 0 or i == len(steps):
            if held_out:
                print("held out", held_out_figures(network, held_out), flush=True)
            torch.save(network.state_dict(), checkpoint)


@torch.no_grad()
def held_out_figures(network: ClaimNetwork, passages: Sequence[Passage]) -> dict[str, float]:
    """Return F1 (spans that overlap) of the claim tagger and accuracies of the pair heads on the annotated pairs."""
    network.eval()
    rng = random.Random(0)
    hits: dict[str, list[int]] = {}
    right: dict[str, list[bool]] = {}
    for windows in make_batches(cut_windows(passages, rng, (100, 128), 1.0), rng, 2048):
        batch = collate(windows)
        with torch.autocast("cpu", torch.bfloat16):
            words, tokens = network.encode(batch.ids, batch.mask, batch.types, batch.pooling)
        words, tokens = words.float(), tokens.float()
        tags = network.taggers["claims"](words).softmax(-1)
        chosen, labels = [], []
        for i, (s, (window, first, size, _)) in enumerate(zip(batch.sentences, batch.places, strict=True)):
            own = tags[window, first : first + size]
            for kind, columns in (("nutrient", [1, 2]), ("outcome", [3, 4, 5, 6])):
                gold = [x for x in s.spans if (x.kind == "nutrient") == (kind == "nutrient")]
                found = likely_spans(own[:, columns].sum(1), 0.4)
                tally = hits.setdefault(kind, [0, 0, 0])
                tally[0] += sum(any(a < g.end and g.start < b for g in gold) for a, b in found)
                tally[1] += len(found)
                tally[2] += len(gold)
            chosen += [(i, (*p.subject, *p.object)) for p in s.pairs]
            labels += [p.labels for p in s.pairs]
        if chosen:
            hidden = read_pairs(network, batch, words, tokens, chosen)
            for head in ("claim", "relation", "exposure", "strength", "factuality"):
                best = network.pairs.out[head](hidden).argmax(-1).tolist()
                right.setdefault(head, []).extend(b == x[head] for b, x in zip(best, labels, strict=True))
    network.train()
    figures = {k: 2 * h / max(1, p + g) for k, (h, p, g) in hits.items()}
    return {k: round(v, 4) for k, v in (figures | {k: sum(v) / len(v) for k, v in right.items()}).items()}
