"""In: the head of a text; out: whether it is BibTeX. Its parser is loaded only for a file that is."""

import re

ENTRY = re.compile(r"^\s*@\s*(?!comment|string|preamble)[A-Za-z]+\s*[{(]", re.IGNORECASE | re.MULTILINE)
KEY = re.compile(r"@\s*\w+\s*[{(]\s*([^\s,{}]{1,80})\s*,")


def is_bibtex(head: str) -> bool:
    """Say whether a text holds an entry of BibTeX, with a key, that begins a line."""
    found = ENTRY.search(head)
    return found is not None and KEY.match(head[found.start() :].lstrip()) is not None
