"""How much is done for a text, counted and not timed: words encoded, designs looked for, reference entries read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import load_settings
from pipeline.extractor import Extractor
from pipeline.grading import grader
from pipeline.ingest import inline, jats_references
from pipeline.records import Block, Document
from pipeline.records.entries import Entries
from pipeline.runs.extraction import extractions
from pipeline.vocabulary import SectionRole

CORPUS = Path(__file__).parent.parent / "corpora" / "rls-b12"
ARTICLE = """<article><front><article-meta><title-group><article-title>{title}</article-title></title-group>
</article-meta></front><body><sec><title>Results</title><p>{text}<xref ref-type="bibr" rid="r2">2</xref></p></sec>
</body><back><ref-list>{entries}</ref-list></back></article>"""
ENTRIES = "".join(
    f'<ref id="r{n}"><label>{n}</label><mixed-citation>Lee K. Trial {n}. J Nutr. 2001;1:1.</mixed-citation></ref>'
    for n in range(1, 6)
)


@pytest.fixture(scope="module")
def fast() -> Extractor:
    return Extractor.load(load_settings(model="fast"))


def article(folder: Path, text: str) -> Path:
    file = folder / "article.nxml"
    file.write_text(ARTICLE.format(title="A trial", text=text, entries=ENTRIES), encoding="utf-8")
    return file


class Counting:
    """A session that counts the word pieces that it is given."""

    def __init__(self, session: Any) -> None:
        self.session, self.pieces = session, 0

    def run(self, names: list[str], inputs: dict[str, Any]) -> Any:
        self.pieces += inputs["input_ids"].shape[1]
        return self.session.run(names, inputs)


def test_each_word_is_encoded_once() -> None:
    extractor = Extractor.load(load_settings(model="default"))
    encoder = extractor.model.encoder
    assert encoder is not None
    counting = Counting(encoder._encoder)
    encoder._encoder = counting
    [document] = extractor.read(CORPUS / "consumer-b12-restless-legs.txt")
    annotated = extractor.annotate(document)
    extractor.extract(annotated)
    all_pieces = sum(len(encoder._pieces(sentence.text, 192).ids) for sentence in annotated.sentences)
    assert 0 < counting.pieces < 1.4 * all_pieces  # with the title of each window and the marks between sentences


@pytest.mark.parametrize(
    ("role", "section", "met"),
    [
        ("results", "Results", ["Zinc", "It", "It", "Falls", "Nobody"]),
        ("methods", "Methods and results", ["Zinc", "It", "It", "Falls", "Nobody"]),
        ("methods", "Methods", ["Falls"]),
    ],
)
def test_only_sentences_that_may_make_a_claim_meet_the_encoder(role: SectionRole, section: str, met: list[str]) -> None:
    text = (
        "Zinc was given for a week. It eased the common cold. It did not prevent fever. The rooms were cool. "
        "Fever is common in winter. Falls were reduced by vitamin D. Nobody knows why."
    )
    extractor = Extractor.load(load_settings())
    encoder = extractor.model.encoder
    assert encoder is not None
    seen: list[str] = []
    pieces = encoder._pieces
    encoder._pieces = lambda text, *rest: seen.append(text.split()[0]) or pieces(text, *rest)  # type: ignore[method-assign]
    block = Block(0, len(text), section=section, role=role)
    document = Document("cold", "cold.txt", "text", sha256="", n_bytes=len(text), text=text, blocks=(block,))
    extractor.claims_of(document)
    assert seen == met


@pytest.mark.parametrize(
    ("text", "looked_for", "read"),
    [("The patients walked home. ", 0, 0), ("Zinc supplementation reduced pneumonia in an earlier trial. ", 1, 1)],
)
def test_design_and_references_are_read_when_a_claim_asks_for_them(
    fast: Extractor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, looked_for: int, read: int
) -> None:
    designs, entries = [], []
    study_design, entry = grader.study_design, jats_references._entry

    def counted_design(*given: Any) -> Any:
        designs.append(given)
        return study_design(*given)

    def counted_entry(*given: Any) -> Any:
        entries.append(given)
        return entry(*given)

    monkeypatch.setattr(grader, "study_design", counted_design)
    monkeypatch.setattr(jats_references, "_entry", counted_entry)
    file = article(tmp_path, text)
    [found] = extractions(fast, file, tmp_path, sha256="", n_bytes=0)
    assert (len(designs), len(entries)) == (looked_for, read)
    assert bool(found.annotated) is bool(found.rows)
    assert (found.source.study_design == "") is (looked_for == 0)


def test_a_reference_list_is_equal_to_its_entries_and_is_kept_as_them(fast: Extractor, tmp_path: Path) -> None:
    [document] = fast.read(article(tmp_path, "Zinc."))
    listed = document.references
    assert isinstance(listed, Entries) and len(listed) == 5
    assert listed[1].label == "2" and listed[-1].label == "5" and [e.label for e in listed[:2]] == ["1", "2"]
    assert listed == tuple(listed) and tuple(listed) == listed and hash(listed) == hash(tuple(listed))
    assert replace(document, references=tuple(listed)) == document
    with pytest.raises(IndexError):
        listed[5]


def test_only_a_text_with_citations_is_searched_for_neighbours_of_them(
    fast: Extractor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = []
    merge = inline.merge

    def counted(text: str, citations: Any) -> Any:
        merged.append(text)
        return merge(text, citations)

    monkeypatch.setattr(inline, "merge", counted)
    [document] = fast.read(article(tmp_path, "Zinc reduced colds.</p><p>Iron did not.</p><p>It was shown before "))
    assert len(merged) == 1 and [citation.labels for citation in document.citations] == [("2",)]
