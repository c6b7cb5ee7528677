"""In: passages of every task; out: a fitted `ClaimNetwork` and its checkpoint (all tasks share one encoder)."""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from pipeline.training.adapt import rate_share
from pipeline.training.batches import Batch, Window, collate, cut_windows, make_batches
from pipeline.training.corpora import IGNORED, Passage
from pipeline.training.network import SENTENCE_HEADS, TAGGERS, ClaimNetwork
from pipeline.training.pairing import Chosen, claim_pairs, likely_spans, read_pairs, states_of
from pipeline.training.prepare import Source

PAIR_WEIGHTS = {"claim": 1.0, "relation": 1.0, "exposure": 0.5, "strength": 0.3, "factuality": 0.5,
                "dimb_relation": 1.0, "dimb_factuality": 0.3, "food_relation": 1.0}  # fmt: skip
CLAIM_HEADS = ("claim", "relation", "exposure", "strength", "factuality")


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
    idle_share: float = 1.0
    seed: int = 1
    log_every: int = 50
    check_every: int = 400
    decay: float = 0.01


def plan(tasks: Mapping[str, Source], schedule: Schedule, rng: random.Random) -> list[tuple[str, list[Window]]]:
    """Return the batches of the whole run in order: passes of each task spread evenly over the run."""
    steps: list[tuple[float, str, list[Window]]] = []
    for task, source in tasks.items():
        wanted, number = schedule.passes[task], 0
        batches: list[list[Window]] = []
        while wanted > 0:
            windows = cut_windows(source[number % len(source)], rng, schedule.window, schedule.title_share)
            if task == "claims":
                windows = [w for w in windows if not w.idle or rng.random() < schedule.idle_share]
            fresh = make_batches(windows, rng, schedule.budget)
            batches += fresh[: max(1, round(len(fresh) * min(1.0, wanted)))]
            wanted, number = wanted - 1, number + 1
        steps += [((i + rng.random()) / len(batches), task, b) for i, b in enumerate(batches)]
    return [(task, b) for _, task, b in sorted(steps, key=lambda s: s[0])]


def tag_targets(batch: Batch, kinds: Sequence[str]) -> Tensor:
    """Return BIO targets (batch, words): 0 outside, 1+2k first word of kind k, 2+2k a later word."""
    target = torch.full(batch.pooling.shape[:2], IGNORED)
    for s, (window, first, size, _) in zip(batch.sentences, batch.places, strict=True):
        target[window, first : first + size] = 0
        for span in s.spans:
            k = kinds.index(span.kind)
            target[window, first + span.start] = 1 + 2 * k if span.asked else IGNORED
            target[window, first + span.start + 1 : first + span.end] = 2 + 2 * k if span.asked else IGNORED
    return target


def step_loss(
    network: ClaimNetwork, task: str, batch: Batch, schedule: Schedule, rng: random.Random
) -> dict[str, Tensor]:
    """Return the losses of one batch of an annotated corpus."""
    words, tokens = states_of(network, batch)
    parts: dict[str, Tensor] = {}
    dropped = network.dropout(words)
    tags = torch.zeros(0)
    if task in TAGGERS:
        logits = network.taggers[task](dropped)
        target = tag_targets(batch, TAGGERS[task]).to(words.device)
        parts["tag"] = schedule.tag_weight * nn.functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)  # fmt: skip
        tags = logits.detach().softmax(-1).cpu()
    if task in SENTENCE_HEADS:
        target = torch.tensor([s.label for s in batch.sentences], device=words.device)
        weight = 0.5 if task == "claims" else 1.0
        logits = network.sentence[task](network.dropout(closing_marks(batch, tokens)))
        if bool((target != IGNORED).any()):
            parts["sentence"] = weight * nn.functional.cross_entropy(logits, target, ignore_index=IGNORED)
    chosen: Chosen = []
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
            wanted = [x.get(head, IGNORED) for x in labels]
            if any(label != IGNORED for label in wanted):
                parts[head] = weight * nn.functional.cross_entropy(
                    network.pairs.out[head](hidden), torch.tensor(wanted, device=words.device), ignore_index=IGNORED,
                    label_smoothing=schedule.smoothing)  # fmt: skip
    return parts


def closing_marks(batch: Batch, tokens: Tensor) -> Tensor:
    """Return the states (sentences, width) of the marks that close the sentences of a batch."""
    places = torch.tensor(batch.places, device=tokens.device)
    return tokens[places[:, 0], places[:, 3]]


