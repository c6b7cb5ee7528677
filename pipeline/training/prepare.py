"""In: the reference folder; out: all that training reads, tokenised and marked, in one file.

Marks come from the product's lexicons and rules, so this needs the product; the fitting after it needs torch alone and
may run on another machine.
"""

from __future__ import annotations

import lzma
import math
import pickle
import random
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from pipeline.training import corpora
from pipeline.training.corpora import Passage
from pipeline.training.pretrained import load_tokenizer

HERE = Path(__file__).parent
SHARES = (0, 0.5, 1)  # of the documents that no earlier weights learned from, for the learning curve
Source = Sequence[Sequence[Passage]]
"""The passages of a corpus, for each pass over it; passes beyond the last begin again."""


@dataclass(frozen=True)
class Inputs:
    """What training reads.

    `text` is running text as word pieces of 16 bits; `others` the corpora without claims; `claims` the annotated
    documents of each set (apart, final, fresh50 ...), changed anew for each pass; `held_out` those that `apart` leaves
    out.
    """

    text: bytes
    others: dict[str, Source]
    claims: dict[str, Source]
    held_out: dict[str, list[Passage]]

    def save(self, path: Path) -> None:
        """Write all of it to a file."""
        with lzma.open(path, "wb", preset=1) as file:
            pickle.dump(self, file)

    @staticmethod
    def load(path: Path) -> Inputs:
        """Return what `save` wrote; only files of one's own should be read."""
        with lzma.open(path, "rb") as file:
            inputs: Inputs = pickle.load(file)
        return inputs


def read_schedule() -> dict[str, Any]:
    """Return schedule.toml."""
    return tomllib.loads((HERE / "schedule.toml").read_text(encoding="utf-8"))


def kept_apart(documents: Sequence[dict[str, Any]], schedule: Mapping[str, Any]) -> set[str]:
    """Return the documents that the set `apart` leaves out: a share of those that no earlier weights learned from."""
    fresh = documents[schedule["learned_before"] :]
    return {d["doc_id"] for d in corpora.share_of(fresh, schedule["apart"], schedule["apart_seed"])}


