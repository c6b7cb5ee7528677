"""In: sentences with their context; out: words that take part in claims, chemicals and diseases, attributes of pairs.

The trained encoder at run time: onnxruntime, tokenizers and numpy only. Consecutive sentences are read together in
windows, each word once. A window is one run on one thread and depends on its own document alone, so that what is found
in a sentence does not depend on the number of workers.

>>> encoder = ClaimEncoder.from_directory(Path("pipeline/models/claims"))
>>> [found] = encoder.read([MarkedSentence("Zinc shortens the common cold.")], title="Zinc")
>>> [reading] = encoder.read_pairs(found, [((0, 4), (18, 29))])
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import RunError

if TYPE_CHECKING:
    import onnxruntime as ort
    from tokenizers import Tokenizer

Array = npt.NDArray[np.float32]
Characters = tuple[int, int]
Mark = tuple[int, int, str]


@dataclass(frozen=True)
class MarkedSentence:
    """A sentence with its marks: characters [start, end) and what lexicons and rules make of them.

    Kinds of marks are nutrient, condition, measure, and reference (words that refer back). Where marks overlap, the
    last holds.
    """

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class EncodedSpan:
    """Characters [start, end) of a sentence, what they name, and the probability of it."""

    start: int
    end: int
    kind: str
    score: float


@dataclass(frozen=True)
class EncoderOutput:
    """What was found in one sentence.

    `participants` are words that may take part in a claim (nutrient, condition, measure), down to a low probability;
    `mentions` are chemicals and diseases in general; `claiming` is the probability that the sentence makes a claim.
    """

    participants: tuple[EncodedSpan, ...]
    mentions: tuple[EncodedSpan, ...]
    claiming: float
    words: tuple[Characters, ...] = field(repr=False)
    states: Array = field(repr=False, compare=False)
    odds: Array = field(repr=False, compare=False)

    def score(self, characters: Characters, kinds: Sequence[int]) -> float:
        """Return the mean probability, over the words of some characters, of taking part as one of `kinds`.

        `kinds` are positions among the model's tag labels (nutrient, condition, measure).
        """
        first, last = _words_at(self.words, characters)
        columns = [column for kind in kinds for column in (1 + 2 * kind, 2 + 2 * kind)]
        return float(self.odds[first:last, columns].sum(1).mean())


@dataclass(frozen=True)
class PairReading:
    """Probabilities for one pair: `claim`, and per attribute those of its labels (given that there is a claim)."""

    claim: float
    relation: Mapping[str, float]
    exposure: Mapping[str, float]
    strength: Mapping[str, float]
    factuality: Mapping[str, float]


@dataclass(frozen=True)
class _Pieces:
    """The word pieces of a sentence, the word that each belongs to, the characters of each word, the types."""

    ids: list[int]
    owners: list[int]
    words: list[Characters]
    types: list[int]


def softmax(logits: Array) -> Array:
    """Return the probabilities of logits along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    result: Array = powers / powers.sum(-1, keepdims=True)
    return result


