"""In: the claims of a document, sentence by sentence; out: at most so many of each, flagged where there may be more."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from pipeline.records import Claim
from pipeline.vocabulary import MOST_CLAIMS_PER_SENTENCE


def bounded(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Yield the first claims of each sentence; they carry the flag `truncated` where the sentence may hold more."""
    for _, claims_of_sentence in groupby(claims, key=lambda claim: claim.sentence.index):
        found = list(claims_of_sentence)
        truncated = found[0].sentence.truncated or len(found) > MOST_CLAIMS_PER_SENTENCE
        for claim in found[:MOST_CLAIMS_PER_SENTENCE]:
            yield replace(claim, flags=(*claim.flags, "truncated")) if truncated else claim
