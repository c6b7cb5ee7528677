"""In: the reference folder's annotated corpora; out: sentences with word labels and labelled pairs."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

TAG_KINDS = ("nutrient", "condition", "measure")
MARKS = ("nutrient", "condition", "measure", "reference")  # what lexicons and rules make of a word
GENERAL_KINDS = ("Chemical", "Disease")
DISEASE_ONLY = ("Disease",)
DIMB_KINDS = ("Nutrient", "Food", "DietPattern", "Disease", "Physiology", "Measurement", "Metabolite", "Chemical",
              "Microorganism")  # fmt: skip
RELATIONS = (
    "increases_risk",
    "decreases_risk",
    "improves",
    "worsens",
    "associated",
    "no_effect",
    "affected_by",
)
EXPOSURES = ("deficiency", "supplementation", "intake", "status", "excess", "unspecified")
STRENGTHS = ("causal", "correlational", "na")
FACTUALITIES = ("Factual", "Probable", "Possible", "Doubtful", "Unknown")
DIMB_RELATIONS = ("INCREASES", "AFFECTS", "DECREASES", "ASSOCIATED_WITH", "POS_ASSOCIATED_WITH", "IMPROVES",
                  "HAS_COMPONENT", "NEG_ASSOCIATED_WITH", "INTERACTS_WITH", "PREVENTS", "CAUSES", "WORSENS",
                  "PREDISPOSES")  # fmt: skip
DIMB_FACTUALITIES = ("Factual", "Negated", "Unknown")
CAUSAL_CLASSES = 4
MAX_SENTENCE_TOKENS = 192
IGNORED = -100


@dataclass(frozen=True)
class Pair:
    """Word spans [start, end) of a subject and an object, with the label of each attribute (-100: not asked)."""

    subject: tuple[int, int]
    object: tuple[int, int]
    labels: dict[str, int]


@dataclass(frozen=True)
class Span:
    """A run of words [start, end) and its kind; `asked` is False where two readers differed on whether it is one."""

    start: int
    end: int
    kind: str
    asked: bool = True


@dataclass(frozen=True)
class Example:
    """One tokenised sentence with what the corpus says of it."""

    text: str
    ids: list[int]
    word_of_token: list[int]
    words: list[tuple[int, int]]
    spans: list[Span]
    pairs: list[Pair] = field(default_factory=list)
    label: int = IGNORED
    distractors: list[Span] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Passage:
    """Consecutive sentences of one document, its title ids, and the document it comes from."""

    key: str
    title: list[int]
    sentences: list[Example]


@dataclass(frozen=True)
class Words:
    """Word pieces of a text and the words (runs of letters or digits, or one mark) that they spell."""

    ids: list[int]
    word_of_token: list[int]
    words: list[tuple[int, int]]


def split_words(tokenizer: Tokenizer, text: str, limit: int = MAX_SENTENCE_TOKENS) -> Words:
    """Return the word pieces of `text` (no special tokens, at most `limit`) with the characters of each word."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    ids, owners, words = [], [], []
    last = None
    for token, owner, (start, end) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
        if len(ids) == limit:
            break
        if owner != last:
            words.append((start, end))
            last = owner
        else:
            words[-1] = (words[-1][0], end)
        ids.append(token)
        owners.append(len(words) - 1)
    return Words(ids, owners, words)


