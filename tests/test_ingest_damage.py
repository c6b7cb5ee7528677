"""A damaged byte in a file of records costs one record, and that one is named; no other is lost."""

import json
from collections.abc import Callable

import pytest
from forms import FORMS
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.ingest import read
from pipeline.records import Document

N = 5
TEXTS = [f"Iron record {number} says that zinc – with “quotes” – helps." for number in range(N)]
MEDLINE = (
    '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "x.dtd">\n<PubmedArticleSet>\n'
    + "\n".join(
        f"<PubmedArticle><MedlineCitation><PMID>{100 + number}</PMID><Article><ArticleTitle>Title</ArticleTitle>"
        f"<Abstract><AbstractText>{text}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
        for number, text in enumerate(TEXTS)
    )
    + "\n</PubmedArticleSet>"
)
BIOC_XML = (
    '<?xml version="1.0"?><collection>'
    + "".join(
        f'<document><id>{1000 + number}</id><passage><infon key="type">abstract</infon><text>{text}</text></passage>'
        "</document>"
        for number, text in enumerate(TEXTS)
    )
    + "</collection>"
)
JATS = (
    '<?xml version="1.0"?><pmc-articleset>'
    + "".join(
        f'<article><front><article-meta><article-id pub-id-type="pmid">{100 + number}</article-id><abstract><p>{text}'
        "</p></abstract></article-meta></front></article>"
        for number, text in enumerate(TEXTS)
    )
    + "</pmc-articleset>"
)
DOCUMENTS = [
    {"id": str(1000 + number), "passages": [{"infons": {"type": "abstract"}, "text": text}]}
    for number, text in enumerate(TEXTS)
]
ROWS = [{"pmid": str(100 + number), "title": "Title", "abstract": text} for number, text in enumerate(TEXTS)]
FILES = {
    "MEDLINE": MEDLINE,
    "BioC XML": BIOC_XML,
    "JATS": JATS,
    "BioC JSON": json.dumps({"documents": DOCUMENTS}, ensure_ascii=False),
    "JSON list": json.dumps(ROWS, ensure_ascii=False, indent=1),
    "JSONL": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
    "CSV": "pmid,title,abstract\n" + "".join(f'{row["pmid"]},"Title","{row["abstract"]}"\n' for row in ROWS),
}
BYTES = (b"\xff", b"\x00", b"<", b'"', b"\n", b"\\", b"&", b"{", b"}", b"", " é".encode())


@pytest.fixture(scope="module")
def read_bytes(tmp_path_factory) -> Callable[[bytes], list[Document]]:
    path = tmp_path_factory.mktemp("damage") / "records.dat"

    def make(data: bytes) -> list[Document]:
        path.write_bytes(data)
        return read(path)

    return make


def intact(documents: list[Document]) -> list[int]:
    return [number for number, text in enumerate(TEXTS) if any(text in document.text for document in documents)]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=40, deadline=None)
@given(place=st.floats(0.25, 0.97), byte=st.sampled_from(BYTES))
def test_one_broken_byte_costs_at_most_the_records_beside_it(read_bytes, name, place, byte):
    data = FILES[name].encode()
    position = int(place * len(data))
    documents = read_bytes(data[:position] + byte + data[position + 1 :])
    assert len(documents) >= len(intact(documents)) >= N - 2
    flagged = any("damaged record" in document.quality_flags for document in documents)
    assert len(documents) >= N or flagged


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_ends_within_a_record_keeps_those_before_it(read_bytes, name):
    data = FILES[name].encode()
    end = data.find(TEXTS[2].encode()) + 20
    *whole, last = read_bytes(data[:end])
    assert intact(whole) == [0, 1]
    assert {"damaged record", "truncated", "no text"} <= set(last.quality_flags)
    assert last.blocks == ()


MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("before", [MARK, 2 * MARK, b" ", b"\n\t ", b" " + MARK])
@pytest.mark.parametrize("form", [form for form in FORMS if FORMS[form]("", [""])[:2] not in (b"PK", b"%P")])
def test_marks_of_byte_order_and_blanks_before_a_file_cost_nothing(read_bytes, form, before):
    data = FORMS[form]("Minerals and sleep", ["Iron deficiency causes restless legs syndrome in many adults."])
    (document,) = read_bytes(before + data)
    assert "restless legs syndrome" in document.text


@pytest.mark.parametrize("form", ["ris", "nbib", "isi", "enw", "cochrane", "jsonl", "bibtex"])
def test_exports_that_were_joined_have_a_mark_each_and_all_their_records(read_bytes, form):
    paragraphs = [f"Iron deficiency {word} restless legs syndrome in many adults." for word in ("causes", "worsens")]
    joined = [MARK + FORMS[form](f"Minerals and sleep {number}", [text]) for number, text in enumerate(paragraphs)]
    documents = read_bytes(b"\n".join(joined))
    assert [text in document.text for text, document in zip(paragraphs, documents, strict=True)] == [True, True]


def test_a_damaged_record_is_named_by_its_identifier_or_line(read_bytes):
    def broken(name: str) -> str:
        data = FILES[name].encode().replace(b"record 2", b'\xff"<record 2')
        (found,) = [document for document in read_bytes(data) if "damaged record" in document.quality_flags]
        return found.path

    assert broken("MEDLINE") == "records.dat#102"
    assert broken("BioC XML") == "records.dat#1002"
    assert broken("JSONL") == "records.dat#line 3"


def test_values_that_are_no_records_are_named_too(read_bytes):
    first, second = read_bytes(b'{"title": "Iron", "abstract": "It helps."}\n7\n')
    assert (first.title, second.path, second.quality_flags[0]) == ("Iron", "records.dat#record 2", "damaged record")


@pytest.mark.parametrize(
    "data",
    [
        b"<PubmedArticleSet><PubmedArticle><PMID>1</PMID>",
        b'{"title": "Iron", "abstract": "It he',
        b'[{"title": "Iron", "abstract": "It he',
        b'{"documents": [{"id": "1", "passages": [{"text": "Ir',
    ],
)
def test_a_file_without_any_whole_record_fails(read_bytes, data):
    with pytest.raises(SourceError, match="damaged or cut-off"):
        read_bytes(data)


def test_a_broken_byte_does_not_change_the_encoding_of_the_rest(read_bytes):
    (document,) = read_bytes("Café für Ältere\n\nEisen hilft – „sehr“.\n".encode() + b"\xff Zink nicht.\n")
    assert "Eisen hilft – „sehr“." in document.text