def fit(
    network: ClaimNetwork,
    tasks: Mapping[str, Source],
    schedule: Schedule,
    checkpoint: Path,
    held_out: Sequence[Passage] = (),
) -> None:
    """Learn all tasks together, AdamW with warm-up and linear decay; writes `checkpoint` when all is learnt.

    Now and then all that is needed to go on is kept beside it (`.partial`): a fit that was stopped goes on from there.
    """
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
    running: dict[str, float] = {}
    began, pieces = time.time(), 0
    print(f"{len(steps)} steps", {t: sum(x == t for x, _ in steps) for t in tasks}, flush=True)
    partial = checkpoint.with_suffix(".partial")
    done = resume(partial, network, optimiser, rng)
    network.train()
    for i, (task, windows) in enumerate(steps[done:], start=done + 1):
        share = rate_share(i, len(steps), schedule.warm_up)
        for group, peak in zip(optimiser.param_groups, (schedule.rate, schedule.head_rate), strict=True):
            group["lr"] = peak * share
        batch = collate(windows, schedule.noise, schedule.unmarked, rng).to(network.device)
        parts = step_loss(network, task, batch, schedule, rng)
        loss = torch.stack(list(parts.values())).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        pieces += batch.ids.numel()
        if i % schedule.log_every == 0:
            for k, v in parts.items():
                running[f"{task}.{k}"] = float(v.detach())
            speed = pieces / (time.time() - began)
            print(f"{i}/{len(steps)} {time.time() - began:.0f}s {speed:.0f}/s",
                  " ".join(f"{k}={v:.3f}" for k, v in sorted(running.items())), flush=True)  # fmt: skip
        if i % schedule.check_every == 0 or i == len(steps):
            if held_out:
                print("held out", held_out_figures([network], held_out), flush=True)
            keep(partial, network, optimiser, rng, i)
    torch.save(network.state_dict(), checkpoint)
    partial.unlink(missing_ok=True)


def keep(partial: Path, network: ClaimNetwork, optimiser: torch.optim.Optimizer, rng: random.Random, done: int) -> None:
    """Write where a fit stands after `done` steps, all at once."""
    draft = partial.with_suffix(".draft")
    states = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "done": done}
    torch.save(states | {"torch": torch.get_rng_state(), "random": repr(rng.getstate())}, draft)
    draft.replace(partial)


def resume(partial: Path, network: ClaimNetwork, optimiser: torch.optim.Optimizer, rng: random.Random) -> int:
    """Put network, optimiser and chance back to where a stopped fit was; return how many steps it had taken."""
    if not partial.is_file():
        return 0
    states = torch.load(partial, weights_only=True, map_location=network.device)
    network.load_state_dict(states["network"])
    optimiser.load_state_dict(states["optimiser"])
    torch.set_rng_state(states["torch"].cpu())
    rng.setstate(ast.literal_eval(states["random"]))
    return int(states["done"])


def mean(probabilities: Sequence[Tensor]) -> Tensor:
    """Return the mean of tensors of one shape."""
    return torch.stack(list(probabilities)).mean(0)


@torch.no_grad()
def held_out_figures(networks: Sequence[ClaimNetwork], passages: Sequence[Passage]) -> dict[str, float]:
    """Return F1 (spans that overlap) of the claim tagger and accuracies of the pair heads on the annotated pairs.

    Several networks are asked together: the mean of their probabilities counts.
    """
    for network in networks:
        network.eval()
    rng = random.Random(0)
    hits: dict[str, list[int]] = {}
    right: dict[str, list[bool]] = {}
    for windows in make_batches(cut_windows(passages, rng, (100, 128), 1.0), rng, 2048):
        batch = collate(windows).to(networks[0].device)
        read = [states_of(network, batch) for network in networks]
        tags = mean([n.taggers["claims"](w).softmax(-1) for n, (w, _) in zip(networks, read, strict=True)]).cpu()
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
            chosen += [(i, (*p.subject, *p.object)) for p in s.pairs if p.labels]
            labels += [p.labels for p in s.pairs if p.labels]
        if chosen:
            hidden = [read_pairs(n, batch, w, t, chosen) for n, (w, t) in zip(networks, read, strict=True)]
            for head in CLAIM_HEADS:
                logits = [n.pairs.out[head](h).softmax(-1) for n, h in zip(networks, hidden, strict=True)]
                best = mean(logits).argmax(-1).tolist()
                right.setdefault(head, []).extend(b == x[head] for b, x in zip(best, labels, strict=True))
    for network in networks:
        network.train()
    figures = {k: 2 * h / max(1, p + g) for k, (h, p, g) in hits.items()}
    return {k: round(v, 4) for k, v in (figures | {k: sum(v) / len(v) for k, v in right.items()}).items()}
