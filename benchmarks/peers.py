"""The tools that Provender's speed is measured beside; each gives what it does to a text or a file, or says it lacks.

The language pipeline has the shape of scispaCy's small models (hashed embeddings of width 96, a window encoder of four
layers, tagger, parser and entity recogniser over it) with weights as they are first drawn: its time does not depend on
what it has learnt.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

_LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
_TOK2VEC = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 96,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": [5000, 1000, 2500, 2500],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 96,
        "depth": 4,
        "window_size": 1,
        "maxout_pieces": 3,
    },
}
_TAGS, _ARCS, _ENTITIES = 50, 45, 1


def language_pipeline() -> Language:
    """Return the spaCy pipeline."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": _TOK2VEC})
    tagger = nlp.add_pipe(
        "tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "nO": None, "tok2vec": _LISTENER}}
    )
    parser = nlp.add_pipe("parser", config={"model": _transitions("parser")})
    recogniser = nlp.add_pipe("ner", config={"model": _transitions("ner")})
    for part, count in ((tagger, _TAGS), (parser, _ARCS), (recogniser, _ENTITIES)):
        for number in range(count):
            part.add_label(f"L{number}")
    nlp.initialize()
    return nlp


def _transitions(kind: str) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": kind,
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": _LISTENER,
    }


def _jats() -> Callable[[Path], object]:
    parser = importlib.import_module("pubmed_parser")

    def read(file: Path) -> object:
        return (
            parser.parse_pubmed_xml(str(file)),
            parser.parse_pubmed_paragraph(str(file), all_paragraph=True),
            parser.parse_pubmed_references(str(file)),
        )

    return read


def _html() -> Callable[[Path], object]:
    trafilatura = importlib.import_module("trafilatura")
    return lambda file: trafilatura.extract(file.read_bytes(), include_comments=False, include_tables=True)


def _pymupdf4llm() -> Callable[[Path], object]:
    to_markdown = importlib.import_module("pymupdf4llm").to_markdown
    return lambda file: to_markdown(str(file), show_progress=False)


def _pdfminer() -> Callable[[Path], object]:
    extract_text = importlib.import_module("pdfminer.high_level").extract_text
    return lambda file: extract_text(str(file))


READERS: dict[str, Callable[[], Callable[[Path], object]]] = {
    "pubmed_parser": _jats,
    "trafilatura": _html,
    "pymupdf4llm": _pymupdf4llm,
    "pdfminer.six": _pdfminer,
}
"""What loads each reader; raises `ImportError` where it is not installed (`pip install 'provender[bench]'`)."""
