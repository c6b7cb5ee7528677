"""How much of the articles on web pages is kept and how much else is dropped, beside trafilatura.

    python benchmarks/pages.py FOLDER PHRASES [--seconds]

FOLDER holds saved pages, PHRASES one JSON object a line: `file`, `with` (phrases of the article, which must stay) and
`without` (phrases that must go), as trafilatura's own evaluation has them. Letters and digits only are compared.
Precision is the share of phrases of the article among the phrases that are there, recall the share of the article's
phrases that are there. The pages are also given in two halves, split by a hash of their names: thresholds were set on
the first, the second was only measured. `--seconds` adds the processor time of each reader; they take turns, page by
page.
"""

import argparse
import hashlib
import json
import logging
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import trafilatura

from pipeline import read
from pipeline.errors import SourceError

Reader = Callable[[Path], str]


def provender(path: Path) -> str:
    """Return title and text as Provender reads them; "" where it fails, with the reason printed."""
    try:
        return "\n".join(f"{document.title}\n{document.text}" for document in read(path))
    except SourceError as error:
        print(f"error: {error}")
        return ""


def alone(path: Path) -> str:
    """Return the text that trafilatura alone extracts."""
    return trafilatura.extract(path.read_bytes(), include_comments=False, include_tables=True) or ""


def letters(text: str) -> str:
    """Return the letters and digits of a text in one case."""
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    return "".join(filter(str.isalnum, plain))


def measures(texts: dict[str, str], pages: Sequence[dict[str, Any]]) -> str:
    """Return precision, recall and F of the phrases of these pages."""
    asked = [letters(phrase) in texts[page["file"]] for page in pages for phrase in page["with"] if letters(phrase)]
    foreign = [
        letters(phrase) in texts[page["file"]] for page in pages for phrase in page["without"] if letters(phrase)
    ]
    precision = sum(asked) / max(1, sum(asked) + sum(foreign))
    recall = sum(asked) / max(1, len(asked))
    f = 2 * precision * recall / max(1e-9, precision + recall)
    return f"pages {len(pages):4}  precision {precision:.3f}  recall {recall:.3f}  F {f:.3f}"


def half(page: dict[str, Any]) -> int:
    """Return 0 for a page whose name's hash is even, else 1."""
    return hashlib.sha256(page["file"].encode()).digest()[0] & 1


def main() -> None:
    """Print a line for each reader and set of pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("phrases", type=Path)
    parser.add_argument("--seconds", action="store_true", help="print the processor time of each reader")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pages = [json.loads(line) for line in given.phrases.read_text(encoding="utf-8").splitlines()]
    readers: dict[str, Reader] = {"trafilatura": alone, "provender": provender}
    texts: dict[str, dict[str, str]] = {name: {} for name in readers}
    seconds = dict.fromkeys(readers, 0.0)
    for reader in readers.values():
        reader(given.folder / pages[0]["file"])
    for page in pages:
        for name, reader in readers.items():
            began = time.process_time()
            text = reader(given.folder / page["file"])
            seconds[name] += time.process_time() - began
            texts[name][page["file"]] = letters(text)
    for name in readers:
        for title, chosen in (
            ("all", pages),
            ("first half", [page for page in pages if not half(page)]),
            ("second half", [page for page in pages if half(page)]),
        ):
            print(f"{name:12} {title:12} {measures(texts[name], chosen)}")
        if given.seconds:
            print(f"{name:12} {seconds[name]:.1f} s of processor time")


if __name__ == "__main__":
    main()
