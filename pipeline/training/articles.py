"""In: the open-access articles of pmc-rct; out: their text as word pieces, which the encoder is adapted on.

Articles that the annotated documents come from are left out.
"""

from __future__ import annotations

import re
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.training.batches import SEP
from pipeline.training.corpora import split_words
from pipeline.training.pretrained import load_tokenizer
from pipeline.training.reading import READER


def read_articles(archive: Path, annotated: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the text of each article of the archive (tar.xz of JATS files), in order of their names.

    Word pieces are numbers of 16 bits, SEP after each sentence.
    """
    titles = {plain(d["title"] or "") for d in annotated} - {""}
    numbers = {digits(d["doc_id"].split(":")[-1]) for d in annotated} - {""}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        text_of = partial(read_article, titles=titles, numbers=numbers)
        yield from filter(None, pool.map(text_of, sorted(Path(folder).rglob("*.nxml")), chunksize=16))


def read_article(path: Path, titles: set[str], numbers: set[str]) -> bytes | None:
    """Return the text of one article, or None if it cannot be read or is among those known."""
    try:
        [document] = read(path)
    except SourceError:
        return None
    own = {digits(path.stem)} | {digits(v) for k, v in document.identifiers.items() if k in ("pmid", "pmcid")}
    if plain(document.title) in titles or own & numbers:
        return None
    tokenizer = load_tokenizer()
    pieces: list[int] = []
    for sentence in READER.annotate(document).sentences:
        pieces += [*split_words(tokenizer, sentence.text).ids, SEP]
    return np.asarray(pieces, dtype=np.uint16).tobytes()


def plain(title: str) -> str:
    """Return a title's letters and digits in lower case."""
    return re.sub(r"[^a-z0-9]", "", title.lower())


def digits(identifier: str) -> str:
    """Return the number in an identifier."""
    return re.sub(r"\D", "", identifier)