def words_between(words: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return the word span [first, last) that overlaps the characters [start, end), or None."""
    hit = [i for i, (s, e) in enumerate(words) if s < end and start < e]
    return (hit[0], hit[-1] + 1) if hit else None


def occurrences(text: str, name: str) -> list[tuple[int, int]]:
    """Return the places of `name` in `text`; those that stand at word bounds if there are any, else all."""
    places = [(m.start(), m.end()) for m in re.finditer(re.escape(name), text)]
    bounded = [(s, e) for s, e in places if not (text[s - 1 : s].isalnum() or text[e : e + 1].isalnum())]
    return bounded or places


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file with one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


# ---- claims annotated for this project ----------------------------------------------------------------------


def read_claims(documents: Iterable[dict[str, Any]], tokenizer: Tokenizer) -> list[Passage]:
    """Return annotated documents as passages: spans are the participating words, pairs the claims."""
    return [
        Passage(
            key=d["doc_id"],
            title=split_words(tokenizer, d["title"] or "", 32).ids,
            sentences=[claim_sentence(s, d["claims"], tokenizer) for s in d["sentences"]],
        )
        for d in documents
    ]


def claim_sentence(sentence: dict[str, Any], claims: list[dict[str, Any]], tokenizer: Tokenizer) -> Example:
    """Return one annotated sentence; every place of an annotated name counts as participating.

    Claims on which two readers differed ask for nothing: neither their words nor their pairs count either way.
    """
    text = sentence["text"]
    pieces = split_words(tokenizer, text)
    mine = sorted((c for c in claims if c["sid"] == sentence["sid"]), key=lambda c: bool(c.get("optional")))
    firm = [c for c in mine if not c.get("optional")]
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for c in mine:
        for kind, name in (("nutrient", c["nutrient"]), (c["condition_type"], c["condition"])):
            spans = [words_between(pieces.words, *o) for o in occurrences(text, name)]
            places[kind, name] = [s for s in spans if s]
    asked = {(k, n) for c in firm for k, n in (("nutrient", c["nutrient"]), (c["condition_type"], c["condition"]))}
    chosen: list[Span] = []
    for (kind, name), spans in sorted(places.items(), key=lambda item: (item[0] not in asked, -len(item[0][1]))):
        for start, end in spans:
            if all(end <= x.start or x.end <= start for x in chosen):
                chosen.append(Span(start, end, kind, (kind, name) in asked))
    pairs: dict[tuple[tuple[int, int], tuple[int, int]], Pair] = {}
    for c in mine:
        labels = (
            {}
            if c.get("optional")
            else {
                "claim": 1,
                "relation": RELATIONS.index(c["relation"]),
                "exposure": EXPOSURES.index(c["exposure"]),
                "strength": STRENGTHS.index(c["strength"]),
                "factuality": FACTUALITIES.index(c["factuality"]),
            }
        )
        for subject in places["nutrient", c["nutrient"]]:
            for obj in places[c["condition_type"], c["condition"]]:
                pairs.setdefault((subject, obj), Pair(subject, obj, labels))
    return Example(text, pieces.ids, pieces.word_of_token, pieces.words, sorted(chosen, key=lambda s: s.start),
                   list(pairs.values()), label=IGNORED if mine and not firm else int(bool(firm)))  # fmt: skip


def add_distractors(passages: list[Passage], names: dict[str, set[str]]) -> list[Passage]:
    """Return the passages with, as distractors, the known names that take no part in a claim."""
    patterns = {
        kind: re.compile(
            r"(?<![A-Za-z0-9])(?:"
            + "|".join(map(re.escape, sorted(some, key=len, reverse=True)))
            + r")(?![A-Za-z0-9])",
            re.IGNORECASE,
        )
        for kind, some in names.items()
    }
    out = []
    for p in passages:
        sentences = []
        for s in p.sentences:
            found = []
            for kind, pattern in patterns.items():
                for m in pattern.finditer(s.text):
                    span = words_between(s.words, *m.span())
                    if span and all(span[1] <= x.start or x.end <= span[0] for x in s.spans):
                        found.append(Span(*span, kind))
            sentences.append(replace(s, distractors=found))
        out.append(Passage(p.key, p.title, sentences))
    return out


def claim_names(documents: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """Return the annotated names of each kind, without those that only refer back."""
    names: dict[str, set[str]] = {"nutrient": set(), "outcome": set()}
    for d in documents:
        for c in d["claims"]:
            if not c["nutrient_anaphoric"] and len(c["nutrient"]) > 2:
                names["nutrient"].add(c["nutrient"].lower())
            if not c["condition_anaphoric"] and len(c["condition"]) > 2:
                names["outcome"].add(c["condition"].lower())
    return names


# ---- other corpora ------------------------------------------------------------------------------------------


def read_iob(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Yield the sentences (token, IOB tag) of a file with one token a line and a blank line after each sentence."""
    rows: list[tuple[str, str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.strip():
            token, tag = line.split("\t")[:2]
            rows.append((token, tag.strip()))
        elif rows:
            yield rows
            rows = []


def spans_of_tags(tags: Sequence[str]) -> list[Span]:
    """Return the spans that IOB tags describe (an I- without its B- opens a span)."""
    spans: list[Span] = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        mark, kind = tag.split("-", 1)
        if mark == "I" and spans and spans[-1].end == i and spans[-1].kind == kind:
            spans[-1] = Span(spans[-1].start, i + 1, kind)
        else:
            spans.append(Span(i, i + 1, kind))
    return spans


def token_sentence(
    tokens: Sequence[str], spans: Sequence[Span], tokenizer: Tokenizer
) -> tuple[Example, list[tuple[int, int]]]:
    """Return a sentence given as tokens, joined by blanks, and the characters of each token."""
    bounds, at = [], 0
    for token in tokens:
        bounds.append((at, at + len(token)))
        at += len(token) + 1
    pieces = split_words(tokenizer, " ".join(tokens))
    kept = []
    for s in spans:
        span = words_between(pieces.words, bounds[s.start][0], bounds[s.end - 1][1])
        if span:
            kept.append(Span(*span, s.kind))
    return Example(" ".join(tokens), pieces.ids, pieces.word_of_token, pieces.words, kept), bounds


def read_recognition(paths: Sequence[Path], tokenizer: Tokenizer) -> list[Passage]:
    """Return IOB files as one long passage each (documents are not marked in them)."""
    return [
        Passage(p.parent.name, [], [token_sentence([t for t, _ in s], spans_of_tags([g for _, g in s]), tokenizer)[0]
                                    for s in read_iob(p)])
        for p in paths
    ]  # fmt: skip


def read_dimb(path: Path, excluded: set[str], tokenizer: Tokenizer) -> list[Passage]:
    """Return the diet–microbiome corpus: entities as spans, relations (and other pairs of a sentence) as pairs."""
    passages = []
    for d in read_jsonl(path):
        if d["doc_key"] in excluded:
            continue
        sentences, base = [], 0
        for tokens, entities, relations in zip(d["sentences"], d["ner"], d["relations"], strict=True):
            size = len(tokens)
            inside = [Span(s - base, e - base + 1, k) for s, e, k in entities
                      if k in DIMB_KINDS and 0 <= s - base <= e - base < size]  # fmt: skip
            example, bounds = token_sentence(tokens, inside, tokenizer)
            known: dict[tuple[tuple[int, int], tuple[int, int]], Pair] = {}
            for s1, e1, s2, e2, relation, factuality in relations:
                if not all(0 <= x - base < size for x in (s1, e1, s2, e2)):
                    continue
                subject = words_between(example.words, bounds[s1 - base][0], bounds[e1 - base][1])
                obj = words_between(example.words, bounds[s2 - base][0], bounds[e2 - base][1])
                if subject and obj:
                    known[subject, obj] = Pair(subject, obj, {
                        "dimb_relation": 1 + DIMB_RELATIONS.index(relation),
                        "dimb_factuality": DIMB_FACTUALITIES.index(factuality)})  # fmt: skip
            if known:
                bare = [(s.start, s.end) for s in example.spans]
                for subject in bare:
                    for obj in bare:
                        if subject != obj and (subject, obj) not in known and len(known) < 40:
                            known[subject, obj] = Pair(subject, obj, {"dimb_relation": 0, "dimb_factuality": IGNORED})
            sentences.append(Example(example.text, example.ids, example.word_of_token, example.words, example.spans,
                                     list(known.values())))  # fmt: skip
            base += size
        passages.append(Passage(d["doc_key"], [], sentences))
    return passages


def read_causal(path: Path, tokenizer: Tokenizer) -> list[Passage]:
    """Return conclusion sentences with their class of causal language."""
    with path.open(newline="", encoding="utf-8", errors="replace") as fh:
        rows = list(csv.DictReader(fh))
    out = []
    for i, row in enumerate(rows):
        w = split_words(tokenizer, row["sentence"])
        out.append(Passage(f"causal-{i}", [], [Example(row["sentence"], w.ids, w.word_of_token, w.words, [],
                                                        label=int(row["label"]))]))  # fmt: skip
    return out


def read_food_disease(path: Path, tokenizer: Tokenizer) -> list[Passage]:
    """Return sentences with a food and a disease: 0 neither, 1 cause, 2 treat."""
    with path.open(newline="", encoding="utf-8") as fh:
        rows = list(csv.DictReader(fh))
    out = []
    for i, row in enumerate(rows):
        text = row["sentence"]
        w = split_words(tokenizer, text)
        at = [text.lower().find(row[k].lower()) for k in ("food_entity", "disease_entity")]
        if min(at) < 0:
            continue
        spans = [words_between(w.words, a, a + len(row[k]))
                 for a, k in zip(at, ("food_entity", "disease_entity"), strict=True)]  # fmt: skip
        if spans[0] and spans[1]:
            label = 1 if float(row["is_cause"] or 0) else 2 if float(row["is_treat"] or 0) else 0
            pair = Pair(spans[0], spans[1], {"food_relation": label})
            out.append(Passage(f"food-{i}", [], [Example(text, w.ids, w.word_of_token, w.words, [], [pair])]))
    return out


def share_of(documents: Sequence[dict[str, Any]], share: float, seed: int) -> list[dict[str, Any]]:
    """Return a random share of the documents of each kind, in their order; a smaller share lies within a larger one."""
    rng = random.Random(seed)
    chosen: set[str] = set()
    for kind in sorted({d["kind"] for d in documents}):
        keys = sorted(d["doc_id"] for d in documents if d["kind"] == kind)
        rng.shuffle(keys)
        chosen.update(keys[: round(share * len(keys))])
    return [d for d in documents if d["doc_id"] in chosen]
