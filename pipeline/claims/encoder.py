"""In: sentences with their context; out: words that take part in claims, chemicals and diseases, attributes of pairs.

The trained encoder at run time: onnxruntime, tokenizers and numpy only. One sentence is one run on one thread, so that
what is found in a sentence depends neither on its neighbours in a batch nor on the number of workers.

>>> encoder = ClaimEncoder.from_directory(Path("pipeline/models/claims"))
>>> [found] = encoder.predict([EncoderInput("Zinc shortens the common cold.", title="Zinc")])
>>> [reading] = encoder.read_pairs(found, [((0, 4), (18, 29))])
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from pipeline.errors import RunError

Array = npt.NDArray[np.float32]
Characters = tuple[int, int]
Mark = tuple[int, int, str]


@dataclass(frozen=True)
class EncoderInput:
    """A sentence, the sentences just before and after it in its document ("" at an end), and the document's title.

    Marks are characters [start, end) of a sentence and what lexicons and rules make of them: nutrient, condition,
    measure, or reference (words that refer back). Where marks overlap, the last holds.
    """

    text: str
    before: str = ""
    after: str = ""
    title: str = ""
    marks: tuple[Mark, ...] = ()
    marks_before: tuple[Mark, ...] = ()
    marks_after: tuple[Mark, ...] = ()


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


def session(file: Path) -> ort.InferenceSession:
    """Return a model file, ready to run on one thread of the processor."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])


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
        files = [path / name for name in ("encoder.onnx", "pairs.onnx", "tokenizer.json", "config.json")]
        for file in files:
            if not file.is_file():
                raise RunError(f"The model folder {path} has no {file.name}; install the package again.")
        sessions = [session(file) for file in files[:2]]
        tokenizer = Tokenizer.from_file(str(files[2]))
        return cls(sessions[0], sessions[1], tokenizer, json.loads(files[3].read_text(encoding="utf-8")))

    def predict(self, sentences: Sequence[EncoderInput]) -> list[EncoderOutput]:
        """Return what is found in each sentence, in order."""
        return [self._predict(s) for s in sentences]

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

    def _predict(self, sentence: EncoderInput) -> EncoderOutput:
        ids, owners, words = self._pieces(sentence.text, self.settings["longest_sentence"])
        if not words:
            return EncoderOutput((), (), 0.0, (), np.zeros((0, 0), np.float32), np.zeros((0, 7), np.float32))
        cls_id, sep_id = self._special
        context = self.settings["longest_context"]
        head = [cls_id]
        if sentence.title:
            head += [*self._pieces(sentence.title, self.settings["longest_title"])[0], sep_id]
        types = [0] * len(head)
        if sentence.before:
            pieces, owner, places = self._pieces(sentence.before, 512)
            head += [*pieces[-context:], sep_id]
            types += [*self._types(owner, places, sentence.marks_before)[-context:], 1]
        types += [*self._types(owners, words, sentence.marks), 1]
        row = [*head, *ids, sep_id]
        if sentence.after:
            pieces, owner, places = self._pieces(sentence.after, context)
            row += [*pieces, sep_id]
            types += [*self._types(owner, places, sentence.marks_after), 1]
        pooling = np.zeros((1, len(words) + 1, len(row)), np.float32)
        pooling[0, owners, np.arange(len(head), len(head) + len(ids))] = 1
        pooling[0, len(words), len(head) + len(ids)] = 1
        pooling /= pooling.sum(2, keepdims=True)
        states, claim_tags, recognition_tags, claiming = self._encoder.run(
            ["states", "claim_tags", "recognition_tags", "claiming"],
            {
                "input_ids": np.array([row], np.int64),
                "token_type_ids": np.array([types], np.int64),
                "pooling": pooling,
            },
        )
        size = len(words)
        return EncoderOutput(
            self._spans(claim_tags[0, :size], self._labels["tags"], words, self.settings["outside_offset"]),
            self._spans(recognition_tags[0, :size], self._labels["recognition"], words, 0.0),
            float(softmax(claiming[0, size])[1]),
            tuple(words),
            states[0],
            softmax(claim_tags[0, :size]),
        )

    def _types(self, owners: Sequence[int], words: Sequence[Characters], marks: Sequence[Mark]) -> list[int]:
        """Return the type of each word piece: 1 for plain text, from 2 on by the mark of its word."""
        of_word = [1] * len(words)
        for start, end, kind in marks:
            for position, (a, b) in enumerate(words):
                if a < end and start < b:
                    of_word[position] = 2 + self._labels["marks"].index(kind)
        return [of_word[owner] for owner in owners]

    def _pieces(self, text: str, limit: int) -> tuple[list[int], list[int], list[Characters]]:
        """Return word pieces, the word that each belongs to, and the characters of each word."""
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
        return encoding.ids[:limit], owners, words

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
    start, end = characters
    hit = [i for i, (s, e) in enumerate(words) if s < end and start < e]
    if not hit:
        raise ValueError(f"Characters {start} to {end} hold no word of the sentence; give offsets within it.")
    return hit[0], hit[-1] + 1
