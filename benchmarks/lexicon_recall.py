"""In: annotated documents (one JSON object a line); out: the share of mentions that the lexicons find.

    python benchmarks/lexicon_recall.py GOLD.jsonl [--missed N] [--kind nutrient|condition|measure]

Recall: the share of annotated, non-anaphoric mentions that overlap a match of their kind; same name: of all, those
whose match also has the annotated name (letters and digits compared). Also the words read in a second on one core.
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from pipeline.language.matcher import LexiconMatch, Matcher


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--missed", type=int, default=0, help="how many of the missed mentions to print")
    parser.add_argument("--kind", default="", help="print the missed mentions of this kind only")
    arguments = parser.parse_args()
    documents = [json.loads(line) for line in arguments.gold.read_text("utf-8").splitlines() if line.strip()]
    matcher = Matcher.load()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    missed: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for kind, surface, name, matches in mentions(document, matcher):
            counts[kind]["all"] += 1
            hits = [match for start, end, match in matches if start < match.end and match.start < end]
            counts[kind]["found"] += bool(hits)
            counts[kind]["named"] += any(letters(match.name) == letters(name) for match in hits)
            if not hits:
                missed[kind][f"{surface} = {name}"] += 1
    for kind, count in sorted(counts.items()):
        found, named = count["found"] / count["all"], count["named"] / count["all"]
        print(f"{kind:10} {count['all']:6} mentions  recall {found:.3f}  same name {named:.3f}")
    print(f"{words_a_second(documents, matcher):,.0f} words a second")
    for kind in sorted(missed):
        if arguments.missed and arguments.kind in ("", kind):
            print(
                f"missed {kind}: "
                + "; ".join(f"{word} ({n})" for word, n in missed[kind].most_common(arguments.missed))
            )


def mentions(
    document: dict[str, Any], matcher: Matcher
) -> list[tuple[str, str, str, list[tuple[int, int, LexiconMatch]]]]:
    """Return kind, words, name and (start, end, match) of every place where the words stand in the sentence."""
    sentences = {sentence["sid"]: sentence["text"] for sentence in document["sentences"]}
    found = []
    for claim in document["claims"]:
        text = sentences[claim["sid"]]
        matches = matcher.find(text)
        for role, kind in (("nutrient", "nutrient"), ("condition", claim["condition_type"])):
            if claim[f"{role}_anaphoric"]:
                continue
            surface = claim[role]
            places = [m.start() for m in re.finditer(re.escape(surface), text)]
            near = [(p, p + len(surface), match) for p in places for match in matches if match.kind == kind]
            found.append((kind, surface, claim[f"{role}_name"], near))
    return found


def letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def words_a_second(documents: list[dict[str, Any]], matcher: Matcher) -> float:
    texts = [" ".join(sentence["text"] for sentence in document["sentences"]) for document in documents]
    started = time.process_time()
    for text in texts:
        matcher.find(text)
    return sum(len(text.split()) for text in texts) / (time.process_time() - started)


if __name__ == "__main__":
    main()