def document_sets(documents: Sequence[dict[str, Any]], schedule: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the sets of annotated documents that networks learn from.

    `apart` is all but those kept apart, `final` all; for the curve `fresh0` is those that earlier weights learned from,
    `fresh50` these and half of the others, `fresh100` all, `unwritten` all but those written for training, and
    `unchanged` all as they are, without copies of turned sign, other names or references back.
    """
    apart = kept_apart(documents, schedule)
    known, fresh = documents[: schedule["learned_before"]], documents[schedule["learned_before"] :]
    rest = [d for d in documents if d["doc_id"] not in apart]
    sets = {
        "apart": rest,
        "settled_apart": rest,
        "final": list(documents),
        "settled": list(documents),
        "unchanged": list(documents),
        "unwritten": [d for d in documents if d["kind"] != "written"],
    }
    shares = {f"fresh{100 * s:.0f}": [*known, *corpora.share_of(fresh, s, schedule["apart_seed"])] for s in SHARES}
    return sets | shares


def prepare(reference: Path, wanted: Collection[str] | None = None, with_text: bool = True) -> Inputs:
    """Return all that training reads for the sets `wanted`, by default `apart` and `final`.

    The plain text of articles, for the step `adapt`, comes only if wished.

    Raises FileNotFoundError where the reference folder lacks a corpus.
    """
    from pipeline.training.articles import read_articles
    from pipeline.training.marking import marked_claims

    schedule, tokenizer = read_schedule(), load_tokenizer()
    documents = corpora.read_jsonl(reference / "gold" / "train.jsonl")
    dev = corpora.read_jsonl(reference / "gold" / "dev.jsonl")
    archive = reference / "corpora" / "pmc-rct" / "pmc-rct-nxml.tar.xz"
    sets = {n: some for n, some in document_sets(documents, schedule).items() if n in (wanted or ("apart", "final"))}
    held_out = {}
    apart = kept_apart(documents, schedule)
    rest = [d for d in documents if d["doc_id"] in apart]
    read = corpora.read_claims(rest, tokenizer)
    held_out["apart"] = [marked_claims(p, d) for p, d in zip(read, rest, strict=True)]
    return Inputs(
        text=b"".join(read_articles(archive, [*documents, *dev])) if with_text else b"",
        others=read_others(reference / "corpora", dev, tokenizer),
        claims={
            name: list(claim_passes(some, tokenizer, changed_in(name, schedule), passes_of(name, schedule)))
            for name, some in sets.items()
        },
        held_out=held_out,
    )


def plan_of(name: str, schedule: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the schedule says of a set of documents; those of the learning curve are learnt alike."""
    steps: dict[str, Any] = schedule["claims"]
    return dict(steps.get(name, steps["curve"]))


def changed_in(name: str, schedule: Mapping[str, Any]) -> dict[str, Any]:
    """Return how documents are changed for a pass over a set: not at all where the set's plan says so."""
    changed: dict[str, Any] = schedule["changed"]
    return changed if plan_of(name, schedule).get("changed", True) else {**changed, "documents": 0.0}


def passes_of(name: str, schedule: Mapping[str, Any]) -> int:
    """Return how many passes over a set of documents have to be made ready; a begun one counts."""
    planned = schedule["claims"]["schedule"] | plan_of(name, schedule)
    return math.ceil(planned["passes"]["claims"])


def claim_passes(
    learn: Sequence[dict[str, Any]], tokenizer: Tokenizer, changed: Mapping[str, float], passes: int
) -> Iterator[list[Passage]]:
    """Yield the annotated documents for each pass, a share of them changed: sign, names, or referring back."""
    from pipeline.training.marking import marked_claims
    from pipeline.training.referring import referred
    from pipeline.training.renaming import nutrient_pool, renamed
    from pipeline.training.turning import turned

    names, pool, rng = corpora.claim_names(learn), nutrient_pool(learn), random.Random(1)

    def marked(documents: Sequence[dict[str, Any]]) -> list[Passage]:
        passages = corpora.add_distractors(corpora.read_claims(documents, tokenizer), names)
        return [marked_claims(p, d) for p, d in zip(passages, documents, strict=True)]

    as_they_are = marked(learn)
    for _ in range(passes):
        chosen = {i for i in range(len(learn)) if rng.random() < changed["documents"]}
        other = [
            referred(renamed(turned(d, changed["turned"], rng), pool, rng), changed["referring"], rng)
            for i, d in enumerate(learn)
            if i in chosen
        ]
        fresh = iter(marked(other))
        yield [next(fresh) if i in chosen else passage for i, passage in enumerate(as_they_are)]


def read_others(folder: Path, kept_apart: Sequence[dict[str, Any]], tokenizer: Tokenizer) -> dict[str, Source]:
    """Return the passages of every corpus without claims; documents kept apart are left out of dimb-re."""
    from pipeline.training.marking import marked_passage

    excluded = {d["doc_id"].split(":")[-1].removeprefix("pmid") for d in kept_apart}
    recognition = {
        name: corpora.read_recognition([folder / place / f"{s}.tsv" for s in ("train", "devel")], tokenizer)
        for name, place in (("bc5cdr", "bc5cdr"), ("ncbi", "ncbi-disease"))
    }
    related = {
        "dimb": corpora.read_dimb(folder / "dimb-re" / "train.jsonl", excluded, tokenizer),
        "causal": corpora.read_causal(folder / "causal-language" / "pubmed_causal_language_use.csv", tokenizer),
        "food": corpora.read_food_disease(folder / "food-disease" / "food_disease_dataset.csv", tokenizer),
    }
    marked = {name: [marked_passage(p) for p in passages] for name, passages in related.items()}
    return {name: [passages] for name, passages in (recognition | marked).items()}