def best_path(logits: Array) -> list[int]:
    """Return the most likely sequence of BIO tags in which a later word follows a word of its kind (Viterbi).

    Tag 0 is outside, 1 + 2k begins kind k, 2 + 2k continues it.
    """
    count, tags = logits.shape
    likeliest = logits.argmax(1)
    before = np.concatenate([[0], likeliest[:-1]])
    continues = (likeliest > 0) & (likeliest % 2 == 0)
    if np.all(~continues | (before == likeliest) | (before == likeliest - 1)):
        return [int(tag) for tag in likeliest]
    allowed = np.zeros((tags, tags), np.float32)
    for tag in range(2, tags, 2):
        allowed[:, tag] = -np.inf
        allowed[[tag - 1, tag], tag] = 0
    score = logits[0] + allowed[0]
    back = np.zeros((count, tags), np.int64)
    for i in range(1, count):
        options = score[:, None] + allowed
        back[i] = options.argmax(0)
        score = options.max(0) + logits[i]
    path = [int(score.argmax())]
    for i in range(count - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return path[::-1]


def cut(sizes: Sequence[int], longest: int) -> list[tuple[int, int]]:
    """Return windows [first, last) over consecutive sentences of some sizes: as few as may be, of similar size.

    No window is longer than `longest`, unless its one sentence is.
    """
    windows: list[tuple[int, int]] = []
    aim = sum(sizes) / max(1, -(-sum(sizes) // longest))
    first = held = 0
    for i, size in enumerate(sizes):
        if i > first and (held + size > longest or held >= aim):
            windows.append((first, i))
            first, held = i, 0
        held += size
    return [*windows, (first, len(sizes))] if sizes else []


def session(file: Path) -> ort.InferenceSession:
    """Return a model file, ready to run on one thread of the processor.

    Sum and norm stay two operations: as one they take five times as long.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    providers, fused = ["CPUExecutionProvider"], ["SkipLayerNormFusion"]
    return ort.InferenceSession(file.read_bytes(), options, providers=providers, disabled_optimizers=fused)


EMPTY = EncoderOutput((), (), 0.0, (), np.zeros((0, 0), np.float32), np.zeros((0, 7), np.float32))


class ClaimEncoder:
    """The encoder with its taggers and pair heads, read from a folder of weights."""

    def __init__(
        self,
        encoder: ort.InferenceSession,
        pairs: ort.InferenceSession,
        tokenizer: Tokenizer,
        settings: dict[str, Any],
    ) -> None:
        self.settings = settings
        self.version: str = settings["version"]
        self._encoder, self._pairs, self._tokenizer = encoder, pairs, tokenizer
        self._labels: dict[str, list[str]] = settings["labels"]
        self._special = [tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]")]

    @classmethod
    def from_directory(cls, path: Path) -> ClaimEncoder:
        """Return the encoder whose files lie in `path`; raises `FileNotFoundError` that names a file that lacks."""
        from tokenizers import Tokenizer

        files = [path / name for name in ("encoder.onnx", "pairs.onnx", "tokenizer.json", "config.json")]
        for file in files:
            if not file.is_file():
                raise RunError(f"The model folder {path} has no {file.name}; install the package again.")
        sessions = [session(file) for file in files[:2]]
        tokenizer = Tokenizer.from_file(str(files[2]))
        return cls(sessions[0], sessions[1], tokenizer, json.loads(files[3].read_text(encoding="utf-8")))

    def read(self, sentences: Sequence[MarkedSentence], title: str = "", opens: bool = False) -> list[EncoderOutput]:
        """Return what is found in each of some consecutive sentences of a document, in order.

        Each window is read under the document's title; the first goes without where the sentences open the document
        (`opens`), since the title is then among them.
        """
        longest = self.settings["longest_sentence"]
        pieces = [self._pieces(s.text, longest, s.marks) for s in sentences]
        heading = self._pieces(title, self.settings["longest_title"]).ids if title else []
        found: list[EncoderOutput] = []
        for first, last in cut([len(p.ids) + 1 for p in pieces], self.settings["longest_window"]):
            found += self._read_window(pieces[first:last], [] if opens and first == 0 else heading)
        return found

    def read_pairs(self, found: EncoderOutput, pairs: Sequence[tuple[Characters, Characters]]) -> list[PairReading]:
        """Return the reading of each pair (characters of the nutrient, of the outcome) of one sentence.

        Raises `ValueError` for characters that lie outside the sentence's words.
        """
        if not pairs:
            return []
        spans = [[*_words_at(found.words, nutrient), *_words_at(found.words, outcome)] for nutrient, outcome in pairs]
        names = ["claim", "relation", "exposure", "strength", "factuality"]
        outputs = self._pairs.run(names, {"states": found.states, "spans": np.array(spans, np.int64)})
        odds = {n: softmax(o) for n, o in zip(names, outputs, strict=True)}
        return [
            PairReading(
                float(odds["claim"][i, 1]),
                *(dict(zip(self._labels[n], map(float, odds[n][i]), strict=True)) for n in names[1:]),
            )
            for i in range(len(pairs))
        ]

    def _read_window(self, sentences: Sequence[_Pieces], title: Sequence[int]) -> list[EncoderOutput]:
        cls_id, sep_id = self._special
        row = [cls_id, *title, sep_id] if title else [cls_id]
        types = [0] * len(row)
        owners: list[int] = []
        places: list[int] = []
        count = sum(len(s.words) for s in sentences)
        first = 0
        for number, s in enumerate(sentences):
            owners += [*(first + owner for owner in s.owners), count + number]
            places += range(len(row), len(row) + len(s.ids) + 1)
            row += [*s.ids, sep_id]
            types += [*s.types, 1]
            first += len(s.words)
        if not count:
            return [EMPTY] * len(sentences)
        pooling = np.zeros((1, count + len(sentences), len(row)), np.float32)
        pooling[0, owners, places] = 1
        pooling /= pooling.sum(2, keepdims=True)
        outputs = self._encoder.run(
            ["states", "claim_tags", "recognition_tags", "claiming"],
            {
                "input_ids": np.array([row], np.int64),
                "token_type_ids": np.array([types], np.int64),
                "pooling": pooling,
            },
        )
        states, claim_tags, recognition_tags, claiming = (output[0] for output in outputs)
        found, first = [], 0
        for number, s in enumerate(sentences):
            last, mark = first + len(s.words), count + number
            found.append(
                EncoderOutput(
                    self._spans(claim_tags[first:last], self._labels["tags"], s.words, self.settings["outside_offset"]),
                    self._spans(recognition_tags[first:last], self._labels["recognition"], s.words, 0.0),
                    float(softmax(claiming[mark])[1]),
                    tuple(s.words),
                    np.concatenate([states[first:last], states[mark : mark + 1]]),
                    softmax(claim_tags[first:last]),
                )
                if s.words
                else EMPTY
            )
            first = last
        return found

    def _pieces(self, text: str, limit: int, marks: Sequence[Mark] = ()) -> _Pieces:
        """Return the word pieces of a text, at most `limit`; their types are 1 for plain text, from 2 on by mark."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        owners: list[int] = []
        words: list[Characters] = []
        last = None
        for owner, (start, end) in zip(encoding.word_ids[:limit], encoding.offsets[:limit], strict=True):
            if owner != last:
                words.append((start, end))
                last = owner
            else:
                words[-1] = (words[-1][0], end)
            owners.append(len(words) - 1)
        of_word = [1] * len(words)
        for start, end, kind in marks:
            for position in range(*_word_range(words, start, end)):
                of_word[position] = 2 + self._labels["marks"].index(kind)
        return _Pieces(encoding.ids[:limit], owners, words, [of_word[owner] for owner in owners])

    @staticmethod
    def _spans(
        logits: Array, labels: Sequence[str], words: Sequence[Characters], outside_offset: float
    ) -> tuple[EncodedSpan, ...]:
        """Return the spans of the best path, and between them those of the best path with the outside tag lowered."""
        probability = softmax(logits)
        spans = tagged_runs(best_path(logits))
        if outside_offset:
            lowered = logits.copy()
            lowered[:, 0] -= outside_offset
            taken = {i for start, end, _ in spans for i in range(start, end)}
            doubtful = tagged_runs([0 if i in taken else tag for i, tag in enumerate(best_path(lowered))])
            spans = sorted(spans + doubtful)
        return tuple(
            EncodedSpan(
                words[start][0],
                words[end - 1][1],
                labels[kind],
                float(probability[start:end, 1 + 2 * kind : 3 + 2 * kind].sum(1).mean()),
            )
            for start, end, kind in spans
        )


def tagged_runs(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (first word, word after the last, kind) of each span that tags describe."""
    runs: list[tuple[int, int, int]] = []
    for i, tag in enumerate(tags):
        kind = (tag - 1) // 2
        if tag and tag % 2 == 0 and runs and runs[-1][1:] == (i, kind):
            runs[-1] = (runs[-1][0], i + 1, kind)
        elif tag:
            runs.append((i, i + 1, kind))
    return runs


def log_odds(probability: float) -> float:
    """Return the natural log-odds of a probability, kept within what single precision can tell (about 13.8)."""
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))


def _words_at(words: Sequence[Characters], characters: Characters) -> tuple[int, int]:
    """Return the words [first, last) that overlap some characters."""
    first, last = _word_range(words, *characters)
    if first == last:
        raise ValueError(f"Characters {characters[0]} to {characters[1]} hold no word; give offsets in the sentence.")
    return first, last


def _word_range(words: Sequence[Characters], start: int, end: int) -> tuple[int, int]:
    """Return the words [first, last) that overlap the characters [start, end); first is last where none does."""
    first = bisect_right(words, start, key=lambda word: word[1])
    return first, max(first, bisect_left(words, end, key=lambda word: word[0]))
