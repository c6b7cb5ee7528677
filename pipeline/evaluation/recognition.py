"""In: sentences annotated with IOB tags; out: precision, recall and F1 of the recognised chemicals and diseases.

A mention counts where both its bounds and its kind are right, as in the BC5CDR evaluation (Li et al. 2016, Database).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.claims.encoder import ClaimEncoder, MarkedSentence
from pipeline.errors import SourceError
from pipeline.evaluation.measures import Score

Tagged = list[tuple[str, str]]
Span = tuple[int, int, str]


def read_iob(path: Path) -> list[Tagged]:
    """Return the sentences of a file with a token, a tab and its IOB tag on a line, and empty lines between sentences.

    Raises `ValueError` naming the line that is not so.
    """
    sentences: list[Tagged] = [[]]
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            sentences.append([])
            continue
        token, _, tag = line.rpartition("\t")
        if not token or (tag != "O" and not tag.startswith(("B-", "I-"))):
            raise SourceError(
                f"Line {number} of {path} is not a token, a tab and an IOB tag (O, B-Disease, I-Disease ...)."
            )
        sentences[-1].append((token.split("\t")[0], tag))
    return [sentence for sentence in sentences if sentence]


def tagged_spans(tags: list[str]) -> Iterator[Span]:
    """Yield (first token, one past the last, kind) of each mention that the tags mark."""
    start, kind = 0, ""
    for position, tag in enumerate([*tags, "O"]):
        if kind and tag != f"I-{kind}":
            yield start, position, kind
            kind = ""
        if not kind and tag != "O":
            start, kind = position, tag[2:]


def evaluate_recognition(encoder: ClaimEncoder, sentences: list[Tagged]) -> dict[str, Score]:
    """Return the scores of each kind, and of all as "all"; sentences are read together as in a text."""
    texts = [" ".join(token for token, _ in sentence) for sentence in sentences]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    outputs = encoder.read([MarkedSentence(text) for text in texts])
    for sentence, output in zip(sentences, outputs, strict=True):
        starts = [0]
        for token, _ in sentence:
            starts.append(starts[-1] + len(token) + 1)
        found: set[Span] = set()
        for mention in output.mentions:
            inside = [i for i in range(len(sentence)) if starts[i] < mention.end and mention.start < starts[i + 1] - 1]
            found.add((inside[0], inside[-1] + 1, mention.kind))
        gold = set(tagged_spans([tag for _, tag in sentence]))
        for kind in {span[2] for span in gold | found} | {"all"}:
            ours = {span for span in found if kind in ("all", span[2])}
            theirs = {span for span in gold if kind in ("all", span[2])}
            counts[kind].update(tp=len(ours & theirs), fp=len(ours - theirs), fn=len(theirs - ours))
    return {kind: Score(counts[kind]["tp"], counts[kind]["fp"], counts[kind]["fn"]) for kind in sorted(counts)}
